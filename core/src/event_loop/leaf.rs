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

use core::cell::Cell;
use core::task::Context;

use super::entry::RawEntry;
use super::poller::Waiter;
use super::shared::{NOBODY, Shared};
use super::slot::Task;
use super::task::{Pending, Place};
use super::yielded::{CAREFUL, TURN, Word};
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

/// The step under way, as far as awaits have to do with it. What is set together lies together.
#[repr(C)]
pub(super) struct Turn {
    /// The token of a leaf that is complete, as long as the next leaf may post without more ado, in its place; then
    /// the code of what was posted, until that is applied. [`OPEN`] if one may post that looks
    /// for more first; [`CLOSED`] if nothing was posted and the step is over.
    pub offer: Cell<u32>,
    /// The value of what was posted.
    pub value: Cell<u32>,
    /// The slot of the task, also of the last step's.
    pub current: Cell<u32>,
    /// The token of the leaf that this step completes; even if it completes none, or none any more; [`BETWEEN`] steps.
    pub resumed: Cell<u32>,
    /// The same, if this step brings an interrupt, or something else is to be looked at before that leaf is complete.
    pub interrupted: Cell<u32>,
    /// The token of the leaf that has posted, if that is not the one that the step completed; else 0.
    anew: Cell<u32>,
    /// The last token that was made: odd, so never 0. Tokens come again after 2^31 others.
    token: Cell<u32>,
    /// The context with which the task is polled, if it is polled for a turn.
    pub context: Cell<*const ()>,
    /// What the task's waker points to.
    pub waker_data: Cell<*const ()>,
    /// What this step brings and nobody has taken yet.
    pub interrupt: Cell<Option<Interrupt>>,
    /// The interrupt is for the part of the task that is polled at present.
    pub injected: Cell<bool>,
    /// The step was begun by a waker: it completes no leaf, and one that posted before waits on.
    pub woken: Cell<bool>,
}

/// Neither of these is a code, nor plain.
const OPEN: u32 = Word::MORE_THAN_CODES | CAREFUL;
const CLOSED: u32 = OPEN + 4;
/// No step is under way. It is no token.
const BETWEEN: u32 = 2;
/// What stands in the place of a token that was met. A leaf notes the same.
pub(crate) const COMPLETED: u32 = Word::MORE_THAN_CODES;

impl Turn {
    pub const fn new() -> Self {
        Self {
            offer: Cell::new(CLOSED),
            value: Cell::new(0),
            current: Cell::new(NOBODY),
            resumed: Cell::new(BETWEEN),
            interrupted: Cell::new(0),
            anew: Cell::new(0),
            token: Cell::new(1),
            context: Cell::new(core::ptr::null()),
            waker_data: Cell::new(core::ptr::null()),
            interrupt: Cell::new(None),
            injected: Cell::new(false),
            woken: Cell::new(false),
        }
    }

    /// Who is polled with this context from now on may post.
    #[inline]
    pub fn expect(&self, context: &Context<'_>) {
        self.context.set(core::ptr::from_ref(context).cast());
    }

    /// Begins a step of the task in this slot; it completes the leaf of `resumed`; 0 if there is none.
    #[inline]
    pub fn begin(&self, slot: u32, resumed: u32) {
        self.offer.set(OPEN);
        self.current.set(slot);
        self.resumed.set(resumed);
    }

    /// The step under way completes no leaf: the first one to be polled may post without more ado, with a new token.
    pub fn offer_anew(&self) {
        let token = self.make_token();
        self.offer.set(token);
    }

    /// Makes the token of a leaf that posts in the place of none.
    fn make_token(&self) -> u32 {
        let token = self.token.get().wrapping_add(2);
        self.token.set(token);
        self.anew.set(token);
        token
    }

    /// The step under way brings this in the place of what it brought.
    pub fn raise(&self, interrupt: Option<Interrupt>) {
        self.interrupt.set(interrupt);
        if interrupt.is_some() {
            self.spoil();
        }
    }

    /// The step under way, if there is one, is not plain: nobody completes or posts without looking for more first.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub fn spoil(&self) {
        self.offer.set(if self.has_posted() { self.offer.get() | CAREFUL } else { OPEN });
        let resumed = self.resumed.get();
        if resumed % 2 == 1 {
            self.resumed.set(COMPLETED);
            self.interrupted.set(resumed);
        }
    }

    /// Whether the step under way has still to complete the leaf of this token.
    pub fn has_to_complete(&self, token: u32) -> bool {
        token == self.resumed.get() || token == self.interrupted.get()
    }

    /// The poll is over; what was posted is still known.
    #[inline]
    pub fn end(&self) {
        self.resumed.set(BETWEEN);
    }

    /// Whether a leaf posted, and that is all that came of the step.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.offer.get().is_multiple_of(4)
    }

    /// Whether nothing was posted although it could have been at once, and nothing else was met.
    #[inline]
    pub fn is_untouched(&self) -> bool {
        !self.offer.get().is_multiple_of(2)
    }

    /// Whether it posted a turn, and nothing else was met since.
    #[inline]
    pub fn is_turn(&self) -> bool {
        self.offer.get() == TURN
    }

    /// What was posted.
    pub fn posted(&self) -> Word {
        Word { code: self.offer.get(), value: self.value.get() }
    }

    /// What was posted; it is forgotten.
    pub fn take_posted(&self) -> Word {
        Word { code: self.offer.replace(CLOSED), value: self.value.get() }
    }

    /// The step of a task that waits for this leaf, or for none, is over and was not plain; gives the leaf that posted.
    pub fn close(&self, leaf: u32) -> Option<u32> {
        let posted = self.leaf_that_posted(leaf);
        let code = self.offer.get();
        self.forget();
        if posted.is_some() {
            self.offer.set(code | CAREFUL);
        }
        posted
    }

    /// The step is over, and nothing is to be done for it.
    pub fn forget(&self) {
        self.interrupted.set(0);
        self.anew.set(0);
        self.offer.set(CLOSED);
    }

    /// The leaf that has posted in the step under way, of a task that this leaf waited for at its beginning. Who posts in
    /// the place of a leaf that is complete takes over its token.
    pub fn leaf_that_posted(&self, leaf: u32) -> Option<u32> {
        let anew = self.anew.get();
        self.has_posted().then_some(if anew != 0 { anew } else { leaf })
    }

    /// Takes the interrupt that this step brings, unless it is for a leaf that will be polled yet.
    fn take_interrupt(&self) -> Option<Interrupt> {
        let for_me = self.interrupted.get() == 0 || self.injected.get();
        if for_me { self.interrupt.take() } else { None }
    }

    /// Whether a leaf has posted in this step.
    pub fn has_posted(&self) -> bool {
        let offer = self.offer.get();
        offer.is_multiple_of(2) && offer < Word::MORE_THAN_CODES
    }
}

impl Shared {
    /// Posts what the task yields, if this is its first leaf to be polled in this step and nothing else has to be
    /// thought of; gives the token of the resumption that it then waits for.
    #[inline(always)]
    pub(crate) fn post(&self, word: Word, cx: &Context<'_>) -> Option<u32> {
        let token = self.turn.offer.get();
        if token.is_multiple_of(2) || core::ptr::from_ref(cx).cast() != self.turn.context.get() {
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
        if posted == Some(token) && !turn.has_to_complete(token) {
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
