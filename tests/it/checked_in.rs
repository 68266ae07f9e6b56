//! The scenario files of the repository, as the tests take them.
//!
//! Owns how they are found and named: by their path from the workspace's root, wherever a test is started. It
//! knows no expectations: that they hold is tested in `tests/scenarios.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use vpyb_cli::PROGRAMS;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::trace::Trace;
use vpyb_sim::vocabulary;

/// The workspace's root; the root package has no sources of its own.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with this ending, in order of paths; nothing that is hidden or built.
pub fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = listed.map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.file_name().expect("an entry has a name").to_string_lossy().into_owned();
        if entry.is_dir() && !name.starts_with('.') && name != "target" {
            files.extend(files_below(&entry, ending));
        } else if entry.extension().is_some_and(|found| found == ending) {
            files.push(entry);
        }
    }
    files
}

/// A path from the workspace's root, with `/` on every machine.
pub fn name_of(path: &Path) -> String {
    let relative = path.strip_prefix(root()).expect("a path in the workspace");
    relative.to_string_lossy().replace('\\', "/")
}

/// Each scenario file: its name and its text.
pub fn sources() -> Vec<(String, String)> {
    let files = files_below(&root().join("scenarios"), "toml");
    let scenarios = files.iter().filter(|file| !file.ends_with("Cargo.toml"));
    scenarios.map(|file| (name_of(file), fs::read_to_string(file).expect("a text"))).collect()
}

/// The scenarios of a text: one for each variant.
pub fn scenarios_of(name: &str, source: &str) -> Vec<Scenario> {
    parse(name, source, &vocabulary(PROGRAMS))
        .unwrap_or_else(|problems| panic!("{}", render(&problems, name, source, false)))
}

/// Each scenario of each file.
pub fn scenarios() -> Vec<Scenario> {
    let all: Vec<_> = sources().iter().flat_map(|(name, source)| scenarios_of(name, source)).collect();
    assert!(!all.is_empty(), "there are no scenario files");
    all
}

/// What happens in a scenario.
pub fn run(scenario: &Scenario) -> Trace {
    runner::run(scenario, PROGRAMS, Options::default()).trace
}
