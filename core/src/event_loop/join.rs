//! Awaiting a task.
//!
//! Owns [`Join`], who awaits whom, and what is left of a task that has ended. Only `Asyncio3` has it in the
//! original; here it is for all disciplines. Knows the queues only as a place for who was woken.
//!
//! ```text
//!   Fresh ──poll──▶ Waits (in the task's list) ──the task ends: taken out of the list──▶ Done
//!     │                └──interrupt, drop: leaves the list
//!     └──poll: the task has ended──▶ Done
//! ```

use alloc::rc::Rc;
use alloc::string::ToString;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::EventLoop;
use super::shared::Shared;
use super::task::{Header, State, TaskHandle};
use crate::error::{Interrupt, TaskError};

/// Who awaits a task.
pub(super) enum Joiner {
    /// A task with nothing in between, so that an interrupt can be handed on.
    Task(Rc<Header>),
    /// A part of one: `select`, `join_all`.
    Waker(Waker),
}

/// Waits until a task has ended. Made by [`EventLoop::join`].
#[must_use = "a task is awaited only where this is"]
pub struct Join<'a> {
    shared: &'a Shared,
    target: Rc<Header>,
    waits: Option<Waits>,
}

enum Waits {
    Task(Rc<Header>),
    Waker(Waker),
}

impl EventLoop {
    /// Awaits a task and gives what it ended with; at once, without a turn, if it has ended. Who awaits the same task
    /// is resumed in order of arrival.
    ///
    /// The first who asks is given the error itself, later ones an error of the same text. Under `UasyncioV2` and
    /// `FastIo` an error that is no interrupt stops the loop all the same.
    ///
    /// # Cancellation
    ///
    /// Under `Asyncio3` an interrupt goes to the awaited task, and comes back as what that ends with. Under the others
    /// it arrives here at once, and the awaited task goes on. Dropped, nothing is lost: the task goes on.
    pub fn join(&self, task: &TaskHandle) -> Join<'_> {
        Join { shared: &self.shared, target: task.header.clone(), waits: None }
    }
}

impl Join<'_> {
    fn enter(&mut self, cx: &Context<'_>) {
        let current = self.shared.current_header().filter(|_| self.shared.speaks_for_task(cx));
        let (waits, joiner) = match current {
            Some(header) => {
                header.awaits.replace(Some(self.target.clone()));
                (Waits::Task(header.clone()), Joiner::Task(header))
            }
            None => (Waits::Waker(cx.waker().clone()), Joiner::Waker(cx.waker().clone())),
        };
        self.target.joiners.borrow_mut().push(joiner);
        self.waits = Some(waits);
    }

    fn leave(&mut self) {
        let Some(waits) = self.waits.take() else { return };
        let mut joiners = self.target.joiners.borrow_mut();
        let place = joiners.iter().position(|joiner| match (joiner, &waits) {
            (Joiner::Task(joiner), Waits::Task(header)) => Rc::ptr_eq(joiner, header),
            (Joiner::Waker(joiner), Waits::Waker(waker)) => joiner.will_wake(waker),
            _ => false,
        });
        let joiner = place.map(|place| joiners.remove(place));
        drop(joiners);
        drop(joiner);
        if let Waits::Task(header) = waits {
            let awaits_target = |target: &Rc<Header>| Rc::ptr_eq(target, &self.target);
            if header.awaits.borrow().as_ref().is_some_and(awaits_target) {
                drop(header.awaits.take());
            }
        }
    }
}

impl Future for Join<'_> {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(interrupt) = self.shared.take_interrupt() {
            self.leave();
            return Poll::Ready(Err(interrupt.into()));
        }
        if self.target.state.get() == State::Finished {
            self.leave();
            return Poll::Ready(self.target.ended_with());
        }
        let moved = match &self.waits {
            None => true,
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
        self.leave();
    }
}

impl Header {
    /// What the task ended with. Later ones are told the same.
    fn ended_with(&self) -> Result<(), TaskError> {
        self.unheard.set(false);
        match self.ending.take() {
            None => Ok(()),
            Some(error) => {
                self.ending.set(Some(told_again(&error)));
                Err(error)
            }
        }
    }
}

/// An error that says the same.
pub(super) fn told_again(error: &TaskError) -> TaskError {
    match error {
        TaskError::Interrupted(interrupt) => Interrupt::into(*interrupt),
        TaskError::QueueFull(full) => (*full).into(),
        TaskError::Failed(error) => TaskError::failed(error.to_string()),
    }
}

impl Shared {
    /// Whether who is polled with `cx` is all that the current task waits for.
    fn speaks_for_task(&self, cx: &Context<'_>) -> bool {
        self.posted.get() == 0 && cx.waker().data() == self.waker_data.get()
    }

    /// Wakes who awaits a task that has ended, in order of arrival; true if anybody did.
    pub(super) fn wake_joiners(&self, header: &Header) -> bool {
        let joiners = header.joiners.take();
        let heard = !joiners.is_empty();
        for joiner in joiners {
            match joiner {
                Joiner::Waker(waker) => waker.wake(),
                Joiner::Task(header) if header.state.get() == State::Suspended && !header.woken.get() => {
                    if let Err(full) = self.push_woken(&header, 0) {
                        header.woken.set(false);
                        self.overflow.set(Some(full));
                    }
                }
                Joiner::Task(_) => {}
            }
        }
        heard
    }

    /// The last in the row of those that await one another, if `header` awaits a task that has not ended.
    pub(super) fn innermost_awaited(&self, header: &Header) -> Option<Rc<Header>> {
        let awaited = |header: &Header| {
            header.awaits.borrow().clone().filter(|next| next.state.get() != State::Finished)
        };
        let mut innermost = awaited(header)?;
        // Tasks that await one another in a circle have no last one.
        for _ in 0..self.registry.borrow().headers.len() {
            match awaited(&innermost) {
                Some(next) => innermost = next,
                None => break,
            }
        }
        Some(innermost)
    }
}
