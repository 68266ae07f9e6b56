//! Delays (tutorial section 2.3): `sleep`, `sleep_ms`, and the bare yield.
//!
//! Owns [`Sleep`] and [`wait_for`](EventLoop::wait_for). Due times and their order are the loop's.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use crate::error::Interrupt;
use crate::event_loop::{EventLoop, Guard, Shared, Yielded, whole_ms};
use crate::leaf::Leaf;

/// A pause of the current task. Made by [`EventLoop::sleep`] and its sisters.
#[must_use = "a pause does nothing unless it is awaited"]
pub struct Sleep<'a>(Leaf<'a>);

impl Future for Sleep<'_> {
    type Output = Result<(), Interrupt>;

    // Inlined into the task's own poll: what it posts does not go through memory first.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl EventLoop {
    /// Pauses for `seconds`, truncated to whole milliseconds (tutorial section 2.3); under one millisecond it is a zero
    /// delay.
    ///
    /// A zero delay puts the task at the end of the run queue: it runs again in the next pass. Otherwise the
    /// pause ends when the tick `now + delay` begins, so it may be up to 1 ms short, and longer by the rest of
    /// the pass and by everything that is queued ahead (tutorial section 6.1).
    ///
    /// # Cancellation
    ///
    /// `Err(Cancelled)` or `Err(TimedOut)` arrives when the pause is over, under `UasyncioV2`, and at once under the
    /// others; `Asyncio3` then leaves no entry behind. Dropped, its entry is taken out of the queue; nothing else
    /// is lost.
    pub fn sleep(&self, seconds: f64) -> Sleep<'_> {
        Sleep(Leaf::new(self.shared(), Yielded::Delay(whole_ms(seconds))))
    }

    /// Pauses for `ms` milliseconds (tutorial section 2.3); see [`sleep`](Self::sleep). A negative delay is legal: it goes through the
    /// wait queue and is overdue at once.
    ///
    /// # Cancellation
    ///
    /// As for [`sleep`](Self::sleep).
    #[inline]
    pub fn sleep_ms(&self, ms: i32) -> Sleep<'_> {
        Sleep(Leaf::new(self.shared(), Yielded::SleepMs(ms)))
    }

    /// Yields the number `ms` to the loop, as a hand-written awaitable does (tutorial section 4.1): the same
    /// pause as [`sleep_ms`](Self::sleep_ms).
    ///
    /// # Cancellation
    ///
    /// As for [`sleep`](Self::sleep).
    pub fn yield_ms(&self, ms: i32) -> Sleep<'_> {
        Sleep(Leaf::new(self.shared(), Yielded::Delay(ms)))
    }

    /// Pauses for `ms` milliseconds at low priority: the task is resumed when it is due and nothing else is ready
    /// or due, one such task a pass. Not in the tutorial, but of the library `fast_io`. Needs `FastIo` with a low-priority queue; without one the loop stops with
    /// an error, as in the original.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives at once. Dropped, its entry is taken out of the queue.
    pub fn after_ms(&self, ms: i32) -> Sleep<'_> {
        Sleep(Leaf::new(self.shared(), Yielded::AfterMs(ms)))
    }

    /// Pauses for `seconds`, truncated to whole milliseconds, at low priority; see [`after_ms`](Self::after_ms). Not in
    /// the tutorial.
    ///
    /// # Cancellation
    ///
    /// As for [`after_ms`](Self::after_ms).
    pub fn after(&self, seconds: f64) -> Sleep<'_> {
        Sleep(Leaf::new(self.shared(), Yielded::After(whole_ms(seconds))))
    }

    /// A bare yield: the task goes to the end of the run queue. The `yield` of an awaitable (tutorial section 4.1).
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives at the task's next turn. Dropped, its entry is taken out of the queue.
    #[inline]
    pub fn yield_now(&self) -> Sleep<'_> {
        Sleep(Leaf::new(self.shared(), Yielded::Bare))
    }

    /// Parks the current task: it is in no queue until [`requeue`](Self::requeue) makes it ready. Beside another await in
    /// a combinator it is over with the next entry of the task, whoever queued that. Not in the tutorial.
    ///
    /// # Cancellation
    ///
    /// Under `UasyncioV2` and `FastIo` the interrupt arrives when something else makes the task ready, perhaps
    /// never; under `Asyncio3` at once. Dropped, nothing is lost.
    pub fn park(&self) -> Sleep<'_> {
        Sleep(Leaf::new(self.shared(), Yielded::Park))
    }

    /// Awaits `future`, and has [`Interrupt::TimedOut`] raised in the current task after `ms` milliseconds
    /// (tutorial section 5.2.2). The result is that of `future`: if it traps the interrupt and ends well, so does
    /// this.
    ///
    /// The timer is armed before `future` takes its first step, so a time-out beats a pause of the same length.
    /// As in the original, the timer stays armed if `future` fails: a task that lives on gets a stray `TimedOut`
    /// when it is due. A full queue stops the loop. Under `Asyncio3` the timer goes with the wait, however that
    /// ends, and the time-out arrives at once.
    ///
    /// Beside other awaits in a combinator (`select`, `join_all`) it interrupts its own `future` alone: when the task would
    /// be interrupted, if `future` is what the task waits for, else at once.
    ///
    /// # Errors
    ///
    /// Those of `future`. A time-out is `TimedOut` where `future` has its innermost await; whether it comes out here is
    /// for `future` to say.
    ///
    /// # Cancellation
    ///
    /// An interrupt arrives inside `future`. Dropped, the timer is disarmed and taken out of the wait queue.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait_for_ms<T, E>(
        &self,
        future: impl Future<Output = Result<T, E>>,
        ms: i32,
    ) -> impl Future<Output = Result<T, E>> {
        let unawaited = self.unawaited(|| "wait_for");
        async move {
            unawaited.begins();
            let shared = self.shared();
            let guard = poll_fn(|cx| Poll::Ready(shared.arm_timeout(ms, cx))).await;
            let mut timeout = Timeout { shared, guard };
            let Some(guard) = &timeout.guard else {
                // The loop stops before this task could be resumed.
                return core::future::pending().await;
            };
            let mut future = pin!(future);
            let result = poll_fn(|cx| shared.poll_timed(guard, cx, |cx| future.as_mut().poll(cx))).await;
            if let Some(guard) = timeout.guard.take() {
                shared.end_timeout(&guard, result.is_ok());
            }
            result
        }
    }

    /// As [`wait_for_ms`](Self::wait_for_ms) (tutorial section 5.2.2), after `seconds`, truncated to whole milliseconds.
    ///
    /// # Errors
    ///
    /// As for [`wait_for_ms`](Self::wait_for_ms).
    ///
    /// # Cancellation
    ///
    /// As for [`wait_for_ms`](Self::wait_for_ms).
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait_for<T, E>(
        &self,
        future: impl Future<Output = Result<T, E>>,
        seconds: f64,
    ) -> impl Future<Output = Result<T, E>> {
        self.wait_for_ms(future, whole_ms(seconds))
    }
}

/// Disarms the time-out when its `wait_for` is dropped.
struct Timeout<'a> {
    shared: &'a Shared,
    guard: Option<Guard>,
}

impl Drop for Timeout<'_> {
    fn drop(&mut self) {
        if let Some(guard) = self.guard.take() {
            self.shared.disarm_timeout(&guard, true);
        }
    }
}
