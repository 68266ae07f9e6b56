//! Awaiting a task.
//!
//! Owns [`Join`], who awaits whom, and what is left of a task that has ended. Only `Asyncio3` has it in the
//! original; here it is for all disciplines. Knows the queues only as a place for who was woken.
//!
//! ```text
//!   Unawaited ──poll──▶ Waits (in the task's list) ──the task ends: taken out of the list──▶ Done
//!     │  │                 └──interrupt, drop: leaves the list
//!     │  └──poll: the task has ended──▶ Done
//!     └──drop: the observer is told
//! ```

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::EventLoop;
use super::handle::TaskHandle;
use super::shared::Shared;
use super::slot::Task;
use super::task::{Mark, State};
use crate::error::TaskError;

/// Who awaits a task.
pub(super) enum Joiner {
    /// The task in a slot, with nothing in between, so that an interrupt can be handed on. What waits holds the slot.
    Task(u32),
    /// A part of one: `select`, `join_all`.
    Waker(Waker),
}

/// Waits until a task has ended. Made by [`EventLoop::join`].
#[must_use = "a task is awaited only where this is"]
pub struct Join<'a> {
    shared: &'a Shared,
    target: TaskHandle,
    waits: Option<Waits>,
}

enum Waits {
    /// It was never polled.
    Unawaited,
    Task(u32),
    Waker(Waker),
}

impl EventLoop {
    /// Awaits a task and gives what it ended with; at once, without a turn, if it has ended. Who awaits the same task
    /// is resumed in order of arrival. Not in the tutorial, but in MicroPython's present asyncio.
    ///
    /// # Errors
    ///
    /// What the task ended with, for whoever asks. Under `UasyncioV2` and `FastIo` an error that is no interrupt stops the
    /// loop all the same. `Interrupted` also if the wait itself was interrupted.
    ///
    /// # Cancellation
    ///
    /// Under `Asyncio3` an interrupt goes to the awaited task, and comes back as what that ends with. Under the others
    /// it arrives here at once, and the awaited task goes on. Dropped, nothing is lost: the task goes on.
    pub fn join(&self, task: &TaskHandle) -> Join<'_> {
        Join::new(&self.shared, task)
    }
}

impl<'a> Join<'a> {
    pub(super) fn new(shared: &'a Shared, task: &TaskHandle) -> Self {
        Self { shared, target: task.clone(), waits: Some(Waits::Unawaited) }
    }
}

impl Join<'_> {
    fn enter(&mut self, cx: &Context<'_>) {
        let current = self.shared.current_task().filter(|_| self.shared.speaks_for_task(cx));
        let (waits, joiner) = match current {
            Some(task) => {
                task.hold();
                task.make_side().awaits.set(Some(self.target.task().slot));
                (Waits::Task(task.slot), Joiner::Task(task.slot))
            }
            None => (Waits::Waker(cx.waker().clone()), Joiner::Waker(cx.waker().clone())),
        };
        self.target.task().make_side().joiners.borrow_mut().push(joiner);
        self.waits = Some(waits);
    }

    fn leave(&mut self) {
        let Some(waits) = self.waits.take() else { return };
        let target = self.target.task();
        let mut joiners = target.make_side().joiners.borrow_mut();
        let place = joiners.iter().position(|joiner| match (joiner, &waits) {
            (Joiner::Task(joiner), Waits::Task(waiting)) => joiner == waiting,
            (Joiner::Waker(joiner), Waits::Waker(waker)) => joiner.will_wake(waker),
            _ => false,
        });
        let joiner = place.map(|place| joiners.remove(place));
        drop(joiners);
        drop(joiner);
        if let Waits::Task(slot) = waits {
            let waiting = self.shared.task(slot);
            let awaits = &waiting.make_side().awaits;
            if awaits.get() == Some(target.slot) {
                awaits.set(None);
            }
            waiting.release();
        }
    }
}

impl Future for Join<'_> {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(Waits::Unawaited) = self.waits {
            self.waits = None;
        }
        if let Some(interrupt) = self.shared.take_interrupt() {
            self.leave();
            return Poll::Ready(Err(interrupt.into()));
        }
        if self.target.is_finished() {
            self.leave();
            return Poll::Ready(self.target.task().ended_with());
        }
        let moved = match &self.waits {
            None | Some(Waits::Unawaited) => true,
            Some(Waits::Waker(waker)) => !waker.will_wake(cx.waker()),
            Some(Waits::Task(_)) => false,
        };
        if moved {
            self.leave();
            self.enter(cx);
        }
        Poll::Pending
    }
}

impl Drop for Join<'_> {
    fn drop(&mut self) {
        if let Some(Waits::Unawaited) = self.waits {
            return self.shared.tell_unawaited("join");
        }
        self.leave();
    }
}

impl Task<'_> {
    /// What the task ended with. Later ones are told the same.
    fn ended_with(self) -> Result<(), TaskError> {
        self.unmark(Mark::Unheard);
        let Some(side) = self.side() else { return Ok(()) };
        match side.ending.take() {
            None => Ok(()),
            Some(error) => {
                side.ending.set(Some(error.clone()));
                Err(error)
            }
        }
    }
}

impl Shared {
    /// Wakes who awaits a task that has ended, in order of arrival; true if anybody did.
    pub(super) fn wake_joiners(&self, task: Task<'_>) -> bool {
        let Some(side) = task.side() else { return false };
        let joiners = side.joiners.take();
        let heard = !joiners.is_empty();
        for joiner in joiners {
            match joiner {
                Joiner::Waker(waker) => waker.wake(),
                Joiner::Task(slot) => {
                    let waiting = self.task(slot);
                    if self.state_of(waiting) == State::Suspended
                        && !waiting.has(Mark::Woken)
                        && let Err(full) = self.push_woken(waiting, 0)
                    {
                        waiting.unmark(Mark::Woken);
                        self.overflow_with(full);
                    }
                }
            }
        }
        heard
    }

    /// The last in the row of those that await one another, if `task` awaits a task that has not ended.
    pub(super) fn innermost_awaited(&self, task: Task<'_>) -> Option<Task<'_>> {
        let awaited = |task: Task<'_>| {
            let awaited = self.task(task.side()?.awaits.get()?);
            (!awaited.is_finished()).then_some(awaited)
        };
        let mut innermost = awaited(task)?;
        // Tasks that await one another in a circle have no last one.
        for _ in 0..self.registry.slots() {
            match awaited(innermost) {
                Some(next) => innermost = next,
                None => break,
            }
        }
        Some(innermost)
    }
}
