//! Turns: each step with the queue entry that led to it.
//!
//! Owns the pairing of `Ready` with `Step`. Knows nothing of budgets.
//!
//! Invariant **one-entry-one-step**: an entry of the run queue leads to one step at most. A step whose cause is
//! its own entry is paired with that; else with the task's oldest entry, since the queue is first in,
//! first out.

use std::collections::{BTreeMap, VecDeque};

use vpyb_core::time::{Duration, Instant};

use crate::trace::record::{Entry, Kind, Task, Why};
use crate::trace::{Seq, Trace};

/// One step of a task and what led to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// Whose.
    pub task: Task,
    /// The queue entry that led to it; `None` if the trace does not have it.
    pub ready: Option<Seq>,
    /// When the task was put into the run queue; when the step began, without an entry.
    pub since: Instant,
    /// The timer that put it there, if one did: its number's record and when it was due.
    pub timer: Option<(Seq, Instant)>,
    /// The step.
    pub step: Seq,
    /// When the step began.
    pub begins: Instant,
    /// How long it took.
    pub took: Duration,
}

impl Turn {
    /// When the step was over.
    pub fn ends(&self) -> Instant {
        self.begins + self.took
    }

    /// How long the task waited in the run queue.
    pub fn waited(&self) -> Duration {
        self.begins.since(self.since)
    }

    /// How long after its timer was due the step began.
    pub fn overslept(&self) -> Option<Duration> {
        self.timer.map(|(_, due)| self.begins.since(due))
    }
}

/// All turns of a trace in order.
pub fn turns(trace: &Trace) -> impl Iterator<Item = Turn> {
    let mut queued: BTreeMap<Task, VecDeque<Queued>> = BTreeMap::new();
    let mut timers: BTreeMap<u32, (Seq, Instant)> = BTreeMap::new();
    trace.iter().filter_map(move |(seq, record)| match record.kind {
        Kind::Ready { entry, why } => {
            let timer = match why {
                Why::Timer(timer) => timers.remove(&timer),
                _ => None,
            };
            if let Entry::Task(task) = entry {
                queued.entry(task).or_default().push_back(Queued { by: seq, at: record.at, timer });
            }
            None
        }
        Kind::TimerArmed { timer, due, .. } => {
            timers.insert(timer, (seq, due));
            None
        }
        Kind::TimerRemoved { timer } => {
            timers.remove(&timer);
            None
        }
        Kind::Step { task, took, .. } => {
            let queue = queued.entry(task).or_default();
            let place = queue.iter().position(|entry| Some(entry.by) == record.cause).unwrap_or(0);
            let entry = queue.remove(place);
            Some(Turn {
                task,
                ready: entry.map(|entry| entry.by),
                since: entry.map_or(record.at, |entry| entry.at),
                timer: entry.and_then(|entry| entry.timer),
                step: seq,
                begins: record.at,
                took,
            })
        }
        _ => None,
    })
}

/// An entry that no step was paired with yet.
#[derive(Clone, Copy)]
struct Queued {
    by: Seq,
    at: Instant,
    timer: Option<(Seq, Instant)>,
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, ms};
    use super::*;

    #[test]
    fn a_step_takes_its_own_entry_or_the_oldest() {
        let mut sample = Sample::new();
        let a = sample.task("a");
        let first = sample.ready(1, a);
        let second = sample.ready(2, a);
        sample.step(3, a, 1);
        sample.step(5, a, 1);
        let pairs: Vec<_> = turns(&sample.trace).map(|turn| (turn.ready, turn.waited())).collect();
        assert_eq!(
            pairs,
            [(Some(first), Duration::from_millis(2)), (Some(second), Duration::from_millis(3))]
        );
    }

    #[test]
    fn a_step_takes_the_entry_that_caused_it() {
        let mut sample = Sample::new();
        let a = sample.task("a");
        let first = sample.ready(1, a);
        let second = sample.ready(2, a);
        let step = Kind::Step {
            task: a,
            first: false,
            stale: false,
            yielded: crate::trace::record::Yielded::None,
            took: Duration::ZERO,
        };
        sample.trace.push(ms(4), Some(second), step);
        sample.trace.push(ms(6), Some(first), step);
        let waits: Vec<_> = turns(&sample.trace).map(|turn| turn.waited().as_millis()).collect();
        assert_eq!(waits, [2, 5]);
    }

    #[test]
    fn a_step_after_a_timer_knows_when_that_was_due() {
        let mut sample = Sample::new();
        let a = sample.task("a");
        let armed = sample.sleep(1, a, 10);
        sample.ready_by_timer(13, a);
        sample.step(14, a, 1);
        let turn = turns(&sample.trace).next().unwrap();
        assert_eq!(turn.timer, Some((armed, ms(10))));
        // Due at 10 ms, noticed at 13 ms, resumed at 14 ms.
        assert_eq!(turn.overslept(), Some(Duration::from_millis(4)));
        assert_eq!(turn.waited(), Duration::from_millis(1));
    }
}
