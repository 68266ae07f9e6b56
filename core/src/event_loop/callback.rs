//! Callbacks: plain functions that the loop calls, and the timers of `wait_for`.
//!
//! Owns their slots and what running one means. A time-out's timer is a callback as in the original: it
//! takes two places in the run queue and costs a turn.

use alloc::boxed::Box;

use super::entry::RawEntry;
use super::shared::{Shared, Timed};
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
    /// The timer of a `wait_for`: the task slot it hits, until the wait is over.
    Timeout(Option<u32>),
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

impl Shared {
    /// Enters a callback, queued at once (`None`), or after a delay, or after a delay at low priority.
    pub(super) fn add_callback(&self, what: What, when: When) -> Result<Guard, QueueFull> {
        let id = CallbackId(self.next_callback.get());
        self.next_callback.set(id.0 + 1);
        let key = self.callbacks.borrow_mut().insert(Callback { id, what });
        let raw = RawEntry::callback(key as u32);
        let entry = Some(Entry::Callback(id));
        let queued = match when {
            When::Soon => self.push_callback(key, id, Why::Created),
            When::Later(ms) if self.rules.one_queue => self.arm(ms.max(0), raw, entry).map(Some),
            When::Later(ms) => self.arm(ms, raw, entry).map(Some),
            When::After(ms) => self.arm_in(Timed::LowPriority, self.now(), ms, raw, entry).map(Some),
        };
        match queued {
            Ok(place) => Ok(Guard { key, id, place }),
            Err(full) => {
                let refused = self.callbacks.borrow_mut().remove(key);
                drop(refused);
                Err(full)
            }
        }
    }

    /// The id of the callback in a slot.
    pub(super) fn callback_id(&self, key: u32) -> CallbackId {
        self.callbacks.borrow()[key as usize].id
    }

    /// Runs the callback in a slot.
    pub(super) fn run_callback(&self, key: u32) -> Result<(), TaskError> {
        let Callback { id, what } = self.callbacks.borrow_mut().remove(key as usize);
        self.observe(|| Event::CallbackBegins { callback: id });
        let result = match what {
            What::Function(function) => function(),
            What::Timeout(slot) => self.expire(slot),
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

    /// Arms a time-out for the current task; `None` if a queue is full, which stops the loop.
    pub(crate) fn arm_timeout(&self, delay_ms: i32) -> Option<Guard> {
        let task = self.current_task().expect("wait_for runs inside a task");
        match self.add_callback(What::Timeout(Some(task.slot)), When::later_ms(delay_ms)) {
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

    /// Disarms a time-out. Its timer stays queued until it is due, as in the original, unless `remove`.
    pub(crate) fn disarm_timeout(&self, guard: &Guard, remove: bool) {
        let mut callbacks = self.callbacks.borrow_mut();
        let Some(Callback { id, what: What::Timeout(slot) }) = callbacks.get_mut(guard.key) else { return };
        if *id != guard.id {
            return;
        }
        if let Some(slot) = slot.take() {
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
