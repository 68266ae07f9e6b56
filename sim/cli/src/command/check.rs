//! `vpyb check`: reads scenario files and tells what is wrong with them, without running any.

use vpyb_sim::runner::Program;
use vpyb_sim::scenario::explain;
use vpyb_sim::scenario::model::Scenario;

use super::arguments::{Arguments, CheckCall};
use super::explain::unsaid;
use super::files::{count, find};
use super::output::say;
use super::{EXIT_HELD, EXIT_USAGE};

/// Checks what is asked for; gives the exit status.
pub fn check(arguments: &Arguments, call: &CheckCall, programs: &[Program]) -> u8 {
    let found = find(arguments, &call.paths, programs);
    if call.explain {
        for scenario in &found.scenarios {
            let text = explained(scenario, programs);
            if arguments.json() {
                say(serde_json::json!({ "kind": "explained", "name": scenario.name, "toml": text }));
            } else {
                say(format_args!("# {}\n{text}", scenario.name));
            }
        }
    }
    if arguments.json() {
        let (files, scenarios) = (found.files, found.scenarios.len());
        say(serde_json::json!({ "kind": "checked", "files": files, "scenarios": scenarios }));
    } else if !found.bad && !call.explain {
        let (files, scenarios) = (count(found.files, "file"), count(found.scenarios.len(), "scenario"));
        say(format_args!("{files}, {scenarios}: nothing is wrong"));
    }
    if found.bad { EXIT_USAGE } else { EXIT_HELD }
}

/// A scenario as a file that says everything.
pub fn explained(scenario: &Scenario, programs: &[Program]) -> String {
    let variant = scenario.name.strip_prefix(&scenario.path).and_then(|rest| rest.strip_prefix("::"));
    explain(&scenario.source, variant, &unsaid(scenario, programs))
}
