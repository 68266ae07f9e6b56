//! `vpyb check --explain`: a file that says everything is the same scenario.
//!
//! Owns no files: every scenario of the repository is explained.

use vpyb_cli::{PROGRAMS, explained};
use vpyb_sim::trace::digest;

use crate::checked_in::{run, scenarios, scenarios_of};

/// The text without the remarks on what was not said.
fn plain(text: &str) -> String {
    let line = |line: &str| match line.split_once("  # ") {
        Some((said, "default" | "the profile's")) => format!("{}\n", said.trim_end()),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn an_explained_scenario_is_the_same() {
    for scenario in scenarios() {
        let text = explained(&scenario, PROGRAMS);
        // Under the scenario's own name, which a trace knows.
        let mut again = scenarios_of(&scenario.name, &text);
        assert_eq!(again.len(), 1, "{}", scenario.name);
        let again = again.remove(0);
        assert_eq!(digest(&run(&again)), digest(&run(&scenario)), "{}", scenario.name);
        let titles = |expects: &[vpyb_sim::scenario::model::Expect]| -> Vec<_> {
            expects.iter().map(|expect| (expect.title.clone(), expect.pattern.clone())).collect()
        };
        assert_eq!(titles(&again.expects), titles(&scenario.expects), "{}", scenario.name);
        assert_eq!(again.actors.len(), scenario.actors.len(), "{}", scenario.name);
    }
}

#[test]
fn an_explained_scenario_leaves_nothing_unsaid() {
    for scenario in scenarios() {
        let text = plain(&explained(&scenario, PROGRAMS));
        let again = scenarios_of(&scenario.name, &text).remove(0);
        assert_eq!(explained(&again, PROGRAMS), text, "{}", scenario.name);
    }
}
