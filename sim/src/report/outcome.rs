//! All that a report is made of.

use vpyb_core::time::{Duration, Instant};

use super::Seeds;
use crate::expect::{Judgement, Roster};
use crate::scenario::model::Scenario;
use crate::trace::Trace;

/// One run: what was asked, what happened, what it was found to be.
pub struct Outcome<'a> {
    /// What was asked.
    pub scenario: &'a Scenario,
    /// What happened.
    pub trace: &'a Trace,
    /// What it was found to be.
    pub judgement: &'a Judgement,
    /// How the runs with all seeds ended, if this is one of several.
    pub seeds: Option<Seeds>,
    pub(super) roster: Roster,
}

impl<'a> Outcome<'a> {
    /// The outcome of one run; `judgement` must be that of `trace` and `scenario`.
    pub fn new(scenario: &'a Scenario, trace: &'a Trace, judgement: &'a Judgement) -> Self {
        Self { scenario, trace, judgement, seeds: None, roster: Roster::of(trace) }
    }

    /// The outcome of the run that is told of several.
    pub fn of_seeds(self, seeds: Option<Seeds>) -> Self {
        Self { seeds, ..self }
    }

    /// How much virtual time the run took, or all runs together.
    pub fn virtual_time(&self) -> Duration {
        let own = || self.trace.end().since(Instant::ZERO);
        self.seeds.as_ref().map_or_else(own, |seeds| seeds.virtual_time)
    }
}
