//! Entries that are due later, or were overdue when they came.
//!
//! Owns a pairing heap of rows: each row precedes those below it. Adding takes the same time however many there are. Taking
//! out grows with their logarithm, reckoned over many; one alone may have to look at each of them.
//!
//! M. L. Fredman, R. Sedgewick, D. D. Sleator, R. E. Tarjan, "The pairing heap: a new form of self-adjusting heap",
//! Algorithmica 1 (1986).

use super::rows::{NONE, Rows};

pub(super) struct Later {
    /// The first entry of all, above all others.
    first: u32,
}

impl Later {
    pub fn new() -> Self {
        Self { first: NONE }
    }

    /// The first entry.
    #[inline]
    pub fn first(&self) -> u32 {
        self.first
    }

    /// Adds the entry of a row that hangs together with no other.
    #[inline]
    pub fn add(&mut self, rows: &mut Rows, at: u32) {
        self.first = Self::merge(rows, self.first, at);
    }

    /// Removes an entry.
    #[cfg_attr(not(target_pointer_width = "32"), inline(never))]
    pub fn remove(&mut self, rows: &mut Rows, at: u32) {
        let row = &rows[at];
        let (next, before) = (row.next, row.before);
        let below = Self::gather(rows, row.below());
        if at == self.first {
            self.first = below;
            return;
        }
        let above = &mut rows[before];
        if above.below() == at {
            above.set_below(next);
        } else {
            above.next = next;
        }
        if next != NONE {
            rows[next].before = before;
        }
        self.first = Self::merge(rows, below, self.first);
    }

    /// Makes one heap of this one, which may be none, and another; gives its first row.
    fn merge(rows: &mut Rows, one: u32, other: u32) -> u32 {
        if one == NONE {
            return other;
        }
        let (above, at) = if rows.precedes(other, one) { (other, one) } else { (one, other) };
        let next = rows[above].below();
        if next != NONE {
            rows[next].before = at;
        }
        rows[above].set_below(at);
        (rows[at].next, rows[at].before) = (next, above);
        above
    }

    /// Makes one heap of a row and those next to it: in pairs first, and then of the pairs, from the last to the first.
    fn gather(rows: &mut Rows, mut at: u32) -> u32 {
        let mut pairs = NONE;
        while at != NONE {
            let (mut pair, other) = (at, rows[at].next);
            at = other;
            if other != NONE {
                at = rows[other].next;
                pair = Self::merge(rows, pair, other);
            }
            rows[pair].next = core::mem::replace(&mut pairs, pair);
        }
        let mut all = NONE;
        while pairs != NONE {
            let rest = rows[pairs].next;
            all = Self::merge(rows, all, pairs);
            pairs = rest;
        }
        all
    }
}
