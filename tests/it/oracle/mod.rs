//! The event loop does what the original did: recorded runs, replayed step by step.
//!
//! Each program of `tests/oracle` is run again and the whole list of what happened is compared: every step with
//! what it yielded, every operation, callback and wait, to the microsecond. The recordings are of the official
//! uasyncio 2.0 and of its variant fast_io, under MicroPython 1.11. Each random program is made a scenario file. All
//! run on the byte-level bench (`families`); those that need no UART also on the simulated board (`on_board`). That no recording
//! is left out is tested in `coverage`.

mod coverage;
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

/// The folders of recordings: of the official library, and of `fast_io` without and with an I/O queue.
const FOLDERS: [&str; 3] = ["v2", "fast_io", "fast_io_ioq"];

/// The folders that have a recording of this name.
pub fn recorded_in(name: &str) -> Vec<&'static str> {
    FOLDERS.into_iter().filter(|recorded_in| file_of(recorded_in, name).exists()).collect()
}

/// The file of a recording.
pub fn file_of(recorded_in: &str, name: &str) -> PathBuf {
    folder().join(recorded_in).join(format!("{name}.jsonl"))
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
