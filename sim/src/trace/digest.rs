//! A short text that stands for a whole trace, to be kept under version control.
//!
//! Owns [`digest`] and the plain form that it is made of. It changes with the run and with the vocabulary of records,
//! and not with how a file is compressed, indexed or cut.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::Trace;
use super::file::{
    BLOCK_RECORDS, HEADER, MAGIC, NAMES, RECORDS, Run, encode, pack, texts_of_a_block, write_block,
};

/// The version of the plain form.
const PLAIN_VERSION: u16 = 1;
/// The block that closes the plain form.
const END: u8 = b'E';

/// SHA-256 of the trace's plain form, in hexadecimal.
pub fn digest(trace: &Trace) -> String {
    let mut plain = Vec::new();
    write_plain(trace, &mut plain).expect("a trace in memory fits into blocks in memory");
    Sha256::digest(plain).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The plain form: the description, then the names and the records in blocks, none of them compressed, and totals.
fn write_plain(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    out.write_all(&MAGIC)?;
    out.write_all(&PLAIN_VERSION.to_le_bytes())?;
    write_block(out, HEADER, &encode(trace.meta()))?;
    let texts = trace.names().texts();
    let (mut named, mut first) = (0, trace.first().0);
    for records in trace.records().chunks(BLOCK_RECORDS) {
        let needed =
            records.iter().flat_map(|record| record.kind.names()).map(|name| name.0 as usize + 1).max();
        let needed = needed.unwrap_or(0).max(named);
        write_names(&texts[named..needed], out)?;
        named = needed;
        let run = Run { first, count: records.len() as u32 };
        write_block(out, RECORDS, &pack(first, records, encode(&run)))?;
        first += run.count;
    }
    write_names(&texts[named..], out)?;
    let totals = (trace.records().len() as u32, texts.len() as u32);
    write_block(out, END, &encode(&totals)).map(drop)
}

fn write_names(mut texts: &[String], out: &mut impl Write) -> io::Result<()> {
    while !texts.is_empty() {
        let (now, later) = texts.split_at(texts_of_a_block(texts));
        write_block(out, NAMES, &encode(now))?;
        texts = later;
    }
    Ok(())
}
