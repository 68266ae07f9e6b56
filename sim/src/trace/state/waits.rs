//! What a task waits for, and who could end it, in words.
//!
//! Owns [`Waiting`], which a state's picture and the report of a stuck run show. Knows no columns.

use vpyb_core::time::Instant;

use super::{Phase, State, TaskState};
use crate::trace::record::{Object, Task};
use crate::trace::show_instant;
use crate::trace::words::Words;

/// A task's wait in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// What the task does, in one word.
    pub state: &'static str,
    /// What it waits for; empty if it does not wait.
    pub what: String,
    /// Who could end that: holders, or who set it before; empty if that is no task.
    pub who: String,
    /// Since when.
    pub since: Instant,
}

/// What a task of a state waits for.
pub fn waiting(state: &State, words: &Words<'_>, task: Task, it: &TaskState) -> Waiting {
    let (word, what) = match it.phase {
        Phase::Created => ("created", String::new()),
        Phase::Ready(why) => ("ready", format!("its turn: {}", words.why(why))),
        Phase::Running => ("running", String::new()),
        Phase::Yielded(yielded) => ("yielded", words.yielded(yielded)),
        Phase::Sleeping { timer, due } => ("sleeping", format!("timer {timer}, due {}", show_instant(due))),
        Phase::Waiting { device, write } => {
            let verb = if write { "write to" } else { "read from" };
            ("waiting", format!("{verb} {}", words.text(device)))
        }
        Phase::Parked => ("parked", "something outside the event loop".to_owned()),
        Phase::Waker => ("waker", "a foreign future's waker".to_owned()),
        Phase::Finished(how) => ("finished", words.yielded(how)),
    };
    let Some(wait) = state.sharing.wait_of(task) else {
        return Waiting { state: word, what, who: String::new(), since: it.since };
    };
    let name = words.text(wait.name);
    let called = wait.object.called(&name);
    // A task that polls has turns and pauses of its own while it waits.
    let what = match it.phase {
        Phase::Parked | Phase::Waker => called,
        _ => format!("{called} ({what})"),
    };
    let names: Vec<String> = state.sharing.enders(wait).iter().map(|&task| words.task(task)).collect();
    let who = match (wait.object, names.is_empty()) {
        // Things without a name cannot be told apart.
        _ if name.is_empty() => String::new(),
        (Object::Lock | Object::Semaphore, false) => format!("held by {}", names.join(", ")),
        (Object::Lock | Object::Semaphore, true) => "held by nobody".to_owned(),
        (_, false) => format!("given before by {}", names.join(", ")),
        (_, true) => "nobody gave to it so far".to_owned(),
    };
    Waiting { state: word, what, who, since: wait.since }
}
