//! The runs of a scenario whose faults strike at each opportunity in turn.
//!
//! Owns [`cases`]. Which opportunities there are is known when a run is over in which none of those faults strikes.

use std::time::Duration;

use super::drive::Options;
use super::guard::run_guarded;
use super::program::Program;
use crate::scenario::model::Scenario;

/// One run of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// What is run.
    pub scenario: Scenario,
    /// Which opportunity it is about, if it is one of several.
    pub note: Option<String>,
}

/// A scenario once for each opportunity of the faults that say `each`; once as it is if none does, or there was no
/// opportunity.
///
/// # Panics
///
/// If the scenario was not checked against these programs.
pub fn cases(
    scenario: &Scenario,
    programs: &'static [Program],
    options: Options,
    patience: Duration,
) -> Vec<Case> {
    let alone = || vec![Case { scenario: scenario.clone(), note: None }];
    if !scenario.faults.iter().any(|fault| fault.each) {
        return alone();
    }
    let opportunities = run_guarded(scenario, programs, options, patience).opportunities;
    let mut cases = Vec::new();
    for (number, (fault, &count)) in scenario.faults.iter().zip(&opportunities).enumerate() {
        for only in 1..=if fault.each { count } else { 0 } {
            let mut scenario = scenario.clone();
            scenario.faults[number].strikes.only = Some(only);
            let note = format!("{} at {}, opportunity {only} of {count}", fault.what, fault.place);
            cases.push(Case { scenario, note: Some(note) });
        }
    }
    if cases.is_empty() { alone() } else { cases }
}
