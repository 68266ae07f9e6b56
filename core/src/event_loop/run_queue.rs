//! The run queue, and the I/O queue: rings of entries that are ready.
//!
//! Owns order and capacity. An entry takes one place, a callback two, as in the original. It knows
//! entries as numbers only; what they name is the loop's business.
//!
//! Most entries come again as soon as they were taken. Those are not moved one by one: as long as nothing else is
//! queued they are *kept* where they lie, behind all others in the order of the queue, and often the whole of it has come
//! round when the pass is over.
//!
//! ```text
//!            begin   kept       head            end   tail
//!              │ come │ taken     │ to be taken   │     │
//!              │ again│ last      │ in this pass  │     │
//! ```

use alloc::vec::Vec;
use core::cell::Cell;

use super::entry::RawEntry;
use crate::error::{Queue, QueueFull};

/// A ring. Positions count on and on, and wrap; what is at one lies in the ring at its lowest bits.
/// What is used together lies together.
#[repr(C)]
pub(super) struct RunQueue {
    ring: Vec<Cell<RawEntry>>,
    /// The lowest bits, as many as the ring's length has.
    mask: u32,
    /// The first of those that are kept.
    begin: Cell<u32>,
    /// Behind the last of them.
    kept: Cell<u32>,
    tail: Cell<u32>,
    head: Cell<u32>,
    /// Where the pass under way ends.
    end: Cell<u32>,
    capacity: u32,
    queue: Queue,
}

/// The first position. It wraps soon, so that what would go wrong then goes wrong in the first test.
const FIRST: u32 = u32::MAX - 2;

impl RunQueue {
    pub fn new(queue: Queue, capacity: usize) -> Self {
        let size = capacity.next_power_of_two();
        Self {
            ring: (0..size as u32).map(|any| Cell::new(RawEntry::task(any))).collect(),
            mask: size as u32 - 1,
            begin: Cell::new(FIRST),
            kept: Cell::new(FIRST),
            head: Cell::new(FIRST),
            tail: Cell::new(FIRST),
            end: Cell::new(FIRST),
            capacity: capacity as u32,
            queue,
        }
    }

    #[inline]
    fn at(&self, position: u32) -> &Cell<RawEntry> {
        &self.ring[(position & self.mask) as usize]
    }

    /// How many places are taken.
    pub fn len(&self) -> u32 {
        let waiting = self.tail.get().wrapping_sub(self.head.get());
        waiting.wrapping_add(self.kept.get().wrapping_sub(self.begin.get()))
    }

    // ---- putting in ----------------------------------------------------------------------------

    /// Moves those that are kept to where they belong, so that others can be queued behind them.
    fn gather(&self) {
        if self.head != self.tail {
            self.gather_behind();
        } else {
            self.come_round();
            self.end_pass();
        }
    }

    /// Nothing else is queued: what is kept is the queue.
    #[inline(always)]
    fn come_round(&self) {
        let (begin, kept) = (self.begin.get(), self.kept.get());
        self.tail.set(kept);
        self.head.set(begin);
        self.kept.set(begin);
    }

    /// Moves those that are kept behind all others.
    #[inline(never)]
    fn gather_behind(&self) {
        let begin = self.begin.get();
        for i in 0..self.kept.get().wrapping_sub(begin) {
            self.put(self.at(begin.wrapping_add(i)).get());
        }
        self.begin.set(self.head.get());
        self.kept.set(self.head.get());
    }

    fn put(&self, entry: RawEntry) {
        let tail = self.tail.get();
        self.at(tail).set(entry);
        self.tail.set(tail.wrapping_add(1));
    }

    /// That there is no place.
    #[cold]
    pub fn full(&self) -> QueueFull {
        QueueFull::new(self.queue, self.capacity)
    }

    /// Appends an entry of one place.
    #[inline]
    pub fn push(&self, entry: RawEntry) -> Result<(), QueueFull> {
        if self.len() >= self.capacity {
            return Err(self.full());
        }
        self.gather();
        self.put(entry);
        Ok(())
    }

    /// Appends a callback, which takes two places. If only one is left, half of it stays there, as in the original.
    pub fn push_callback(&self, entry: RawEntry) -> Result<(), QueueFull> {
        if self.len() + 1 == self.capacity {
            self.push(RawEntry::HALF)?;
        }
        self.push(entry)?;
        self.push(RawEntry::FILLER)
    }

    /// What is taken from now on can be kept.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    #[cfg_attr(not(target_pointer_width = "32"), inline)]
    pub fn anchor(&self) {
        if self.kept != self.head {
            self.gather();
        }
    }

    /// Whether entries are kept.
    #[inline]
    pub fn keeps_any(&self) -> bool {
        self.kept != self.begin
    }

    /// Appends the entry that was taken last, since when nothing was queued or removed. All others that were taken
    /// since the queue was anchored were appended so, too.
    #[inline]
    pub fn keep(&self) {
        debug_assert!(self.kept.get().wrapping_add(1) == self.head.get(), "nothing came in between");
        self.kept.set(self.head.get());
    }

    // ---- taking out ----------------------------------------------------------------------------

    /// A pass begins: it ends with what is queued now.
    #[inline(always)]
    pub fn begin_pass(&self) {
        if self.head == self.tail {
            self.come_round();
        } else {
            self.gather_behind();
        }
        self.end.set(self.tail.get());
    }

    /// The pass under way is over, whatever is left of it.
    pub fn end_pass(&self) {
        self.end.set(self.head.get());
    }

    /// Whether nothing is left of the pass under way.
    #[inline]
    pub fn is_pass_over(&self) -> bool {
        self.head == self.end
    }

    /// The first place, which stays, if it belongs to the pass under way.
    #[inline]
    pub fn first_of_pass(&self) -> Option<RawEntry> {
        let head = self.head.get();
        (head != self.end.get()).then(|| self.at(head).get())
    }

    /// Takes the first place, which is there. The caller takes the second one of a callback.
    #[inline]
    pub fn advance(&self) {
        self.head.set(self.head.get().wrapping_add(1));
    }

    /// Appends the entry that was taken last, if there is one that is not kept yet, and takes the first place, which is
    /// there and is no callback's. As [`keep`](Self::keep) for the one and [`advance`](Self::advance) for the other.
    #[inline]
    pub fn keep_and_advance(&self) {
        let head = self.head.get();
        debug_assert!(head.wrapping_sub(self.kept.get()) <= 1, "nothing came in between");
        self.kept.set(head);
        self.head.set(head.wrapping_add(1));
    }

    /// Takes the first place, which is there and does not come again as it is.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub fn take(&self) {
        self.advance();
        self.gather();
    }

    /// Takes the first place, if there is one.
    pub fn pop(&self) -> Option<RawEntry> {
        self.gather();
        let entry = (self.head != self.tail).then(|| self.at(self.head.get()).get());
        entry.inspect(|_| self.advance())
    }

    /// What is in it, first in first.
    #[cfg(feature = "observer")]
    pub fn entries(&self) -> impl Iterator<Item = RawEntry> + '_ {
        let range = |begin: u32, end: u32| {
            (0..end.wrapping_sub(begin)).map(move |i| self.at(begin.wrapping_add(i)).get())
        };
        range(self.head.get(), self.tail.get()).chain(range(self.begin.get(), self.kept.get()))
    }

    /// Makes the last place that holds `entry` a tombstone; true if there was one.
    pub fn remove_last(&self, entry: RawEntry) -> bool {
        self.gather();
        let mut place = self.tail.get();
        while place != self.head.get() {
            place = place.wrapping_sub(1);
            if self.at(place).get() == entry {
                self.at(place).set(RawEntry::TOMBSTONE);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::VecDeque;

    #[test]
    fn of_a_callback_that_does_not_fit_half_stays_if_there_is_a_place() {
        let queue = RunQueue::new(Queue::Run, 3);
        queue.push(RawEntry::task(7)).unwrap();
        queue.push_callback(RawEntry::callback(1)).unwrap();
        assert_eq!(queue.push(RawEntry::task(8)).unwrap_err().capacity(), 3);
        assert_eq!(queue.pop(), Some(RawEntry::task(7)));
        assert!(queue.push_callback(RawEntry::callback(2)).is_err() && queue.len() == 3);
        assert!(queue.push_callback(RawEntry::callback(2)).is_err() && queue.len() == 3);
        let left: Vec<_> = core::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(left, [RawEntry::callback(1), RawEntry::FILLER, RawEntry::HALF]);
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

    /// Appends the entry that was taken last, as the loop does.
    fn put_back(queue: &RunQueue, entry: RawEntry) -> bool {
        let nothing_between = queue.kept.get() == queue.head.get().wrapping_sub(1);
        if nothing_between {
            queue.keep();
        }
        nothing_between || queue.push(entry).is_ok()
    }

    /// Entries come again, others are queued, some are gone, all in an order that a linear congruence makes.
    #[test]
    fn what_is_kept_has_its_place_in_the_order() {
        for capacity in 1..7 {
            let (queue, mut list, mut dice) = (RunQueue::new(Queue::Run, capacity), VecDeque::new(), 1_u32);
            let mut roll = |sides: u32| {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (dice >> 16) % sides
            };
            for pass in 0..400 {
                queue.begin_pass();
                for turn in 0..list.len() as u32 {
                    let entry = list.pop_front().unwrap();
                    assert_eq!(queue.first_of_pass(), Some(entry));
                    // Who takes it otherwise has it queued behind all others, if it comes again.
                    if roll(3) > 0 {
                        queue.advance()
                    } else {
                        queue.take()
                    }
                    for other in 0..[0, 0, 0, 0, 1, 2][roll(6) as usize] {
                        let new = RawEntry::task(pass * 100 + turn * 10 + other);
                        assert_eq!(queue.push(new).is_ok(), list.len() < capacity);
                        list.extend((list.len() < capacity).then_some(new));
                    }
                    if roll(4) > 0 {
                        assert_eq!(put_back(&queue, entry), list.len() < capacity);
                        list.extend((list.len() < capacity).then_some(entry));
                    }
                    if roll(20) == 0 {
                        assert_eq!(queue.remove_last(entry), list.contains(&entry));
                        let last = list.iter().rposition(|other| *other == entry);
                        if let Some(last) = last {
                            list[last] = RawEntry::TOMBSTONE;
                        }
                    }
                    assert_eq!(queue.len(), list.len() as u32);
                }
                assert_eq!(queue.first_of_pass(), None);
                if list.is_empty() {
                    queue.push(RawEntry::task(pass)).unwrap();
                    list.push_back(RawEntry::task(pass));
                }
            }
        }
    }
}
