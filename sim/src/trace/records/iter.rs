//! A walk through records, from either end.
//!
//! Owns [`Iter`]: it holds a block of older records at either end of what is left, no more.

use std::iter::FusedIterator;
use std::ops::Range;
use std::slice;
use std::sync::Arc;

use super::Records;
use crate::trace::record::Record;

/// Records in order. To leave some out costs nothing.
#[derive(Clone)]
pub struct Iter<'a> {
    records: &'a Records,
    /// The places of the older ones that are left.
    old: Range<usize>,
    front: Held,
    back: Held,
    latest: slice::Iter<'a, Record>,
}

/// A block, with its number.
type Held = Option<(usize, Arc<Vec<Record>>)>;

impl<'a> Iter<'a> {
    /// The records at places that there are.
    pub(super) fn new(records: &'a Records, places: Range<usize>) -> Self {
        let old = records.old_len();
        let latest = places.start.saturating_sub(old)..places.end.saturating_sub(old);
        Self {
            records,
            old: places.start.min(old)..places.end.min(old),
            front: None,
            back: None,
            latest: records.latest[latest].iter(),
        }
    }

    #[cold]
    fn next_old(&mut self) -> Option<Record> {
        let place = self.old.next()?;
        Some(from(self.records, &mut self.front, place))
    }

    #[cold]
    fn last_old(&mut self) -> Option<Record> {
        let place = self.old.next_back()?;
        Some(from(self.records, &mut self.back, place))
    }
}

/// The record at a place, from the block that is held; another one is fetched if it is not in that.
fn from(records: &Records, held: &mut Held, place: usize) -> Record {
    let (block, place) = (place / records.block, place % records.block);
    match held {
        Some((number, found)) if *number == block => found[place],
        _ => held.insert((block, records.block(block))).1[place],
    }
}

impl Iterator for Iter<'_> {
    type Item = Record;

    // Most walks over a trace are filters.
    #[inline]
    fn next(&mut self) -> Option<Record> {
        if self.old.is_empty() { self.latest.next().copied() } else { self.next_old() }
    }

    fn nth(&mut self, n: usize) -> Option<Record> {
        let old = n.min(self.old.len());
        self.old.start += old;
        if self.old.is_empty() { self.latest.nth(n - old).copied() } else { self.next_old() }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.old.len() + self.latest.len();
        (len, Some(len))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Record> {
        self.latest.next_back().copied().or_else(|| self.last_old())
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl FusedIterator for Iter<'_> {}
