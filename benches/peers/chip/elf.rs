//! How much flash a firmware takes.
//!
//! Owns the few fields of an ELF file that say so: the program headers, each a part of the file that is put somewhere
//! into the chip.

use std::ops::Range;

/// Addresses of the chip's flash.
const FLASH: Range<u32> = 0x0800_0000..0x0810_0000;
/// The kind of a header whose part is loaded.
const LOAD: u32 = 1;

/// Bytes that are put into flash: vectors, code, constants, and the first values of variables.
///
/// # Errors
///
/// If this is no ELF file of 32 bits, lowest byte first.
pub fn flash(file: &[u8]) -> Result<u32, String> {
    if !file.starts_with(b"\x7fELF\x01\x01") {
        return Err("this is no firmware".into());
    }
    let short = |at: usize| file.get(at..at + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    let word = |at: usize| Some(u32::from(short(at)?) | u32::from(short(at + 2)?) << 16);
    let part = |at: usize| -> Option<u32> {
        let (kind, address, size) = (word(at)?, word(at + 12)?, word(at + 16)?);
        Some(if kind == LOAD && FLASH.contains(&address) { size } else { 0 })
    };
    let headers = || Some((word(28)? as usize, usize::from(short(42)?), usize::from(short(44)?)));
    let total = headers().and_then(|(first, size, count)| (0..count).map(|i| part(first + i * size)).sum());
    total.ok_or_else(|| "the firmware's file is cut off".into())
}
