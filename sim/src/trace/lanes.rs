//! What each task did, as a line of changes: running, ready, sleeping, waiting.
//!
//! Owns [`lanes`], which pictures of a run are drawn from. What a task does is what the fold says.

use std::collections::BTreeMap;

use vpyb_core::time::Instant;

use super::record::{Entry, Name, Seq, Task};
use super::{Phase, State, Trace};

/// What a task does, as far as a picture shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lane {
    /// It was made and is in no queue yet.
    New,
    /// It waits for its turn.
    Ready,
    /// The CPU is in its step.
    Running,
    /// It waits for its timer.
    Sleeping,
    /// It waits for a device.
    Waiting(Name),
    /// It waits for something else: another task, or a waker.
    Parked,
    /// It has ended.
    Ended,
}

/// From here on a task does this.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Since when.
    pub at: Instant,
    /// What.
    pub lane: Lane,
    /// The record that says so.
    pub by: Seq,
}

impl Lane {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Sleeping => "sleeping",
            Self::Waiting(_) => "waiting",
            Self::Parked => "parked",
            Self::Ended => "ended",
        }
    }
}

impl From<Phase> for Lane {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Created => Self::New,
            // The loop acts on it at once.
            Phase::Ready(_) | Phase::Yielded(_) => Self::Ready,
            Phase::Running => Self::Running,
            Phase::Sleeping { .. } => Self::Sleeping,
            Phase::Waiting { device, .. } => Self::Waiting(device),
            Phase::Parked | Phase::Waker => Self::Parked,
            Phase::Finished(_) => Self::Ended,
        }
    }
}

/// The changes of each task in order of time, no two at one instant and none to what it did before.
pub fn lanes(trace: &Trace) -> BTreeMap<Task, Vec<Change>> {
    let mut lanes: BTreeMap<Task, Vec<Change>> = BTreeMap::new();
    let mut state = trace.begin_state();
    for &task in state.scheduling.tasks.keys() {
        note(&mut lanes, &state, task);
    }
    let mut on_cpu = None;
    for (seq, record) in trace.iter() {
        state.apply(trace, seq, &record);
        // A record changes the task that it is about, and ends the step before it.
        for task in [on_cpu, record.kind.task()].into_iter().flatten() {
            note(&mut lanes, &state, task);
        }
        on_cpu = state.scheduling.cpu.and_then(|cpu| match cpu.entry {
            Entry::Task(task) => Some(task),
            Entry::Callback(_) => None,
        });
    }
    state.scheduling.settle(trace.end());
    on_cpu.into_iter().for_each(|task| note(&mut lanes, &state, task));
    lanes
}

/// Enters what a task does now, if that is new.
fn note(lanes: &mut BTreeMap<Task, Vec<Change>>, state: &State, task: Task) {
    let Some(own) = state.scheduling.tasks.get(&task) else { return };
    let (at, lane, by) = (own.since, Lane::from(own.phase), own.by);
    let changes = lanes.entry(task).or_default();
    // What lasted no time is not shown.
    while changes.last().is_some_and(|last| last.at >= at && last.lane != lane) {
        changes.pop();
    }
    if changes.last().is_none_or(|last| last.lane != lane) {
        changes.push(Change { at, lane, by });
    }
}
