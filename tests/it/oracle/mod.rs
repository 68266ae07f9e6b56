//! The event loop does what the original did: recorded runs, replayed step by step.
//!
//! Each program of `tests/oracle` is run again and the whole list of what happened is compared: every step with
//! what it yielded, every operation, callback and wait, to the microsecond. The recordings are of the official
//! uasyncio 2.0 under MicroPython 1.11. Sleeping tasks run as scenarios on the simulated board; what needs a bench
//! with fewer laws runs on the byte-level one.

mod families;
mod program;
mod recording;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vpyb_sim::runner::{self, Options};

pub use program::scenario;
use recording::{Ours, recorded_line};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a recording is JSON Lines")).collect()
}

/// Replays one program; gives the first difference, if there is one, and how many lines agree.
fn replay(name: &str) -> Result<usize, String> {
    let program = json_lines(&folder().join(format!("programs/{name}.json"))).remove(0);
    let recording = json_lines(&folder().join(format!("v2/{name}.jsonl")));
    let scenario = scenario(&program, &recording[0]);
    let outcome = runner::run(&scenario, &[], Options::default());
    let ours = Ours::lines(&outcome.trace, scenario.cpu.step.expect("set above"));
    let theirs: Vec<String> = recording.iter().filter_map(recorded_line).collect();
    let same = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
    if same == ours.len() && same == theirs.len() {
        return Ok(same);
    }
    let from = same.saturating_sub(4);
    let shown = |lines: &[String]| lines[from.min(lines.len())..(same + 3).min(lines.len())].join("\n");
    Err(format!(
        "{name} differs at line {same}\n--- recorded\n{}\n--- ours\n{}\n",
        shown(&theirs),
        shown(&ours)
    ))
}

pub fn names(prefix: &str) -> Vec<String> {
    let files = fs::read_dir(folder().join("programs")).expect("the folder of programs");
    let mut names: Vec<String> = files
        .map(|file| {
            file.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned()
        })
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort();
    names
}

fn replay_family(prefix: &str) {
    let names = names(prefix);
    assert!(!names.is_empty(), "there are programs of the family {prefix}");
    let mut lines = 0;
    let mut differences = String::new();
    for name in &names {
        match replay(name) {
            Ok(same) => lines += same,
            Err(difference) => differences.push_str(&difference),
        }
    }
    assert!(differences.is_empty(), "{differences}");
    println!("{} programs of the family {prefix} agree in {lines} lines", names.len());
}

/// Sleeps and zero delays, at no cost.
#[test]
fn sleeping_programs_agree_with_their_recordings() {
    replay_family("rnd_sleep_");
}

/// Sleeps and busy delays, where steps and callbacks cost time.
#[test]
fn busy_programs_agree_with_their_recordings() {
    replay_family("rnd_busy_");
}
