//! What there is to look at beside the next turn.
//!
//! Owns the flags of that. Without the first of them, turns follow one another; without any, passes do.

use super::shared::Shared;
use crate::error::QueueFull;

/// No run is under way.
pub(super) const IDLE: u16 = 1;
/// Somebody observes the loop, there are no passes, or devices are asked before each step: no step is plain.
pub(super) const ALWAYS: u16 = 2;
/// What the last step left has still to be applied, and is more than its turn.
pub(super) const LEFT: u16 = 4;
/// The run is to stop.
pub(super) const STOP: u16 = 8;
/// A queue was full where nobody could be told.
pub(super) const OVERFLOW: u16 = 16;
/// Somebody failed.
pub(super) const FAILED: u16 = 32;
/// All of these.
pub(super) const STEPS: u16 = 255;
/// Entries are in timed queues, or may be.
pub(super) const TIMED: u16 = 256;
/// Devices are known.
pub(super) const DEVICES: u16 = 512;

impl Shared {
    /// Whether nothing but the next turn has to be thought of.
    #[inline]
    pub(super) fn is_carefree(&self) -> bool {
        self.care.get() & STEPS == 0
    }

    /// Whether something that was met comes before the next step.
    #[inline]
    pub(super) fn is_to_be_applied(&self) -> bool {
        self.care.get() & (STOP | OVERFLOW | FAILED | LEFT) != 0
    }

    /// Whether nothing comes before the next step but what the last one left.
    #[inline]
    pub(super) fn is_only_left(&self) -> bool {
        self.care.get() & STEPS == LEFT
    }

    /// Whether this has to be cared for.
    #[inline]
    pub(super) fn cares_for(&self, what: u16) -> bool {
        self.care.get() & what != 0
    }

    /// Whether the next pass can be nothing but turns.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.care.get() == 0
    }

    /// Something has to be looked at: before the next step, and if there is one under way, at its end.
    #[inline(never)]
    pub(super) fn care_for(&self, what: u16) {
        self.care.set(self.care.get() | what);
        self.spoil();
    }

    /// Something came into a queue, or out of it: a step that is under way is not plain, and a turn that is still to be
    /// taken back has its place behind.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    #[cfg_attr(not(target_pointer_width = "32"), inline)]
    pub(super) fn spoil(&self) {
        if self.turn.is_turn() {
            self.leave();
        }
        self.turn.spoil();
    }

    /// There is more to do before the next step than to take a turn back.
    #[inline]
    pub(super) fn leave(&self) {
        self.care.set(self.care.get() | LEFT);
    }

    /// Whether this has to be cared for; it no longer has.
    pub(super) fn take_care_of(&self, what: u16) -> bool {
        let care = self.care.get();
        self.care.set(care & !what);
        care & what != 0
    }

    pub(super) fn is_running(&self) -> bool {
        self.care.get() & IDLE == 0
    }

    /// A run begins: for ever, or until the task in a slot is complete.
    pub(super) fn begin_run(&self, forever: bool, main: u32) {
        self.forever.set(forever);
        self.main.set(main);
        self.take_care_of(IDLE);
    }

    pub(super) fn request_stop(&self) {
        self.care_for(STOP);
    }

    pub(super) fn is_to_stop(&self) -> bool {
        self.care.get() & STOP != 0
    }

    /// A queue was full, and nobody can be told but the run.
    pub(super) fn overflow_with(&self, full: QueueFull) {
        self.overflow.set(Some(full));
        self.care_for(OVERFLOW);
    }
}
