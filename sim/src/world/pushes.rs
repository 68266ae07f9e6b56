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
    /// Counts what pins drive; less than 0 of them do so no more.
    pub fn add_drive(&mut self, drive: Drive, pins: i16) {
        match drive {
            Drive::Low => self.low += pins,
            Drive::High => self.high += pins,
            Drive::Released => {}
        }
    }

    /// The same of what pull resistors do.
    pub fn add_pull(&mut self, pull: Pull, pins: i16) {
        match pull {
            Pull::Up => self.up += pins,
            Pull::Down => self.down += pins,
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
