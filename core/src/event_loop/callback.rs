//! Callbacks: plain functions that the loop calls, and the timers of `wait_for`.
//!
//! Owns their slots and what running one means. A time-out's timer is a callback as in the original: it
//! takes two places in the run queue and costs a turn.

use alloc::boxed::Box;
use core::cell::{RefCell, RefMut};
use core::task::{Context, Poll, Waker};

use slab::Slab;

use super::entry::RawEntry;
use super::shared::{Shared, Timed};
use super::task::Mark;
use crate::error::{Interrupt, QueueFull, TaskError};
use crate::observer::{CallbackId, Entry, Event, Why};

/// Names a callback's slot for as long as its entry is queued.
pub(crate) struct Guard {
    key: usize,
    id: CallbackId,
    /// Its place in a timed queue.
    place: Option<u32>,
}

pub(super) struct Callback {
    pub id: CallbackId,
    pub what: What,
}

pub(super) enum What {
    Function(Box<dyn FnOnce() -> Result<(), TaskError>>),
    Timeout(Timeout),
}

/// The timer of a `wait_for`.
///
/// It hits the task if that waits for what this `wait_for` awaits. A part of a task (`select`, `join_all`) is hit alone:
/// the timer is then kept as expired, and the part raises the time-out when it is polled.
pub(super) struct Timeout {
    /// The task's slot, until the wait is over.
    task: Option<u32>,
    /// The leaf by which what is awaited last spoke for the task; [`STRAY`] if nothing is awaited any more.
    leaf: u32,
    /// Who wakes the part if the wait began as one.
    part: Option<Waker>,
    expiry: Expiry,
}

/// No leaf: whatever the task waits for is hit.
const STRAY: u32 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expiry {
    /// It is queued.
    ToCome,
    /// Its time is over, and a part of a task has to be told.
    ToTell,
    /// That part has been told.
    Told,
}

/// When a callback is queued to run.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// At once.
    Soon,
    /// After so many milliseconds, through the wait queue.
    Later(i32),
    /// After so many milliseconds, through the low-priority queue.
    After(i32),
}

impl When {
    /// `call_later_ms`: a delay of 0 does not go through the wait queue.
    pub fn later_ms(ms: i32) -> Self {
        if ms == 0 { Self::Soon } else { Self::Later(ms) }
    }
}

/// What a callback may return.
pub trait Outcome {
    /// As a result that the loop understands.
    fn into_result(self) -> Result<(), TaskError>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), TaskError> {
        Ok(())
    }
}

impl Outcome for Result<(), TaskError> {
    fn into_result(self) -> Result<(), TaskError> {
        self
    }
}

/// What the loop does with callbacks. It has this from the first of them on: a firmware without them does not hold the
/// code.
pub(super) trait Callbacks {
    /// Their slots.
    fn slots(&self) -> &RefCell<Slab<Callback>>;

    /// The id of the callback in a slot.
    fn id(&self, shared: &Shared, key: u32) -> CallbackId;

    /// Queues it, as it is due.
    fn queue(&self, shared: &Shared, key: u32, why: Why<'_>) -> Result<(), QueueFull>;

    /// Runs it.
    fn run(&self, shared: &Shared, key: u32) -> Result<(), TaskError>;
}

/// The callbacks of a loop that has some.
#[derive(Default)]
struct Known(RefCell<Slab<Callback>>);

impl Callbacks for Known {
    fn slots(&self) -> &RefCell<Slab<Callback>> {
        &self.0
    }

    fn id(&self, shared: &Shared, key: u32) -> CallbackId {
        shared.callback_id(key)
    }

    fn queue(&self, shared: &Shared, key: u32, why: Why<'_>) -> Result<(), QueueFull> {
        shared.push_callback(key as usize, shared.callback_id(key), why).map(drop)
    }

    fn run(&self, shared: &Shared, key: u32) -> Result<(), TaskError> {
        shared.run_callback(key)
    }
}

impl Shared {
    /// Enters a callback, queued at once (`None`), or after a delay, or after a delay at low priority.
    pub(super) fn add_callback(&self, what: What, when: When) -> Result<Guard, QueueFull> {
        let id = CallbackId(self.next_callback.get());
        self.next_callback.set(id.0 + 1);
        let slots = self.callbacks.get_or_init(|| Box::new(Known::default())).slots();
        let key = slots.borrow_mut().insert(Callback { id, what });
        let raw = RawEntry::callback(key as u32);
        let entry = Some(Entry::Callback(id));
        let queued = match when {
            When::Soon => self.push_callback(key, id, Why::Created),
            When::Later(ms) if self.rules.one_queue() => self.arm(ms.max(0), raw, entry).map(Some),
            When::Later(ms) => self.arm(ms, raw, entry).map(Some),
            When::After(ms) => self.arm_in(Timed::LowPriority, self.now(), ms, raw, entry).map(Some),
        };
        match queued {
            Ok(place) => Ok(Guard { key, id, place }),
            Err(full) => {
                let refused = slots.borrow_mut().remove(key);
                drop(refused);
                Err(full)
            }
        }
    }

    /// What can be done with callbacks, once there are any.
    #[inline]
    pub(super) fn callbacks(&self) -> Option<&dyn Callbacks> {
        self.callbacks.get().map(|callbacks| &**callbacks)
    }

    fn called_back(&self) -> RefMut<'_, Slab<Callback>> {
        self.callbacks().expect("there are callbacks").slots().borrow_mut()
    }

    /// The id of the callback in a slot.
    fn callback_id(&self, key: u32) -> CallbackId {
        self.called_back()[key as usize].id
    }

    /// Runs the callback in a slot.
    fn run_callback(&self, key: u32) -> Result<(), TaskError> {
        let id = self.callback_id(key);
        let part = self.expire_part(key);
        let what = part.is_none().then(|| self.called_back().remove(key as usize).what);
        self.observe(|| Event::CallbackBegins { callback: id });
        let result = match (what, part) {
            (Some(What::Function(function)), _) => function(),
            (Some(What::Timeout(timeout)), _) => self.expire(timeout.task),
            (None, Some((slot, waker))) => self.wake_part(slot, waker),
            (None, None) => Ok(()),
        };
        self.observe(|| Event::CallbackEnds { callback: id, error: result.as_ref().err() });
        result
    }

    fn expire(&self, slot: Option<u32>) -> Result<(), TaskError> {
        let Some(slot) = slot else {
            self.observe(|| Event::TimeoutExpired { task: None });
            return Ok(());
        };
        let task = self.task(slot);
        task.discount_entry();
        self.observe(|| Event::TimeoutExpired { task: Some(task.id.get()) });
        self.deliver(task, Interrupt::TimedOut).map_err(TaskError::from)
    }

    /// Notes that the time-out in a slot has expired, if it is for a part of a task: gives that task's slot, and who is
    /// to be woken if not the task.
    fn expire_part(&self, key: u32) -> Option<(u32, Option<Waker>)> {
        let mut callbacks = self.called_back();
        let What::Timeout(timeout) = &mut callbacks[key as usize].what else { return None };
        let slot = timeout.task?;
        let is_alone = match self.task(slot).leaf.get() {
            0 => timeout.part.is_none(),
            leaf => leaf == timeout.leaf,
        };
        if is_alone || timeout.leaf == STRAY {
            return None;
        }
        timeout.expiry = Expiry::ToTell;
        timeout.task = None;
        Some((slot, timeout.part.clone()))
    }

    fn wake_part(&self, slot: u32, waker: Option<Waker>) -> Result<(), TaskError> {
        let task = self.task(slot);
        task.discount_entry();
        self.observe(|| Event::TimeoutExpired { task: Some(task.id.get()) });
        match waker {
            Some(waker) => waker.wake(),
            None if task.has(Mark::Woken) => {}
            None => self.push_woken(task, 0)?,
        }
        Ok(())
    }

    /// Polls what a `wait_for` awaits. If it is a part of its task and the time is over, the time-out is handed down.
    pub(crate) fn poll_timed<T>(
        &self,
        guard: &Guard,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let to_tell = self.with_timeout(guard, |timeout| {
            if let Some(part) = &mut timeout.part {
                part.clone_from(cx.waker());
            }
            timeout.expiry == Expiry::ToTell
        });
        let waits_for = || self.current_task().map_or(0, |task| task.leaf.get());
        let posted_before = self.turn.leaf_that_posted(waits_for());
        let completes = |timeout: &mut Timeout| self.turn.has_to_complete(timeout.leaf);
        let had_to_complete = self.with_timeout(guard, completes) == Some(true);
        let polled = if to_tell == Some(true) {
            let (polled, taken) = self.hand_down(Interrupt::TimedOut, || poll(cx));
            if taken {
                self.with_timeout(guard, |timeout| timeout.expiry = Expiry::Told);
            }
            polled
        } else {
            poll(cx)
        };
        if polled.is_pending() {
            let posted = self.turn.leaf_that_posted(waits_for()).filter(|leaf| Some(*leaf) != posted_before);
            self.with_timeout(guard, |timeout| match posted {
                Some(leaf) => timeout.leaf = leaf,
                // Its leaf is complete: another's may take over the token.
                None if had_to_complete && !completes(timeout) => timeout.leaf = 0,
                None => {}
            });
        }
        polled
    }

    /// Does something with a time-out, if there still is one.
    fn with_timeout<R>(&self, guard: &Guard, f: impl FnOnce(&mut Timeout) -> R) -> Option<R> {
        match self.called_back().get_mut(guard.key) {
            Some(Callback { id, what: What::Timeout(timeout) }) if *id == guard.id => Some(f(timeout)),
            _ => None,
        }
    }

    /// Arms a time-out for the current task, or for a part of it; `None` if a queue is full, which stops the loop.
    pub(crate) fn arm_timeout(&self, delay_ms: i32, cx: &Context<'_>) -> Option<Guard> {
        let task = self.current_task().expect("wait_for runs inside a task");
        let part = (!self.speaks_for_task(cx)).then(|| cx.waker().clone());
        let timeout = Timeout { task: Some(task.slot), leaf: 0, part, expiry: Expiry::ToCome };
        match self.add_callback(What::Timeout(timeout), When::later_ms(delay_ms)) {
            Ok(guard) => {
                task.count_entry();
                Some(guard)
            }
            Err(full) => {
                self.overflow_with(full);
                None
            }
        }
    }

    /// A `wait_for` is over. If it did not end well its timer stays armed, as in the original, and hits whatever its task
    /// then waits for; not that of a part of a task, and not where the timer goes with the wait.
    pub(crate) fn end_timeout(&self, guard: &Guard, well: bool) {
        let of_part = |timeout: &mut Timeout| timeout.part.is_some() || timeout.expiry != Expiry::ToCome;
        let tidy = self.leaves_no_timers() || self.with_timeout(guard, of_part) == Some(true);
        if well || tidy {
            self.disarm_timeout(guard, tidy);
        } else {
            self.with_timeout(guard, |timeout| timeout.leaf = STRAY);
        }
    }

    /// Disarms a time-out. Its timer stays queued until it is due, as in the original, unless `remove`.
    pub(crate) fn disarm_timeout(&self, guard: &Guard, remove: bool) {
        let mut callbacks = self.called_back();
        let Some(Callback { id, what: What::Timeout(timeout) }) = callbacks.get_mut(guard.key) else {
            return;
        };
        if *id != guard.id {
            return;
        }
        let slot = timeout.task.take();
        if timeout.expiry != Expiry::ToCome {
            callbacks.remove(guard.key);
            return;
        }
        if let Some(slot) = slot {
            self.task(slot).discount_entry();
        }
        if remove
            && let Some(place) = guard.place
            && self.remove_timer(place, RawEntry::callback(guard.key as u32))
        {
            callbacks.remove(guard.key);
        }
    }
}
