//! Counters of tasks.
//!
//! Owns a task's tally and how the tallies of several tasks with one name are put together: counts add
//! up, times take the longest. Knows nothing of the loop.

use std::collections::BTreeMap;

use vpyb_core::time::Duration;

use super::super::{Focus, Roster, Value, turns};
use super::Counters;
use super::sched::{Load, Passes};
use crate::trace::Trace;
use crate::trace::record::{Interrupt, Kind, Task};

/// What was counted of one task.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Tally {
    steps: i64,
    cancelled: i64,
    /// The first cancellation.
    cancelled_at: Option<Focus>,
    latency: Longest,
    pub(super) step: Longest,
    pub(super) oversleep: Option<Longest>,
}

/// The longest of several spans, and where it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Longest {
    pub(super) span: Duration,
    at: Option<Focus>,
}

impl Longest {
    /// Of equal spans the first stays.
    fn meet(&mut self, span: Duration, at: Focus) {
        if self.at.is_none() || span > self.span {
            *self = Self { span, at: Some(at) };
        }
    }
}

/// Counts for every task that was created, and takes in how long passes are.
pub(super) fn tally(trace: &Trace, roster: &Roster, passes: &mut Passes) -> BTreeMap<Task, Tally> {
    let mut tallies: BTreeMap<Task, Tally> =
        roster.tasks().map(|(task, _)| (task, Tally::default())).collect();
    for turn in turns(trace) {
        passes.take(&turn);
        let tally = tallies.entry(turn.task).or_default();
        let whole = Focus { from: turn.ready.unwrap_or(turn.step), to: turn.step };
        tally.steps += 1;
        tally.latency.meet(turn.waited(), whole);
        tally.step.meet(turn.took, Focus::at(turn.step));
        if let (Some((armed, _)), Some(late)) = (turn.timer, turn.overslept()) {
            tally.oversleep.get_or_insert_default().meet(late, Focus { from: armed, to: turn.step });
        }
    }
    for (seq, record) in trace.iter() {
        if let Kind::Interrupted { task, with: Interrupt::Cancelled } = record.kind {
            let tally = tallies.entry(task).or_default();
            tally.cancelled += 1;
            tally.cancelled_at.get_or_insert(Focus::at(seq));
        }
    }
    tallies
}

/// Enters the counters of each task's name, and of `hog` for all `hog#n`.
pub(super) fn count(tallies: &BTreeMap<Task, Tally>, roster: &Roster, load: &Load, counters: &mut Counters) {
    let mut groups: BTreeMap<String, Vec<Task>> = BTreeMap::new();
    for &task in tallies.keys() {
        let name = roster.task(task);
        if let Some((stem, _)) = name.split_once('#') {
            groups.entry(stem.to_owned()).or_default().push(task);
        }
        groups.entry(name).or_default().push(task);
    }
    for (name, members) in groups {
        let mut whole = Tally::default();
        for member in members.iter().map(|task| tallies[task]) {
            whole.steps += member.steps;
            whole.cancelled += member.cancelled;
            whole.cancelled_at = whole.cancelled_at.or(member.cancelled_at);
            join(&mut whole.latency, member.latency);
            join(&mut whole.step, member.step);
            join(whole.oversleep.get_or_insert_default(), member.oversleep.unwrap_or_default());
        }
        let oversleep = whole.oversleep.unwrap_or_default();
        let longest = |bound: &dyn Fn(Task) -> Duration| {
            members.iter().map(|&task| bound(task)).max().unwrap_or_default().into()
        };
        let mut set = |word: &str, value: Value, at| counters.set(format!("task.{name}.{word}"), value, at);
        set("steps", Value::Count(whole.steps), None);
        set("cancelled", Value::Count(whole.cancelled), whole.cancelled_at);
        set("max_latency", whole.latency.span.into(), whole.latency.at);
        set("max_step", whole.step.span.into(), whole.step.at);
        set("sleep_overrun", oversleep.span.into(), oversleep.at);
        set("sleep_bound", longest(&|task| load.bound(Some(task))), None);
        set("sleep_bound.sum", longest(&|task| load.sum(Some(task))), None);
    }
}

fn join(whole: &mut Longest, member: Longest) {
    if let Some(at) = member.at {
        whole.meet(member.span, at);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{Sample, span};
    use super::*;

    #[test]
    fn several_tasks_of_one_name_add_up_or_take_the_longest() {
        let mut sample = Sample::new();
        let (one, two) = (sample.task("hog#1"), sample.task("hog#2"));
        sample.ready(0, one);
        sample.ready(0, two);
        sample.step(0, one, 8);
        let late = sample.step(8, two, 3);
        sample.push(11, Kind::Interrupted { task: one, with: Interrupt::Cancelled });
        sample.push(11, Kind::Interrupted { task: one, with: Interrupt::TimedOut });
        let counters = super::super::count(&sample.trace, &Roster::of(&sample.trace));
        let value = |name: &str| counters.value(name).unwrap();
        assert_eq!(value("task.hog.steps"), Value::Count(2));
        assert_eq!(value("task.hog#1.steps"), Value::Count(1));
        assert_eq!(value("task.hog.max_step"), span(8));
        assert_eq!(value("task.hog#2.max_step"), span(3));
        assert_eq!(value("task.hog.max_latency"), span(8));
        assert_eq!(counters.get("task.hog.max_latency").unwrap().witness.unwrap().to, late);
        // A time-out is not a cancellation.
        assert_eq!(value("task.hog.cancelled"), Value::Count(1));
        assert_eq!(value("task.hog.sleep_overrun"), span(0));
    }
}
