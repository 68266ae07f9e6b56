//! Events that are typed, in the words of scenario files.
//!
//! Owns which names they may use: those of a scenario, or those of a trace.

use std::collections::BTreeSet;

use vpyb_sim::runner::Program;
use vpyb_sim::scenario::model::{Event, Scenario};
use vpyb_sim::scenario::parse_event;
use vpyb_sim::trace::{Kind, Trace};
use vpyb_sim::vocabulary;

/// An event of a run that is to come.
///
/// # Errors
/// What is wrong with it, for people.
pub fn event_of_scenario(text: &str, scenario: &Scenario, programs: &[Program]) -> Result<Event, String> {
    let mut marks = BTreeSet::new();
    for actor in &scenario.actors {
        marks.insert(actor.name.clone());
        marks.extend(actor.steps.iter().filter_map(|step| step.mark.clone()));
    }
    parse_event(text, marks, &vocabulary(programs))
}

/// An event of a run that was recorded.
///
/// # Errors
/// What is wrong with it, for people.
pub fn event_of_trace(text: &str, trace: &Trace, programs: &[Program]) -> Result<Event, String> {
    let mut marks = BTreeSet::new();
    for record in trace.records() {
        if let Kind::Stimulus { actor, mark, .. } = record.kind {
            marks.extend([Some(actor), mark].into_iter().flatten().map(|name| trace.text(name).to_owned()));
        }
    }
    parse_event(text, marks, &vocabulary(programs))
}
