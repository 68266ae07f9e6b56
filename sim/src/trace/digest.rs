//! A short text that stands for a whole trace, to be kept under version control.
//!
//! Owns [`digest`] and the plain form that it is made of. It changes with the run and with the vocabulary of records,
//! and not with how a file is compressed, indexed or cut.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::file::{
    BLOCK_RECORDS, HEADER, MAGIC, NAMES, RECORDS, Run, encode, names_for, pack, texts_of_a_block, write_block,
};
use super::{Seq, Trace};

/// The version of the plain form.
const PLAIN_VERSION: u16 = 1;
/// The block that closes the plain form.
const END: u8 = b'E';

/// SHA-256 of the trace's plain form, in hexadecimal.
pub fn digest(trace: &Trace) -> String {
    let mut plain = Hashed(Sha256::new());
    write_plain(trace, &mut plain).expect("a block is short, and a hash takes everything");
    plain.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes bytes and keeps their hash alone.
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The plain form: the description, then the names and the records in blocks, none of them compressed, and totals.
fn write_plain(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    out.write_all(&MAGIC)?;
    out.write_all(&PLAIN_VERSION.to_le_bytes())?;
    write_block(out, HEADER, &encode(trace.meta()))?;
    let texts = trace.names().texts();
    let (mut named, mut first) = (0, trace.first().0);
    while Seq(first) < trace.next() {
        let records = trace.slice(Seq(first), Seq(first.saturating_add(BLOCK_RECORDS as u32)));
        let needed = names_for(&records).max(named);
        write_names(&texts[named..needed], out)?;
        named = needed;
        let run = Run { first, count: records.len() as u32 };
        write_block(out, RECORDS, &pack(first, &records, encode(&run)))?;
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
