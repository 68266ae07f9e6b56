//! What the loop keeps of a task.
//!
//! Owns [`Header`] with the pending-interrupt slot and its transitions, the [`Side`] that a task has only if it needs
//! it, and [`TaskHandle`]. It does not know the queues.
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

use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, Ref, RefCell};

use super::join::Joiner;
use super::names::NameCode;
use super::shared::TaskFuture;
use super::wake::{OwnWaker, Owned};
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

/// Where a task stands. That it runs is not kept in its header: the loop knows whose step is under way.
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
    /// At this place of a timed queue.
    Timer(u32),
    Device(u32),
    /// Waits for a waker only.
    Waker,
}

/// What the loop keeps of each task. It is used again only when nothing names it any more: no handle, no guard, no
/// entry. Small, because there is one for every task; what few tasks need is in the [`Side`].
pub(super) struct Header {
    /// None after the task has ended, and while the loop polls it.
    pub future: Cell<Option<TaskFuture>>,
    side: OnceCell<Owned<Side>>,
    /// The leaf that the next entry completes; 0 if there is none.
    pub leaf: Cell<u32>,
    /// State, pending slot, place and marks.
    status: Cell<u32>,
    pub id: Cell<TaskId>,
    pub name: Cell<NameCode>,
    place_at: Cell<u32>,
    /// Entries in queues and registrations that name this slot.
    entries: Cell<u16>,
    /// Handles and awaits that name this slot.
    holds: Cell<u16>,
}

/// What is noted of a task.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Mark {
    /// A woken entry is in the run queue already.
    Woken = 1 << 9,
    /// Under `FastIo`: its next timed entry to fall due is discarded.
    Cancelled = 1 << 10,
    /// Under `Asyncio3`: it failed, and nobody has asked how it ended yet.
    Unheard = 1 << 11,
}

/// What a task has only if it waits by wakers, or if tasks await one another. It stays with the slot.
#[derive(Default)]
pub(super) struct Side {
    /// The task's own waker, once somebody has kept it.
    pub waker: RefCell<Option<OwnWaker>>,
    /// What it ended with, until somebody asks.
    pub ending: Cell<Option<TaskError>>,
    /// Who awaits it, in order of arrival.
    pub joiners: RefCell<Vec<Joiner>>,
    /// The slot of the task that it awaits, if that is what it waits for.
    pub awaits: Cell<Option<u32>>,
}

// The parts of a status. Those of a plain one are 0.
const STATE: u32 = 3;
const FRESH: u32 = 1;
const FINISHED: u32 = 2;
const PENDING: u32 = 7 << 2;
/// The first of those that are interrupts.
const CANCELLED: u32 = 3 << 2;
/// The task has a waker of its own.
const OWN_WAKER: u32 = 1 << 5;
const PLACE: u32 = 7 << 6;
const NOWHERE: u32 = 1 << 6;
const TIMER: u32 = 2 << 6;
const DEVICE: u32 = 3 << 6;
const WAKER: u32 = 4 << 6;
const PLAIN: u32 = STATE | PENDING | OWN_WAKER | PLACE;

/// Pending slots, each at the place that is its number.
const PENDINGS: [Pending; 6] = [
    Pending::None,
    Pending::Io,
    Pending::Timed,
    Pending::Interrupt(Interrupt::Cancelled),
    Pending::Interrupt(Interrupt::TimedOut),
    Pending::Interrupt(Interrupt::Corrupt),
];

impl Header {
    pub fn new() -> Self {
        Self {
            future: Cell::new(None),
            side: OnceCell::new(),
            id: Cell::new(TaskId(0)),
            name: Cell::new(NameCode::NONE),
            leaf: Cell::new(0),
            status: Cell::new(FINISHED | NOWHERE),
            place_at: Cell::new(0),
            entries: Cell::new(0),
            holds: Cell::new(0),
        }
    }

    /// Makes the header that of a new task.
    pub fn renew(&self, id: TaskId) {
        self.id.set(id);
        self.leaf.set(0);
        let mut own = 0;
        if let Some(side) = self.side() {
            drop(side.ending.take());
            let mut waker = side.waker.borrow_mut();
            // A waker that outlived the former task is not the new one's.
            if waker.as_ref().is_some_and(OwnWaker::is_held) {
                waker.take().inspect(OwnWaker::retire);
            }
            own = if waker.is_some() { OWN_WAKER } else { 0 };
        }
        self.status.set(FRESH | NOWHERE | own | self.status.get() & Mark::Woken as u32);
    }

    /// Puts `to` in the place of a part of the status.
    #[inline]
    fn set(&self, part: u32, to: u32) {
        self.status.set(self.status.get() & !part | to);
    }

    // ---- state, pending slot, marks ----------------------------------------------------------------

    /// The leaf that a resumption of the task by its entry in the run queue completes, if it is nothing but that: the
    /// task is suspended there, nothing is pending, and nobody keeps its waker.
    #[inline]
    pub fn plain_leaf(&self) -> Option<u32> {
        let (leaf, status) = (self.leaf.get(), self.status.get());
        (status & PLAIN == 0).then_some(leaf)
    }

    /// Whether the task is suspended and waits for its own waker, which was called; nothing is pending.
    #[inline]
    pub fn is_plainly_woken(&self) -> bool {
        self.status.get() & (PLAIN | Mark::Woken as u32) == OWN_WAKER | WAKER | Mark::Woken as u32
    }

    /// The task's own waker, if it has one.
    #[inline]
    pub fn own_waker(&self) -> Option<Ref<'_, Option<OwnWaker>>> {
        self.side().map(|side| side.waker.borrow())
    }

    /// The state, except that it is not told here whether the task runs.
    pub fn state(&self) -> State {
        match self.status.get() & STATE {
            FRESH => State::Fresh,
            FINISHED => State::Finished,
            _ => State::Suspended,
        }
    }

    /// The task has begun; true if it had not.
    pub fn begin(&self) -> bool {
        let fresh = self.is_fresh();
        self.set(STATE, 0);
        fresh
    }

    pub fn finish(&self) {
        self.set(STATE, FINISHED);
    }

    pub fn is_finished(&self) -> bool {
        self.status.get() & STATE == FINISHED
    }

    pub fn is_fresh(&self) -> bool {
        self.status.get() & STATE == FRESH
    }

    pub fn pending(&self) -> Pending {
        PENDINGS[((self.status.get() & PENDING) >> 2) as usize % PENDINGS.len()]
    }

    pub fn set_pending(&self, pending: Pending) {
        let number = match pending {
            Pending::None => 0,
            Pending::Io => 1,
            Pending::Timed => 2,
            Pending::Interrupt(Interrupt::Cancelled) => 3,
            Pending::Interrupt(Interrupt::TimedOut) => 4,
            Pending::Interrupt(Interrupt::Corrupt) => 5,
        };
        self.set(PENDING, number << 2);
    }

    /// Whether an interrupt is pending.
    #[inline]
    pub fn is_interrupted(&self) -> bool {
        self.status.get() & PENDING >= CANCELLED
    }

    pub fn replace_pending(&self, pending: Pending) -> Pending {
        let before = self.pending();
        self.set_pending(pending);
        before
    }

    pub fn has(&self, mark: Mark) -> bool {
        self.status.get() & mark as u32 != 0
    }

    pub fn mark(&self, mark: Mark) {
        self.set(0, mark as u32);
    }

    /// Takes a mark away; true if there was one.
    pub fn unmark(&self, mark: Mark) -> bool {
        let had = self.has(mark);
        self.set(mark as u32, 0);
        had
    }

    // ---- where its entry is ------------------------------------------------------------------------

    pub fn place(&self) -> Place {
        match self.status.get() & PLACE {
            NOWHERE => Place::Nowhere,
            TIMER => Place::Timer(self.place_at.get()),
            DEVICE => Place::Device(self.place_at.get()),
            WAKER => Place::Waker,
            _ => Place::RunQueue,
        }
    }

    pub fn set_place(&self, place: Place) {
        debug_assert!(
            !self.is_finished() || matches!(place, Place::Nowhere | Place::RunQueue),
            "a task that has ended has no place"
        );
        let (kind, at) = match place {
            Place::RunQueue => (0, None),
            Place::Nowhere => (NOWHERE, None),
            Place::Timer(at) => (TIMER, Some(at)),
            Place::Device(at) => (DEVICE, Some(at)),
            Place::Waker => (WAKER, None),
        };
        self.set(PLACE, kind);
        if let Some(at) = at {
            self.place_at.set(at);
        }
    }

    /// The slot that was retired after this one, if there is one.
    pub fn next_retired(&self) -> u32 {
        self.place_at.get()
    }

    /// Notes the slot that was retired after this one, where the place of a task is kept that has not ended.
    pub fn retire_before(&self, slot: u32) {
        self.place_at.set(slot);
    }

    // ---- what names the slot -----------------------------------------------------------------------

    pub fn count_entry(&self) {
        count(&self.entries);
    }

    pub fn discount_entry(&self) {
        debug_assert!(self.entries.get() > 0, "an entry is counted before it is taken");
        discount(&self.entries);
    }

    pub fn hold(&self) {
        count(&self.holds);
    }

    pub fn release(&self) {
        discount(&self.holds);
    }

    pub fn is_held(&self) -> bool {
        self.holds.get() > 0
    }

    /// Whether anything names the slot of a task that has ended.
    pub fn is_named(&self) -> bool {
        self.entries.get() > 0 || self.is_held()
    }

    // ---- the side ----------------------------------------------------------------------------------

    /// The side, if the task ever needed one.
    #[inline]
    pub fn side(&self) -> Option<&Side> {
        self.side.get().map(|side| &**side)
    }

    pub fn make_side(&self) -> &Side {
        self.side.get_or_init(Owned::default)
    }

    /// Keeps a waker for the task alone.
    pub fn keep_waker(&self, waker: OwnWaker) {
        self.make_side().waker.replace(Some(waker));
        self.set(0, OWN_WAKER);
    }
}

/// A count that has once been full stays so: what it counts is kept for good.
#[inline(never)]
fn count(counter: &Cell<u16>) {
    counter.set(counter.get().saturating_add(1));
}

#[inline(never)]
fn discount(counter: &Cell<u16>) {
    if counter.get() < u16::MAX {
        counter.set(counter.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_small() {
        // Two words for the future, one for the side, and 24 bytes.
        assert!(size_of::<Header>() <= 3 * size_of::<usize>() + 24);
    }

    #[test]
    fn state_and_pending_slot_do_not_disturb_each_other() {
        let header = Header::new();
        header.renew(TaskId(1));
        for pending in PENDINGS {
            header.set_pending(pending);
            assert_eq!((header.state(), header.pending()), (State::Fresh, pending));
        }
        header.set_pending(Pending::None);
        assert!(header.begin() && header.plain_leaf().is_none());
        header.set_place(Place::RunQueue);
        assert_eq!(header.plain_leaf(), Some(0));
        header.finish();
        assert_eq!((header.state(), header.pending()), (State::Finished, Pending::None));
    }

    #[test]
    fn a_full_count_stays() {
        let header = Header::new();
        (0..=u16::MAX).for_each(|_| header.hold());
        (0..=u16::MAX).for_each(|_| header.release());
        assert!(header.is_held());
    }
}
