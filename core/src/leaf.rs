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
///
/// It is kept small, and its state is one word, since it is written and read at each turn of a task.
pub(crate) struct Leaf<'a> {
    shared: &'a Shared,
    /// One of the states below; the token of the resumption that the leaf waits for, which is odd, if it was posted.
    state: u32,
    /// Before it was polled, what is yielded; on the slow path, what is waited for.
    word: Word,
}

const FRESH: u32 = 2;
const DONE: u32 = 4;
/// On the slow path: the key of a stored waker, and the place of its timer.
const TIMED: u32 = 6;
/// On the slow path: a device, and the key of a stored waker.
const READS: u32 = 8;
const WRITES: u32 = 10;
/// On the slow path: one turn.
const TURN: u32 = 12;

impl<'a> Leaf<'a> {
    #[inline(always)]
    pub fn new(shared: &'a Shared, yielded: Yielded) -> Self {
        Self { shared, state: FRESH, word: yielded.word() }
    }

    /// What a poll comes to if it is neither the first and only post of a step nor a mere completion.
    #[cold]
    #[inline(never)]
    fn poll_otherwise(&mut self, cx: &Context<'_>) -> Poll<Result<(), Interrupt>> {
        match self.state {
            FRESH => match self.shared.post_otherwise(self.word, cx) {
                Post::Token(token) => self.state = token,
                Post::Slow => self.begin_slow(cx),
                Post::Interrupted(interrupt) => return Poll::Ready(Err(interrupt)),
            },
            DONE => panic!("an await was polled after it was complete"),
            TIMED | READS | WRITES | TURN => return self.poll_slow(cx),
            token => return self.shared.completes_otherwise(token).map_or(Poll::Pending, Poll::Ready),
        }
        Poll::Pending
    }

    /// Begins a wait that the loop does not do for the task.
    fn begin_slow(&mut self, cx: &Context<'_>) {
        (self.state, self.word) = match self.word.yielded() {
            Yielded::Delay(ms) | Yielded::SleepMs(ms) | Yielded::AfterMs(ms) | Yielded::After(ms)
                if ms != 0 =>
            {
                match self.shared.wake_after(ms, cx) {
                    Some(WakeAfter { key, at }) => (TIMED, Word { code: key, value: at }),
                    // The loop stops with the overflow; the task stays where it is.
                    None => (TURN, self.word),
                }
            }
            Yielded::IoRead(device) => (READS, self.begin_device(device, Readiness::READ, cx)),
            Yielded::IoWrite(device) => (WRITES, self.begin_device(device, Readiness::WRITE, cx)),
            _ => {
                cx.waker().wake_by_ref();
                (TURN, self.word)
            }
        };
    }

    fn begin_device(&self, device: u32, interest: Readiness, cx: &Context<'_>) -> Word {
        Word { code: device, value: self.shared.wake_when_ready(device, interest, cx) }
    }

    /// Whether a wait on the slow path is over.
    fn poll_slow(&mut self, cx: &Context<'_>) -> Poll<Result<(), Interrupt>> {
        let Word { code: one, value: other } = self.word;
        let result = match self.shared.take_interrupt() {
            Some(interrupt) => Err(interrupt),
            None => {
                let over = match self.state {
                    TIMED => self.shared.is_over(WakeAfter { key: one, at: other }),
                    READS => self.shared.is_ready(one, Readiness::READ),
                    WRITES => self.shared.is_ready(one, Readiness::WRITE),
                    _ => true,
                };
                if !over {
                    self.shared.rewake(if self.state == TIMED { one } else { other }, cx);
                    return Poll::Pending;
                }
                Ok(())
            }
        };
        self.give_up();
        Poll::Ready(result)
    }

    #[inline(never)]
    fn give_up(&mut self) {
        let Word { code: one, value: other } = self.word;
        match core::mem::replace(&mut self.state, DONE) {
            FRESH | DONE | TURN => {}
            TIMED => self.shared.forget_wake(WakeAfter { key: one, at: other }),
            READS | WRITES => self.shared.forget_device(one, other),
            token => self.shared.retract(token),
        }
    }
}

impl Future for Leaf<'_> {
    type Output = Result<(), Interrupt>;

    // Inlined as `Sleep`'s is, and for its sake.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.state == FRESH {
            if let Some(token) = this.shared.post(this.word, cx) {
                this.state = token;
                return Poll::Pending;
            }
        } else if this.shared.completes(this.state) {
            this.state = DONE;
            return Poll::Ready(Ok(()));
        }
        let polled = this.poll_otherwise(cx);
        if polled.is_ready() {
            this.state = DONE;
        }
        polled
    }
}

impl Drop for Leaf<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.state != DONE {
            self.give_up();
        }
    }
}
