//! The step under way, as far as awaits have to do with it.
//!
//! Owns [`Turn`]: what may be posted in it and was posted, and which leaf it completes. Leaves and the loop meet here; how
//! they do stands in `leaf`.

use core::cell::Cell;
use core::task::Context;

use super::shared::NOBODY;
use super::yielded::{CAREFUL, TURN, Word};
use crate::error::Interrupt;

/// The step under way, as far as awaits have to do with it. What is set together lies together.
#[repr(C)]
pub(super) struct Turn {
    /// The token with which the next leaf may post without more ado: that of the leaf that this step completed, in whose
    /// place it posts, or a new one if it completes none. Then the code of what was posted, until that is applied.
    /// [`OPEN`] if one may post that looks for more first; [`CLOSED`] or [`OPEN`] if the step is over and nothing was posted.
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
    pub anew: Cell<u32>,
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
pub(super) const OPEN: u32 = Word::MORE_THAN_CODES | CAREFUL;
const CLOSED: u32 = OPEN + 4;
/// No step is under way. It is no token.
pub(super) const BETWEEN: u32 = 2;
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
    pub fn make_token(&self) -> u32 {
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
    pub fn take_interrupt(&self) -> Option<Interrupt> {
        let for_me = self.interrupted.get() == 0 || self.injected.get();
        if for_me { self.interrupt.take() } else { None }
    }

    /// Whether a leaf has posted in this step.
    pub fn has_posted(&self) -> bool {
        let offer = self.offer.get();
        offer.is_multiple_of(2) && offer < Word::MORE_THAN_CODES
    }
}
