//! Counters of the event loop, and the bound on how late a sleep can end.
//!
//! Owns [`Load`]. The tutorial (section 6.1) estimates the worst overrun of a delay by summing, over every
//! other task, its longest time between yields. That is what one pass can take. Under `uasyncio-v2` and
//! `fast-io` the true bound is **twice** that: a timer that becomes due just after a pass began is only
//! noticed when that pass is over, and then queues behind all who were re-queued during it. Each of the
//! two passes also takes its own time outside of steps: callbacks, the poll, interrupt handlers.
//! Under `asyncio-v3` there is one queue ordered by due time, so every other task goes ahead once at
//! most; but the loop polls after each step.
//!
//! The bound is computed from the steps that were seen; a longer one in another run moves it. It is no
//! bound for `fast-io` with an I/O queue, whose tasks may run more than once a pass, nor while the CPU
//! is stalled from outside inside a step.

use std::collections::BTreeMap;
use std::iter::Peekable;

use vpyb_core::time::{Duration, Instant};

use super::super::{Focus, Turn, Value};
use super::Counters;
use super::task::Tally;
use crate::trace::record::{Kind, Task};
use crate::trace::{Seq, Trace};

const UNAWAITED: &str = "sched.unawaited";
const NEVER_STARTED: &str = "sched.never_started";

/// What can delay a sleeper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Load {
    longest: BTreeMap<Task, Duration>,
    /// The sum of these.
    sum: Duration,
    overhead: Duration,
    one_queue: bool,
}

impl Load {
    /// The sum of the longest steps of all tasks but this.
    pub(super) fn sum(&self, sleeper: Option<Task>) -> Duration {
        let own = sleeper.and_then(|sleeper| self.longest.get(&sleeper));
        self.sum.saturating_sub(own.copied().unwrap_or_default())
    }

    /// The longest that a sleep of this task can overrun.
    pub(super) fn bound(&self, sleeper: Option<Task>) -> Duration {
        if self.one_queue {
            // Each other task, and the sleeper itself, may be followed by a poll.
            self.sum(sleeper) + self.overhead.times(self.longest.len() as u64)
        } else {
            (self.sum(sleeper) + self.overhead).times(2)
        }
    }
}

/// Enters the loop's counters, and returns what can delay a sleeper.
pub(super) fn count(
    trace: &Trace,
    tallies: &BTreeMap<Task, Tally>,
    overhead: Duration,
    counters: &mut Counters,
) -> Load {
    let (mut passes, mut idle) = (0, Duration::ZERO);
    for name in [UNAWAITED, NEVER_STARTED] {
        counters.set(name.into(), Value::Count(0), None);
    }
    for (seq, record) in trace.iter() {
        match record.kind {
            Kind::Polled { waited, .. } => {
                passes += 1;
                idle += waited;
            }
            Kind::Unawaited { .. } => counters.add(UNAWAITED, 1, Focus::at(seq)),
            Kind::NeverStarted { .. } => counters.add(NEVER_STARTED, 1, Focus::at(seq)),
            _ => {}
        }
    }
    let load = Load {
        longest: tallies.iter().map(|(&task, tally)| (task, tally.step.span)).collect(),
        sum: tallies.values().fold(Duration::ZERO, |sum, tally| sum + tally.step.span),
        overhead,
        one_queue: trace.meta().scheduler == "asyncio-v3",
    };
    // Of those that overslept equally the first created is taken.
    let sleepers = tallies.iter().filter_map(|(&task, tally)| Some((task, tally.oversleep?.span)));
    let worst =
        sleepers.reduce(|worst, next| if next.1 > worst.1 { next } else { worst }).map(|(task, _)| task);
    counters.set("sched.passes".into(), Value::Count(passes), None);
    counters.set("sched.idle".into(), idle.into(), None);
    counters.set("sched.bound".into(), load.bound(worst).into(), None);
    counters.set("sched.bound.sum".into(), load.sum(worst).into(), None);
    load
}

/// The polls of a trace, each with the time that was waited in it.
type Polls<'a> = Box<dyn Iterator<Item = (Seq, Duration)> + 'a>;

/// What passes take outside of steps and of waiting, followed step by step.
///
/// Between two steps lies no poll (the same pass goes on), one, or several (nothing was ready): then each
/// counts as a pass with an even share.
pub(super) struct Passes<'a> {
    polls: Peekable<Polls<'a>>,
    ended: Option<Instant>,
    pass: Duration,
    longest: Duration,
}

impl<'a> Passes<'a> {
    /// Before the first step.
    pub(super) fn of(trace: &'a Trace) -> Self {
        let polls: Polls = Box::new(trace.iter().filter_map(|(seq, record)| match record.kind {
            Kind::Polled { waited, .. } => Some((seq, waited)),
            _ => None,
        }));
        Self { polls: polls.peekable(), ended: None, pass: Duration::ZERO, longest: Duration::ZERO }
    }

    /// Takes in the next step.
    pub(super) fn take(&mut self, turn: &Turn) {
        let (mut n, mut waited) = (0, Duration::ZERO);
        while let Some((_, span)) = self.polls.next_if(|&(seq, _)| seq < turn.step) {
            n += 1;
            waited += span;
        }
        let gap = self.ended.map_or(Duration::ZERO, |ended| turn.begins.since(ended)).saturating_sub(waited);
        if n == 0 {
            self.pass += gap;
        } else {
            self.longest = self.longest.max(self.pass + Duration::from_nanos(gap.as_nanos().div_ceil(n)));
            self.pass = Duration::ZERO;
        }
        self.ended = Some(turn.ends());
    }

    /// The longest of them.
    pub(super) fn longest(&self) -> Duration {
        self.longest.max(self.pass)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{Sample, span};
    use super::super::super::{Counters, Roster, turns};
    use super::*;
    use crate::trace::Meta;

    /// Two hogs of 8 ms and 5 ms; a sleeper due at 1 ms, just after the first pass began, is resumed at 27 ms.
    fn late_sleeper(scheduler: &str) -> Counters {
        let mut sample = Sample::new();
        sample.trace = Trace::new(Meta { scheduler: scheduler.into(), ..Meta::default() });
        let (sleeper, one, two) = (sample.task("sleeper"), sample.task("hog#1"), sample.task("hog#2"));
        sample.sleep(0, sleeper, 1);
        for pass in [0, 14] {
            sample.step(pass, one, 8);
            sample.step(pass + 8, two, 5);
            // The poll takes 1 ms and waits for nothing.
            if pass == 0 {
                sample.poll(14, 0);
                sample.ready_by_timer(14, sleeper);
            }
        }
        sample.step(27, sleeper, 2);
        super::super::count(&sample.trace, &Roster::of(&sample.trace))
    }

    #[test]
    fn the_tutorials_sum_is_exceeded_and_twice_that_is_not() {
        let counters = late_sleeper("uasyncio-v2");
        let value = |name: &str| counters.value(name).unwrap();
        assert_eq!(value("task.sleeper.sleep_overrun"), span(26));
        // 8 + 5 ms, the other tasks' longest steps.
        assert_eq!(value("sched.bound.sum"), span(13));
        // Twice that, and twice the 1 ms of the poll.
        assert_eq!(value("sched.bound"), span(28));
        assert_eq!(value("task.sleeper.sleep_bound"), span(28));
        // For the hogs the other hog and the sleeper count; the longer sum is that of hog#2: 8 + 2 ms.
        assert_eq!(value("task.hog.sleep_bound.sum"), span(10));
        assert_eq!(value("task.hog#1.sleep_bound.sum"), span(7));
        assert_eq!(value("sched.passes"), Value::Count(1));
        assert_eq!(value("sched.idle"), span(0));
    }

    #[test]
    fn in_one_queue_each_goes_ahead_once() {
        // 13 ms, and a poll of 1 ms after each of three tasks.
        assert_eq!(late_sleeper("asyncio-v3").value("sched.bound"), Ok(span(16)));
    }

    #[test]
    fn waiting_is_no_overhead() {
        let mut sample = Sample::new();
        let a = sample.task("a");
        sample.step(0, a, 1);
        // 11 ms pass from step to step; 9 of them are waited for, and two polls share the rest.
        sample.poll(6, 4);
        sample.poll(12, 5);
        sample.step(12, a, 1);
        let mut passes = Passes::of(&sample.trace);
        turns(&sample.trace).for_each(|turn| passes.take(&turn));
        assert_eq!(passes.longest(), Duration::from_millis(1));
    }
}
