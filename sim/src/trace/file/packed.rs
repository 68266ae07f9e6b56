//! Records as they stand in a block.
//!
//! Owns their form: times and causes count from the record before and from their own place, so that they are small
//! numbers, and a block can be read on its own.

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use super::block::Block;
use super::error::damaged;
use super::{BLOCK_RECORDS, BLOCK_TEXT, ReadError, Seq};
use crate::trace::record::{Kind, Record};

/// What opens a block of records.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(in crate::trace) struct Run {
    /// The sequence number of the first record.
    pub(in crate::trace) first: u32,
    pub(in crate::trace) count: u32,
}

/// A record as it stands in a block.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// Nanoseconds since the record before; since 0 in the first of a block.
    after: u64,
    /// How many places back its cause is; 0 if it has none.
    back: u32,
    kind: Kind,
}

pub(in crate::trace) fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("a trace's types encode into memory")
}

/// A record has no more bytes than this: two numbers and some words of ten bytes at the most.
const LONGEST: usize = 256;

/// The bytes of records whose first one has the sequence number `first`.
pub(in crate::trace) fn pack(first: u32, records: &[Record], mut bytes: Vec<u8>) -> Vec<u8> {
    let mut before = Instant::ZERO;
    let mut buffer = [0; LONGEST];
    for (seq, record) in (first..).zip(records) {
        let packed = Packed {
            after: record.at.since(before).as_nanos(),
            back: record.cause.map_or(0, |cause| seq - cause.0),
            kind: record.kind,
        };
        before = record.at;
        // Into a slice first: a vector would look for room at each byte.
        bytes.extend_from_slice(postcard::to_slice(&packed, &mut buffer).expect("a record is short"));
    }
    bytes
}

/// How many names, in the order of the table, these records need.
pub(in crate::trace) fn names_for(records: &[Record]) -> usize {
    let names = records.iter().flat_map(|record| record.kind.names());
    names.map(|name| name.number() as usize + 1).max().unwrap_or(0)
}

/// How many of these texts go into one block of names.
pub(in crate::trace) fn texts_of_a_block(texts: &[String]) -> usize {
    let mut bytes = 0;
    let full = texts.iter().position(|text| {
        bytes += text.len();
        bytes >= BLOCK_TEXT
    });
    full.map_or(texts.len(), |last| last + 1)
}

/// What the records of a block must fit to.
pub(super) struct Fit {
    /// The sequence number that comes next.
    pub(super) next: u32,
    /// The instant of the record before.
    pub(super) latest: Instant,
    /// How many names are known.
    pub(super) names: usize,
}

/// Appends the records of a block.
pub(super) fn unpack(block: &Block<'_>, fit: &Fit, records: &mut Vec<Record>) -> Result<(), ReadError> {
    let (run, rest) = block.front::<Run>()?;
    let past = run.first.checked_add(run.count).is_none();
    if run.first != fit.next || run.count as usize > BLOCK_RECORDS || past {
        return Err(damaged(block.offset, "the records do not continue those before"));
    }
    take(&block.decompress(rest)?, run, block.offset, fit, records)
}

/// The records that [`pack`] made of a run.
pub(in crate::trace) fn unpack_run(bytes: &[u8], run: Run) -> Result<Vec<Record>, ReadError> {
    let mut records = Vec::with_capacity(run.count as usize);
    let fit = Fit { next: run.first, latest: Instant::ZERO, names: usize::MAX };
    take(bytes, run, 0, &fit, &mut records)?;
    Ok(records)
}

/// Appends the records of a run, whose bytes came from `offset`.
fn take(bytes: &[u8], run: Run, offset: u64, fit: &Fit, records: &mut Vec<Record>) -> Result<(), ReadError> {
    records.reserve(run.count as usize);
    let (mut rest, mut before) = (bytes, Instant::ZERO);
    for seq in run.first..run.first + run.count {
        let bad = |what: &str| damaged(offset, format!("record {seq} {what}"));
        let (packed, later) = postcard::take_from_bytes::<Packed>(rest)
            .map_err(|_| bad("is of a kind or a shape that is not known"))?;
        let at = before.as_nanos().checked_add(packed.after).map(Instant::from_nanos);
        let at = at.ok_or_else(|| bad("has a time that is out of range"))?;
        if seq == run.first && at < fit.latest {
            return Err(bad("is earlier than the one before"));
        }
        let cause = match packed.back {
            0 => None,
            back => Some(Seq(seq.checked_sub(back).ok_or_else(|| bad("has a cause that is no record"))?)),
        };
        if packed.kind.names().any(|name| name.number() as usize >= fit.names) {
            return Err(bad("has a name that is not in the table"));
        }
        (before, rest) = (at, later);
        records.push(Record { at, cause, kind: packed.kind });
    }
    if rest.is_empty() { Ok(()) } else { Err(damaged(offset, "bytes follow the last record")) }
}
