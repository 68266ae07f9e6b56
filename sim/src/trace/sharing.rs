//! What tasks share, as records tell of it: locks, events, queues and their like.
//!
//! Owns [`Object`] and [`Use`], their words and their sentences. Knows no tasks.

use serde::{Deserialize, Serialize};

/// A kind of thing that tasks share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Object {
    /// A lock.
    Lock,
    /// An event.
    Event,
    /// A barrier.
    Barrier,
    /// A semaphore, bounded or not.
    Semaphore,
    /// A condition.
    Condition,
    /// A queue of items.
    Queue,
    /// A pause that can be extended and stopped.
    Delay,
    /// A future of another crate, or a flag of an interrupt handler.
    Future,
}

/// What was done to a thing that tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Use {
    /// The task begins to wait for it.
    WaitsOn,
    /// The wait is over, however it ended.
    WaitEnds,
    /// A lock, or a place of a semaphore, was taken.
    Acquired,
    /// It was given back.
    Released,
    /// An event was set, a barrier opened, a condition notified.
    Set,
    /// An event was cleared.
    Cleared,
    /// An item went into a queue.
    Put,
    /// An item was taken out of a queue.
    Got,
}

impl Object {
    /// Its word, as exports and searches spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Event => "event",
            Self::Barrier => "barrier",
            Self::Semaphore => "semaphore",
            Self::Condition => "condition",
            Self::Queue => "queue",
            Self::Delay => "delay",
            Self::Future => "future",
        }
    }

    /// What it is called: `lock a`; `a lock` if it has no name.
    pub fn called(self, name: &str) -> String {
        let word = self.word();
        match (name, self) {
            ("", Self::Event) => format!("an {word}"),
            ("", _) => format!("a {word}"),
            (name, Self::Future) => name.to_owned(),
            (name, _) => format!("{word} {name}"),
        }
    }
}

impl Use {
    /// Its word, as exports and searches spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::WaitsOn => "waits_on",
            Self::WaitEnds => "wait_ends",
            Self::Acquired => "acquired",
            Self::Released => "released",
            Self::Set => "set",
            Self::Cleared => "cleared",
            Self::Put => "put",
            Self::Got => "got",
        }
    }

    /// What was done to which thing, in words.
    pub fn of(self, object: Object, name: &str) -> String {
        let called = object.called(name);
        match (self, object) {
            (Self::WaitsOn, _) => format!("waits for {called}"),
            (Self::WaitEnds, _) => format!("no longer waits for {called}"),
            (Self::Acquired, _) => format!("takes {called}"),
            (Self::Released, _) => format!("gives {called} back"),
            (Self::Set, Object::Barrier) => format!("opens {called}"),
            (Self::Set, Object::Condition) => format!("notifies {called}"),
            (Self::Set, _) => format!("sets {called}"),
            (Self::Cleared, _) => format!("clears {called}"),
            (Self::Put, _) => format!("puts into {called}"),
            (Self::Got, _) => format!("takes from {called}"),
        }
    }
}
