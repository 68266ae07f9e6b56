//! The wait queue: entries that are due at a tick.
//!
//! Owns order and capacity: a heap by due tick, compared on the ring of ticks, then by serial number, so that of equal
//! due times the one pushed first comes out first. Knows entries as numbers only, and no clock.
//!
//! An entry stays at one *place* while it is in the queue, by which it is found again; **at-its-node** — each place knows
//! the node of its entry, and each node its place. **free-places** — the nodes behind the end hold the places that are free.
//!
//! When the first entry is taken its node, node 0, stays where it is and is *vacant*: still a node of the heap, whose
//! place is free. Who paused mostly pauses again, and that entry takes its place: so it goes through the heap once, not
//! twice. A vacant node that nobody took is removed when the next entry is taken.

use alloc::vec::Vec;

use super::bug;
use super::entry::RawEntry;
use super::node::{Node, comes_before};
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

/// What is at a place.
#[derive(Clone, Copy)]
struct Placed {
    entry: RawEntry,
    /// The node of the entry.
    at: u32,
}

/// A node of the heap and, of the same number but otherwise not related to it, a place.
#[derive(Clone, Copy)]
struct Row {
    node: Node,
    placed: Placed,
}

/// Timers. It is `SMALL` where there is little memory for code, and then a little slower.
pub(super) struct WaitQueue<const SMALL: bool = { usize::BITS < 64 }> {
    rows: Vec<Row>,
    /// How many nodes there are.
    nodes: u32,
    /// The first entry's node: 0, or if that is vacant, the first of those below it.
    first: u32,
    capacity: u32,
    queue: Queue,
}

/// Whether rows are added as they are needed, beyond some that are there at first. Else all are there at first.
const GROWS: bool = cfg!(feature = "asyncio-v3");
/// Memory for no more entries than this is taken before they come, where rows are added.
const MOST_ROOM: usize = 4096;

impl<const SMALL: bool> WaitQueue<SMALL> {
    /// Whether a node is left vacant. If not, it is removed with its entry.
    const LEAVES_VACANT: bool = !SMALL;
    /// How many nodes are below one.
    const BELOW: usize = if SMALL { 2 } else { 4 };

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
        Self { rows: (0..room as u32).map(Row::free).collect(), nodes: 0, first: 0, capacity, queue }
    }

    #[inline]
    fn row(&self, at: usize) -> &Row {
        self.rows.get(at).unwrap_or_else(|| bug())
    }

    #[inline]
    fn row_mut(&mut self, at: usize) -> &mut Row {
        self.rows.get_mut(at).unwrap_or_else(|| bug())
    }

    /// The first entry's node; if there is no entry, that is behind the end.
    #[inline]
    fn first(&self) -> usize {
        if Self::LEAVES_VACANT { self.first as usize } else { 0 }
    }

    /// Whether node 0 is vacant.
    #[inline]
    fn is_vacant(&self) -> bool {
        self.first() > 0
    }

    #[inline]
    pub fn len(&self) -> usize {
        (self.nodes - u32::from(self.is_vacant())) as usize
    }

    /// The tick at which the first entry is due.
    #[inline]
    pub fn first_due(&self) -> Option<u32> {
        let first = self.first();
        (first < self.nodes as usize).then(|| self.row(first).node.due())
    }

    /// What is in it, in no order.
    #[cfg(feature = "observer")]
    pub fn timers(&self) -> impl Iterator<Item = Timer> + '_ {
        self.rows[usize::from(self.is_vacant())..self.nodes as usize].iter().map(|&Row { node, .. }| Timer {
            due: node.due(),
            serial: node.serial(),
            entry: self.row(node.place() as usize).placed.entry,
            ready: node.is_ready(),
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
        if self.len() as u32 >= self.capacity {
            return Err(QueueFull::new(self.queue, self.capacity));
        }
        let vacant = self.is_vacant();
        let mut at = if vacant { 0 } else { self.nodes as usize };
        if GROWS && at == self.rows.len() {
            self.rows.push(Row::free(at as u32));
        }
        let place = self.row(at).node.place();
        self.row_mut(place as usize).placed.entry = timer.entry;
        if vacant {
            at = self.sink_first();
        } else {
            self.nodes += 1;
        }
        self.lift(at, Node::new(timer, place));
        Ok(place)
    }

    /// Takes the first entry out; gives it with the place that it had.
    #[cfg_attr(not(target_pointer_width = "32"), inline(always))]
    pub fn pop(&mut self) -> Option<(Timer, u32)> {
        if self.is_vacant() {
            self.remove_first();
        }
        if self.nodes == 0 {
            return None;
        }
        if !Self::LEAVES_VACANT {
            return Some(self.take(0));
        }
        self.first = self.first_below(0) as u32;
        Some(self.release(0))
    }

    /// Takes the first entry out if it is due at `now`.
    #[inline]
    pub fn pop_due(&mut self, now: u32) -> Option<(Timer, u32)> {
        let due = self.first_due()?;
        if crate::ticks::ticks_diff(due, now) > 0 { None } else { self.pop() }
    }

    /// Takes an entry out if it is still at this place.
    pub fn remove(&mut self, place: u32, entry: RawEntry) -> Option<Timer> {
        if self.is_vacant() {
            self.remove_first();
        }
        let at = self.node_of(place, entry)?;
        Some(self.take(at).0)
    }

    /// Takes an entry out with its node.
    #[cfg_attr(not(target_pointer_width = "32"), inline)]
    fn take(&mut self, at: usize) -> (Timer, u32) {
        let taken = self.release(at);
        self.remove_node(at);
        taken
    }

    /// Frees the place of a node's entry.
    #[inline]
    fn release(&mut self, at: usize) -> (Timer, u32) {
        let node = self.row(at).node;
        let place = node.place();
        let placed = &mut self.row_mut(place as usize).placed;
        let entry = core::mem::replace(&mut placed.entry, RawEntry::TOMBSTONE);
        (Timer { due: node.due(), serial: node.serial(), entry, ready: node.is_ready() }, place)
    }

    /// Removes node 0, which is vacant.
    #[inline(never)]
    fn remove_first(&mut self) {
        self.first = 0;
        self.remove_node(0);
    }

    /// Removes a node whose place is free.
    fn remove_node(&mut self, at: usize) {
        self.nodes -= 1;
        let end = self.nodes as usize;
        let (free, last) = (self.row(at).node, self.row(end).node);
        self.row_mut(end).node = free;
        if at < end {
            let below = self.first_below(at);
            let at = self.sink(at, below);
            self.lift(at, last);
        }
    }

    #[inline]
    fn put(&mut self, at: usize, node: Node) {
        self.row_mut(at).node = node;
        self.row_mut(node.place() as usize).placed.at = at as u32;
    }

    /// Puts a node there, or as far up as it belongs.
    #[cfg_attr(not(target_pointer_width = "32"), inline)]
    fn lift(&mut self, mut at: usize, node: Node) {
        while at > 0 {
            let above = (at - 1) / Self::BELOW;
            let other = self.row(above).node;
            if !node.precedes(other) {
                break;
            }
            self.put(at, other);
            at = above;
        }
        self.put(at, node);
    }

    /// Moves node 0, which is vacant, down to where there are none below it; gives where.
    #[inline]
    fn sink_first(&mut self) -> usize {
        let below = core::mem::take(&mut self.first);
        self.sink(0, below as usize)
    }

    /// Moves the free node there, below which `first` is the first, down to where there are none below it; gives where.
    #[inline]
    fn sink(&mut self, mut at: usize, mut first: usize) -> usize {
        while first < self.nodes as usize {
            self.put(at, self.row(first).node);
            at = first;
            first = self.first_below(at);
        }
        at
    }

    /// Of the nodes below one, the first in the order of entries. If there are none, it is behind the end.
    #[inline]
    fn first_below(&self, at: usize) -> usize {
        let begin = Self::BELOW * at + 1;
        let node = |number: usize, row: &Row| (number, row.node.order());
        let earlier =
            |one: (usize, u64), other: (usize, u64)| if comes_before(other.1, one.1) { other } else { one };
        let (first, _) = match self.rows.get(begin..self.nodes as usize).unwrap_or_default() {
            [a, b, c, d, ..] if Self::BELOW == 4 => {
                earlier(earlier(node(0, a), node(1, b)), earlier(node(2, c), node(3, d)))
            }
            [a, b, c, ..] if Self::BELOW == 4 => earlier(earlier(node(0, a), node(1, b)), node(2, c)),
            [a, b, ..] => earlier(node(0, a), node(1, b)),
            _ => (0, 0),
        };
        begin + first
    }
}

impl Row {
    /// A row that nothing is in, with a place that is free.
    fn free(place: u32) -> Self {
        let placed = Placed { entry: RawEntry::TOMBSTONE, at: 0 };
        Self { node: Node::free(place), placed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticks::PERIOD;

    fn queue_of(dues: impl IntoIterator<Item = u32>) -> WaitQueue {
        let mut queue: WaitQueue = WaitQueue::new(Queue::Wait, 99);
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
        let mut queue: WaitQueue = WaitQueue::new(Queue::Wait, 2);
        for serial in [u32::MAX, 0] {
            queue.push(Timer { due: 5, serial, entry: RawEntry::task(0), ready: false }).unwrap();
        }
        assert_eq!(drain(&mut queue), [(5, 0), (5, u32::MAX)]);
    }

    /// Entries come, fall due, and are removed, in an order that a linear congruence makes.
    fn gives_what_is_first<const SMALL: bool>(capacity: usize) {
        const BEGIN: u32 = PERIOD - 20;
        let mut queue = WaitQueue::<SMALL>::new(Queue::Wait, capacity);
        let (mut list, mut dice) = (Vec::new(), 1_u32);
        let mut roll = |sides: u32| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 16) % sides
        };
        // An interpreter takes a thousand times as long.
        for serial in 0..if cfg!(miri) { 100 } else { 3_000 } {
            let entry = RawEntry::task(serial);
            match roll(5) {
                0..3 => {
                    let after = roll(40);
                    let timer = Timer { due: (BEGIN + after) % PERIOD, serial, entry, ready: roll(2) == 0 };
                    let pushed = queue.push(timer);
                    assert_eq!(pushed.is_ok(), list.len() < capacity);
                    assert!(pushed.as_ref().map_or(true, |&place| place < capacity as u32));
                    list.extend(pushed.map(|place| (after, place, timer)));
                    list.sort_by_key(|&(after, ..)| after);
                }
                3 => {
                    let first = (!list.is_empty()).then(|| list.remove(0));
                    assert_eq!(queue.pop(), first.map(|(_, place, timer)| (timer, place)));
                }
                _ if !list.is_empty() => {
                    let (_, place, timer) = list.remove(roll(list.len() as u32) as usize);
                    assert_eq!(queue.due_at(place, timer.entry), Some(timer.due));
                    assert_eq!(queue.remove(place, timer.entry), Some(timer));
                    assert_eq!(queue.remove(place, timer.entry), None);
                }
                _ => {}
            }
            let first = list.first().map(|(.., timer)| timer.due);
            assert_eq!((queue.len(), queue.first_due()), (list.len(), first));
        }
    }

    #[test]
    fn what_comes_out_is_the_first_of_what_is_in_it() {
        for capacity in 1..24 {
            gives_what_is_first::<false>(capacity);
            gives_what_is_first::<true>(capacity);
        }
    }

    #[test]
    fn a_full_queue_refuses() {
        let mut queue: WaitQueue = WaitQueue::new(Queue::LowPriority, 0);
        let timer = Timer { due: 1, serial: 0, entry: RawEntry::task(0), ready: false };
        assert_eq!(queue.push(timer), Err(QueueFull::new(Queue::LowPriority, 0)));
    }
}
