//! The records of a trace as one list, of which memory holds only the latest as they are.
//!
//! Owns [`Records`]: which records are the latest, and when older ones are put away. How those are kept is not known here.
//!
//! Invariant **one-list**: what is read does not depend on how many records are held in memory.

mod iter;
mod old;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::file::BLOCK_RECORDS;
use super::record::{Record, Seq};
pub use iter::Iter;
use old::Old;

/// So many records are held in memory at the most, as they are, unless somebody says another number: 40 MiB.
pub const HELD: usize = 1 << 20;

/// Records in order. A place counts from 0, which is that of the first.
#[derive(Clone)]
pub struct Records {
    /// The sequence number of the first record.
    first: u32,
    /// The older ones, in blocks of `block` records each.
    old: Old,
    block: usize,
    /// The sequence number of the first one in `latest`.
    begin: u32,
    latest: Vec<Record>,
    /// The length of `latest` at which its older half is put away.
    most: usize,
}

impl Default for Records {
    fn default() -> Self {
        Self::new(Seq(0), HELD)
    }
}

impl Records {
    /// An empty list whose first record will have this sequence number. It holds `most` records in memory, one at the
    /// least.
    pub fn new(first: Seq, most: usize) -> Self {
        let block = BLOCK_RECORDS.min(most / 2).max(1);
        let (first, most) = (first.0, most.max(1));
        Self { first, old: Old::default(), block, begin: first, latest: Vec::new(), most }
    }

    /// These records, of which the first has this sequence number.
    pub(super) fn of(first: Seq, records: Vec<Record>) -> Self {
        Self { latest: records, ..Self::new(first, HELD) }
    }

    /// The sequence number of the first record.
    pub(super) fn first(&self) -> Seq {
        Seq(self.first)
    }

    /// The sequence number that the next record will have.
    pub(super) fn next(&self) -> Seq {
        let len = u32::try_from(self.latest.len()).expect("a trace holds under 2^32 records");
        Seq(self.begin.checked_add(len).expect("a run has under 2^32 records"))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        (self.begin - self.first) as usize + self.latest.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record at a place, if there is one.
    ///
    /// # Panics
    /// If the host cannot read back what it has put away; so do all readers.
    pub fn get(&self, place: usize) -> Option<Record> {
        match place.checked_sub(self.old_len()) {
            Some(place) => self.latest.get(place).copied(),
            None => Some(self.block(place / self.block)[place % self.block]),
        }
    }

    /// The last record.
    pub fn last(&self) -> Option<&Record> {
        self.latest.last()
    }

    /// All records in order.
    pub fn iter(&self) -> Iter<'_> {
        self.range(0..self.len())
    }

    /// The records at these places, as far as there are any.
    pub fn range(&self, places: Range<usize>) -> Iter<'_> {
        let end = places.end.min(self.len());
        Iter::new(self, places.start.min(end)..end)
    }

    /// The first place whose record is not of the first part, if all of the first part come before all others.
    pub fn partition_point(&self, is_first: impl Fn(&Record) -> bool) -> usize {
        let old = self.old_len();
        if old == 0 || self.latest.first().is_some_and(&is_first) {
            return old + self.latest.partition_point(is_first);
        }
        let (mut from, mut to) = (0, old);
        while from < to {
            let middle = from.midpoint(to);
            match self.get(middle) {
                Some(record) if is_first(&record) => from = middle + 1,
                _ => to = middle,
            }
        }
        from
    }

    /// The records at these places, as far as there are any, side by side: as they lie in memory, if they do.
    pub fn slice(&self, places: Range<usize>) -> Cow<'_, [Record]> {
        let end = places.end.min(self.len());
        let start = places.start.min(end);
        match start.checked_sub(self.old_len()) {
            Some(from) => Cow::Borrowed(&self.latest[from..from + (end - start)]),
            None => Cow::Owned(Iter::new(self, start..end).collect()),
        }
    }

    /// Appends a record; gives its sequence number.
    #[inline]
    pub(super) fn push(&mut self, record: Record) -> Seq {
        // Asked as the vector itself asks, so that it costs nothing.
        if self.latest.len() == self.latest.capacity() {
            self.make_room();
        }
        // There is room for those only that have a number.
        let seq = Seq(self.begin.wrapping_add(self.latest.len() as u32));
        self.latest.push(record);
        seq
    }

    /// Changes a record.
    pub(super) fn change(&mut self, seq: Seq, how: impl FnOnce(&mut Record)) {
        if let Some(place) = seq.0.checked_sub(self.begin) {
            return how(&mut self.latest[place as usize]);
        }
        let place = (seq.0 - self.first) as usize;
        let block = place / self.block;
        let mut records = self.block(block).to_vec();
        how(&mut records[place % self.block]);
        self.old.replace(block, self.first_of(block), &records);
    }

    /// Forgets records before this one, at least half of those that can be forgotten. The list then begins later.
    pub(super) fn forget(&mut self, before: Seq) {
        let old = self.old_len() / self.block;
        let blocks = (before.0.saturating_sub(self.first) as usize / self.block).min(old);
        self.old.forget(blocks);
        self.first += (blocks * self.block) as u32;
        let count = (before.0.saturating_sub(self.begin) as usize).min(self.latest.len());
        if count * 2 >= self.latest.len() && count > 0 {
            self.latest.drain(..count);
            self.begin += count as u32;
            self.first = self.begin;
        }
    }

    /// How many are not among the latest.
    fn old_len(&self) -> usize {
        (self.begin - self.first) as usize
    }

    /// The records of a block of the older ones.
    fn block(&self, block: usize) -> Arc<Vec<Record>> {
        self.old.read(block, self.first_of(block), self.block)
    }

    /// The sequence number of a block's first record.
    fn first_of(&self, block: usize) -> u32 {
        self.first + (block * self.block) as u32
    }

    /// Makes room for one more of the latest: takes memory, or puts the older half of them away, as far as it fills blocks.
    #[cold]
    fn make_room(&mut self) {
        let len = self.latest.len();
        let numbers = (u32::MAX - self.next().0) as usize;
        assert!(numbers > 0, "a run has under 2^32 records");
        if len < self.most {
            return self.latest.reserve_exact(len.max(4).min(self.most - len).min(numbers));
        }
        let count = (len / 2 / self.block).max(1) * self.block;
        for records in self.latest[..count].chunks(self.block) {
            self.old.put(self.begin, records);
            self.begin += records.len() as u32;
        }
        self.latest.drain(..count);
    }
}

impl<'a> IntoIterator for &'a Records {
    type Item = Record;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        self.first == other.first && self.len() == other.len() && self.iter().eq(other)
    }
}

impl Eq for Records {}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
