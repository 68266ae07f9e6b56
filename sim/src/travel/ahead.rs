//! Who was ahead of a step in the run queue, and how late that made it.
//!
//! Owns [`Ahead`]. The wait counts from what asked for the step, not from its queue entry: a timer asks when it is
//! due, a device when its record was made; under polled I/O most of the wait passes before the loop even looks.

use vpyb_core::time::{Duration, Instant};

use crate::expect::Turn;
use crate::report::brief;
use crate::trace::record::{Kind, Task, Why};
use crate::trace::{Seq, Trace, Words};

/// What kept a step waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ahead {
    /// How long after it was asked for the step began.
    pub late: Duration,
    /// How many steps ran, or went on, meanwhile.
    pub steps: usize,
    /// The longest of them: the step, whose it was, and how long it took.
    pub longest: (Seq, Task, Duration),
}

/// What kept a step waiting; `None` if nothing did, or if it is no step. `turns` are those of the trace.
pub fn ahead_of(trace: &Trace, turns: &[Turn], step: Seq) -> Option<Ahead> {
    let place = turns.binary_search_by_key(&step, |turn| turn.step).ok()?;
    let turn = &turns[place];
    let asked = asked(trace, turn);
    let before = turns[..place].iter().rev().take_while(|other| other.ends() > asked);
    let mut ahead: Option<Ahead> = None;
    for other in before.filter(|other| !other.took.is_zero()) {
        let found = ahead.get_or_insert(Ahead {
            late: turn.begins.since(asked),
            steps: 0,
            longest: (other.step, other.task, Duration::ZERO),
        });
        found.steps += 1;
        // Of equal ones, the first.
        if other.took >= found.longest.2 {
            found.longest = (other.step, other.task, other.took);
        }
    }
    ahead.filter(|ahead| !ahead.late.is_zero())
}

/// When a step was asked for.
fn asked(trace: &Trace, turn: &Turn) -> Instant {
    let entry = turn.ready.and_then(|ready| trace.get(ready));
    let device = entry.filter(|entry| matches!(entry.kind, Kind::Ready { why: Why::Device(_), .. }));
    let cause = device.and_then(|entry| trace.get(entry.cause?));
    match (turn.timer, cause) {
        (Some((_, due)), _) => due,
        (None, Some(cause)) => cause.at,
        (None, None) => turn.since,
    }
}

impl Ahead {
    /// `ran 31.2ms late: 7 steps ahead of it, the longest hog#4 4ms`.
    pub fn sentence(&self, words: &Words<'_>) -> String {
        let (step, task, took) = self.longest;
        let (late, who, took) = (brief(self.late), words.task(task), brief(took));
        match self.steps {
            1 => format!("ran {late} late: 1 step ahead of it in the queue, {who} {took} (#{})", step.0),
            n => format!(
                "ran {late} late: {n} steps ahead of it in the queue, longest {who} {took} (#{})",
                step.0
            ),
        }
    }
}
