//! How costs grow: per event as there are more tasks, pins and records, and the memory that a long run takes.
//!
//! Owns the series and what is an error: a run that takes more memory than it may. A growth is told beside that of the
//! logarithm: a cost that grows no faster is one of O(log n).
//!
//! ```text
//! cargo bench --bench scale                      up to ten million records
//! cargo bench --bench scale -- --records 8       up to 10^8, which takes minutes and some GB of the disk
//! cargo bench --bench scale -- --accept          draws docs/scale.svg anew
//! ```

// What it measures it has from the benchmark beside the others, and not all of that.
#![allow(dead_code, unused_imports)]

#[path = "../recording/events.rs"]
mod events;
mod executors;
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../recording/ours.rs"]
mod ours;
mod pins;
mod plot;
mod run;
mod traces;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use executors::tasks::Pauses;
use executors::{vpyb, vpyb_pauses};
use harness::Case;
use plot::Series;

const TASKS: [usize; 5] = [10, 100, 1000, 10_000, 100_000];
const PINS: [usize; 5] = [10, 30, 100, 300, 1000];
/// The least of so many rounds counts.
const ROUNDS: usize = 5;
/// How much is done in a round.
const EVENTS: usize = 300_000;
/// The most records are a power of ten, this one unless the call says another.
const RECORDS: u32 = 7;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (records, accept) = match words[..] {
        [run::ALONE, records] => return run::alone(records),
        [] => (RECORDS, false),
        ["--accept"] => (RECORDS, true),
        ["--records", power] if matches!(power.parse(), Ok(3..=8)) => {
            (power.parse().unwrap_or(RECORDS), false)
        }
        _ => {
            eprintln!(
                "error: `--records` with a power of ten from 3 to 8, or `--accept`; see benches/README.md"
            );
            return ExitCode::from(2);
        }
    };
    let mut series = vec![
        of_tasks("a turn, run_pass(), by tasks", || vpyb::turns().swap_remove(2)),
        of_tasks("a pause, step(), by tasks", || vpyb_pauses::pauses(Pauses::of_task).swap_remove(0)),
        Series::new(
            "an edge, by pins",
            PINS.iter().map(|&pins| (pins, least(|| pins::edge(pins, EVENTS)))).collect(),
        ),
    ];
    series.extend(traces::series(records));
    series.iter().for_each(|series| println!("{series}"));
    let bounded = run::memory(records);
    if accept {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scale.svg");
        if let Err(error) = fs::write(&path, plot::svg(&series)) {
            eprintln!("error: {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    if bounded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn of_tasks(name: &'static str, case: impl Fn() -> Case) -> Series {
    let point = |tasks: usize| {
        let turns = (EVENTS / tasks).max(30) as u32;
        let round = || (case().round)(tasks, turns).as_nanos() as f64 / (tasks as f64 * f64::from(turns));
        (tasks, least(round))
    };
    Series::new(name, TASKS.iter().map(|&tasks| point(tasks)).collect())
}

fn least(mut round: impl FnMut() -> f64) -> f64 {
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}
