//! The one leaf future of the core: every await ends in it.
//!
//! Owns [`Leaf`]: it posts what the task yields and waits for its completion, or waits on its own where
//! it cannot speak for the task. Knows of devices only that they can be asked.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::error::Interrupt;
use crate::event_loop::{Post, Shared, WakeAfter, Word, Yielded};
use crate::stream::Readiness;

/// Yields something to the loop and is complete when the task is resumed for it.
pub(crate) struct Leaf<'a> {
    shared: &'a Shared,
    state: State,
}

enum State {
    Fresh(Word),
    /// The task waits for this leaf.
    Posted(u32),
    /// On the slow path: a deadline of its own.
    Timed(WakeAfter),
    /// On the slow path: a device of its own.
    Device {
        device: u32,
        interest: Readiness,
        key: u32,
    },
    /// On the slow path: one turn.
    Turn,
    Done,
}

impl<'a> Leaf<'a> {
    #[inline(always)]
    pub fn new(shared: &'a Shared, yielded: Yielded) -> Self {
        Self { shared, state: State::Fresh(yielded.word()) }
    }

    /// What a poll comes to if it is neither the first and only post of a step nor a mere completion.
    #[cold]
    #[inline(never)]
    fn poll_otherwise(&mut self, cx: &Context<'_>) -> Poll<Result<(), Interrupt>> {
        let ended = match &self.state {
            State::Fresh(word) => match self.shared.post_otherwise(*word, cx) {
                Post::Token(token) => {
                    self.state = State::Posted(token);
                    None
                }
                Post::Slow => {
                    self.state = self.begin_slow(word.yielded(), cx);
                    None
                }
                Post::Interrupted(interrupt) => Some(Err(interrupt)),
            },
            State::Posted(token) => self.shared.completes_otherwise(*token),
            State::Done => panic!("an await was polled after it was complete"),
            _ => return self.poll_slow(cx),
        };
        let Some(result) = ended else { return Poll::Pending };
        self.state = State::Done;
        Poll::Ready(result)
    }

    /// Begins a wait that the loop does not do for the task.
    fn begin_slow(&self, yielded: Yielded, cx: &Context<'_>) -> State {
        match yielded {
            Yielded::Delay(ms) | Yielded::SleepMs(ms) | Yielded::AfterMs(ms) | Yielded::After(ms)
                if ms != 0 =>
            {
                // Without a place the loop stops with the overflow, and the task stays where it is.
                self.shared.wake_after(ms, cx).map_or(State::Turn, State::Timed)
            }
            Yielded::IoRead(device) => self.begin_device(device, Readiness::READ, cx),
            Yielded::IoWrite(device) => self.begin_device(device, Readiness::WRITE, cx),
            _ => {
                cx.waker().wake_by_ref();
                State::Turn
            }
        }
    }

    fn begin_device(&self, device: u32, interest: Readiness, cx: &Context<'_>) -> State {
        State::Device { device, interest, key: self.shared.wake_when_ready(device, interest, cx) }
    }

    /// Whether a wait on the slow path is over.
    fn poll_slow(&mut self, cx: &Context<'_>) -> Poll<Result<(), Interrupt>> {
        if let Some(interrupt) = self.shared.take_interrupt() {
            self.give_up();
            return Poll::Ready(Err(interrupt));
        }
        let over = match &self.state {
            State::Timed(wait) => self.shared.is_over(wait),
            State::Device { device, interest, .. } => self.shared.is_ready(*device, *interest),
            State::Turn => true,
            State::Fresh(_) | State::Posted(_) | State::Done => unreachable!("not on the slow path"),
        };
        if over {
            self.give_up();
            return Poll::Ready(Ok(()));
        }
        match &self.state {
            State::Timed(wait) => self.shared.rewake(wait.key(), cx),
            State::Device { key, .. } => self.shared.rewake(*key, cx),
            _ => {}
        }
        Poll::Pending
    }

    #[inline(never)]
    fn give_up(&mut self) {
        match core::mem::replace(&mut self.state, State::Done) {
            State::Posted(token) => self.shared.retract(token),
            State::Timed(wait) => self.shared.forget_wake(&wait),
            State::Device { device, key, .. } => self.shared.forget_device(device, key),
            State::Fresh(_) | State::Turn | State::Done => {}
        }
    }
}

impl Future for Leaf<'_> {
    type Output = Result<(), Interrupt>;

    // Inlined as `Sleep`'s is, and for its sake.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        match this.state {
            State::Fresh(word) => {
                if let Some(token) = this.shared.post(word, cx) {
                    this.state = State::Posted(token);
                    return Poll::Pending;
                }
            }
            State::Posted(token) => {
                if this.shared.completes(token) {
                    this.state = State::Done;
                    return Poll::Ready(Ok(()));
                }
            }
            _ => {}
        }
        let polled = this.poll_otherwise(cx);
        if polled.is_ready() {
            this.state = State::Done;
        }
        polled
    }
}

impl Drop for Leaf<'_> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.state, State::Done) {
            self.give_up();
        }
    }
}
