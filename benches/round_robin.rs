//! How long a task's turn takes: nanoseconds per yield of tasks that only take turns.
//!
//! Owns the list of cases, what the command line may ask for, and where the results go. How a case is
//! driven stands in `executors`, how it is timed and compared in `harness`; `README.md` says what each
//! figure means.
//!
//! ```text
//! cargo bench --bench round_robin                      the whole table
//! cargo bench --bench round_robin -- --quick           fewer rounds, a few seconds
//! ... -- --only embassy --tasks 10 --rounds 20         one case alone, for a profiler
//! ```

mod executors;
mod harness;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use harness::{Case, Plan, Report};

/// Where the figures are kept for other programs.
const JSON: &str = "target/bench/round_robin.json";

/// How many tasks take turns: the tutorial's three, a firmware's ten, and what no board holds.
const TASKS: &[usize] = &[3, 10, 100, 1000];

/// The round before the first one that counts warms caches and allocator.
const WARM_UP: usize = 1;
const ROUNDS: usize = 400;
const QUICK_ROUNDS: usize = 30;

/// What was typed.
struct Options {
    rounds: usize,
    only: Option<String>,
    tasks: Option<usize>,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    let wanted = |case: &Case| options.only.as_ref().is_none_or(|part| case.name.contains(part.as_str()));
    let mut cases: Vec<Case> = executors::all().into_iter().filter(wanted).collect();
    let tasks = options.tasks.map_or(TASKS.to_vec(), |tasks| vec![tasks]);
    let plan = Plan { rounds: options.rounds, warm_up: WARM_UP };
    let samples = harness::measure(&mut cases, &tasks, &plan);
    let report = Report::new(&cases, &tasks, &plan, &samples);
    print!("{report}");
    if options.only.is_some() || options.tasks.is_some() {
        // Part of the table does not replace the whole one.
        return ExitCode::SUCCESS;
    }
    match write(&report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write `{JSON}`: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { rounds: ROUNDS, only: None, tasks: None };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            // Cargo says this to every benchmark.
            "--bench" => {}
            "--quick" => options.rounds = QUICK_ROUNDS,
            "--rounds" => options.rounds = number(&value()?)?,
            "--tasks" => options.tasks = Some(number(&value()?)?),
            "--only" => options.only = Some(value()?),
            _ => return Err(format!("`{word}` is not known; see the head of benches/round_robin.rs")),
        }
    }
    Ok(options)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or_else(|| format!("`{text}` is not a number above 0"))
}

/// Cargo runs a benchmark in the folder of its package, so `target` is the workspace's.
fn write(report: &Report) -> std::io::Result<()> {
    let path = Path::new(JSON);
    fs::create_dir_all(path.parent().expect("the path has a folder"))?;
    fs::write(path, report.to_json())
}
