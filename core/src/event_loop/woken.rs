//! The way of a task whose waker was called: into the run queue, and, where there is nothing else to think of, to its step.
//!
//! Owns when that is so, for a caller of [`Firmware::step`](super::Firmware::step): a waker was called, so that a pass or
//! a wait is over whatever the time is, and the step that is next is that of a task that was woken. Whatever else there is
//! goes the long way, by `pass` and `resume`, which would come to the same.

use super::care;
use super::entry::{Decoded, RawEntry};
use super::owner::Owner;
use super::resume::plainly_woken;
use super::shared::Shared;
use super::slot::Task;
use super::task::Mark;
use super::wake::WAKERS;
use crate::error::QueueFull;
use crate::observer::{Entry, Event, Why};

impl Owner {
    /// Takes the step that is next in the pass if it is that of a task that was plainly woken, and nothing else has to be
    /// thought of.
    #[inline(always)]
    pub(super) fn take_woken(&mut self, shared: &Shared, entry: RawEntry) -> bool {
        match entry.decode() {
            Decoded::Woken(slot) if WAKERS => self.take_called(shared, slot),
            _ => false,
        }
    }

    #[inline(never)]
    fn take_called(&mut self, shared: &Shared, slot: u32) -> bool {
        let Some(task) = plainly_woken(shared, slot) else { return false };
        self.take_turn_back(shared);
        shared.runq.take();
        self.poll_woken(shared, task);
        true
    }

    /// Ends the pass under way, whose entries have all been taken, or the wait after it, if tasks were woken. There are
    /// no devices to be asked.
    #[inline]
    pub(super) fn wake_quietly(&mut self, shared: &Shared) -> bool {
        self.take_turn_back(shared);
        self.drain_called(shared).unwrap_or_else(|_| {
            // The run ends before anything else is done.
            shared.care_for(care::FAILED);
            false
        })
    }
}

impl Shared {
    /// Makes a task ready to be polled because a waker was called; it is in no queue for that yet.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    #[cfg_attr(not(target_pointer_width = "32"), inline(always))]
    pub(super) fn push_woken(&self, task: Task<'_>, mark: u32) -> Result<(), QueueFull> {
        if self.cares_for(care::ALWAYS) {
            self.push_woken_carefully(task, mark)?;
        } else {
            // Nobody observes, and there are passes.
            self.runq.push(RawEntry::woken(task.slot))?;
            self.spoil();
        }
        task.mark(Mark::Woken);
        task.count_entry();
        Ok(())
    }

    #[inline(never)]
    fn push_woken_carefully(&self, task: Task<'_>, mark: u32) -> Result<(), QueueFull> {
        let raw = RawEntry::woken(task.slot);
        let id = task.id.get();
        if self.rules.one_queue() {
            self.push_raw(raw, self.now(), Entry::Task(id), Why::Woken(mark))?;
        } else {
            self.runq.push(raw).map_err(|full| self.report_full(full, Some(id)))?;
            self.spoil();
            self.observe(|| Event::Ready { entry: Entry::Task(id), why: Why::Woken(mark) });
        }
        Ok(())
    }
}
