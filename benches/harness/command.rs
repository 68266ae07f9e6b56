//! What a benchmark's command line may ask for, and where its results go.
//!
//! Owns the way from what was typed to a printed table and a file of figures.
//!
//! ```text
//! cargo bench --bench NAME                      the whole table
//! cargo bench --bench NAME -- --quick           fewer rounds, a few seconds
//! ... -- --only embassy --tasks 10 --rounds 20  one case alone, for a profiler
//! ```

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Case, Plan, Report, Table, measure};

/// The round before the first one that counts warms caches and allocator.
const WARM_UP: usize = 1;
const QUICK_ROUNDS: usize = 30;

/// What was typed.
struct Options {
    rounds: usize,
    only: Option<String>,
    tasks: Option<usize>,
}

/// Measures a table as the command line asks, prints it, and keeps the whole one as a file.
pub fn run(table: &Table, mut cases: Vec<Case>) -> ExitCode {
    let options = match options(std::env::args().skip(1), table.rounds) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    cases.retain(|case| options.only.as_ref().is_none_or(|part| case.name.contains(part.as_str())));
    let tasks = options.tasks.map_or(table.tasks.to_vec(), |tasks| vec![tasks]);
    let plan = Plan { rounds: options.rounds, warm_up: WARM_UP, events: table.events };
    let samples = measure(&mut cases, &tasks, &plan);
    let report = Report::new(table, &cases, &tasks, &plan, &samples);
    print!("{report}");
    if options.only.is_some() || options.tasks.is_some() {
        // Part of the table does not replace the whole one.
        return ExitCode::SUCCESS;
    }
    let path = PathBuf::from(format!("target/bench/{}.json", table.name));
    match write(&path, &report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write `{}`: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: impl Iterator<Item = String>, rounds: usize) -> Result<Options, String> {
    let mut options = Options { rounds, only: None, tasks: None };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            // Cargo says this to every benchmark.
            "--bench" => {}
            "--quick" => options.rounds = QUICK_ROUNDS.min(rounds),
            "--rounds" => options.rounds = number(&value()?)?,
            "--tasks" => options.tasks = Some(number(&value()?)?),
            "--only" => options.only = Some(value()?),
            _ => return Err(format!("`{word}` is not known; see benches/README.md")),
        }
    }
    Ok(options)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or_else(|| format!("`{text}` is not a number above 0"))
}

/// Cargo runs a benchmark in the folder of its package, so `target` is the workspace's.
fn write(path: &PathBuf, report: &Report) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().expect("the path has a folder"))?;
    fs::write(path, report.to_json())
}
