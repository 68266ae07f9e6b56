//! What the pins of a net do to it, counted, and the level that results.
//!
//! Owns which of them wins. It knows no pins.

use vpyb_core::Pull;

use crate::trace::record::{Drive, NetLevel};

/// How many pins of a net do what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pushes {
    low: i16,
    high: i16,
    up: i16,
    down: i16,
}

impl Pushes {
    /// Counts what one pin does.
    pub fn add(&mut self, drive: Drive, pull: Pull) {
        self.count(drive, pull, 1);
    }

    /// Takes back what one pin did.
    pub fn remove(&mut self, drive: Drive, pull: Pull) {
        self.count(drive, pull, -1);
    }

    fn count(&mut self, drive: Drive, pull: Pull, times: i16) {
        match drive {
            Drive::Low => self.low += times,
            Drive::High => self.high += times,
            Drive::Released => {}
        }
        match pull {
            Pull::Up => self.up += times,
            Pull::Down => self.down += times,
            Pull::None => {}
        }
    }

    /// Whether pins push the net in opposite directions.
    pub fn contend(&self) -> bool {
        self.low > 0 && self.high > 0
    }

    /// The level that results: drivers before pull resistors. Of two drivers low wins; two resistors that disagree
    /// leave the net in between, where it floats.
    pub fn level(&self) -> NetLevel {
        match (self.low > 0, self.high > 0, self.up > 0, self.down > 0) {
            (true, ..) => NetLevel::Low,
            (_, true, ..) => NetLevel::High,
            (_, _, true, false) => NetLevel::High,
            (_, _, false, true) => NetLevel::Low,
            _ => NetLevel::Floating,
        }
    }
}
