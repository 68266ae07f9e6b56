//! The rows that the entries of a timed queue are in.
//!
//! Owns [`Row`], and which of two entries comes first: by due tick, compared on the ring of ticks, then by serial
//! number. An entry stays in its row while it is in the queue; how rows hang together is the business of `soon` and `later`.

use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

use super::bug;
use super::entry::RawEntry;
use super::wait_queue::Timer;
use crate::ticks::PERIOD;

/// No row. It is above all rows, and one instruction of the chip can name it.
pub(super) const NONE: u32 = 1 << 29;
/// Added to [`Row::below`]: the entry is due soon.
const SOON: u32 = 1 << 30;
/// Added to it, too: the entry was ready as it was pushed.
const READY: u32 = 1 << 31;
const MARKS: u32 = SOON | READY;
/// By how many bits a due tick is shifted up.
const SPARE_BITS: u32 = PERIOD.leading_zeros() + 1;

/// An entry, and the rows it hangs together with. Serial number and due tick are read as one number.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Row {
    serial: u32,
    /// The due tick, shifted up: the ring of ticks has 30 bits, and so it is one of 32.
    due: u32,
    pub entry: RawEntry,
    /// The next one: of the same tick, below the same row, or that is free.
    pub next: u32,
    /// The one before it, of the same tick or below the same row; of the first one below a row, that row.
    pub before: u32,
    /// The first one below it, and marks.
    below: u32,
}

/// Rows, by their numbers.
pub(super) struct Rows(pub Vec<Row>);

impl Row {
    /// The row `at` of an entry, which hangs together with no other.
    #[inline]
    pub fn new(timer: Timer, at: u32, is_soon: bool) -> Self {
        let soon = if is_soon { SOON } else { 0 };
        let ready = if timer.ready { READY } else { 0 };
        Self {
            serial: timer.serial,
            due: timer.due << SPARE_BITS,
            entry: timer.entry,
            next: at,
            before: at,
            below: NONE | soon | ready,
        }
    }

    /// A free row, before another that is.
    pub fn free(next: u32) -> Self {
        Self { serial: 0, due: 0, entry: RawEntry::TOMBSTONE, next, before: 0, below: 0 }
    }

    /// Frees it, before another that is free; gives the entry.
    #[inline]
    pub fn take(&mut self, next: u32) -> Timer {
        let timer = self.timer();
        (self.entry, self.next) = (RawEntry::TOMBSTONE, next);
        timer
    }

    #[inline]
    pub fn timer(&self) -> Timer {
        Timer { due: self.due(), serial: self.serial, entry: self.entry, ready: self.below & READY != 0 }
    }

    #[inline]
    pub fn due(&self) -> u32 {
        self.due >> SPARE_BITS
    }

    #[inline]
    pub fn is_soon(&self) -> bool {
        self.below & SOON != 0
    }

    /// The first row below it.
    #[inline]
    pub fn below(&self) -> u32 {
        self.below & !MARKS
    }

    #[inline]
    pub fn set_below(&mut self, below: u32) {
        self.below = self.below & MARKS | below;
    }

    /// Whether its entry comes out before another's. Serial numbers are compared plainly, as in the original.
    #[inline]
    pub fn precedes(&self, other: &Self) -> bool {
        const { assert!(PERIOD.is_power_of_two()) };
        let order = |row: &Self| u64::from(row.due) << 32 | u64::from(row.serial);
        // The sign tells on which half of the ring the difference lies; with the same due tick it is that of the numbers.
        (order(self).wrapping_sub(order(other)) as i64) < 0
    }
}

impl Rows {
    /// Whether the entry of one row comes out before that of another.
    #[inline]
    pub fn precedes(&self, one: u32, other: u32) -> bool {
        self[one].precedes(&self[other])
    }
}

impl Index<u32> for Rows {
    type Output = Row;

    #[inline]
    fn index(&self, row: u32) -> &Row {
        self.0.get(row as usize).unwrap_or_else(|| bug())
    }
}

impl IndexMut<u32> for Rows {
    #[inline]
    fn index_mut(&mut self, row: u32) -> &mut Row {
        self.0.get_mut(row as usize).unwrap_or_else(|| bug())
    }
}
