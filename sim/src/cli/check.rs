//! `vpyb check`: reads scenario files and tells what is wrong with them, without running any.

use super::arguments::{Arguments, Paths};
use super::files::{count, find};
use super::output::say;
use super::{EXIT_HELD, EXIT_USAGE};
use crate::runner::Program;

/// Checks what is asked for; gives the exit status.
pub fn check(arguments: &Arguments, call: &Paths, programs: &[Program]) -> u8 {
    let found = find(arguments, call, programs);
    if arguments.json() {
        let (files, scenarios) = (found.files, found.scenarios.len());
        say(serde_json::json!({ "kind": "checked", "files": files, "scenarios": scenarios }));
    } else if !found.bad {
        let (files, scenarios) = (count(found.files, "file"), count(found.scenarios.len(), "scenario"));
        say(format_args!("{files}, {scenarios}: nothing is wrong"));
    }
    if found.bad { EXIT_USAGE } else { EXIT_HELD }
}
