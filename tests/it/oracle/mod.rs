//! The event loop does what the original did: recorded runs, replayed step by step.
//!
//! Each program of `tests/oracle` is run again and the whole list of what happened is compared: every step with
//! what it yielded, every operation, callback and wait, to the microsecond. The recordings are of the official
//! uasyncio 2.0 and of its variant fast_io, under MicroPython 1.11. Each random program is made a scenario file. All
//! run on the byte-level bench (`families`); those that need no UART also on the simulated board (`on_board`).

mod families;
mod on_board;
mod program;
mod recording;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use program::scenario;

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a recording is JSON Lines")).collect()
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
