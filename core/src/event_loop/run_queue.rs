//! The run queue, and the I/O queue: rings of entries that are ready.
//!
//! Owns order and capacity. An entry takes one place, a callback two, as in the original. It knows
//! entries as numbers only; what they name is the loop's business.

use alloc::boxed::Box;
use alloc::vec;
use core::cell::Cell;

use super::entry::RawEntry;
use crate::error::{Queue, QueueFull};

pub(super) struct RunQueue {
    ring: Box<[Cell<RawEntry>]>,
    mask: u32,
    head: Cell<u32>,
    len: Cell<u32>,
    capacity: u32,
    queue: Queue,
}

impl RunQueue {
    pub fn new(queue: Queue, capacity: usize) -> Self {
        let size = capacity.max(1).next_power_of_two();
        Self {
            ring: vec![Cell::new(RawEntry::FILLER); size].into_boxed_slice(),
            mask: size as u32 - 1,
            head: Cell::new(0),
            len: Cell::new(0),
            capacity: capacity as u32,
            queue,
        }
    }

    /// How many places are taken.
    #[inline]
    pub fn len(&self) -> u32 {
        self.len.get()
    }

    fn full(&self) -> QueueFull {
        QueueFull { queue: self.queue, len: self.capacity as usize }
    }

    #[inline]
    fn put(&self, entry: RawEntry) {
        let at = self.head.get().wrapping_add(self.len.get()) & self.mask;
        self.ring[at as usize].set(entry);
        self.len.set(self.len.get() + 1);
    }

    /// Appends an entry of one place.
    #[inline]
    pub fn push(&self, entry: RawEntry) -> Result<(), QueueFull> {
        if self.len.get() >= self.capacity {
            return Err(self.full());
        }
        self.put(entry);
        Ok(())
    }

    /// Appends an entry of two places; one that does not fit is refused whole.
    pub fn push_two(&self, entry: RawEntry) -> Result<(), QueueFull> {
        if self.len.get() + 2 > self.capacity {
            return Err(self.full());
        }
        self.put(entry);
        self.put(RawEntry::FILLER);
        Ok(())
    }

    /// The first place, which stays.
    #[inline]
    pub fn first(&self) -> Option<RawEntry> {
        (self.len.get() > 0).then(|| self.ring[self.head.get() as usize].get())
    }

    /// Takes the first place. The caller takes the second one of a callback.
    #[inline]
    pub fn pop(&self) -> Option<RawEntry> {
        if self.len.get() == 0 {
            return None;
        }
        let head = self.head.get();
        self.head.set(head.wrapping_add(1) & self.mask);
        self.len.set(self.len.get() - 1);
        Some(self.ring[head as usize].get())
    }

    /// Makes the last place that holds `entry` a tombstone; true if there was one.
    pub fn remove_last(&self, entry: RawEntry) -> bool {
        for i in (0..self.len.get()).rev() {
            let place = &self.ring[(self.head.get().wrapping_add(i) & self.mask) as usize];
            if place.get() == entry {
                place.set(RawEntry::TOMBSTONE);
                return true;
            }
        }
        false
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
