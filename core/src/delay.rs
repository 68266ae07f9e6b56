//! A board's busy wait as drivers take it.
//!
//! Owns [`BoardDelay`]. What a wait costs others is the board's business.

use embedded_hal::delay::DelayNs;

use crate::board::Board;

/// `delay_us` of a board, for drivers that take an `embedded-hal` delay. It keeps the CPU; shorter waits than a
/// microsecond last one.
#[derive(Clone)]
pub struct BoardDelay<B>(pub B);

impl<B: Board> DelayNs for BoardDelay<B> {
    fn delay_ns(&mut self, ns: u32) {
        self.delay_us(ns.div_ceil(1_000));
    }

    fn delay_us(&mut self, us: u32) {
        self.0.delay_us(us);
    }
}
