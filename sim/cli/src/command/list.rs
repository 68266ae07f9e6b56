//! `vpyb list`: the scenarios of a path, with their titles.

use vpyb_sim::runner::Program;

use super::arguments::{Arguments, Paths};
use super::files::find;
use super::output::say;
use super::{EXIT_HELD, EXIT_USAGE};

/// Lists what is asked for; gives the exit status.
pub fn list(arguments: &Arguments, call: &Paths, programs: &[Program]) -> u8 {
    let found = find(arguments, call, programs);
    let width = found.scenarios.iter().map(|scenario| scenario.name.chars().count()).max().unwrap_or(0);
    for scenario in &found.scenarios {
        if arguments.json() {
            say(serde_json::json!({
                "kind": "scenario",
                "name": scenario.name,
                "title": scenario.title,
                "tutorial": scenario.tutorial,
                "tags": scenario.tags,
            }));
        } else {
            let section = scenario.tutorial.as_deref().unwrap_or("");
            say(format_args!("{:width$}  {section:6}  {}", scenario.name, scenario.title));
        }
    }
    if found.bad { EXIT_USAGE } else { EXIT_HELD }
}
