//! The recorded run: records in order, each with its cause, and the table of names.
//!
//! Owns [`Trace`] and everything that is a view of it. It is the lowest layer of the simulator and
//! knows neither the world that writes it nor the expectations that read it.
//!
//! Of a long trace memory holds the latest records only; see [`Records`].
//!
//! Invariants: **in-order** — `at` never decreases; **cause-is-earlier** — see [`record`];
//! **begins-with-its-state** — a trace whose first record is not the run's first says what was so before it.

mod about;
mod digest;
mod export_csv;
mod export_jsonl;
mod export_perfetto;
mod export_vcd;
mod file;
mod i2c;
mod lanes;
mod levels;
mod names;
mod nec;
mod net;
mod pin;
pub mod record;
mod records;
mod serial;
mod sharing;
mod sigrok;
mod state;
mod table;
mod times;
mod why;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vpyb_core::time::{Duration, Instant};

pub use digest::digest;
pub use export_csv::write_csv;
pub use export_jsonl::write_jsonl;
pub use export_perfetto::write_perfetto;
pub use export_vcd::write_vcd;
pub use file::{About, Loaded, Part, ReadError, Reading, Seekable, VERSION, Writer, read, to_bytes, write};
pub use lanes::{Change, Lane, lanes};
pub use levels::{Levels, pin_levels};
pub use names::Names;
pub use nec::{NecBlock, nec_blocks};
use record::Yielded;
pub use record::{Kind, Name, Record, Seq};
pub use records::{HELD, Iter, Records};
pub use sigrok::sigrok_commands;
pub use state::{
    Armed, Counters, Cpu, DeviceState, I2cBus, I2cCounters, IrqLine, NetState, POWER_OFF, POWER_ON, Phase,
    PinState, Queued, Scheduling, Shared, Sharing, Socket, Standing, State, TaskState, Told, Transfer, Uart,
    Wait, Waiting, Wires, render_pin, render_state, render_tasks, waiting,
};
pub use table::{HEADINGS, Row, align, row, table};
pub use times::{InstantError, parse_instant, show_instant};
pub use why::{Link, latest_step, render_chain, why};
pub use words::{Phrase, Words, describe, show_byte, show_level, show_mode, show_trigger};

/// What a trace says of the run as a whole. Nothing of the host is in it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Meta {
    /// The scenario's name: its path as given, and `::variant` if it has variants.
    pub scenario: String,
    /// The seed of the run.
    pub seed: u64,
    /// The board's model, e.g. `pyboard-v1.1`.
    pub board: String,
    /// The scheduling discipline in effect, e.g. `uasyncio-v2`.
    pub scheduler: String,
    /// The cost profile in effect, e.g. `micropython-pyboard-v1.1`.
    pub profile: String,
    /// Anything else a reader should know, ordered by key.
    pub notes: BTreeMap<String, String>,
}

/// One recorded run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    meta: Meta,
    names: Names,
    /// What was so before the first record, if that is not the run's first.
    before: Option<Box<Before>>,
    records: Records,
}

/// What a trace that begins in the middle of its run begins with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Before {
    /// The sequence number of the first record.
    pub first: Seq,
    /// The state just before it.
    pub state: State,
}

impl Trace {
    /// An empty trace of the run that `meta` describes.
    pub fn new(meta: Meta) -> Self {
        Self { meta, ..Self::default() }
    }

    /// Puts a trace together from its parts, as a reader of files does.
    pub fn from_parts(meta: Meta, names: Names, before: Option<Before>, records: Vec<Record>) -> Self {
        let first = before.as_ref().map_or(Seq(0), |before| before.first);
        Self { meta, names, before: before.map(Box::new), records: Records::of(first, records) }
    }

    /// An empty trace that holds so many records in memory at the most; the others are put away, and read as if they were
    /// not.
    pub fn holding(meta: Meta, records: usize) -> Self {
        Self { records: Records::new(Seq(0), records), ..Self::new(meta) }
    }

    /// What was so before the first record, if that is not the run's first.
    pub fn before(&self) -> Option<&Before> {
        self.before.as_deref()
    }

    /// The state before the first record.
    pub fn begin_state(&self) -> State {
        self.before.as_ref().map_or_else(State::default, |before| before.state.clone())
    }

    /// The sequence number of the first record.
    pub fn first(&self) -> Seq {
        self.records.first()
    }

    /// The sequence number that the next record would have.
    pub fn next(&self) -> Seq {
        self.records.next()
    }

    /// The records from one sequence number up to, but not including, another.
    pub fn range(&self, from: Seq, to: Seq) -> Iter<'_> {
        self.records.range(self.place(from)..self.place(to))
    }

    /// The records from one sequence number up to, but not including, another, side by side.
    pub fn slice(&self, from: Seq, to: Seq) -> Cow<'_, [Record]> {
        self.records.slice(self.place(from)..self.place(to))
    }

    /// The place of a record among those that there are; of earlier ones that of the first.
    fn place(&self, seq: Seq) -> usize {
        seq.0.saturating_sub(self.first().0) as usize
    }

    /// The instant before which nothing is known: zero, unless the trace begins in the middle of its run.
    pub fn begin(&self) -> Instant {
        self.before.as_ref().map_or(Instant::ZERO, |before| before.state.at)
    }

    /// What the trace says of the run as a whole.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The table of texts.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// All records in order; a record's place counts from [`Trace::first`].
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The record with this sequence number, if there is one.
    pub fn get(&self, seq: Seq) -> Option<Record> {
        self.records.get(seq.0.checked_sub(self.first().0)? as usize)
    }

    /// All records in order, each with its sequence number.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Seq, Record)> + ExactSizeIterator {
        let first = self.first().0;
        self.records.iter().enumerate().map(move |(i, record)| (Seq(first + i as u32), record))
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.names.text(name)
    }

    /// The name of a text, entered into the table if it is new.
    pub fn name(&mut self, text: &str) -> Name {
        self.names.intern(text)
    }

    /// The instant of the last record; that of the beginning for an empty trace.
    pub fn end(&self) -> Instant {
        self.records.last().map_or(self.begin(), |record| record.at)
    }

    /// Appends records and the texts that are new with them.
    pub fn append(&mut self, texts: &[String], records: &[Record]) {
        texts.iter().for_each(|text| _ = self.names.intern(text));
        records.iter().for_each(|record| _ = self.records.push(*record));
    }

    /// Forgets records before this one, sooner or later: for who looks at a run as it goes and needs no more of it. What
    /// was so before the rest is not known then.
    pub fn forget(&mut self, before: Seq) {
        self.records.forget(before);
    }

    /// Appends a record.
    #[inline]
    pub fn push(&mut self, at: Instant, cause: Option<Seq>, kind: Kind) -> Seq {
        debug_assert!(at >= self.end(), "in-order");
        debug_assert!(cause.is_none_or(|cause| cause < self.next()), "cause-is-earlier");
        self.records.push(Record { at, cause, kind })
    }

    /// Completes a step or a callback, whose record is written when it begins.
    pub fn complete(&mut self, seq: Seq, how: Option<Yielded>, span: Duration) {
        self.records.change(seq, |record| match &mut record.kind {
            Kind::Step { yielded, took, .. } => {
                *yielded = how.unwrap_or(*yielded);
                *took = span;
            }
            Kind::Callback { took, .. } => *took = span,
            _ => unreachable!("only steps and callbacks are completed"),
        });
    }
}
