//! Drivers that nobody here wrote, unmodified against the models.
//!
//! Owns one module for each kind of device. `docs/strangers.md` has the table of crates, versions and results, which a
//! test here compares with the manifest.

mod button;
mod humidity;
mod modem;
mod remote;
mod sensor;

use vpyb_sim::runner::{self, Options, Outcome, Program};
use vpyb_sim::trace::Kind;

use crate::checked_in::root;
use crate::runs::{rows, scenario};
use crate::trial::TopLevel;

/// Runs a program that may use `embassy-time`; nothing costs anything but what a wire takes.
fn run(rest: &str, main: TopLevel) -> Outcome {
    let around = Some(vpyb_embassy_time::around as runner::Around);
    let programs = [Program { name: "test", args: &[], tasks: &[], main, around }];
    let scenario = scenario(&format!("program.name = \"test\"\n{rest}"), &programs);
    runner::run(&scenario, &programs, Options::default())
}

/// What the program printed, each line with its nanosecond.
fn said(outcome: &Outcome) -> Vec<String> {
    rows(&outcome.trace, |kind| matches!(kind, Kind::Line { .. }))
}

/// The first two columns of the table's rows.
fn listed(document: &str) -> Vec<(&str, &str)> {
    let rows = document.lines().filter(|line| line.starts_with("| `"));
    let mut listed = Vec::new();
    for row in rows {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let (name, versions) = (cells.next().expect("a crate"), cells.next().expect("a version"));
        listed.extend(versions.split(", ").map(|version| (name.trim_matches('`'), version)));
    }
    listed
}

#[test]
fn the_table_says_which_versions_ran() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).expect("a file");
    let (document, lock) = (read("docs/strangers.md"), read("Cargo.lock"));
    let listed = listed(&document);
    assert!(!listed.is_empty());
    for (name, version) in listed {
        let package = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&package), "docs/strangers.md: {name} {version} is not what Cargo.lock has");
    }
}
