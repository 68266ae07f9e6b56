//! The one leaf future of the core: every await ends in it.
//!
//! Owns [`Leaf`]: it posts what the task yields and waits for its completion, or waits on its own where
//! it cannot speak for the task. Knows of devices only that they can be asked.

use core::future::Future;
use core::hint::cold_path;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::error::Interrupt;
use crate::event_loop::{COMPLETED, Post, Shared, WAKERS, Word, Yielded, no_wakers};
use crate::slow_wait::SlowWait;
use crate::stream::Readiness;

/// Yields something to the loop and is complete when the task is resumed for it.
///
/// It is small, and its state is one word, since it is written and read at each turn of a task.
///
/// ```text
///   code of the yield ──posted──▶ token ──completed──▶ DONE
///           └─────slow path────▶ DELAYED, READS, WRITES, PARKED, TURN ──over──▶ DONE
/// ```
#[repr(C)]
pub(crate) struct Leaf<'a> {
    /// The code of what is yielded, which is even; the token of the resumption that the leaf waits for, which is odd;
    /// or one of the states below.
    state: u32,
    /// The value of what is yielded; on the slow path, the key of a wait.
    value: u32,
    shared: &'a Shared,
}

const DONE: u32 = COMPLETED;
const DELAYED: u32 = DONE + 2;
const READS: u32 = DONE + 4;
const WRITES: u32 = DONE + 6;
const PARKED: u32 = DONE + 8;
const TURN: u32 = DONE + 10;

impl<'a> Leaf<'a> {
    #[inline(always)]
    pub fn new(shared: &'a Shared, yielded: Yielded) -> Self {
        let Word { code, value } = yielded.word();
        Self { shared, state: code, value }
    }

    /// What a poll comes to if it is neither the first and only post of a step nor a mere completion.
    #[cold]
    #[inline(never)]
    fn poll_otherwise(&mut self, cx: &Context<'_>) -> Poll<Result<(), Interrupt>> {
        let ended = match self.state {
            token if token % 2 == 1 => self.shared.completes_otherwise(token),
            code @ ..Word::MORE_THAN_CODES => {
                let word = Word { code, value: self.value };
                match self.shared.post_otherwise(word, cx) {
                    Post::Interrupted(interrupt) => Some(Err(interrupt)),
                    Post::Token(token) => {
                        self.state = token;
                        None
                    }
                    Post::Slow if !WAKERS => no_wakers(),
                    Post::Slow => {
                        self.begin_slow(word.yielded(), cx);
                        None
                    }
                }
            }
            state if WAKERS && state != DONE => return self.poll_slow(cx),
            _ => panic!("an await was polled after it was complete"),
        };
        let Some(result) = ended else { return Poll::Pending };
        self.state = DONE;
        Poll::Ready(result)
    }

    /// Begins a wait that the loop does not do for the task.
    fn begin_slow(&mut self, yielded: Yielded, cx: &Context<'_>) {
        let shared = self.shared;
        let begun = match yielded {
            // Without a place the loop stops with the overflow; the task stays where it is.
            Yielded::Delay(ms) | Yielded::SleepMs(ms) if ms != 0 => {
                shared.wake_after(ms, false, cx).map(|key| (DELAYED, key))
            }
            Yielded::AfterMs(ms) | Yielded::After(ms) => {
                shared.wake_after(ms, true, cx).map(|key| (DELAYED, key))
            }
            Yielded::Park => Some((PARKED, 0)),
            Yielded::IoRead(device) => Some((READS, shared.wake_when_ready(device, Readiness::READ, cx))),
            Yielded::IoWrite(device) => Some((WRITES, shared.wake_when_ready(device, Readiness::WRITE, cx))),
            _ => {
                cx.waker().wake_by_ref();
                None
            }
        };
        (self.state, self.value) = begun.unwrap_or((TURN, 0));
    }

    /// The wait that a state of the slow path stands for, if it has a waker of its own.
    fn slow_wait(&self, state: u32) -> Option<SlowWait> {
        let key = self.value;
        match state {
            DELAYED => Some(SlowWait::Delay { key }),
            READS => Some(SlowWait::Device { key, interest: Readiness::READ }),
            WRITES => Some(SlowWait::Device { key, interest: Readiness::WRITE }),
            _ => None,
        }
    }

    /// Whether a wait on the slow path is over.
    fn poll_slow(&mut self, cx: &Context<'_>) -> Poll<Result<(), Interrupt>> {
        let shared = self.shared;
        let interrupt = shared.take_interrupt();
        if interrupt.is_none() {
            let wait = self.slow_wait(self.state);
            let over = match &wait {
                Some(wait) => wait.is_over(shared),
                None => self.state != PARKED || shared.is_by_entry(),
            };
            if !over {
                wait.inspect(|wait| wait.go_on(shared, cx));
                return Poll::Pending;
            }
        }
        self.give_up();
        Poll::Ready(interrupt.map_or(Ok(()), Err))
    }

    #[inline(never)]
    fn give_up(&mut self) {
        match core::mem::replace(&mut self.state, DONE) {
            token if token % 2 == 1 => self.shared.retract(token),
            code @ ..Word::MORE_THAN_CODES => {
                self.shared.tell_unawaited(Word { code, value: self.value }.yielded().verb());
            }
            state => {
                if WAKERS && let Some(wait) = self.slow_wait(state) {
                    wait.give_up(self.shared);
                }
            }
        }
    }
}

impl Future for Leaf<'_> {
    type Output = Result<(), Interrupt>;

    // Inlined as `Sleep`'s is, and for its sake.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let state = this.state;
        if state % 2 == 1 {
            if this.shared.completes(state) {
                this.state = DONE;
                return Poll::Ready(Ok(()));
            }
            cold_path();
        } else if state < Word::MORE_THAN_CODES {
            let word = Word { code: state, value: this.value };
            if let Some(token) = this.shared.post(word, cx) {
                this.state = token;
                return Poll::Pending;
            }
            cold_path();
        }
        this.poll_otherwise(cx)
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
