//! What the pins of a net do to it, counted, and the level that results.
//!
//! Owns which of them wins. It knows no pins.

use vpyb_core::Pull;

use crate::trace::record::{Drive, NetLevel};

/// How many pins of a net do what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pushes {
    /// By what they drive.
    drives: [i16; 3],
    /// By their pull resistors.
    pulls: [i16; 3],
}

fn place_of_drive(drive: Drive) -> usize {
    match drive {
        Drive::Low => 0,
        Drive::High => 1,
        Drive::Released => 2,
    }
}

fn place_of_pull(pull: Pull) -> usize {
    match pull {
        Pull::Up => 0,
        Pull::Down => 1,
        Pull::None => 2,
    }
}

impl Pushes {
    /// Counts what pins drive; less than 0 of them do so no more.
    #[inline]
    pub fn add_drive(&mut self, drive: Drive, pins: i16) {
        self.drives[place_of_drive(drive)] += pins;
    }

    /// The same of what pull resistors do.
    pub fn add_pull(&mut self, pull: Pull, pins: i16) {
        self.pulls[place_of_pull(pull)] += pins;
    }

    /// How many pins drive the net.
    pub fn drivers(&self) -> i16 {
        let [low, high, _] = self.drives;
        low + high
    }

    /// Whether pins push the net in opposite directions.
    #[inline]
    pub fn contend(&self) -> bool {
        let [low, high, _] = self.drives;
        low > 0 && high > 0
    }

    /// The level that results: drivers before pull resistors. Of two drivers low wins; two resistors that disagree
    /// leave the net in between, where it floats.
    #[inline]
    pub fn level(&self) -> NetLevel {
        let ([low, high, _], [up, down, _]) = (self.drives, self.pulls);
        match (low > 0, high > 0, up > 0, down > 0) {
            (true, ..) => NetLevel::Low,
            (_, true, ..) => NetLevel::High,
            (_, _, true, false) => NetLevel::High,
            (_, _, false, true) => NetLevel::Low,
            _ => NetLevel::Floating,
        }
    }
}
