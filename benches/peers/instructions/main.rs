//! Instructions that key operations of core and simulator take, counted by valgrind.
//!
//! Owns the judgement: an operation that takes more than since `figures.txt` was written, by more than three in a hundred, is
//! an error. What the operations are is in `operations`, how they are counted in `counted`.
//!
//! ```text
//! cargo bench --bench instructions                 the table, compared with the file
//! cargo bench --bench instructions -- --accept     writes the file anew
//! ```

// What it counts it has from the benchmark beside the others, and not all of that.
#![allow(dead_code, unused_imports)]

mod counted;
#[path = "../recording/events.rs"]
mod events;
mod executors;
#[path = "../harness/mod.rs"]
mod harness;
mod operations;
#[path = "../recording/ours.rs"]
mod ours;
#[path = "../wire.rs"]
mod wire;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use operations::OPERATIONS;

/// A figure may differ by so many parts of a thousand.
const SLACK: f64 = 30.0;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        // The program that valgrind runs.
        [operation, times] => operations::run(operation, times),
        ["--accept"] => measure().and_then(|figures| accept(&figures)),
        [] => measure().and_then(|figures| judge(&figures)),
        _ => Err("nothing but `--accept` is known; see benches/README.md".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

type Figures = BTreeMap<String, f64>;

/// Instructions of each operation; none where valgrind is not installed.
fn measure() -> Result<Figures, String> {
    if !counted::can_count()? {
        return Ok(Figures::new());
    }
    let figure = |operation: &operations::Operation| {
        let (few, many) = operation.times;
        let more = counted::instructions(operation.name, many)? - counted::instructions(operation.name, few)?;
        let each = more as f64 / f64::from((many - few) * operation.each);
        Ok((operation.name.to_owned(), (each * 10.0).round() / 10.0))
    };
    OPERATIONS.iter().map(figure).collect()
}

fn file() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions/figures.txt"))
}

fn accept(figures: &Figures) -> Result<(), String> {
    if figures.is_empty() {
        return Err("nothing was counted".into());
    }
    let lines: String = OPERATIONS
        .iter()
        .map(|operation| format!("{} {}\n", operation.name, figures[operation.name]))
        .collect();
    fs::write(file(), lines).map_err(|error| format!("{}: {error}", file().display()))
}

fn judge(figures: &Figures) -> Result<(), String> {
    let text = fs::read_to_string(file()).map_err(|error| format!("{}: {error}", file().display()))?;
    let kept = |name: &str| -> Result<f64, String> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).ok_or_else(|| format!("there is no figure `{name}`"))
    };
    let mut changed = Vec::new();
    println!("{:<18} {:>10} {:>10} {:>8}  unit", "", "measured", "kept", "");
    for operation in OPERATIONS {
        let Some(&now) = figures.get(operation.name) else { continue };
        let before = kept(operation.name)?;
        let change = (now - before) / before * 1000.0;
        println!(
            "{:<18} {now:>10} {before:>10} {:>+7.1}%  {}",
            operation.name,
            change / 10.0,
            operation.unit
        );
        if change.abs() > SLACK {
            changed.push(format!("{} was {before} and is {now}", operation.name));
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let remedy = "if that is meant, `cargo bench --bench instructions -- --accept` and say why in the commit";
    Err(format!("{}\n{remedy}", changed.join("\n")))
}
