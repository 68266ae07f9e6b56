//! Entries that are due soon, tick by tick.
//!
//! Owns a window of ticks and the list of entries of each, so that an entry is put in and taken out in the same time
//! however many there are. The window moves on when an entry would have no list in it. What is due outside it is not its business.
//!
//! Invariants: **one-tick** — a list holds entries of one tick of the window only, in their order; **marked** — a tick is
//! marked exactly if its list holds any; **first** — `first` is the first entry of all.

use super::rows::{NONE, Rows};
use crate::ticks::PERIOD;

/// The entries of some two thousand ticks.
pub(super) struct Soon {
    /// The last entry of each tick. Lists are rings: the first one comes next.
    last: [[u32; BITS]; WORDS],
    /// Which ticks have entries.
    marks: [usize; WORDS],
    /// Which words of these have marks.
    words: u32,
    /// The tick with which the window begins.
    begin: u32,
    /// The first entry of all.
    first: u32,
}

const BITS: usize = usize::BITS as usize;
const WORDS: usize = u32::BITS as usize;
const SPAN: u32 = (WORDS * BITS) as u32;

/// The word and the bit of a tick.
#[inline]
fn place(due: u32) -> (usize, usize) {
    (due as usize / BITS % WORDS, due as usize % BITS)
}

impl Soon {
    pub fn new() -> Self {
        Self { last: [[NONE; BITS]; WORDS], marks: [0; WORDS], words: 0, begin: 0, first: NONE }
    }

    /// The first entry.
    #[inline]
    pub fn first(&self) -> u32 {
        self.first
    }

    /// Whether there is a list for the tick `due` at the tick `now`.
    #[inline]
    pub fn has_list(&mut self, rows: &Rows, due: u32, now: u32) -> bool {
        self.after_begin(due) < SPAN || self.move_on(rows, due, now)
    }

    #[inline]
    fn after_begin(&self, tick: u32) -> u32 {
        tick.wrapping_sub(self.begin) % PERIOD
    }

    /// Has the window begin now, or with the first entry if that is overdue; whether there is then a list for the tick `due`.
    #[cold]
    fn move_on(&mut self, rows: &Rows, due: u32, now: u32) -> bool {
        self.begin = match self.first {
            NONE => now,
            first => {
                let by = self.after_begin(rows[first].due()).min(self.after_begin(now));
                (self.begin + by) % PERIOD
            }
        };
        self.after_begin(due) < SPAN
    }

    /// Adds the entry of a row that hangs together with no other, and for whose tick there is a list.
    #[inline]
    pub fn add(&mut self, rows: &mut Rows, at: u32, due: u32) {
        let (word, bit) = place(due);
        let last = self.last[word][bit];
        if last == NONE {
            self.last[word][bit] = at;
            self.marks[word] |= 1 << bit;
            self.words |= 1 << word;
        } else if rows.precedes(at, last) {
            self.add_among(rows, at, last);
        } else {
            Self::link(rows, at, last);
            self.last[word][bit] = at;
        }
        if self.first == NONE || rows.precedes(at, self.first) {
            self.first = at;
        }
    }

    /// Adds an entry before others of its tick: serial numbers have overflowed.
    #[cold]
    fn add_among(&mut self, rows: &mut Rows, at: u32, last: u32) {
        let mut next = rows[last].next;
        while rows.precedes(next, at) {
            next = rows[next].next;
        }
        let before = rows[next].before;
        Self::link(rows, at, before);
    }

    /// Puts a row behind another in its list.
    #[inline]
    fn link(rows: &mut Rows, at: u32, before: u32) {
        let next = core::mem::replace(&mut rows[before].next, at);
        rows[next].before = at;
        (rows[at].next, rows[at].before) = (next, before);
    }

    /// Removes an entry.
    #[inline]
    pub fn remove(&mut self, rows: &mut Rows, at: u32) {
        let row = rows[at];
        let (word, bit) = place(row.due());
        let is_first = self.first == at;
        if row.next == at {
            self.unmark(word, bit);
            if is_first {
                self.first = self.first_behind(rows, word, bit);
            }
            return;
        }
        rows[row.before].next = row.next;
        rows[row.next].before = row.before;
        if is_first {
            self.first = row.next;
        } else if self.last[word][bit] == at {
            self.last[word][bit] = row.before;
        }
    }

    /// The last entry of a tick is gone.
    #[inline]
    fn unmark(&mut self, word: usize, bit: usize) {
        self.last[word][bit] = NONE;
        self.marks[word] &= !(1 << bit);
        if self.marks[word] == 0 {
            self.words &= !(1 << word);
        }
    }

    /// The first entry behind this tick, which has none, round the window.
    #[inline]
    fn first_behind(&self, rows: &Rows, word: usize, bit: usize) -> u32 {
        let here = self.marks[word] & (usize::MAX << bit);
        let (word, marks) = if here != 0 {
            (word, here)
        } else if self.words != 0 {
            let behind = self.words & (u32::MAX << word) & !(1 << word);
            let word = if behind != 0 { behind } else { self.words }.trailing_zeros() as usize;
            (word, self.marks[word])
        } else {
            return NONE;
        };
        let last = self.last[word][marks.trailing_zeros() as usize % BITS];
        rows[last].next
    }
}
