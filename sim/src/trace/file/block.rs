//! One block: kind, length, two checksums, payload.
//!
//! Owns the head of blocks and the compression of payloads. Knows nothing of what is in them.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;

use super::ReadError;
use super::error::damaged;
use super::packed::encode;

/// Kind, length, checksum of the payload, checksum of the nine bytes before.
pub(super) const HEAD: usize = 1 + 4 + 4 + 4;
/// LZ4 makes at most so many bytes of one.
const MOST_PER_BYTE: usize = 255;
/// What LZ4 may make of nothing.
const MOST_BEYOND: usize = 64;

/// Writes one block; gives its length.
pub(in crate::trace) fn write_block(out: &mut impl Write, kind: u8, payload: &[u8]) -> io::Result<u64> {
    let len = u32::try_from(payload.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a block of a trace holds under 4 GiB"))?;
    let mut head = Vec::with_capacity(HEAD);
    head.push(kind);
    head.extend(len.to_le_bytes());
    head.extend(crc32fast::hash(payload).to_le_bytes());
    head.extend(crc32fast::hash(&head).to_le_bytes());
    out.write_all(&head)?;
    out.write_all(payload)?;
    Ok((HEAD + payload.len()) as u64)
}

/// A payload that begins with `front` as it is; `rest` follows with its length before and compressed.
pub(super) fn compressed(mut front: Vec<u8>, rest: &[u8]) -> Vec<u8> {
    front.extend(encode(&(rest.len() as u32)));
    front.extend(lz4_flex::block::compress(rest));
    front
}

/// The head of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) kind: u8,
    pub(super) len: usize,
    checksum: u32,
}

impl Head {
    /// Reads a head that begins at `offset`.
    pub(super) fn read(bytes: &[u8; HEAD], offset: u64) -> Result<Self, ReadError> {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if crc32fast::hash(&bytes[..9]) != word(9) {
            return Err(damaged(offset, "the head of the block fails its checksum"));
        }
        Ok(Self { kind: bytes[0], len: word(1) as usize, checksum: word(5) })
    }

    /// The block with this head and this payload.
    pub(super) fn with<'b>(&self, offset: u64, payload: &'b [u8]) -> Result<Block<'b>, ReadError> {
        if crc32fast::hash(payload) != self.checksum {
            return Err(damaged(offset, "the block fails its checksum"));
        }
        Ok(Block { offset, kind: self.kind, payload })
    }
}

/// One whole block: where it begins, its kind, and its payload, whose checksum is right.
#[derive(Clone, Copy)]
pub(super) struct Block<'b> {
    pub(super) offset: u64,
    pub(super) kind: u8,
    pub(super) payload: &'b [u8],
}

impl<'b> Block<'b> {
    /// Reads the block that begins here, at `offset`, or `None` if the file ends inside it. `bytes` are then what
    /// there is of it.
    pub(super) fn read(
        file: &mut impl Read,
        offset: u64,
        bytes: &'b mut Vec<u8>,
    ) -> Result<Option<Self>, ReadError> {
        bytes.clear();
        file.take(HEAD as u64).read_to_end(bytes)?;
        let Some(head) = bytes.first_chunk::<HEAD>() else { return Ok(None) };
        let head = Head::read(head, offset)?;
        // Memory is asked for only as far as there are bytes.
        file.take(head.len as u64).read_to_end(bytes)?;
        let payload = &bytes[HEAD..];
        if payload.len() < head.len {
            return Ok(None);
        }
        head.with(offset, payload).map(Some)
    }

    pub(super) fn end(&self) -> u64 {
        self.offset + (HEAD + self.payload.len()) as u64
    }

    /// What the payload begins with, and the bytes that follow it.
    pub(super) fn front<T: DeserializeOwned>(&self) -> Result<(T, &'b [u8]), ReadError> {
        postcard::take_from_bytes(self.payload).map_err(|_| self.shapeless())
    }

    /// The whole payload as one value.
    pub(super) fn decode<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        whole(self.payload).ok_or(self.shapeless())
    }

    /// One value from a payload that is compressed from `bytes` on.
    pub(super) fn unpack<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, ReadError> {
        whole(&self.decompress(bytes)?).ok_or(self.shapeless())
    }

    /// What was compressed.
    pub(super) fn decompress(&self, bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
        let (len, bytes) = postcard::take_from_bytes::<u32>(bytes).map_err(|_| self.shapeless())?;
        let len = len as usize;
        // Memory is asked for only as far as the bytes at hand can fill it.
        if len > bytes.len().saturating_mul(MOST_PER_BYTE).saturating_add(MOST_BEYOND) {
            return Err(damaged(self.offset, "the block says that more was compressed than it can hold"));
        }
        let found = lz4_flex::block::decompress(bytes, len);
        found
            .ok()
            .filter(|found| found.len() == len)
            .ok_or(damaged(self.offset, "the block does not decompress"))
    }

    pub(super) fn shapeless(&self) -> ReadError {
        damaged(self.offset, "the block does not hold what its kind says")
    }
}

fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}
