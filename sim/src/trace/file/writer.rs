//! Writes a trace's file, at once or while its run goes on.
//!
//! Owns the order of blocks. Names come just before the first block of records that needs them, and a checkpoint
//! after so many records.

use std::io::{self, Write};

use vpyb_core::time::Instant;

use super::block::{compressed, write_block};
use super::packed::{Run, encode, names_for, pack, texts_of_a_block};
use super::{
    BLOCK_RECORDS, CHECKPOINT_RECORDS, END, Entry, HEADER, INDEX, MAGIC, NAMES, RECORDS, STATE, Seq, State,
    Totals, Trace, VERSION,
};

/// The bytes of a trace's file.
pub fn to_bytes(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(trace, &mut bytes).expect("a trace in memory fits into blocks in memory");
    bytes
}

/// Writes a trace's file.
///
/// # Errors
/// What `out` says, and `InvalidInput` for a text of 4 GiB or more.
pub fn write(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    let before = trace.before().map(|before| (before.first, &before.state));
    let mut writer = Writer::begin(out, trace, before)?;
    writer.append(trace, trace.next())?;
    writer.finish(trace, trace.next()).map(drop)
}

/// A file that is being written.
///
/// What was appended as whole blocks is in the file at once: if the program is killed, a reader finds it.
pub struct Writer<W> {
    out: W,
    /// How long the file is.
    len: u64,
    /// How many names, and up to which record, are in the file.
    named: usize,
    next: Seq,
    first: Seq,
    latest: Instant,
    /// The state after the records before `folded`.
    state: State,
    folded: Seq,
    index: Vec<Entry>,
}

impl<W: Write> Writer<W> {
    /// Begins a file of `trace` with its first record; or with another one, and the state just before it.
    ///
    /// # Errors
    /// What `out` says.
    pub fn begin(mut out: W, trace: &Trace, before: Option<(Seq, &State)>) -> io::Result<Self> {
        out.write_all(&MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        let len = (MAGIC.len() + 2) as u64 + write_block(&mut out, HEADER, &encode(trace.meta()))?;
        let (first, state) =
            before.map_or((Seq(0), State::default()), |(first, state)| (first, state.clone()));
        let latest = state.at;
        let (named, index) = (0, Vec::new());
        let mut writer = Self { out, len, named, next: first, first, latest, state, folded: first, index };
        if before.is_some() {
            writer.names(trace, trace.names().len())?;
            writer.checkpoint()?;
        }
        Ok(writer)
    }

    /// How many bytes the file has.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True if no record is in the file yet.
    pub fn is_empty(&self) -> bool {
        self.next == self.first
    }

    /// The sequence number of the first record that is not in the file yet.
    pub fn next(&self) -> Seq {
        self.next
    }

    /// The first record that will be read again.
    pub fn needed(&self) -> Seq {
        self.folded
    }

    /// Writes the records before `until` as far as they fill blocks. They must not change any more.
    ///
    /// # Errors
    /// What the file system says.
    pub fn append(&mut self, trace: &Trace, until: Seq) -> io::Result<()> {
        let mut written = false;
        while until.0.saturating_sub(self.next.0) as usize >= BLOCK_RECORDS {
            self.records(trace, Seq(self.next.0 + BLOCK_RECORDS as u32))?;
            written = true;
        }
        if written { self.out.flush() } else { Ok(()) }
    }

    /// Writes the rest of the records before `until`, the index and the end; gives back what was written to.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(mut self, trace: &Trace, until: Seq) -> io::Result<W> {
        self.append(trace, until)?;
        if until > self.next {
            self.records(trace, until)?;
        }
        // What no record names may still be a name of the run: all of a whole run's are kept.
        let named = if until == trace.next() { trace.names().len() } else { self.named };
        self.names(trace, named)?;
        let index = self.len;
        self.len += write_block(&mut self.out, INDEX, &compressed(Vec::new(), &encode(&self.index)))?;
        let totals =
            Totals { records: self.next.0 - self.first.0, names: self.named as u32, index, end: self.latest };
        write_block(&mut self.out, END, &totals.to_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// One block of the records before `until`, and the names it needs.
    fn records(&mut self, trace: &Trace, until: Seq) -> io::Result<()> {
        if self.next.0 - self.folded.0 >= CHECKPOINT_RECORDS {
            self.fold(trace);
            self.checkpoint()?;
        }
        let records = trace.slice(self.next, until);
        self.names(trace, names_for(&records))?;
        let run = Run { first: self.next.0, count: records.len() as u32 };
        let payload =
            compressed(encode(&run), &pack(run.first, &records, Vec::with_capacity(records.len() * 10)));
        self.enter(RECORDS, records.first().map_or(self.latest, |record| record.at));
        self.len += write_block(&mut self.out, RECORDS, &payload)?;
        self.latest = records.last().map_or(self.latest, |record| record.at);
        self.next = until;
        Ok(())
    }

    /// Brings the state up to the next record.
    fn fold(&mut self, trace: &Trace) {
        for (seq, record) in (self.folded.0..).map(Seq).zip(trace.range(self.folded, self.next)) {
            self.state.apply(trace, seq, &record);
        }
        self.folded = self.next;
    }

    fn checkpoint(&mut self) -> io::Result<()> {
        let payload = compressed(encode(&self.next.0), &encode(&self.state));
        self.enter(STATE, self.latest);
        self.len += write_block(&mut self.out, STATE, &payload)?;
        Ok(())
    }

    /// Writes the names up to `needed` that are not in the file yet.
    fn names(&mut self, trace: &Trace, needed: usize) -> io::Result<()> {
        while self.named < needed {
            let texts = &trace.names().texts()[self.named..needed];
            let now = &texts[..texts_of_a_block(texts)];
            self.enter(NAMES, self.latest);
            self.len += write_block(&mut self.out, NAMES, &compressed(Vec::new(), &encode(now)))?;
            self.named += now.len();
        }
        Ok(())
    }

    /// Notes a block that begins here.
    fn enter(&mut self, kind: u8, at: Instant) {
        self.index.push(Entry { kind, offset: self.len, seq: self.next.0, at });
    }
}
