//! How a leaf future and the loop talk during a step.
//!
//! Owns the protocol: a leaf *posts* what the task yields and returns `Pending`; the resumption by a
//! queue entry *completes* the leaf that posted last; a leaf that is dropped while it waits *retracts*.
//! A second leaf in one step, or one that is polled with a foreign waker (`select`, `join_all`), cannot
//! speak for the task: it takes the slow path, with its own deadline and a stored waker.
//!
//! ```text
//!   Fresh ──post──▶ Posted ──completes──▶ Done
//!     │                └─────drop: retract
//!     └──post (slow)──▶ Slow ──deadline or readiness seen──▶ Done
//! ```

use core::task::Context;

use super::entry::RawEntry;
use super::poller::Waiter;
use super::shared::{Shared, Yielded};
use super::task::{Header, Pending, Place};
use crate::error::Interrupt;
use crate::observer::{Event, Object, Use};

/// What became of a post.
pub(crate) enum Post {
    /// The task yields this; the leaf waits for the resumption of this token.
    Token(u32),
    /// The leaf has to wait on its own.
    Slow,
    /// An interrupt was pending and is raised here.
    Interrupted(Interrupt),
}

impl Shared {
    /// Posts what the task yields.
    ///
    /// # Panics
    ///
    /// Outside a step of this loop: an await of one loop was polled by something else.
    #[inline]
    pub(crate) fn post(&self, yielded: Yielded, cx: &Context<'_>) -> Post {
        self.assert_in_step();
        if let Some(interrupt) = self.interrupt.take() {
            return Post::Interrupted(interrupt);
        }
        if self.posted.get() != 0 || cx.waker().data() != self.waker_data.get() {
            return Post::Slow;
        }
        let token = match self.next_leaf.get().wrapping_add(1) {
            0 => 1,
            token => token,
        };
        self.next_leaf.set(token);
        self.posted.set(token);
        self.yielded.set(yielded);
        Post::Token(token)
    }

    /// Whether this step completes the leaf of `token`, and how.
    #[inline]
    pub(crate) fn completes(&self, token: u32) -> Option<Result<(), Interrupt>> {
        self.assert_in_step();
        if self.resumed.get() != token {
            return None;
        }
        self.resumed.set(0);
        Some(match self.interrupt.take() {
            Some(interrupt) => Err(interrupt),
            None => Ok(()),
        })
    }

    #[inline]
    fn assert_in_step(&self) {
        assert!(self.in_step.get(), "an await of this event loop was polled outside a step of its tasks");
    }

    /// Takes back what a leaf that is dropped while it waits has posted: entry and registration go.
    pub(crate) fn retract(&self, token: u32) {
        if self.closed.get() || !self.in_step.get() {
            return;
        }
        if self.posted.get() == token {
            self.posted.set(0);
            self.yielded.set(Yielded::Nothing);
            return;
        }
        let Some(header) = self.current_header() else { return };
        if header.leaf.get() != token {
            return;
        }
        header.leaf.set(0);
        let removed = match header.place.replace(Place::Nowhere) {
            Place::RunQueue => {
                let entry = RawEntry::task(header.slot);
                self.runq.remove_last(entry) || self.ioq.as_ref().is_some_and(|ioq| ioq.remove_last(entry))
            }
            Place::Timer(serial) => self.remove_timer(serial),
            Place::Device(device) => self.poller.borrow_mut().withdraw(device, Waiter::Task(header.slot)),
            Place::Nowhere | Place::Waker => false,
        };
        if removed {
            header.discount_entry();
        }
        // What was given up leaves no marker. An interrupt that kept until its end is raised at the next await;
        // with one queue there are no markers, and the interrupt waits in its place.
        if removed
            && !self.one_queue
            && let Pending::Interrupt(with) = header.pending.replace(Pending::None)
        {
            self.tell_interrupt(&header, with);
            self.interrupt.set(Some(with));
        }
    }

    // ---- parts of a task with an interrupt of their own ------------------------------------------

    /// Whether this step resumes what the task waits for, rather than merely polling it.
    pub(crate) fn is_resumption(&self) -> bool {
        self.assert_in_step();
        let by_waker = || self.current_header().is_some_and(|header| header.place.get() == Place::Waker);
        self.resumed.get() != 0 || (self.posted.get() == 0 && by_waker())
    }

    /// Puts an interrupt in the place of the one that this step brings; gives the former one.
    pub(crate) fn inject(&self, interrupt: Option<Interrupt>) -> Option<Interrupt> {
        self.assert_in_step();
        self.interrupt.replace(interrupt)
    }

    // ---- things that tasks share -----------------------------------------------------------------

    /// Tells the observer that the current task, if there is one, used something.
    pub(crate) fn tell_use(&self, object: Object<'_>, how: Use) {
        if self.closed.get() {
            return;
        }
        self.observe(|| Event::Used {
            task: self.current_header().map(|header| header.id.get()),
            object,
            how,
        });
    }

    /// Tells the observer that something was made to be awaited, and dropped.
    #[cold]
    pub(crate) fn tell_unawaited(&self, what: &'static str) {
        if !self.closed.get() {
            let task = self.current_header().map(|header| header.id.get());
            self.observe(|| Event::Unawaited { task, what });
        }
    }

    /// Whether the owner of the loop is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    // ---- the slow path -------------------------------------------------------------------------

    /// Takes a pending interrupt: on the slow path, whoever is polled first raises it.
    ///
    /// A step that a waker began, while the task slept too, brings no interrupt: it stays in the header, for
    /// the end of the sleep. Who asks here does not sleep, so it is taken from there.
    pub(crate) fn take_interrupt(&self) -> Option<Interrupt> {
        self.assert_in_step();
        if let Some(interrupt) = self.interrupt.take() {
            return Some(interrupt);
        }
        let header = self.current_header()?;
        let Pending::Interrupt(with) = header.pending.get() else { return None };
        header.pending.set(Pending::None);
        self.tell_interrupt(&header, with);
        Some(with)
    }

    fn tell_interrupt(&self, header: &Header, with: Interrupt) {
        self.observe(|| Event::Interrupted { task: header.id.get(), with });
    }

    /// The present tick.
    pub(crate) fn present_tick(&self) -> u32 {
        self.ticks()
    }

    /// Has the waker of `cx` called `delay_ms` from now. Gives the wait's key and timer; `None` if the
    /// wait queue is full, which stops the loop.
    pub(crate) fn wake_after(&self, delay_ms: i32, cx: &Context<'_>) -> Option<(usize, u32)> {
        let key = self.wakers.borrow_mut().insert(cx.waker().clone());
        match self.arm(delay_ms, RawEntry::wake(key as u32), None) {
            Ok(timer) => Some((key, timer)),
            Err(full) => {
                self.wakers.borrow_mut().remove(key);
                self.overflow.set(Some(full));
                None
            }
        }
    }

    /// Has another waker called instead.
    pub(crate) fn rewake(&self, key: usize, cx: &Context<'_>) {
        let mut wakers = self.wakers.borrow_mut();
        if let Some(waker) = wakers.get_mut(key) {
            waker.clone_from(cx.waker());
        }
    }

    /// Gives up a wait of the slow path, whose timer has perhaps fired.
    pub(crate) fn forget_wake(&self, key: usize, timer: u32) {
        if self.closed.get() {
            return;
        }
        if self.remove_timer(timer) {
            let waker = self.wakers.borrow_mut().try_remove(key);
            drop(waker);
        }
    }
}
