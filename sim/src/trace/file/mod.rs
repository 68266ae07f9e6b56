//! The file a trace is kept in: blocks that each prove themselves, readable up to the last whole one.
//!
//! Owns the byte layout, which `docs/trace-format.md` describes, and its rule of compatibility:
//! [`VERSION`] goes up whenever bytes that an older reader accepts would mean something else. Knows
//! no path and no file system, and nothing of what records mean.
//!
//! Invariants: **same trace, same bytes**; a trace that was read keeps **in-order**,
//! **cause-is-earlier** and **names-in-range** (every name of a record is in the table); and
//! **checkpoint-is-fold** — a checkpoint is the state that the records before it fold to.

mod block;
mod error;
mod packed;
mod reader;
mod seek;
mod writer;

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use super::{Before, Meta, Names, Seq, State, Trace};

pub(super) use block::write_block;
pub use error::ReadError;
pub(super) use packed::{Run, encode, names_for, pack, texts_of_a_block, unpack_run};
pub use reader::{Loaded, read};
pub use seek::{About, Part, Reading, Seekable};
pub use writer::{Writer, to_bytes, write};

/// The first bytes of every trace file. The last ones show a transfer in text mode.
pub(super) const MAGIC: [u8; 8] = *b"\x89VPYB\r\n\x1a";
/// The version of the layout and of the vocabulary of records.
pub const VERSION: u16 = 3;
/// Magic and version.
const PREFIX: usize = MAGIC.len() + 2;
/// The most records that one block holds.
pub(super) const BLOCK_RECORDS: usize = 4096;
/// So many records lie between two checkpoints: what has to be folded to know the state at an instant.
const CHECKPOINT_RECORDS: u32 = 8 * BLOCK_RECORDS as u32;
/// A block of names ends with the text that reaches this many bytes.
const BLOCK_TEXT: usize = 64 * 1024;

/// The kinds of blocks, in the order in which a file has its first of each.
pub(super) const HEADER: u8 = b'H';
pub(super) const NAMES: u8 = b'N';
const STATE: u8 = b'S';
pub(super) const RECORDS: u8 = b'R';
const INDEX: u8 = b'I';
const END: u8 = b'E';

/// Where a block of names, records or a checkpoint stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Entry {
    /// Which kind of block.
    kind: u8,
    /// Where it begins, in bytes from the file's start.
    offset: u64,
    /// The sequence number of its first record, or of the next one.
    seq: u32,
    /// The instant of its first record, or of the last one before.
    at: Instant,
}

/// The totals that close a file: as many bytes always, so that they are found from its end.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Totals {
    records: u32,
    names: u32,
    /// Where the index begins.
    index: u64,
    /// The instant of the last record.
    end: Instant,
}

impl Totals {
    const LEN: usize = 24;

    fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..4].copy_from_slice(&self.records.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.names.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.index.to_le_bytes());
        bytes[16..].copy_from_slice(&self.end.as_nanos().to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        Self { records: word(0), names: word(4), index: long(8), end: Instant::from_nanos(long(16)) }
    }
}
