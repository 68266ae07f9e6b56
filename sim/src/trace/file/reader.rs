//! Reads a trace's file from its beginning to its end, or to its last whole block.
//!
//! Owns [`read`] and every check of what blocks say of each other.

use std::io::Read;

use vpyb_core::time::Instant;

use super::block::Block;
use super::error::damaged;
use super::packed::{Fit, Run, unpack};
use super::{
    Before, END, Entry, HEADER, INDEX, MAGIC, Meta, NAMES, Names, PREFIX, RECORDS, ReadError, STATE, Seq,
    State, Totals, Trace, VERSION,
};
use crate::trace::{HELD, Records};

/// A trace as it was found in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// What could be read.
    pub trace: Trace,
    /// False if the file was cut off: `trace` ends with its last whole block.
    pub whole: bool,
}

/// Reads a trace's file: whole, or up to the last whole block of a file that was cut off. It is read block by block.
///
/// # Errors
/// [`ReadError`]: bytes that are not a trace, of another version, or changed since they were written; or what the file
/// system says.
pub fn read(mut file: impl Read) -> Result<Loaded, ReadError> {
    let mut bytes = Vec::new();
    (&mut file).take(PREFIX as u64).read_to_end(&mut bytes)?;
    prefix(&bytes)?;
    let (mut reader, mut offset) = (Reader::default(), PREFIX as u64);
    while let Some(block) = Block::read(&mut file, offset, &mut bytes)? {
        reader.take(&block)?;
        offset = block.end();
    }
    let Reader { meta, names, before, records, .. } = reader;
    let Some(meta) = meta else { return Err(ReadError::NoHeader { len: offset as usize + bytes.len() }) };
    let trace = Trace { meta, names, before: before.map(Box::new), records };
    Ok(Loaded { trace, whole: reader.ended && bytes.is_empty() })
}

/// Refuses what does not begin like a trace of this version; `bytes` are the first of the file.
pub(super) fn prefix(bytes: &[u8]) -> Result<(), ReadError> {
    let known = MAGIC.len().min(bytes.len());
    if bytes[..known] != MAGIC[..known] || bytes.is_empty() {
        return Err(ReadError::NotATrace);
    }
    let Some(version) = bytes.get(MAGIC.len()..).and_then(|rest| rest.first_chunk()) else {
        return Err(ReadError::NoHeader { len: bytes.len() });
    };
    match u16::from_le_bytes(*version) {
        VERSION => Ok(()),
        found => Err(ReadError::Version { found }),
    }
}

/// Enters the texts of a block of names.
pub(super) fn take_names(block: &Block<'_>, names: &mut Names) -> Result<(), ReadError> {
    let texts: Vec<String> = block.unpack(block.payload)?;
    for text in texts {
        if names.find(&text).is_some() {
            return Err(damaged(block.offset, "a text is in the table of names twice"));
        }
        names.intern(&text);
    }
    Ok(())
}

/// A checkpoint and the sequence number of the record that follows it.
pub(super) fn checkpoint(block: &Block<'_>) -> Result<Before, ReadError> {
    let (first, rest) = block.front::<u32>()?;
    Ok(Before { first: Seq(first), state: block.unpack::<State>(rest)? })
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    meta: Option<Meta>,
    names: Names,
    before: Option<Before>,
    records: Records,
    index: Vec<Entry>,
    /// Where the index was found.
    indexed: Option<u64>,
    ended: bool,
}

impl Reader {
    fn take(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        let refuse = |reason| Err(damaged(block.offset, reason));
        if self.ended {
            return refuse("a block follows the end block");
        }
        match (block.kind, &self.meta) {
            (HEADER, None) => {
                self.meta = Some(block.decode()?);
                return Ok(());
            }
            (HEADER, Some(_)) => return refuse("a second header"),
            (_, None) => return refuse("the first block is not the header"),
            (END, _) => return self.take_end(block),
            (INDEX, _) => return self.take_index(block),
            _ if self.indexed.is_some() => return refuse("a block stands between the index and the end"),
            _ => {}
        }
        let (seq, latest) = (self.next(), self.latest());
        let mut entry = Entry { kind: block.kind, offset: block.offset, seq, at: latest };
        match block.kind {
            NAMES => take_names(block, &mut self.names)?,
            STATE => {
                self.take_state(block)?;
                (entry.seq, entry.at) = (self.next(), self.latest());
            }
            RECORDS => {
                let mut records = Vec::new();
                unpack(block, &Fit { next: seq, latest, names: self.names.len() }, &mut records)?;
                entry.at = records.first().map_or(latest, |record| record.at);
                records.into_iter().for_each(|record| _ = self.records.push(record));
            }
            _ => return refuse("a block of unknown kind"),
        }
        self.index.push(entry);
        Ok(())
    }

    fn next(&self) -> u32 {
        self.records.next().0
    }

    fn latest(&self) -> Instant {
        let begin = self.before.as_ref().map_or(Instant::ZERO, |before| before.state.at);
        self.records.last().map_or(begin, |record| record.at)
    }

    /// The first thing after names, it is what the trace begins with; later it only has to fit.
    fn take_state(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        let found = checkpoint(block)?;
        if self.records.is_empty() && self.before.is_none() {
            self.records = Records::new(found.first, HELD);
            self.before = Some(found);
        } else if found.first.0 != self.next() || found.state.at != self.latest() {
            return Err(damaged(block.offset, "the checkpoint is not that of the records before"));
        }
        Ok(())
    }

    fn take_index(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        let entries: Vec<Entry> = block.unpack(block.payload)?;
        // A checkpoint that begins the trace was noted before its names were.
        if entries.len() != self.index.len()
            || entries
                .iter()
                .zip(&self.index)
                .any(|(said, found)| (said.kind, said.offset) != (found.kind, found.offset))
        {
            return Err(damaged(block.offset, "the index is not that of the blocks"));
        }
        self.indexed = Some(block.offset);
        Ok(())
    }

    fn take_end(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        let bytes = block.payload.first_chunk().filter(|_| block.payload.len() == Totals::LEN);
        let totals = Totals::from_bytes(bytes.ok_or_else(|| block.shapeless())?);
        let own = (self.records.len(), self.names.len(), self.indexed, self.latest());
        if (totals.records as usize, totals.names as usize, Some(totals.index), totals.end) != own {
            return Err(damaged(block.offset, "the totals are not those of the blocks"));
        }
        self.ended = true;
        Ok(())
    }
}

/// The run of records that a block begins with.
pub(super) fn run_of(block: &Block<'_>) -> Result<Run, ReadError> {
    block.front().map(|(run, _)| run)
}
