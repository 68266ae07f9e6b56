//! What is shown, and where the cursor stands.
//!
//! Owns [`View`] and every move of the cursor. Keys are read in `keys`, the screen is drawn in `draw`.

use std::collections::BTreeMap;

use vpyb_core::time::Instant;
use vpyb_sim::trace::{Record, Seq, State, Trace, Words};
use vpyb_sim::travel::{Checkpoints, Strip, strips};

use super::scale::Scale;

/// What stands beside the strips, or over them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pane {
    None,
    State,
    Help,
}

/// What the keys are for at the moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    Move,
    /// A text to search for is being typed.
    Search(String),
    /// An instant to go to is being typed.
    Goto(String),
    /// The next letter names a mark to be set.
    SetMark,
    /// The next letter names a mark to go to.
    GoToMark,
}

/// A run, and a place in it.
pub struct View<'t> {
    pub(super) trace: &'t Trace,
    pub(super) words: Words<'t>,
    pub(super) strips: Vec<Strip>,
    checkpoints: Checkpoints,
    /// The place of the cursor's record in the trace.
    pub(super) cursor: usize,
    pub(super) scale: Scale,
    /// The strip that moves by task or pin follow.
    pub(super) selected: usize,
    /// The first strip on the screen, and how many fit.
    pub(super) top: usize,
    pub(super) height: usize,
    pub(super) marks: BTreeMap<char, usize>,
    /// Where the cursor came from when it jumped to a cause.
    pub(super) trail: Vec<usize>,
    pub(super) mode: Mode,
    pub(super) pane: Pane,
    pub(super) sought: String,
    /// What is to be said about the last key.
    pub(super) note: String,
}

impl<'t> View<'t> {
    /// A view of a whole run, the cursor at an instant.
    pub fn new(trace: &'t Trace, at: Option<Instant>) -> Self {
        let mut view = Self {
            trace,
            words: Words::new(trace),
            strips: strips(trace),
            checkpoints: Checkpoints::new(trace),
            cursor: 0,
            scale: Scale::all(trace.begin(), trace.end(), 80),
            selected: 0,
            top: 0,
            height: 1,
            marks: BTreeMap::new(),
            trail: Vec::new(),
            mode: Mode::Move,
            pane: Pane::None,
            sought: String::new(),
            note: String::new(),
        };
        if let Some(at) = at {
            view.go_to_instant(at);
        }
        view
    }

    /// The sequence number of the cursor's record.
    pub fn cursor(&self) -> Seq {
        Seq(self.trace.first().0 + self.cursor as u32)
    }

    /// Whether the cursor and the selected strip are in what is shown: **cursor-is-visible**.
    pub fn shows_cursor(&self) -> bool {
        let strip = self.strips.is_empty() || (self.top..self.top + self.height).contains(&self.selected);
        self.scale.column_of(self.at()).is_some() && strip
    }

    pub(super) fn record(&self) -> Option<Record> {
        self.trace.records().get(self.cursor)
    }

    /// The instant of the cursor.
    pub(super) fn at(&self) -> Instant {
        self.record().map_or(self.trace.begin(), |record| record.at)
    }

    /// The state just after the cursor's record.
    pub(super) fn state(&self) -> State {
        self.checkpoints.after(self.trace, self.cursor())
    }

    /// So many columns for the time, so many rows for strips: as the screen is.
    pub(super) fn resize(&mut self, columns: u16, rows: u16) {
        self.height = usize::from(rows).max(1);
        if columns.max(1) != self.scale.columns {
            let shown = self.scale.end().min(self.trace.end().max(self.scale.begin));
            self.scale = Scale::all(self.scale.begin, shown, columns);
        }
        self.show();
    }

    /// Keeps **cursor-is-visible**.
    fn show(&mut self) {
        self.scale = self.scale.showing(self.at());
        let last = self.strips.len().saturating_sub(1);
        self.selected = self.selected.min(last);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(self.height), self.selected);
    }

    /// Moves the cursor to a record's place.
    pub(super) fn go_to(&mut self, place: usize) {
        self.cursor = place.min(self.trace.records().len().saturating_sub(1));
        self.show();
    }

    /// Moves it by so many records.
    pub(super) fn go_by(&mut self, records: isize) {
        self.go_to(self.cursor.saturating_add_signed(records));
    }

    /// To the first record at an instant or after it.
    pub(super) fn go_to_instant(&mut self, at: Instant) {
        self.go_to(self.trace.records().partition_point(|record| record.at < at));
    }

    /// By so many columns, to the nearest record in that direction.
    pub(super) fn go_by_time(&mut self, columns: i64) {
        let by = self.scale.column.saturating_mul(columns.unsigned_abs());
        let now = self.at().as_nanos();
        if columns > 0 {
            self.go_to_instant(Instant::from_nanos(now.saturating_add(by)));
        } else {
            let to = Instant::from_nanos(now.saturating_sub(by));
            let after = self.trace.records().partition_point(|record| record.at <= to);
            self.go_to(after.saturating_sub(1));
        }
    }

    /// To the next or the previous record of the selected strip.
    pub(super) fn go_on_strip(&mut self, forwards: bool) {
        let Some(strip) = self.strips.get(self.selected) else { return };
        let mut own = strip.marks.records();
        // A word's record may come after that of the next one's beginning.
        own.sort_unstable();
        let here = self.cursor();
        let found = if forwards {
            own.iter().find(|&&seq| seq > here)
        } else {
            own.iter().rev().find(|&&seq| seq < here)
        };
        match found {
            Some(&seq) => self.go_to_seq(seq),
            None => {
                self.note =
                    format!("{} has nothing {}", strip.label, if forwards { "later" } else { "earlier" })
            }
        }
    }

    pub(super) fn go_to_seq(&mut self, seq: Seq) {
        self.go_to(seq.0.saturating_sub(self.trace.first().0) as usize);
    }

    /// Another strip.
    pub(super) fn select(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by);
        self.show();
    }

    /// To what caused the cursor's record.
    pub(super) fn go_to_cause(&mut self) {
        let cause = self.record().and_then(|record| record.cause);
        match cause {
            Some(seq) if seq >= self.trace.first() => {
                self.trail.push(self.cursor);
                self.go_to_seq(seq);
            }
            Some(seq) => self.note = format!("its cause #{} is before this trace", seq.0),
            None => self.note = "it has no cause: the world began with it".into(),
        }
    }

    /// Back to where the last jump to a cause began.
    pub(super) fn go_back(&mut self) {
        match self.trail.pop() {
            Some(place) => self.go_to(place),
            None => self.note = "no jump to go back from".into(),
        }
    }

    /// Nearer to the cursor, or further away; never more than the run.
    pub(super) fn zoom(&mut self, nearer: bool) {
        let whole = Scale::all(self.trace.begin(), self.trace.end(), self.scale.columns);
        let zoomed = self.scale.zoomed(self.at(), nearer);
        self.scale = if zoomed.column >= whole.column { whole } else { zoomed };
        self.show();
    }

    /// To the next record, forwards or back, in whose words a text stands.
    pub(super) fn search(&mut self, forwards: bool) {
        if self.sought.is_empty() {
            self.note = "press / to say what is searched for".into();
            return;
        }
        let records = self.trace.records();
        let has = |place: &usize| {
            records.get(*place).is_some_and(|record| self.words.describe(&record).contains(&self.sought))
        };
        let found = if forwards {
            (self.cursor + 1..records.len()).find(has)
        } else {
            (0..self.cursor.min(records.len())).rev().find(has)
        };
        match found {
            Some(place) => self.go_to(place),
            None => {
                let side = if forwards { "after" } else { "before" };
                self.note = format!("`{}` is not said {side} this record", self.sought);
            }
        }
    }
}
