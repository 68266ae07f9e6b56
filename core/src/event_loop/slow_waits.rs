//! Waits of the slow path: what a task cannot wait for by its own entry, a waker is called for.
//!
//! Owns their deadlines and devices, and the stored wakers. It knows no interrupts of tasks: who waits takes them.

use core::task::{Context, Waker};

use super::entry::RawEntry;
use super::poller::Waiter;
use super::shared::{LOW_PRIORITY, Shared, Timed};
use crate::stream::Readiness;

/// A wait of the slow path.
pub(super) struct SlowWait {
    pub waker: Waker,
    /// The place of its timer, or its device.
    at: u32,
}

impl Shared {
    /// Has the waker of `cx` called `delay_ms` from now, perhaps at low priority; gives the wait's key. `None` if the
    /// queue is full, which stops the loop.
    pub(crate) fn wake_after(&self, delay_ms: i32, low_priority: bool, cx: &Context<'_>) -> Option<u32> {
        let key = self.enter_wait(cx, 0);
        let queue = if low_priority { Timed::LowPriority } else { Timed::Waiting };
        match self.arm_in(queue, self.now(), delay_ms, RawEntry::wake(key), None) {
            Ok(place) => {
                self.slow_waits().borrow_mut()[key as usize].at = place;
                Some(key)
            }
            Err(full) => {
                self.forget_wait(key);
                self.overflow_with(full);
                None
            }
        }
    }

    /// Has the waker of `cx` called when a device is ready; gives the wait's key.
    pub(crate) fn wake_when_ready(&self, device: u32, interest: Readiness, cx: &Context<'_>) -> u32 {
        let key = self.enter_wait(cx, device);
        self.wait(device, interest, key, false);
        key
    }

    fn enter_wait(&self, cx: &Context<'_>, at: u32) -> u32 {
        self.slow_waits().borrow_mut().insert(SlowWait { waker: cx.waker().clone(), at }) as u32
    }

    fn place_of_wait(&self, key: u32) -> u32 {
        self.slow_waits().borrow_mut()[key as usize].at
    }

    /// Whether the time of a wait has come; of one at low priority, whether its turn has.
    pub(crate) fn is_over(&self, key: u32) -> bool {
        let (place, entry) = (self.place_of_wait(key), RawEntry::wake(key));
        if place & LOW_PRIORITY != 0 {
            return self.lpq().is_none_or(|lpq| lpq.borrow().due_at(place & !LOW_PRIORITY, entry).is_none());
        }
        let due = self.waitq.borrow().due_at(place, entry);
        due.is_none_or(|due| crate::ticks::ticks_diff(due, self.ticks()) <= 0)
    }

    /// Whether the device of a wait is ready now.
    pub(crate) fn has_become_ready(&self, key: u32, interest: Readiness) -> bool {
        let device = self.place_of_wait(key);
        self.devices().is_some_and(|devices| devices.is_ready(self, device, interest))
    }

    /// Has another waker called instead.
    pub(crate) fn rewake(&self, key: u32, cx: &Context<'_>) {
        if let Some(wait) = self.slow_waits().borrow_mut().get_mut(key as usize) {
            wait.waker.clone_from(cx.waker());
        }
    }

    /// Has a device asked again for a wait that was told of it and found nothing, as somebody else has taken it.
    pub(crate) fn ask_again(&self, key: u32, interest: Readiness) {
        self.wait(self.place_of_wait(key), interest, key, true);
    }

    /// Calls the waker of a wait, which lasts until it is given up.
    pub(super) fn call_waker(&self, key: u32) {
        let waker = self.slow_waits().borrow().get(key as usize).map(|wait| wait.waker.clone());
        waker.inspect(Waker::wake_by_ref);
    }

    /// Gives up a wait for a delay, whose timer has perhaps fired.
    pub(crate) fn forget_delay(&self, key: u32) {
        if !self.closed.get() {
            self.remove_timer(self.place_of_wait(key), RawEntry::wake(key));
            self.forget_wait(key);
        }
    }

    /// Gives up a wait for a device.
    pub(crate) fn forget_device(&self, key: u32) {
        if !self.closed.get() {
            self.withdraw(self.place_of_wait(key), Waiter::Waker(key));
            self.forget_wait(key);
        }
    }

    fn forget_wait(&self, key: u32) {
        let wait = self.slow_waits().borrow_mut().try_remove(key as usize);
        drop(wait);
    }
}
