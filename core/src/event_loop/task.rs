//! What the loop keeps of a task beside its future.
//!
//! Owns [`Header`], the pending-interrupt slot with its transitions, names, and [`TaskHandle`]. It does
//! not know the queues.
//!
//! The pending slot (one per task; an undelivered interrupt is replaced by a later one):
//!
//! ```text
//!            apply: yields IoRead/IoWrite             cancel, time-out
//!   None ───────────────────────────────▶ Io ───────────────────────────▶ Interrupt
//!    ▲ ▲ ▲                                 │  (and the task is queued)       │ │
//!    │ │ └──────────── device ready ───────┘                                 │ │
//!    │ └────────────── device ready (the interrupt is lost, §3.5.4) ─────────┘ │
//!    └──────────────── step begins: delivered ─────────────────────────────────┘
//!   None ── cancel, time-out ──▶ Interrupt      (delivered when the task is next resumed)
//!   Io ──── a leftover entry resumes it ──▶ delivered as Corrupt
//! ```
//!
//! `FastIo` adds the marker `Timed`, set when the task goes into a timed queue and cleared when it leaves it. An
//! interrupt that finds it queues the task at once and has the timed entry discarded when it is due. There, an
//! interrupt that finds another one pending is an error.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;

use super::join::Joiner;
use crate::error::{Interrupt, TaskError};
use crate::observer::TaskId;

/// The pending-interrupt slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pending {
    None,
    /// Waits for a device.
    Io,
    /// Under `FastIo`: is in the wait queue or in the low-priority queue.
    Timed,
    Interrupt(Interrupt),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Has not had its first step.
    Fresh,
    Suspended,
    Running,
    Finished,
}

/// Where the entry of the task's innermost leaf is, so that a dropped leaf can take it back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Nowhere,
    RunQueue,
    Timer(u32),
    Device(u32),
    /// Waits for a waker only.
    Waker,
}

/// A task's name: given by the program, or its function's with a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskName {
    base: Cow<'static, str>,
    number: Option<u32>,
}

impl TaskName {
    /// A name that the program gives.
    pub fn given(name: impl Into<Cow<'static, str>>) -> Self {
        Self { base: name.into(), number: None }
    }

    /// The name of the `number`th task made of the future type `F`: `function#number`.
    pub(super) fn numbered(base: &'static str, number: u32) -> Self {
        Self { base: Cow::Borrowed(base), number: Some(number) }
    }

    /// The function that a future type was made by: `sender` of `my::sender::{{closure}}`.
    pub(super) fn function_of<F>() -> &'static str {
        let full = core::any::type_name::<F>();
        let path = full.split('<').next().unwrap_or(full);
        path.rsplit("::").find(|part| !part.starts_with('{')).unwrap_or("task")
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)?;
        match self.number {
            Some(number) => write!(f, "#{number}"),
            None => Ok(()),
        }
    }
}

/// What the loop keeps of a task. It is used again only when nothing names it any more: no handle, no
/// guard, no entry.
pub(super) struct Header {
    pub slot: u32,
    pub id: Cell<TaskId>,
    pub state: Cell<State>,
    pub pending: Cell<Pending>,
    /// The leaf that the next entry completes; 0 if there is none.
    pub leaf: Cell<u32>,
    pub place: Cell<Place>,
    /// Entries in queues and registrations that name this slot.
    pub entries: Cell<u32>,
    /// A woken entry is in the run queue already.
    pub woken: Cell<bool>,
    /// Under `FastIo`: its next timed entry to fall due is discarded.
    pub cancelled: Cell<bool>,
    pub name: RefCell<TaskName>,
    /// What it ended with, until somebody asks.
    pub ending: Cell<Option<TaskError>>,
    /// Who awaits it, in order of arrival.
    pub joiners: RefCell<Vec<Joiner>>,
    /// The task that it awaits, if that is what it waits for.
    pub awaits: RefCell<Option<Rc<Header>>>,
    /// Under `Asyncio3`: it failed, and nobody has asked how it ended yet.
    pub unheard: Cell<bool>,
}

impl Header {
    pub fn new(slot: u32) -> Self {
        Self {
            slot,
            id: Cell::new(TaskId(0)),
            state: Cell::new(State::Finished),
            pending: Cell::new(Pending::None),
            leaf: Cell::new(0),
            place: Cell::new(Place::Nowhere),
            entries: Cell::new(0),
            woken: Cell::new(false),
            cancelled: Cell::new(false),
            name: RefCell::new(TaskName::given("")),
            ending: Cell::new(None),
            joiners: RefCell::default(),
            awaits: RefCell::default(),
            unheard: Cell::new(false),
        }
    }

    /// Makes the header that of a new task.
    pub fn renew(&self, id: TaskId, name: TaskName) {
        self.id.set(id);
        self.state.set(State::Fresh);
        self.pending.set(Pending::None);
        self.leaf.set(0);
        self.place.set(Place::Nowhere);
        self.cancelled.set(false);
        self.unheard.set(false);
        drop(self.ending.take());
        *self.name.borrow_mut() = name;
    }

    #[inline]
    pub fn count_entry(&self) {
        self.entries.set(self.entries.get() + 1);
    }

    #[inline]
    pub fn discount_entry(&self) {
        debug_assert!(self.entries.get() > 0, "an entry is counted before it is taken");
        self.entries.set(self.entries.get() - 1);
    }
}

/// Names a task, so that it can be cancelled or asked about. Dropping it changes nothing.
#[derive(Clone)]
pub struct TaskHandle {
    pub(super) header: Rc<Header>,
}

impl TaskHandle {
    /// The task's number.
    pub fn id(&self) -> TaskId {
        self.header.id.get()
    }

    /// The task's name.
    pub fn name(&self) -> TaskName {
        self.header.name.borrow().clone()
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.header.state.get() == State::Finished
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskHandle({})", self.header.name.borrow())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    async fn sender() {}

    fn function_of<F>(_: &F) -> &'static str {
        TaskName::function_of::<F>()
    }

    #[test]
    fn a_task_is_called_like_its_function() {
        assert_eq!(function_of(&sender()), "sender");
        assert_eq!(TaskName::numbered("sender", 2).to_string(), "sender#2");
        assert_eq!(TaskName::given("reader").to_string(), "reader");
    }
}
