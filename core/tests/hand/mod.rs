//! A clock for tests of the core without a board.

use std::cell::Cell;

use vpyb_core::clock::Clock;
use vpyb_core::time::Instant;

/// A clock that is put forward by hand.
pub struct Hand(pub Cell<Instant>);

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.0.get()
    }
}
