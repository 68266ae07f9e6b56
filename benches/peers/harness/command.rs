//! What a benchmark's command line may ask for, and where its results go.
//!
//! Owns the way from what was typed to printed tables and files of figures.
//!
//! ```text
//! cargo bench --bench peers                      all works
//! cargo bench --bench peers -- --quick           fewer rounds, about half a minute
//! cargo bench --bench peers -- --work timers     one work
//! ... -- --work round_robin --only embassy --size 10 --rounds 20    one case alone, for a profiler
//! ```

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use super::{Measured, Plan, Report, Role, Samples, Summary, Work, measure};

/// The round before the first one that counts warms caches and allocator.
const WARM_UP: usize = 1;
/// A quick run has one round in so many, and three at the least.
const QUICK: usize = 10;

/// What was typed.
#[derive(Default)]
struct Options {
    quick: bool,
    rounds: Option<usize>,
    work: Option<String>,
    only: Option<String>,
    size: Option<usize>,
}

/// Measures works as the command line asks, prints their tables, and keeps whole ones as files.
pub fn run(works: &[Work]) -> ExitCode {
    match options(std::env::args().skip(1), works).and_then(|options| run_as(works, &options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run_as(works: &[Work], options: &Options) -> Result<(), String> {
    let asked = |work: &&Work| options.work.as_ref().is_none_or(|name| work.name == name);
    let mut summary = Summary::default();
    println!(
        "Every case runs once a round, in an order that rotates; wall clock. Compare ratios, not nanoseconds, between \
         machines.\n"
    );
    for work in works.iter().filter(asked) {
        let report = report(work, options);
        println!("{report}");
        summary.add(&report);
        if options.only.is_none() && options.size.is_none() {
            // Part of a table does not replace the whole one.
            keep(work.name, &report.to_json())?;
        }
    }
    println!("{summary}");
    let whole = options.work.is_none() && options.only.is_none() && options.size.is_none();
    if whole { keep("peers", &summary.to_json()) } else { Ok(()) }
}

fn report<'w>(work: &'w Work, options: &Options) -> Report<'w> {
    let sizes = options.size.map_or(work.sizes.to_vec(), |size| vec![size]);
    let asked = |name: &str| options.only.as_ref().is_none_or(|part| name.contains(part.as_str()));
    match work.measured {
        Measured::Timed(cases) => {
            let mut cases = cases();
            cases.retain(|case| asked(case.name));
            let rounds = if options.quick { (work.rounds / QUICK).max(3) } else { work.rounds };
            let rounds = options.rounds.unwrap_or(rounds);
            let plan = Plan { rounds, warm_up: WARM_UP, events: work.events, turns: work.turns };
            let samples = measure(&mut cases, &sizes, &plan);
            let cases: Vec<_> = cases.iter().map(|case| (case.name, case.role, case.bytes)).collect();
            Report::new(work, &cases, &sizes, samples)
        }
        Measured::Counted(figures) => {
            let figures: Vec<_> = figures().into_iter().filter(|(name, ..)| asked(name)).collect();
            let cases: Vec<(_, Role, _)> =
                figures.iter().map(|&(name, role, _)| (name, role, None)).collect();
            let samples = Samples { of: figures.iter().map(|&(.., figure)| vec![vec![figure]]).collect() };
            Report::new(work, &cases, work.sizes, samples)
        }
    }
}

fn options(mut words: impl Iterator<Item = String>, works: &[Work]) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            // Cargo says this to every benchmark.
            "--bench" => {}
            "--quick" => options.quick = true,
            "--rounds" => options.rounds = Some(number(&value()?)?),
            "--size" => options.size = Some(number(&value()?)?),
            "--only" => options.only = Some(value()?),
            "--work" => options.work = Some(value()?),
            _ => return Err(format!("`{word}` is not known; see benches/README.md")),
        }
    }
    if let Some(name) = &options.work
        && !works.iter().any(|work| work.name == name)
    {
        let names: Vec<_> = works.iter().map(|work| work.name).collect();
        return Err(format!("no work is called `{name}`; there are {}", names.join(", ")));
    }
    Ok(options)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or_else(|| format!("`{text}` is not a number above 0"))
}

/// Writes figures below the workspace's `target`.
fn keep(name: &str, figures: &Value) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/bench/{name}.json"));
    let text = serde_json::to_string_pretty(figures).expect("plain figures are JSON") + "\n";
    let write = || -> io::Result<()> {
        fs::create_dir_all(path.parent().expect("the path has a folder"))?;
        fs::write(&path, text)
    };
    write().map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}
