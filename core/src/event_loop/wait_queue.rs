//! The wait queue: entries that are due at a tick.
//!
//! Owns order and capacity: a heap by due tick, compared on the ring of ticks, then by serial number, so that of equal
//! due times the one pushed first comes out first. Knows entries as numbers only, and no clock.
//!
//! Each node of the heap has four below it. An entry stays at one *place* while it is in the queue, by which it is
//! found again; **at-its-node** — each place knows the node of its entry, and each node its place.

use alloc::vec::Vec;

use super::bug;
use super::entry::RawEntry;
use crate::error::{Queue, QueueFull};
use crate::ticks::PERIOD;

/// An entry that is due at a tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Timer {
    pub due: u32,
    pub serial: u32,
    pub entry: RawEntry,
    /// It was ready as it was pushed, and the observer knows.
    pub ready: bool,
}

/// A node of the heap: what decides the order, and the place. Serial number and due tick are read as one number.
#[derive(Clone, Copy)]
#[repr(C)]
struct Node {
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
    fn place(self) -> u32 {
        self.place & !READY
    }

    fn due(self) -> u32 {
        self.due >> SPARE_BITS
    }

    /// Whether it comes out before `other`. Serial numbers are compared plainly, as in the original.
    #[inline]
    fn precedes(self, other: Self) -> bool {
        const { assert!(PERIOD.is_power_of_two()) };
        let order = |node: Self| u64::from(node.due) << 32 | u64::from(node.serial);
        // The sign tells on which half of the ring the difference lies; with the same due tick it is that of the numbers.
        (order(self).wrapping_sub(order(other)) as i64) < 0
    }
}

/// What is at a place.
#[derive(Clone, Copy)]
struct Placed {
    entry: RawEntry,
    /// The node of the entry; of a free place, the next free one.
    at: u32,
}

/// A node of the heap and, of the same number but otherwise not related to it, a place.
#[derive(Clone, Copy)]
struct Row {
    node: Node,
    placed: Placed,
}

pub(super) struct WaitQueue {
    rows: Vec<Row>,
    /// How many nodes there are, and how many places are taken.
    len: u32,
    /// The first free place, if there is one.
    free: u32,
    capacity: u32,
    queue: Queue,
}

/// How many nodes are below one.
const BELOW: usize = 4;
/// Whether rows are added as they are needed, beyond some that are there at first. Else all are there at first.
const GROWS: bool = cfg!(feature = "asyncio-v3");
/// Memory for no more entries than this is taken before they come, where rows are added.
const MOST_ROOM: usize = 4096;

impl WaitQueue {
    /// A queue of so many entries.
    pub fn new(queue: Queue, capacity: usize) -> Self {
        Self::with_room(queue, u32::try_from(capacity).unwrap_or(u32::MAX), capacity)
    }

    /// A queue that is never full: it grows when it has to, beyond `room` entries.
    pub fn growing(queue: Queue, room: usize) -> Self {
        Self::with_room(queue, u32::MAX, room)
    }

    fn with_room(queue: Queue, capacity: u32, room: usize) -> Self {
        let room = if GROWS { room.min(MOST_ROOM) } else { room };
        Self { rows: (0..room as u32).map(Row::free).collect(), len: 0, free: 0, capacity, queue }
    }

    #[inline]
    fn row(&self, at: usize) -> &Row {
        self.rows.get(at).unwrap_or_else(|| bug())
    }

    #[inline]
    fn row_mut(&mut self, at: usize) -> &mut Row {
        self.rows.get_mut(at).unwrap_or_else(|| bug())
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// The tick at which the first entry is due.
    #[inline]
    pub fn first_due(&self) -> Option<u32> {
        self.rows.first().filter(|_| self.len > 0).map(|row| row.node.due())
    }

    /// What is in it, in no order.
    #[cfg(feature = "observer")]
    pub fn timers(&self) -> impl Iterator<Item = Timer> + '_ {
        self.rows[..self.len()].iter().map(|&Row { node, .. }| Timer {
            due: node.due(),
            serial: node.serial,
            entry: self.row(node.place() as usize).placed.entry,
            ready: node.place & READY != 0,
        })
    }

    /// The node of the entry at a place, if it is still there.
    fn node_of(&self, place: u32, entry: RawEntry) -> Option<usize> {
        let placed = self.rows.get(place as usize)?.placed;
        (placed.entry == entry).then_some(placed.at as usize)
    }

    /// The due tick of an entry, if it is still at this place.
    pub fn due_at(&self, place: u32, entry: RawEntry) -> Option<u32> {
        self.node_of(place, entry).map(|at| self.row(at).node.due())
    }

    /// Adds an entry; gives its place. Serial numbers grow; all timed queues share them.
    #[inline]
    pub fn push(&mut self, timer: Timer) -> Result<u32, QueueFull> {
        let at = self.len;
        if at >= self.capacity {
            return Err(QueueFull::new(self.queue, self.capacity));
        }
        if GROWS && at as usize == self.rows.len() {
            self.rows.push(Row::free(at));
        }
        let place = self.free;
        let placed = &mut self.row_mut(place as usize).placed;
        placed.entry = timer.entry;
        self.free = placed.at;
        self.len = at + 1;
        let (due, ready) = (timer.due << SPARE_BITS, u32::from(timer.ready) << 31);
        let node = Node { due, serial: timer.serial, place: place | ready };
        self.lift(at as usize, node);
        Ok(place)
    }

    /// Takes the first entry out; gives it with the place that it had.
    pub fn pop(&mut self) -> Option<(Timer, u32)> {
        (self.len > 0).then(|| self.take(0))
    }

    /// Takes the first entry out if it is due at `now`.
    #[inline]
    pub fn pop_due(&mut self, now: u32) -> Option<(Timer, u32)> {
        let due = self.first_due()?;
        (crate::ticks::ticks_diff(due, now) <= 0).then(|| self.take(0))
    }

    /// Takes an entry out if it is still at this place.
    pub fn remove(&mut self, place: u32, entry: RawEntry) -> Option<Timer> {
        let at = self.node_of(place, entry)?;
        Some(self.take(at).0)
    }

    #[cfg_attr(not(target_pointer_width = "32"), inline)]
    fn take(&mut self, at: usize) -> (Timer, u32) {
        let node = self.row(at).node;
        let place = node.place();
        let freed = Placed { entry: RawEntry::TOMBSTONE, at: self.free };
        let Placed { entry, .. } = core::mem::replace(&mut self.row_mut(place as usize).placed, freed);
        self.free = place;
        self.len -= 1;
        let last = self.row(self.len as usize).node;
        if at < self.len as usize {
            let free = self.sink(at);
            self.lift(free, last);
        }
        (Timer { due: node.due(), serial: node.serial, entry, ready: node.place & READY != 0 }, place)
    }

    #[inline]
    fn put(&mut self, at: usize, node: Node) {
        self.row_mut(at).node = node;
        self.row_mut(node.place() as usize).placed.at = at as u32;
    }

    /// Puts a node there, or as far up as it belongs.
    fn lift(&mut self, mut at: usize, node: Node) {
        while at > 0 {
            let above = (at - 1) / BELOW;
            let other = self.row(above).node;
            if !node.precedes(other) {
                break;
            }
            self.put(at, other);
            at = above;
        }
        self.put(at, node);
    }

    /// Moves the free node there down to where there are none below it; gives where.
    fn sink(&mut self, mut at: usize) -> usize {
        loop {
            let begin = BELOW * at + 1;
            let end = (begin + BELOW).min(self.len());
            if begin >= end {
                return at;
            }
            let mut first = begin;
            for below in begin + 1..end {
                if self.row(below).node.precedes(self.row(first).node) {
                    first = below;
                }
            }
            self.put(at, self.row(first).node);
            at = first;
        }
    }
}

impl Row {
    /// A row that nothing is in: its place is free, and after it the next one.
    fn free(number: u32) -> Self {
        let placed = Placed { entry: RawEntry::TOMBSTONE, at: number + 1 };
        Self { node: Node { serial: 0, due: 0, place: 0 }, placed }
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
        core::iter::from_fn(|| queue.pop()).map(|(timer, _)| (timer.due, timer.serial)).collect()
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
        // The places of a queue that was never popped are in order of pushing.
        for serial in (0..50).step_by(3) {
            assert_eq!(queue.due_at(serial, RawEntry::task(serial)), Some(serial * 37 % 50));
            assert_eq!(queue.remove(serial, RawEntry::task(serial)).unwrap().serial, serial);
            assert_eq!(queue.remove(serial, RawEntry::task(serial)), None);
            assert_eq!(queue.due_at(serial, RawEntry::task(serial)), None);
        }
        let left = drain(&mut queue);
        assert!(left.is_sorted_by_key(|&(due, _)| due));
        assert_eq!(left.len(), 33);
        assert!(left.iter().all(|&(_, serial)| serial % 3 != 0));
    }

    #[test]
    fn places_are_used_again() {
        let mut queue = WaitQueue::new(Queue::Wait, 3);
        for serial in 0..100 {
            let timer = Timer { due: 1, serial, entry: RawEntry::wake(serial), ready: serial % 2 == 0 };
            let place = queue.push(timer).unwrap();
            assert!(place < 3);
            assert_eq!(queue.push(Timer { due: 0, ..timer }).map(|_| queue.pop().unwrap().0.due), Ok(0));
            if serial % 3 == 0 {
                assert_eq!(queue.remove(place, timer.entry), Some(timer));
            } else {
                assert_eq!(queue.pop(), Some((timer, place)));
            }
        }
    }

    #[test]
    fn a_full_queue_refuses() {
        let mut queue = WaitQueue::new(Queue::LowPriority, 0);
        let timer = Timer { due: 1, serial: 0, entry: RawEntry::task(0), ready: false };
        assert_eq!(queue.push(timer), Err(QueueFull::new(Queue::LowPriority, 0)));
    }
}
