//! How a leaf future and the loop talk during a step.
//!
//! Owns the protocol: a leaf *posts* what the task yields and returns `Pending`; the resumption by a
//! queue entry *completes* the leaf that posted last; a leaf that is dropped while it waits *retracts*.
//! A second leaf in one step, one that is polled with a foreign waker (`select`, `join_all`), or one that comes while
//! another still waits to be completed cannot speak for the task: it takes the slow path, with its own deadline and a
//! stored waker. An interrupt is for the leaf that posted, if there is one; else whoever asks first takes it.
//!
//! ```text
//!   Fresh ──post──▶ Posted ──completes──▶ Done
//!     │                └─────drop: retract
//!     └──post (slow)──▶ Slow ──deadline or readiness seen──▶ Done
//! ```

use core::hint::cold_path;
use core::task::Context;

use super::entry::RawEntry;
use super::poller::Waiter;
use super::shared::Shared;
use super::slot::Task;
use super::task::{Pending, Place};
use super::turn::{BETWEEN, COMPLETED, OPEN};
use super::yielded::Word;
use crate::error::Interrupt;
use crate::observer::Event;

/// What became of a post that was not the first and only one of a plain step.
pub(crate) enum Post {
    /// The task yields what was posted; the leaf waits for the resumption of this token.
    Token(u32),
    /// The leaf has to wait on its own.
    Slow,
    /// An interrupt was pending and is raised here.
    Interrupted(Interrupt),
}

impl Shared {
    /// Posts what the task yields, if this is its first leaf to be polled in this step and nothing else has to be
    /// thought of; gives the token of the resumption that it then waits for.
    #[inline(always)]
    pub(crate) fn post(&self, word: Word, cx: &Context<'_>) -> Option<u32> {
        let token = self.turn.offer.get();
        if token.is_multiple_of(2) || core::ptr::from_ref(cx).cast() != self.turn.context.get() {
            cold_path();
            return None;
        }
        self.turn.offer.set(word.code);
        self.turn.value.set(word.value);
        Some(token)
    }

    /// Posts what the task yields where [`post`](Self::post) has not.
    ///
    /// # Panics
    ///
    /// Outside a step of this loop: an await of one loop was polled by something else.
    pub(crate) fn post_otherwise(&self, word: Word, cx: &Context<'_>) -> Post {
        self.assert_in_step();
        let turn = &self.turn;
        if let Some(interrupt) = turn.take_interrupt() {
            return Post::Interrupted(interrupt);
        }
        if !self.speaks_for_task(cx) {
            return Post::Slow;
        }
        let token = turn.make_token();
        turn.offer.set(word.code);
        turn.value.set(word.value);
        turn.spoil();
        Post::Token(token)
    }

    /// Whether this step completes the leaf of `token`, without an interrupt.
    #[inline(always)]
    pub(crate) fn completes(&self, token: u32) -> bool {
        let completes = self.turn.resumed.get() == token;
        if completes {
            self.turn.resumed.set(COMPLETED);
            self.turn.offer.set(token);
        }
        completes
    }

    /// Whether this step completes the leaf of `token` although [`completes`](Self::completes) says no, and how.
    ///
    /// # Panics
    ///
    /// As [`post_otherwise`](Self::post_otherwise).
    pub(crate) fn completes_otherwise(&self, token: u32) -> Option<Result<(), Interrupt>> {
        self.assert_in_step();
        if self.turn.interrupted.get() != token {
            return None;
        }
        self.turn.interrupted.set(0);
        Some(self.turn.interrupt.take().map_or(Ok(()), Err))
    }

    /// Whether who is polled with `cx` is all that the current task waits for, as far as can be known now.
    pub(crate) fn speaks_for_task(&self, cx: &Context<'_>) -> bool {
        let turn = &self.turn;
        let another_waits =
            || turn.woken.get() && self.current_task().is_some_and(|task| task.leaf.get() != 0);
        !turn.has_posted() && cx.waker().data() == turn.waker_data.get() && !another_waits()
    }

    /// Whether this step was begun by an entry of a queue.
    pub(crate) fn is_by_entry(&self) -> bool {
        !self.turn.woken.get()
    }

    #[inline]
    pub(super) fn is_in_step(&self) -> bool {
        self.turn.resumed.get() != BETWEEN
    }

    #[inline]
    fn assert_in_step(&self) {
        assert!(self.is_in_step(), "an await of this event loop was polled outside a step of its tasks");
    }

    /// Takes back what a leaf that is dropped while it waits has posted: entry and registration go.
    #[inline(never)]
    pub(crate) fn retract(&self, token: u32) {
        if self.closed.get() {
            return;
        }
        let Some(task) = self.current_task() else { return };
        let turn = &self.turn;
        let posted = turn.leaf_that_posted(task.leaf.get());
        if posted == Some(token) {
            turn.anew.set(0);
            turn.offer.set(OPEN);
            return;
        }
        if task.leaf.get() != token {
            return;
        }
        task.leaf.set(0);
        if turn.interrupted.get() == token {
            turn.interrupted.set(0);
        }
        let entry = RawEntry::task(task.slot);
        let place = task.place();
        task.set_place(Place::Nowhere);
        let removed = match place {
            Place::RunQueue => {
                self.spoil();
                self.runq.remove_last(entry) || self.ioq().is_some_and(|ioq| ioq.remove_last(entry))
            }
            Place::Timer(at) => self.remove_timer(at, entry),
            Place::Device(device) => self.withdraw(device, Waiter::Task(task.slot)),
            Place::Nowhere | Place::Waker => false,
        };
        if removed {
            task.discount_entry();
        }
        // What was given up leaves no marker. An interrupt that kept until its end is raised at the next await;
        // with one queue there are no markers, and the interrupt waits in its place.
        if removed
            && !self.rules.one_queue()
            && let Pending::Interrupt(with) = task.replace_pending(Pending::None)
        {
            self.tell_interrupt(task, with);
            self.turn.raise(Some(with));
        }
    }

    // ---- parts of a task with an interrupt of their own ------------------------------------------

    /// Whether this step resumes what the task waits for, rather than merely polling it.
    pub(crate) fn is_resumption(&self) -> bool {
        self.assert_in_step();
        let by_waker = || self.current_task().is_some_and(|task| task.place() == Place::Waker);
        let turn = &self.turn;
        turn.resumed.get() % 2 == 1 || turn.interrupted.get() != 0 || (!turn.has_posted() && by_waker())
    }

    /// Polls a part of the task with an interrupt that is for it alone; true if it was taken. What the step brings to
    /// others is there again afterwards.
    pub(crate) fn hand_down<R>(&self, interrupt: Interrupt, poll: impl FnOnce() -> R) -> (R, bool) {
        self.assert_in_step();
        let turn = &self.turn;
        let (brought, injected) = (turn.interrupt.get(), turn.injected.get());
        turn.raise(Some(interrupt));
        turn.injected.set(true);
        let polled = poll();
        let taken = turn.interrupt.get().is_none();
        turn.raise(brought);
        turn.injected.set(injected);
        (polled, taken)
    }

    /// The interrupt that this step brings is brought to nobody.
    pub(crate) fn drop_interrupt(&self) {
        self.turn.interrupt.set(None);
    }

    // ---- the slow path -------------------------------------------------------------------------

    /// Takes a pending interrupt: on the slow path, whoever is polled first raises it, unless it is for a leaf that
    /// this step resumes.
    ///
    /// A step that a waker began, while the task slept too, brings no interrupt: it stays in the header, for
    /// the end of the sleep. Who asks here does not sleep, so it is taken from there.
    #[inline]
    pub(crate) fn take_interrupt(&self) -> Option<Interrupt> {
        self.assert_in_step();
        let brought = self.turn.interrupt.get().is_some();
        let any = brought || self.current_task().is_some_and(|task| task.is_interrupted());
        if any { self.take_any_interrupt() } else { None }
    }

    #[cold]
    fn take_any_interrupt(&self) -> Option<Interrupt> {
        if self.turn.interrupt.get().is_some() {
            return self.turn.take_interrupt();
        }
        let task = self.current_task()?;
        let Pending::Interrupt(with) = task.pending() else { return None };
        task.set_pending(Pending::None);
        self.tell_interrupt(task, with);
        Some(with)
    }

    fn tell_interrupt(&self, task: Task<'_>, with: Interrupt) {
        self.observe(|| Event::Interrupted { task: task.id.get(), with });
    }
}
