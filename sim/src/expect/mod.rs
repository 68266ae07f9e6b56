//! Expectations: what a scenario says must hold, judged over a recorded run.
//!
//! Owns [`judge`], the codes of findings, the counters of a run and how events are found in a trace.
//! Everything here is a pure function of a [`Trace`](crate::trace::Trace) and a
//! [`Scenario`](crate::scenario::model::Scenario): it knows neither the world that ran nor how a
//! finding is printed, and it never changes a run.
//!
//! Invariants: **judged-afterwards** — judging the same trace twice gives equal judgements;
//! **one-finding** — an expectation yields at most one finding.

mod awaits;
mod bound;
mod clock;
mod code;
mod counter;
mod counter_example;
mod counters;
mod diff;
mod events;
mod finding;
mod judge;
mod levels;
mod order;
mod overrun;
mod period;
mod presence;
mod response;
mod roster;
mod transcript;
mod turns;
mod verdict;

#[cfg(test)]
mod sample;

pub use bound::{Value, holds};
pub use clock::clock;
pub use code::Code;
pub use counters::{Counter, Counters};
pub use diff::{Diff, diff};
pub use events::{Occurrence, occurrences, phrase, stranger};
pub use finding::{Detail, Finding, Focus, Held, Judgement, Status, Subjects};
pub use judge::judge;
pub use roster::{Opened, Roster};

pub use crate::sight::matches_task;
pub use turns::{Turn, turns};
pub use verdict::verdict_of;
