//! What tasks share, as records tell: who waits for what, who holds it, who gives to it.
//!
//! Owns [`Sharing`]. Things without a name cannot be told apart, so that of them only the waits are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use crate::trace::record::{Kind, Name, Object, Record, Seq, Task, Use};

/// A task's wait for something that tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// What it is.
    pub object: Object,
    /// Its name, perhaps empty.
    pub name: Name,
    /// Since when.
    pub since: Instant,
    /// The record that says so.
    pub by: Seq,
}

/// What is known of one thing that tasks share.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Shared {
    /// Who holds it: who took it and did not give it back, once for each time.
    pub holders: Vec<Task>,
    /// Who has given it back, set it, or put something into it, ever, in order of their first time.
    pub givers: Vec<Task>,
}

/// Waits and things that tasks share.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sharing {
    /// What each task waits for, innermost last.
    pub waits: BTreeMap<Task, Vec<Wait>>,
    /// The things, by kind and name.
    pub things: BTreeMap<(Object, Name), Shared>,
}

impl Sharing {
    /// Takes in a record about what tasks share, or the end of a task.
    pub fn apply(&mut self, seq: Seq, record: &Record) {
        match record.kind {
            Kind::Used { task, object, name, how } => {
                if let Some(task) = task {
                    self.wait(task, Wait { object, name, since: record.at, by: seq }, how);
                }
                let thing = self.things.entry((object, name)).or_default();
                match (how, task) {
                    (Use::Acquired, Some(task)) => thing.holders.push(task),
                    (Use::Released, _) => {
                        let own = thing.holders.iter().position(|holder| Some(*holder) == task);
                        // A lock may be given back by another task than its holder.
                        if let Some(place) = own.or((!thing.holders.is_empty()).then_some(0)) {
                            thing.holders.remove(place);
                        }
                        thing.gives(task);
                    }
                    (Use::Set | Use::Put, _) => thing.gives(task),
                    _ => {}
                }
            }
            Kind::Finished { task } => {
                self.waits.remove(&task);
            }
            _ => {}
        }
    }

    fn wait(&mut self, task: Task, wait: Wait, how: Use) {
        let waits = self.waits.entry(task).or_default();
        match how {
            Use::WaitsOn => waits.push(wait),
            Use::WaitEnds => {
                let same = |other: &Wait| (other.object, other.name) == (wait.object, wait.name);
                if let Some(place) = waits.iter().rposition(same) {
                    waits.remove(place);
                }
            }
            _ => {}
        }
        if waits.is_empty() {
            self.waits.remove(&task);
        }
    }

    /// What a task waits for, if it waits for something that tasks share.
    pub fn wait_of(&self, task: Task) -> Option<Wait> {
        self.waits.get(&task).and_then(|waits| waits.last()).copied()
    }

    /// Who could end a wait: the holders of a lock or semaphore; else who has set or filled the thing before.
    pub fn enders(&self, wait: Wait) -> &[Task] {
        let Some(thing) = self.things.get(&(wait.object, wait.name)) else { return &[] };
        if matches!(wait.object, Object::Lock | Object::Semaphore) { &thing.holders } else { &thing.givers }
    }
}

impl Shared {
    fn gives(&mut self, task: Option<Task>) {
        if let Some(task) = task
            && !self.givers.contains(&task)
        {
            self.givers.push(task);
        }
    }
}
