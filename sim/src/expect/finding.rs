//! What judging a run gives: where an expectation does not hold, and where it does.
//!
//! Owns the data only. How a finding comes about stands beside each pattern, how it is printed in
//! [`report`](crate::report).

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Code, Counters, Diff};
use crate::trace::Seq;

/// All that a run's trace says about its scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Judgement {
    /// How the run ended; `overrun` if it passed but lost something that was not allowed to be lost.
    pub verdict: String,
    /// Where an expectation does not hold: an unexpected end first, then waits of actors that were
    /// in vain, then in the file's order.
    pub findings: Vec<Finding>,
    /// Findings that a counter-example asked for; they do not fail the run.
    pub expected: Vec<Finding>,
    /// The expectations that hold, in the file's order.
    pub held: Vec<Held>,
    /// The counters of the run.
    pub counters: Counters,
}

/// How a run is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// Everything held.
    Passed,
    /// An expectation failed, or something was lost.
    Failed,
    /// The run itself ended abnormally and unexpectedly.
    Abnormal,
}

impl Status {
    /// In one word: `passed`, `failed`, `abnormal`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Abnormal => "abnormal",
        }
    }

    /// The exit status of a command that ran only this: 0, 1 or 3. Of several runs the largest counts.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Abnormal => 3,
        }
    }
}

impl Judgement {
    /// How the run is counted.
    pub fn status(&self) -> Status {
        if self.findings.iter().any(|finding| finding.abnormal) {
            Status::Abnormal
        } else if self.findings.is_empty() {
            Status::Passed
        } else {
            Status::Failed
        }
    }
}

/// An expectation that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// The expectation's sentence.
    pub title: String,
    /// By how much, e.g. `worst 4.2ms of 300 responses`.
    pub note: String,
}

/// An expectation that does not hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What kind of expectation it is.
    pub code: Code,
    /// The expectation's sentence; empty for an unexpected end.
    pub title: String,
    /// One sentence with the numbers.
    pub message: String,
    /// What stands beside the caret.
    pub label: String,
    /// The key of the expectation that the caret points at.
    pub key: String,
    /// The place of the expectation in the scenario; `None` for an unexpected end.
    pub expect: Option<usize>,
    /// Where in the scenario's text it belongs, if not to an expectation.
    pub place: Option<Range<usize>>,
    /// Where in the trace it can be seen.
    pub focus: Option<Focus>,
    /// The parts involved.
    pub subjects: Subjects,
    /// Whether the run itself ended abnormally.
    pub abnormal: bool,
    /// What else is to be shown.
    pub detail: Detail,
}

impl Finding {
    /// A finding that points at `key`; whoever judges fills in whose it is.
    pub(super) fn new(code: Code, key: &str, message: String, label: String) -> Self {
        Self {
            code,
            title: String::new(),
            message,
            label,
            key: key.to_owned(),
            expect: None,
            place: None,
            focus: None,
            subjects: Subjects::default(),
            abnormal: false,
            detail: Detail::None,
        }
    }

    /// The same, to be seen in this stretch of the trace.
    pub(super) fn seen(self, focus: Option<Focus>, subjects: Subjects) -> Self {
        Self { focus, subjects, ..self }
    }
}

/// A stretch of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Focus {
    /// The first record of interest.
    pub from: Seq,
    /// The last record of interest.
    pub to: Seq,
}

impl Focus {
    /// A single record.
    pub const fn at(seq: Seq) -> Self {
        Self { from: seq, to: seq }
    }
}

/// The parts that a finding is about, by the names the scenario uses.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subjects {
    /// Tasks; `hog` stands for every `hog#n`.
    pub tasks: BTreeSet<String>,
    /// UARTs.
    pub uarts: BTreeSet<String>,
    /// I2C units.
    pub buses: BTreeSet<String>,
    /// Pins, and timers.
    pub pins: BTreeSet<String>,
    /// Whether the console's lines are involved.
    pub console: bool,
}

impl Subjects {
    /// True if no part is involved.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
            && self.uarts.is_empty()
            && self.buses.is_empty()
            && self.pins.is_empty()
            && !self.console
    }
}

/// What a finding shows beside the records.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// The difference between the lines expected and those printed.
    Lines(Vec<Diff>),
    /// What each task waits for at the end.
    Waiting,
}
