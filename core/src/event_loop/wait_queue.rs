//! The wait queue: entries that are due at a tick.
//!
//! Owns what is in it, and how many may be: entries come out by due tick, compared on the ring of ticks, then by serial number,
//! so that of equal due times the one pushed first comes out first. Knows entries as numbers only, and no clock.
//!
//! Most entries are due within two seconds: each stands in the list of its tick. The others are in a heap until they come
//! out. An entry stays at one *place*, its row, by which it is found again.

use alloc::boxed::Box;

use super::entry::RawEntry;
use super::later::Later;
use super::rows::{NONE, Row, Rows};
use super::soon::Soon;
use crate::error::{Queue, QueueFull};

/// An entry that is due at a tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Timer {
    pub due: u32,
    pub serial: u32,
    pub entry: RawEntry,
    /// It was ready as it was pushed, and the observer knows.
    pub ready: bool,
}

/// Timers. There is one set of lists for what is due soon, or where memory is short, none: then all are in the heap.
pub(super) struct WaitQueue<const SETS: usize = { (usize::BITS >= 64) as usize }> {
    rows: Rows,
    /// The first free row; the last one of them is the one behind the end.
    free: u32,
    /// How many entries there are, where that is asked.
    len: u32,
    capacity: u32,
    later: Later,
    queue: Queue,
    soon: [Box<Soon>; SETS],
}

/// Whether rows are added as they are needed, beyond some that are there at first. Else all are there at first.
const GROWS: bool = cfg!(feature = "asyncio-v3");
/// Whether it is asked how many entries there are.
const COUNTS: bool = cfg!(any(test, feature = "asyncio-v3"));
/// Memory for no more entries than this is taken before they come, where rows are added.
const MOST_ROOM: usize = 4096;

impl<const SETS: usize> WaitQueue<SETS> {
    /// A queue of so many entries.
    pub fn new(queue: Queue, capacity: usize) -> Self {
        // With 32 bits memory comes to its end before.
        let capacity = if usize::BITS > 32 { capacity.min(NONE as usize) } else { capacity };
        Self::with_room(queue, capacity as u32, capacity)
    }

    /// A queue that is never full: it grows when it has to, beyond `room` entries.
    pub fn growing(queue: Queue, room: usize) -> Self {
        Self::with_room(queue, NONE, room)
    }

    fn with_room(queue: Queue, capacity: u32, room: usize) -> Self {
        const { assert!(SETS <= 1) };
        let room = if GROWS { room.min(MOST_ROOM) } else { room } as u32;
        Self {
            rows: Rows((0..room).map(|row| Row::free(row + 1)).collect()),
            free: 0,
            len: 0,
            capacity,
            later: Later::new(),
            queue,
            soon: core::array::from_fn(|_| Box::new(Soon::new())),
        }
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// The place of the first entry.
    #[inline(always)]
    pub fn first(&self) -> Option<u32> {
        let (soon, later) = (self.soon.first().map_or(NONE, |soon| soon.first()), self.later.first());
        let first =
            if later == NONE || soon != NONE && self.rows.precedes(soon, later) { soon } else { later };
        (first != NONE).then_some(first)
    }

    /// The tick at which the entry of a place is due.
    #[inline]
    pub fn due(&self, place: u32) -> u32 {
        self.rows[place].due()
    }

    /// The tick at which the first entry is due.
    #[inline]
    pub fn first_due(&self) -> Option<u32> {
        self.first().map(|first| self.due(first))
    }

    /// What is in it, in no order.
    #[cfg(feature = "observer")]
    pub fn timers(&self) -> impl Iterator<Item = Timer> + '_ {
        self.rows.0.iter().filter(|row| row.entry != RawEntry::TOMBSTONE).map(Row::timer)
    }

    /// The due tick of an entry, if it is still at this place.
    pub fn due_at(&self, place: u32, entry: RawEntry) -> Option<u32> {
        let row = self.rows.0.get(place as usize)?;
        (row.entry == entry).then(|| row.due())
    }

    /// Adds an entry, at the tick `now`; gives its place. Serial numbers grow; all timed queues share them.
    #[inline]
    pub fn push(&mut self, timer: Timer, now: u32) -> Result<u32, QueueFull> {
        if self.free as usize == self.rows.0.len() {
            if !GROWS || self.free >= self.capacity {
                return Err(QueueFull::new(self.queue, self.capacity));
            }
            self.rows.0.push(Row::free(self.free + 1));
        }
        let at = self.free;
        let soon = self.soon.first_mut();
        let soon = soon.and_then(|soon| soon.has_list(&self.rows, timer.due, now).then_some(soon));
        self.free = core::mem::replace(&mut self.rows[at], Row::new(timer, at, soon.is_some())).next;
        self.len += u32::from(COUNTS);
        match soon {
            Some(soon) => soon.add(&mut self.rows, at, timer.due),
            None => self.later.add(&mut self.rows, at),
        }
        Ok(at)
    }

    /// Takes an entry out if it is still at this place.
    pub fn remove(&mut self, place: u32, entry: RawEntry) -> Option<Timer> {
        self.due_at(place, entry)?;
        Some(self.take(place))
    }

    /// Takes out the entry of a place, where there is one.
    #[cfg_attr(not(target_pointer_width = "32"), inline(always))]
    pub fn take(&mut self, at: u32) -> Timer {
        match &mut self.soon[..] {
            [soon] if self.rows[at].is_soon() => soon.remove(&mut self.rows, at),
            _ => self.later.remove(&mut self.rows, at),
        }
        self.len -= u32::from(COUNTS);
        self.rows[at].take(core::mem::replace(&mut self.free, at))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::ticks::PERIOD;

    fn queue_of(dues: impl IntoIterator<Item = u32>) -> WaitQueue {
        let mut queue: WaitQueue = WaitQueue::new(Queue::Wait, 99);
        for (serial, due) in dues.into_iter().enumerate() {
            let serial = serial as u32;
            queue.push(Timer { due, serial, entry: RawEntry::task(serial), ready: false }, 0).unwrap();
        }
        queue
    }

    fn pop<const SETS: usize>(queue: &mut WaitQueue<SETS>) -> Option<(Timer, u32)> {
        let first = queue.first()?;
        Some((queue.take(first), first))
    }

    fn drain(queue: &mut WaitQueue) -> Vec<(u32, u32)> {
        core::iter::from_fn(|| pop(queue)).map(|(timer, _)| (timer.due, timer.serial)).collect()
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
        let mut queue: WaitQueue = WaitQueue::new(Queue::Wait, 4);
        for serial in [u32::MAX - 1, u32::MAX, 0, 1] {
            queue.push(Timer { due: 5, serial, entry: RawEntry::task(0), ready: false }, 0).unwrap();
        }
        assert_eq!(drain(&mut queue), [(5, 0), (5, 1), (5, u32::MAX - 1), (5, u32::MAX)]);
    }

    /// Entries come, fall due, and are removed while time goes on, in an order that a linear congruence makes.
    fn gives_what_is_first<const SETS: usize>(capacity: usize) {
        let mut queue = WaitQueue::<SETS>::new(Queue::Wait, capacity);
        let (mut list, mut now, mut dice) = (Vec::new(), i64::from(PERIOD) - 500, 1_u32);
        let mut roll = |sides: u32| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 16) % sides
        };
        let tick = |at: i64| at.rem_euclid(i64::from(PERIOD)) as u32;
        // An interpreter takes a thousand times as long.
        for serial in 0..if cfg!(miri) { 100 } else { 3_000 } {
            let entry = RawEntry::task(serial);
            match roll(6) {
                0..3 => {
                    // Often at once, soon, overdue, or late.
                    let at = now
                        + [0, i64::from(roll(40)), -i64::from(roll(9)), i64::from(roll(9000))]
                            [roll(4) as usize];
                    let timer = Timer { due: tick(at), serial, entry, ready: roll(2) == 0 };
                    let pushed = queue.push(timer, tick(now));
                    assert_eq!(pushed.is_ok(), list.len() < capacity);
                    assert!(pushed.as_ref().map_or(true, |&place| place < capacity as u32));
                    list.extend(pushed.map(|place| (at, place, timer)));
                    list.sort_by_key(|&(at, ..)| at);
                }
                3 => {
                    let first = (!list.is_empty()).then(|| list.remove(0));
                    assert_eq!(pop(&mut queue), first.map(|(_, place, timer)| (timer, place)));
                    now = now.max(first.map_or(now, |(at, ..)| at));
                }
                4 if !list.is_empty() => {
                    let (_, place, timer) = list.remove(roll(list.len() as u32) as usize);
                    assert_eq!(queue.due_at(place, timer.entry), Some(timer.due));
                    assert_eq!(queue.remove(place, timer.entry), Some(timer));
                    assert_eq!(queue.remove(place, timer.entry), None);
                }
                _ => now += i64::from(roll(30)),
            }
            let first = list.first().map(|(.., timer)| timer.due);
            assert_eq!((queue.len(), queue.first_due()), (list.len(), first));
        }
    }

    #[test]
    fn what_comes_out_is_the_first_of_what_is_in_it() {
        for capacity in 1..24 {
            gives_what_is_first::<0>(capacity);
            gives_what_is_first::<1>(capacity);
        }
    }

    #[test]
    fn a_full_queue_refuses() {
        let mut queue: WaitQueue = WaitQueue::new(Queue::LowPriority, 0);
        let timer = Timer { due: 1, serial: 0, entry: RawEntry::task(0), ready: false };
        assert_eq!(queue.push(timer, 0), Err(QueueFull::new(Queue::LowPriority, 0)));
    }
}
