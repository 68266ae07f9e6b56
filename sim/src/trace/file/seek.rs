//! A trace's file, of which only what is asked for is read.
//!
//! Owns [`Seekable`]: with the index at the end of a whole file it finds the checkpoint before an instant, and reads
//! from there.

use std::io::{Read, Seek, SeekFrom};

use vpyb_core::time::Instant;

use super::block::{Block, HEAD, Head};
use super::error::damaged;
use super::packed::{Fit, unpack};
use super::reader::{checkpoint, prefix, run_of, take_names};
use super::{
    END, Entry, HEADER, INDEX, Meta, NAMES, Names, PREFIX, RECORDS, ReadError, STATE, Seq, Totals, Trace,
};

/// How much of a file was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reading {
    /// Bytes, the index and the names included.
    pub bytes: u64,
    /// Records.
    pub records: u64,
}

/// About where a part of a file is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// An instant, with every record of it.
    At(Instant),
    /// A record.
    Record(Seq),
}

/// A part of a file as a trace, and whether the file goes on at either side of it.
#[derive(Clone, Debug)]
pub struct Part {
    /// The part.
    pub trace: Trace,
    /// It begins where the file does.
    pub from_begin: bool,
    /// It ends where the file does.
    pub to_end: bool,
}

/// A whole file whose blocks are read when they are needed.
pub struct Seekable<R> {
    file: R,
    len: u64,
    reading: Reading,
    meta: Meta,
    names: Names,
    index: Vec<Entry>,
    totals: Totals,
}

impl<R: Read + Seek> Seekable<R> {
    /// Opens a file: its description, its names and its index are read. `None` if it was cut off, and therefore has
    /// no index: then [`read`](super::read()) it.
    ///
    /// # Errors
    /// [`ReadError`], as far as it was read.
    pub fn open(mut file: R) -> Result<Option<Self>, ReadError> {
        let len = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        let mut begin = Vec::new();
        (&mut file).take(PREFIX as u64).read_to_end(&mut begin)?;
        prefix(&begin)?;
        let Some(totals) = end(&mut file, len)? else { return Ok(None) };
        let mut opened = Self {
            file,
            len,
            reading: Reading::default(),
            meta: Meta::default(),
            names: Names::default(),
            index: Vec::new(),
            totals,
        };
        opened.meta = opened.block(PREFIX as u64, HEADER, |block| block.decode())?;
        opened.index = opened.block(totals.index, INDEX, |block| block.unpack(block.payload))?;
        let mut names = Names::default();
        for entry in opened.index.clone().iter().filter(|entry| entry.kind == NAMES) {
            opened.block(entry.offset, NAMES, |block| take_names(block, &mut names))?;
        }
        opened.names = names;
        Ok(Some(opened))
    }

    /// How many records the file has.
    pub fn records(&self) -> u32 {
        self.totals.records
    }

    /// The instant of the last record.
    pub fn end(&self) -> Instant {
        self.totals.end
    }

    /// How much was read so far.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// The part of the trace that tells what was so at an instant: it begins with a checkpoint, or with the run, and
    /// has every record of that instant.
    ///
    /// # Errors
    /// [`ReadError`], as far as it was read.
    pub fn around(&mut self, at: Instant) -> Result<Trace, ReadError> {
        self.part(About::At(at), 1, 0).map(|part| part.trace)
    }

    /// A part of the trace about a place: from the checkpoint that is so many back from it, at least one, up to the place,
    /// or to the checkpoint that is so many on from it.
    ///
    /// # Errors
    /// [`ReadError`], as far as it was read.
    pub fn part(&mut self, about: About, back: usize, on: usize) -> Result<Part, ReadError> {
        let (index, names) = (self.index.clone(), self.names.len());
        let states: Vec<&Entry> = index.iter().filter(|entry| entry.kind == STATE).collect();
        // So many checkpoints hold before the place. Of a cut file, the first one is its beginning.
        let earlier = states.partition_point(|entry| match about {
            About::At(at) => entry.at < at,
            About::Record(seq) => entry.seq <= seq.0,
        });
        let cut = index.iter().find(|entry| entry.kind != NAMES).is_some_and(|entry| entry.kind == STATE);
        let start = earlier.checked_sub(back.max(1)).or(cut.then_some(0));
        let before = match start.and_then(|place| states.get(place)) {
            Some(entry) => Some(self.block(entry.offset, STATE, checkpoint)?),
            None => None,
        };
        let until = states.get((earlier + on).saturating_sub(1)).filter(|_| on > 0).map(|entry| entry.seq);
        let to_end = on > 0 && until.is_none();
        let wanted = |entry: &&Entry| {
            let about = match about {
                About::At(at) => entry.at <= at,
                About::Record(seq) => entry.seq <= seq.0,
            };
            about || to_end || until.is_some_and(|until| entry.seq < until)
        };
        let from = before.as_ref().map_or(0, |before| before.first.0);
        let begin = before.as_ref().map_or(Instant::ZERO, |before| before.state.at);
        let mut records = Vec::new();
        let blocks = index.iter().filter(|entry| entry.kind == RECORDS && entry.seq >= from);
        for entry in blocks.take_while(wanted) {
            let latest = records.last().map_or(begin, |record: &crate::trace::Record| record.at);
            let next = from.saturating_add(records.len() as u32);
            self.block(entry.offset, RECORDS, |block| {
                // An index that was tampered with may name a block that is not next.
                if run_of(block)?.first != next {
                    return Err(damaged(entry.offset, "the index names a block that is not next"));
                }
                unpack(block, &Fit { next, latest, names }, &mut records)
            })?;
        }
        self.reading.records += records.len() as u64;
        let first = index.iter().find(|entry| entry.kind == RECORDS).map_or(0, |entry| entry.seq);
        let to_end = from.wrapping_sub(first).wrapping_add(records.len() as u32) >= self.totals.records;
        let trace = Trace::from_parts(self.meta.clone(), self.names.clone(), before, records);
        Ok(Part { trace, from_begin: from <= first, to_end })
    }

    /// Reads one block and makes something of it.
    fn block<T>(
        &mut self,
        offset: u64,
        kind: u8,
        make: impl FnOnce(&Block<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let room = self.len.saturating_sub(offset).saturating_sub(HEAD as u64);
        if offset >= self.len {
            return Err(damaged(self.len, "the index points beyond the end"));
        }
        let mut head = [0; HEAD];
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(&mut head)?;
        let head = Head::read(&head, offset)?;
        if head.kind != kind || head.len as u64 > room {
            return Err(damaged(offset, "the index names a block that does not stand there"));
        }
        let mut payload = vec![0; head.len];
        self.file.read_exact(&mut payload)?;
        self.reading.bytes += (HEAD + head.len) as u64;
        make(&head.with(offset, &payload)?)
    }
}

/// The totals at the end of a file; `None` if it was cut off.
fn end(file: &mut (impl Read + Seek), len: u64) -> Result<Option<Totals>, ReadError> {
    let Some(offset) = len.checked_sub((HEAD + Totals::LEN) as u64).filter(|at| *at >= PREFIX as u64) else {
        return Ok(None);
    };
    let mut bytes = [0; HEAD + Totals::LEN];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    match Block::read(&mut &bytes[..], 0, &mut Vec::new()) {
        Ok(Some(block)) if block.kind == END && block.payload.len() == Totals::LEN => {
            Ok(block.payload.first_chunk().map(Totals::from_bytes))
        }
        // Whatever stands there, it is not the end: reading from the beginning tells why.
        _ => Ok(None),
    }
}
