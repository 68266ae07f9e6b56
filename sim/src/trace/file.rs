//! The file a trace is kept in: blocks that each prove themselves, readable up to the last whole one.
//!
//! Owns the byte layout, which `docs/trace-format.md` describes, and its rule of compatibility:
//! [`VERSION`] goes up whenever bytes that an older reader accepts would mean something else. Knows
//! no path and no file system, and nothing of what records mean.
//!
//! Invariants: **same trace, same bytes**; and a trace that was read keeps **in-order**,
//! **cause-is-earlier** and **names-in-range** (every name of a record is in the table).

use std::fmt;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use super::{Kind, Meta, Names, Record, Seq, Trace};

/// The first bytes of every trace file. The last ones show a transfer in text mode.
const MAGIC: [u8; 8] = *b"\x89VPYB\r\n\x1a";
/// The version of the layout and of the vocabulary of records.
pub const VERSION: u16 = 1;
/// The most records that one block holds.
const BLOCK_RECORDS: usize = 4096;
/// A block of names ends with the text that reaches this many bytes.
const BLOCK_TEXT: usize = 64 * 1024;
/// Kind, length, checksum of the payload, checksum of the nine bytes before.
const BLOCK_HEADER: usize = 1 + 4 + 4 + 4;

/// The kinds of blocks, in the order in which a file has its first of each.
const HEADER: u8 = b'H';
const NAMES: u8 = b'N';
const RECORDS: u8 = b'R';
const END: u8 = b'E';

/// A record as it stands in a block.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// Nanoseconds since the record before; since 0 in the first of a block.
    after: u64,
    /// How many places back its cause is; 0 if it has none.
    back: u32,
    kind: Kind,
}

/// What opens a block of records.
#[derive(Serialize, Deserialize)]
struct Run {
    first: u32,
    count: u32,
}

/// The totals that close a file.
#[derive(Serialize, Deserialize)]
struct Totals {
    records: u32,
    names: u32,
}

/// A trace as it was found in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// What could be read.
    pub trace: Trace,
    /// False if the file was cut off: `trace` ends with its last whole block.
    pub whole: bool,
}

/// Why bytes were not accepted as a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The first bytes are not those of a trace file.
    NotATrace,
    /// The file was written by another version of the format.
    Version {
        /// What stands in the file; this reader knows [`VERSION`].
        found: u16,
    },
    /// The file ends before the description of the run is whole.
    NoHeader {
        /// The length of the file.
        len: usize,
    },
    /// The bytes are not what was written.
    Damaged {
        /// Where the block or the record begins that was refused, in bytes from the file's start.
        offset: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATrace => f.write_str("read the trace: it does not begin like a trace file of vpyb"),
            Self::Version { found } => {
                write!(f, "read the trace: its format is version {found}, this program reads {VERSION}")
            }
            Self::NoHeader { len } => {
                write!(f, "read the trace: it ends at byte {len}, before the description of its run")
            }
            Self::Damaged { offset, reason } => {
                write!(f, "read the trace: it is damaged at byte {offset}: {reason}")
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// The bytes of a trace's file.
pub fn to_bytes(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(trace, &mut bytes).expect("a trace in memory fits into blocks in memory");
    bytes
}

/// Writes a trace's file. Names come just before the first block of records that needs them.
///
/// # Errors
/// What `out` says, and `InvalidInput` for a text of 4 GiB or more.
pub fn write(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    out.write_all(&MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    write_block(out, HEADER, &encode(trace.meta()))?;
    let texts = trace.names().texts();
    let mut named = 0;
    for (place, records) in trace.records().chunks(BLOCK_RECORDS).enumerate() {
        let needed =
            records.iter().flat_map(|record| record.kind.names()).map(|name| name.0 as usize + 1).max();
        let needed = needed.unwrap_or(0).max(named);
        write_names(out, &texts[named..needed])?;
        named = needed;
        write_block(out, RECORDS, &pack(place * BLOCK_RECORDS, records))?;
    }
    write_names(out, &texts[named..])?;
    let totals = Totals { records: trace.records().len() as u32, names: texts.len() as u32 };
    write_block(out, END, &encode(&totals))
}

fn write_names(out: &mut impl Write, mut texts: &[String]) -> io::Result<()> {
    while !texts.is_empty() {
        let mut bytes = 0;
        let full = texts.iter().position(|text| {
            bytes += text.len();
            bytes >= BLOCK_TEXT
        });
        let (now, later) = texts.split_at(full.map_or(texts.len(), |last| last + 1));
        write_block(out, NAMES, &encode(&now))?;
        texts = later;
    }
    Ok(())
}

fn write_block(out: &mut impl Write, kind: u8, payload: &[u8]) -> io::Result<()> {
    let len = u32::try_from(payload.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a block of a trace holds under 4 GiB"))?;
    let mut head = Vec::with_capacity(BLOCK_HEADER);
    head.push(kind);
    head.extend(len.to_le_bytes());
    head.extend(crc32fast::hash(payload).to_le_bytes());
    head.extend(crc32fast::hash(&head).to_le_bytes());
    out.write_all(&head)?;
    out.write_all(payload)
}

fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("a trace's types encode into memory")
}

/// The payload of a block of records whose first one has the sequence number `first`.
fn pack(first: usize, records: &[Record]) -> Vec<u8> {
    let mut payload = encode(&Run { first: first as u32, count: records.len() as u32 });
    let mut before = Instant::ZERO;
    for (seq, record) in (first as u32..).zip(records) {
        let packed = Packed {
            after: record.at.since(before).as_nanos(),
            back: record.cause.map_or(0, |cause| seq - cause.0),
            kind: record.kind,
        };
        before = record.at;
        payload = postcard::to_extend(&packed, payload).expect("a record encodes into memory");
    }
    payload
}

/// Reads a trace's file: whole, or up to the last whole block of a file that was cut off.
///
/// # Errors
/// [`ReadError`]: bytes that are not a trace, of another version, or changed since they were written.
pub fn read(bytes: &[u8]) -> Result<Loaded, ReadError> {
    let known = MAGIC.len().min(bytes.len());
    if bytes[..known] != MAGIC[..known] || bytes.is_empty() {
        return Err(ReadError::NotATrace);
    }
    let mut reader = Reader::default();
    let Some(version) = bytes.get(MAGIC.len()..).and_then(|rest| rest.first_chunk()) else {
        return Err(ReadError::NoHeader { len: bytes.len() });
    };
    let found = u16::from_le_bytes(*version);
    if found != VERSION {
        return Err(ReadError::Version { found });
    }
    let mut offset = MAGIC.len() + version.len();
    while let Some(block) = Block::split(bytes, offset)? {
        reader.take(&block)?;
        offset = block.end();
    }
    let whole = reader.ended && offset == bytes.len();
    let Some(meta) = reader.meta else { return Err(ReadError::NoHeader { len: bytes.len() }) };
    Ok(Loaded { trace: Trace::from_parts(meta, reader.names, reader.records), whole })
}

/// One whole block: where it begins, its kind, and its payload, whose checksum is right.
struct Block<'b> {
    offset: usize,
    kind: u8,
    payload: &'b [u8],
}

impl<'b> Block<'b> {
    /// The block at `offset`, or `None` if the bytes end inside it.
    fn split(bytes: &'b [u8], offset: usize) -> Result<Option<Self>, ReadError> {
        let Some(head) = bytes[offset..].first_chunk::<BLOCK_HEADER>() else { return Ok(None) };
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if crc32fast::hash(&head[..9]) != word(9) {
            return Err(damaged(offset, "the head of the block fails its checksum"));
        }
        let begin = offset + BLOCK_HEADER;
        let payload = begin.checked_add(word(1) as usize).and_then(|end| bytes.get(begin..end));
        let Some(payload) = payload else { return Ok(None) };
        if crc32fast::hash(payload) != word(5) {
            return Err(damaged(offset, "the block fails its checksum"));
        }
        Ok(Some(Self { offset, kind: head[0], payload }))
    }

    fn end(&self) -> usize {
        self.offset + BLOCK_HEADER + self.payload.len()
    }

    /// The whole payload as one value.
    fn decode<T: Deserialize<'b>>(&self) -> Result<T, ReadError> {
        match postcard::take_from_bytes(self.payload) {
            Ok((value, [])) => Ok(value),
            _ => Err(damaged(self.offset, "the block does not hold what its kind says")),
        }
    }
}

fn damaged(offset: usize, reason: &'static str) -> ReadError {
    ReadError::Damaged { offset, reason }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    meta: Option<Meta>,
    names: Names,
    records: Vec<Record>,
    ended: bool,
}

impl Reader {
    fn take(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        if self.ended {
            return Err(damaged(block.offset, "a block follows the end block"));
        }
        match (block.kind, &self.meta) {
            (HEADER, None) => self.meta = Some(block.decode()?),
            (HEADER, Some(_)) => return Err(damaged(block.offset, "a second header")),
            (_, None) => return Err(damaged(block.offset, "the first block is not the header")),
            (NAMES, _) => self.take_names(block)?,
            (RECORDS, _) => self.take_records(block)?,
            (END, _) => self.take_end(block)?,
            _ => return Err(damaged(block.offset, "a block of unknown kind")),
        }
        Ok(())
    }

    fn take_names(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        let texts: Vec<&str> = block.decode()?;
        for text in texts {
            if self.names.find(text).is_some() {
                return Err(damaged(block.offset, "a text is in the table of names twice"));
            }
            self.names.intern(text);
        }
        Ok(())
    }

    fn take_records(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        let (run, mut rest) = postcard::take_from_bytes::<Run>(block.payload)
            .map_err(|_| damaged(block.offset, "the block does not hold what its kind says"))?;
        if run.first as usize != self.records.len() || run.count as usize > BLOCK_RECORDS {
            return Err(damaged(block.offset, "the records do not continue those before"));
        }
        let latest = self.records.last().map_or(Instant::ZERO, |record| record.at);
        let mut before = Instant::ZERO;
        for place in 0..run.count {
            let offset = block.end() - rest.len();
            let (packed, later) = postcard::take_from_bytes::<Packed>(rest)
                .map_err(|_| damaged(offset, "the record is of a kind or a shape that is not known"))?;
            let record = self.unpack(&packed, before, offset)?;
            if place == 0 && record.at < latest {
                return Err(damaged(offset, "the record is earlier than the one before"));
            }
            before = record.at;
            rest = later;
            self.records.push(record);
        }
        if rest.is_empty() { Ok(()) } else { Err(damaged(block.offset, "bytes follow the last record")) }
    }

    fn unpack(&self, packed: &Packed, before: Instant, offset: usize) -> Result<Record, ReadError> {
        let at = before.as_nanos().checked_add(packed.after);
        let at = at.ok_or(damaged(offset, "the record's time is out of range"))?;
        let seq = u32::try_from(self.records.len()).map_err(|_| damaged(offset, "more than 2^32 records"))?;
        let cause = match packed.back {
            0 => None,
            back => {
                Some(Seq(seq.checked_sub(back).ok_or(damaged(offset, "the record's cause is no record"))?))
            }
        };
        if packed.kind.names().any(|name| name.0 as usize >= self.names.len()) {
            return Err(damaged(offset, "the record has a name that is not in the table"));
        }
        Ok(Record { at: Instant::from_nanos(at), cause, kind: packed.kind })
    }

    fn take_end(&mut self, block: &Block<'_>) -> Result<(), ReadError> {
        let totals: Totals = block.decode()?;
        if totals.records as usize != self.records.len() || totals.names as usize != self.names.len() {
            return Err(damaged(block.offset, "the totals are not those of the blocks"));
        }
        self.ended = true;
        Ok(())
    }
}
