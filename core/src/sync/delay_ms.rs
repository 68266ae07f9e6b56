//! A time-out that can be extended, shortened and stopped. Not in the tutorial, whose libraries have it for buttons.
//!
//! Owns [`DelayMs`]. Time is the loop's.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::Poll;

use super::tag::Tag;
use super::wait_list::WaitList;
use crate::error::{Interrupt, QueueFull, TaskError};
use crate::event_loop::{EventLoop, Outcome};
use crate::observer::{ObjectKind, Use};
use crate::ticks;

/// The longest delay: longer ones would look like the past to the wrapping ticks.
const LONGEST_MS: u32 = ticks::PERIOD / 2 - 1;

/// A retriggerable delay: it runs out when it has not been triggered for so long.
///
/// It can be used in three ways: asked with [`running`](Self::running), which needs no task at all; awaited with
/// [`expired`](Self::expired); or made with [`calling`](Self::calling), to run a callback.
///
/// ```
/// use vpyb_core::sync::DelayMs;
/// use vpyb_core::{EventLoop, TaskError};
///
/// async fn watch(ev: EventLoop) -> Result<(), TaskError> {
///     let light = DelayMs::calling(&ev, || { /* the light goes out */ })?;
///     for _ in 0..3 {
///         // Somebody moves: the light stays on for another 5 s.
///         light.trigger(5000);
///         ev.sleep_ms(2000).await?;
///     }
///     light.trigger(100); // Sooner than it would have been.
///     Ok(())
/// }
/// ```
///
/// Unlike the original's `Delay_ms`:
/// - a trigger *shortens* as well as extends; the original keeps the later end;
/// - the delay is not running any more when the callback begins, so that the callback may trigger it again; the
///   original forgets that;
/// - stopped, it takes no place in the wait queue; the original's task sleeps on;
/// - nothing polls: with a callback, one task waits to be woken; the original has a task for each start, or one
///   that spins;
/// - a trigger says how long, each time, so that nothing depends on an earlier one.
///
/// It is for tasks. An interrupt handler sets a [`ThreadSafeFlag`](super::ThreadSafeFlag), and a task triggers.
pub struct DelayMs {
    event_loop: EventLoop,
    /// The tick at which it runs out; `None` if it is stopped.
    due: Cell<Option<u32>>,
    /// How often it has run out and somebody noticed.
    expiries: Cell<u32>,
    /// Who has to look again: started, sooner than before, or stopped.
    changed: WaitList,
    tag: Tag,
}

impl DelayMs {
    /// A delay that is stopped and calls nobody.
    pub fn new(event_loop: &EventLoop) -> Self {
        Self {
            event_loop: event_loop.clone(),
            due: Cell::new(None),
            expiries: Cell::new(0),
            changed: WaitList::new(),
            tag: Tag::NONE,
        }
    }

    /// Gives it a name, by which observers hear of who waits for it, and reports say so.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.tag = Tag::new(&self.event_loop, ObjectKind::Delay, name);
        self
    }

    /// A delay that calls back whenever it runs out. The call is made by a task of its own, `delay_ms#n`, which
    /// lives as long as the loop; what the callback returns ends the run if it is an error.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the task.
    pub fn calling<R: Outcome + 'static>(
        event_loop: &EventLoop,
        callback: impl FnMut() -> R + 'static,
    ) -> Result<Rc<Self>, QueueFull> {
        let delay = Rc::new(Self::new(event_loop));
        event_loop.create_task(delay_ms(delay.clone(), callback))?;
        Ok(delay)
    }

    /// Starts it, or starts it anew: it runs out `ms` milliseconds from now, whether that is later or sooner than
    /// before. The longest delay is 2^29 - 1 ms, some six days; a longer one is cut to it.
    pub fn trigger(&self, ms: u32) {
        let due = ticks::ticks_add(self.event_loop.time(), ms.min(LONGEST_MS) as i32);
        let before = self.due.replace(Some(due));
        self.tag.tell(Use::Set);
        // Who sleeps until a tick that is no later looks again by itself.
        if before.is_none_or(|before| ticks::ticks_diff(due, before) < 0) {
            self.changed.grant_all(());
        }
    }

    /// Stops it: it does not run out.
    pub fn stop(&self) {
        if self.due.take().is_some() {
            self.tag.tell(Use::Cleared);
            self.changed.grant_all(());
        }
    }

    /// Whether it was triggered and has not run out, by the clock.
    pub fn running(&self) -> bool {
        self.remaining().is_some_and(|ms| ms > 0)
    }

    /// Milliseconds to go; not positive if it is over but nobody has noticed.
    fn remaining(&self) -> Option<i32> {
        self.due.get().map(|due| ticks::ticks_diff(due, self.event_loop.time()))
    }

    /// Waits until it runs out; while it is stopped, until it is triggered and runs out. At once if it has run out
    /// and nobody has been told. All who wait are told.
    ///
    /// # Cancellation
    ///
    /// Safe: the delay goes on. While it is stopped an interrupt arrives at once; while it runs, as in a
    /// [`sleep_ms`](EventLoop::sleep_ms) of what remains. Dropped, the wait leaves nothing behind.
    ///
    /// ```
    /// use vpyb_core::sync::DelayMs;
    /// use vpyb_core::{EventLoop, Interrupt};
    ///
    /// async fn silence(ev: &EventLoop, since_last_byte: &DelayMs) -> Result<(), Interrupt> {
    ///     since_last_byte.trigger(4000);
    ///     since_last_byte.expired().await
    /// }
    /// ```
    #[must_use = "it does nothing unless it is awaited"]
    pub fn expired(&self) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "DelayMs::expired");
        async move {
            unawaited.begins();
            let before = self.expiries.get();
            while self.expiries.get() == before {
                match self.remaining() {
                    None => self.event_loop.interruptible(self.changed.wait(&self.tag)).await?,
                    Some(ms) if ms > 0 => self.sleep_or_change(ms).await?,
                    Some(_) => {
                        self.due.set(None);
                        self.expiries.set(before.wrapping_add(1));
                        self.changed.grant_all(());
                    }
                }
            }
            Ok(())
        }
    }

    async fn sleep_or_change(&self, ms: i32) -> Result<(), Interrupt> {
        let mut sleep = pin!(self.event_loop.sleep_ms(ms));
        let mut change = self.changed.wait(&self.tag);
        poll_fn(|cx| match sleep.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => Pin::new(&mut change).poll(cx).map(Ok),
        })
        .await
    }
}

impl fmt::Debug for DelayMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.running() { "DelayMs(running)" } else { "DelayMs(stopped)" })
    }
}

/// The task of a delay that calls back.
async fn delay_ms<R: Outcome + 'static>(
    delay: Rc<DelayMs>,
    mut callback: impl FnMut() -> R + 'static,
) -> Result<(), TaskError> {
    loop {
        delay.expired().await?;
        callback().into_result()?;
    }
}
