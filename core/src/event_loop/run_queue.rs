//! The run queue, and the I/O queue: rings of entries that are ready.
//!
//! Owns order and capacity. An entry takes one place, a callback two, as in the original. It knows
//! entries as numbers only; what they name is the loop's business.

use alloc::boxed::Box;
use alloc::vec;
use core::cell::Cell;

use super::entry::RawEntry;
use crate::error::{Queue, QueueFull};

/// A ring. Positions count on and on, and wrap; what is at one lies in the ring at its lowest bits.
pub(super) struct RunQueue {
    ring: Box<[Cell<RawEntry>]>,
    head: Cell<u32>,
    tail: Cell<u32>,
    /// Where the pass under way ends.
    end: Cell<u32>,
    capacity: u32,
    queue: Queue,
}

impl RunQueue {
    pub fn new(queue: Queue, capacity: usize) -> Self {
        let size = capacity.max(1).next_power_of_two();
        Self {
            ring: vec![Cell::new(RawEntry::FILLER); size].into_boxed_slice(),
            head: Cell::new(0),
            tail: Cell::new(0),
            end: Cell::new(0),
            capacity: capacity as u32,
            queue,
        }
    }

    #[inline]
    fn at(&self, position: u32) -> &Cell<RawEntry> {
        &self.ring[position as usize & (self.ring.len() - 1)]
    }

    /// How many places are taken.
    #[inline]
    pub fn len(&self) -> u32 {
        self.tail.get().wrapping_sub(self.head.get())
    }

    #[cold]
    fn full(&self) -> QueueFull {
        QueueFull { queue: self.queue, len: self.capacity as usize }
    }

    #[inline]
    fn put(&self, entry: RawEntry) {
        let tail = self.tail.get();
        self.at(tail).set(entry);
        self.tail.set(tail.wrapping_add(1));
    }

    /// Appends an entry of one place, if there is one.
    #[inline]
    pub fn offer(&self, entry: RawEntry) -> bool {
        let has_room = self.len() < self.capacity;
        if has_room {
            self.put(entry);
        }
        has_room
    }

    /// Appends an entry of one place.
    pub fn push(&self, entry: RawEntry) -> Result<(), QueueFull> {
        if self.offer(entry) { Ok(()) } else { Err(self.full()) }
    }

    /// Appends an entry of two places; one that does not fit is refused whole.
    pub fn push_two(&self, entry: RawEntry) -> Result<(), QueueFull> {
        if self.len() + 2 > self.capacity {
            return Err(self.full());
        }
        self.put(entry);
        self.put(RawEntry::FILLER);
        Ok(())
    }

    /// Takes the first place. The caller takes the second one of a callback.
    pub fn pop(&self) -> Option<RawEntry> {
        let entry = (self.len() > 0).then(|| self.at(self.head.get()).get());
        if entry.is_some() {
            self.advance();
        }
        entry
    }

    /// A pass begins: it ends with what is queued now.
    pub fn begin_pass(&self) {
        self.end.set(self.tail.get());
    }

    /// The pass under way is over, whatever is left of it.
    pub fn end_pass(&self) {
        self.end.set(self.head.get());
    }

    /// The first place, which stays, if it belongs to the pass under way.
    #[inline]
    pub fn first_of_pass(&self) -> Option<RawEntry> {
        let head = self.head.get();
        (head != self.end.get()).then(|| self.at(head).get())
    }

    /// Takes the first place, which is there.
    #[inline]
    pub fn advance(&self) {
        self.head.set(self.head.get().wrapping_add(1));
    }

    /// Makes the last place that holds `entry` a tombstone; true if there was one.
    pub fn remove_last(&self, entry: RawEntry) -> bool {
        let place = (0..self.len()).rev().map(|i| self.at(self.head.get().wrapping_add(i)));
        let place = place.into_iter().find(|place| place.get() == entry);
        place.inspect(|place| place.set(RawEntry::TOMBSTONE)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_that_does_not_fit_is_refused_whole() {
        let queue = RunQueue::new(Queue::Run, 3);
        queue.push(RawEntry::task(7)).unwrap();
        queue.push_two(RawEntry::callback(1)).unwrap();
        assert_eq!(queue.push(RawEntry::task(8)).unwrap_err().len, 3);
        assert_eq!(queue.pop(), Some(RawEntry::task(7)));
        assert!(queue.push_two(RawEntry::callback(2)).is_err());
        assert_eq!(queue.len(), 2);
    }

    #[test]
    fn it_is_first_in_first_out_round_the_ring() {
        let queue = RunQueue::new(Queue::Run, 3);
        for i in 0..100 {
            queue.push(RawEntry::task(i)).unwrap();
            queue.push(RawEntry::task(i + 1000)).unwrap();
            assert_eq!(queue.pop(), Some(RawEntry::task(i)));
            assert_eq!(queue.pop(), Some(RawEntry::task(i + 1000)));
        }
        assert_eq!(queue.pop(), None);
    }
}
