//! All that a report is made of.

use vpyb_core::time::{Duration, Instant};

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
    pub(super) roster: Roster,
}

impl<'a> Outcome<'a> {
    /// The outcome of one run; `judgement` must be that of `trace` and `scenario`.
    pub fn new(scenario: &'a Scenario, trace: &'a Trace, judgement: &'a Judgement) -> Self {
        Self { scenario, trace, judgement, roster: Roster::of(trace) }
    }

    /// How much virtual time the run took.
    pub fn virtual_time(&self) -> Duration {
        self.trace.end().since(Instant::ZERO)
    }
}
