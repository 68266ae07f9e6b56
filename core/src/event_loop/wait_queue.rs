//! The wait queue: entries that are due at a tick.
//!
//! Owns order and capacity: a binary heap by due tick, compared on the ring of ticks, then by serial
//! number, so that of equal due times the one pushed first comes out first. Knows entries as numbers
//! only, and no clock.

use alloc::vec::Vec;

use super::entry::RawEntry;
use crate::error::{Queue, QueueFull};
use crate::ticks::PERIOD;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Timer {
    pub due: u32,
    pub serial: u32,
    pub entry: RawEntry,
    /// It was ready as it was pushed, and the observer knows.
    pub ready: bool,
}

impl Timer {
    /// Whether it comes out before `other`. Serial numbers are compared plainly, as in the original.
    fn precedes(&self, other: &Self) -> bool {
        match other.due.wrapping_sub(self.due) % PERIOD {
            0 => self.serial < other.serial,
            ahead => ahead < PERIOD / 2,
        }
    }
}

pub(super) struct WaitQueue {
    heap: Vec<Timer>,
    capacity: usize,
    queue: Queue,
}

impl WaitQueue {
    pub fn new(queue: Queue, capacity: usize) -> Self {
        Self { heap: Vec::with_capacity(capacity.min(4096)), capacity, queue }
    }

    /// A queue that is never full: it grows when it has to, beyond `room` entries.
    pub fn growing(queue: Queue, room: usize) -> Self {
        Self { heap: Vec::with_capacity(room.min(4096)), capacity: usize::MAX, queue }
    }

    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// The due tick of the entry with this serial number, if it is in the queue.
    pub fn due_of(&self, serial: u32) -> Option<u32> {
        self.heap.iter().find(|timer| timer.serial == serial).map(|timer| timer.due)
    }

    /// The entry that comes out next.
    #[inline]
    pub fn first(&self) -> Option<&Timer> {
        self.heap.first()
    }

    /// Adds an entry. Serial numbers grow; all timed queues share them.
    pub fn push(&mut self, timer: Timer) -> Result<(), QueueFull> {
        if self.heap.len() >= self.capacity {
            return Err(QueueFull { queue: self.queue, len: self.capacity });
        }
        self.heap.push(timer);
        self.sift_up(self.heap.len() - 1);
        Ok(())
    }

    /// Takes the first entry out.
    pub fn pop(&mut self) -> Option<Timer> {
        (!self.heap.is_empty()).then(|| self.take(0))
    }

    /// Takes the entry of this serial number out.
    pub fn remove(&mut self, serial: u32) -> Option<Timer> {
        let at = self.heap.iter().position(|timer| timer.serial == serial)?;
        Some(self.take(at))
    }

    fn take(&mut self, at: usize) -> Timer {
        let timer = self.heap.swap_remove(at);
        if at < self.heap.len() {
            self.sift_down(at);
            self.sift_up(at);
        }
        timer
    }

    fn sift_up(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.heap[at].precedes(&self.heap[parent]) {
                return;
            }
            self.heap.swap(at, parent);
            at = parent;
        }
    }

    fn sift_down(&mut self, mut at: usize) {
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            let Some(mut child) = (left < self.heap.len()).then_some(left) else { return };
            if right < self.heap.len() && self.heap[right].precedes(&self.heap[left]) {
                child = right;
            }
            if !self.heap[child].precedes(&self.heap[at]) {
                return;
            }
            self.heap.swap(at, child);
            at = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue_of(dues: impl IntoIterator<Item = u32>) -> WaitQueue {
        let mut queue = WaitQueue::new(Queue::Wait, 99);
        for (serial, due) in dues.into_iter().enumerate() {
            let serial = serial as u32;
            queue.push(Timer { due, serial, entry: RawEntry::task(serial), ready: false }).unwrap();
        }
        queue
    }

    fn drain(queue: &mut WaitQueue) -> Vec<(u32, u32)> {
        core::iter::from_fn(|| queue.pop()).map(|timer| (timer.due, timer.serial)).collect()
    }

    #[test]
    fn of_equal_due_times_the_first_pushed_comes_first() {
        let mut queue = queue_of([30, 10, 20, 10, 30, 10]);
        assert_eq!(drain(&mut queue), [(10, 1), (10, 3), (10, 5), (20, 2), (30, 0), (30, 4)]);
    }

    #[test]
    fn due_times_wrap() {
        let mut queue = queue_of([3, PERIOD - 2, 1, PERIOD - 1]);
        assert_eq!(drain(&mut queue), [(PERIOD - 2, 1), (PERIOD - 1, 3), (1, 2), (3, 0)]);
    }

    #[test]
    fn after_their_overflow_serial_numbers_put_the_last_pushed_first() {
        let mut queue = WaitQueue::new(Queue::Wait, 2);
        for serial in [u32::MAX, 0] {
            queue.push(Timer { due: 5, serial, entry: RawEntry::task(0), ready: false }).unwrap();
        }
        assert_eq!(drain(&mut queue), [(5, 0), (5, u32::MAX)]);
    }

    #[test]
    fn a_removed_entry_leaves_the_others_in_order() {
        let mut queue = queue_of((0..50).map(|i| i * 37 % 50));
        for serial in (0..50).step_by(3) {
            assert_eq!(queue.remove(serial).unwrap().serial, serial);
        }
        let left = drain(&mut queue);
        assert!(left.is_sorted_by_key(|&(due, _)| due));
        assert_eq!(left.len(), 33);
        assert!(left.iter().all(|&(_, serial)| serial % 3 != 0));
    }

    #[test]
    fn a_full_queue_refuses() {
        let mut queue = WaitQueue::new(Queue::LowPriority, 0);
        let timer = Timer { due: 1, serial: 0, entry: RawEntry::task(0), ready: false };
        assert_eq!(queue.push(timer), Err(QueueFull { queue: Queue::LowPriority, len: 0 }));
    }
}
