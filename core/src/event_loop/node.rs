//! A node of the heap of timers.
//!
//! Owns [`Node`] and the order of entries: by due tick, compared on the ring of ticks, then by serial number. Knows neither
//! the heap nor what an entry means.

use super::wait_queue::Timer;
use crate::ticks::PERIOD;

/// What decides the order of an entry, and its place. Serial number and due tick are read as one number.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Node {
    serial: u32,
    /// The due tick, shifted up: the ring of ticks has 30 bits, and so it is one of 32.
    due: u32,
    /// With [`READY`].
    place: u32,
}

const READY: u32 = 1 << 31;
/// By how many bits a due tick is shifted up.
const SPARE_BITS: u32 = PERIOD.leading_zeros() + 1;

impl Node {
    /// The node of an entry at a place.
    #[inline]
    pub fn new(timer: Timer, place: u32) -> Self {
        let ready = if timer.ready { READY } else { 0 };
        Self { serial: timer.serial, due: timer.due << SPARE_BITS, place: place | ready }
    }

    /// A node without an entry, which holds a free place.
    pub fn free(place: u32) -> Self {
        Self { serial: 0, due: 0, place }
    }

    #[inline]
    pub fn place(self) -> u32 {
        self.place & !READY
    }

    #[inline]
    pub fn serial(self) -> u32 {
        self.serial
    }

    #[inline]
    pub fn due(self) -> u32 {
        self.due >> SPARE_BITS
    }

    /// Whether the entry was ready as it was pushed.
    #[inline]
    pub fn is_ready(self) -> bool {
        self.place & READY != 0
    }

    /// Due tick and serial number as one.
    #[inline]
    pub fn order(self) -> u64 {
        u64::from(self.due) << 32 | u64::from(self.serial)
    }

    /// Whether it comes out before `other`.
    #[inline]
    pub fn precedes(self, other: Self) -> bool {
        comes_before(self.order(), other.order())
    }
}

/// Whether an entry of one order comes out before one of another. Serial numbers are compared plainly, as in the original.
#[inline]
pub(super) fn comes_before(one: u64, other: u64) -> bool {
    const { assert!(PERIOD.is_power_of_two()) };
    // The sign tells on which half of the ring the difference lies; with the same due tick it is that of the numbers.
    (one.wrapping_sub(other) as i64) < 0
}
