//! `vpyb lint`: tells where MicroPython sources use asynchronous functions without awaiting them.

use std::fs;

use super::arguments::{Arguments, LintCall};
use super::files::{complain, count, tell};
use super::output::say;
use super::{EXIT_FAILED, EXIT_HELD, EXIT_USAGE};
use crate::lint::lint as judge;

/// Reads the files; gives the exit status.
pub fn lint(arguments: &Arguments, call: &LintCall) -> u8 {
    let (mut warnings, mut bad) = (0, false);
    for path in &call.files {
        let source = match fs::read(path).map(String::from_utf8) {
            Ok(Ok(source)) => source,
            Ok(Err(error)) => {
                bad = true;
                let at = error.utf8_error().valid_up_to();
                complain(arguments, path, &format!("`{path}` is not UTF-8: byte {at} is no part of a text"));
                continue;
            }
            Err(error) => {
                bad = true;
                complain(arguments, path, &format!("cannot read `{path}`: {error}"));
                continue;
            }
        };
        let found = judge(&source);
        let errors = found.iter().filter(|diagnostic| diagnostic.code.starts_with('E')).count();
        bad |= errors > 0;
        warnings += found.len() - errors;
        if !found.is_empty() {
            tell(arguments, &found, path, &source);
        }
    }
    if arguments.json() {
        say(serde_json::json!({ "kind": "linted", "files": call.files.len(), "warnings": warnings }));
    } else if !bad && warnings == 0 {
        say(format_args!("{}: nothing to review", count(call.files.len(), "file")));
    }
    match (bad, warnings) {
        (true, _) => EXIT_USAGE,
        (false, 0) => EXIT_HELD,
        (false, _) => EXIT_FAILED,
    }
}
