//! Records as rows that begin with their sequence numbers, so that one can be asked about.
//!
//! Owns that layout.

use crate::trace::{HEADINGS, Seq, Trace, Words, align, row};

/// The records of these numbers under headings, each line ended; Δ counts from row to row.
pub fn rows(words: &Words<'_>, trace: &Trace, seqs: impl IntoIterator<Item = Seq>) -> String {
    let [time, delta, task, place, event] = HEADINGS.map(str::to_owned);
    let mut lines = vec![["record".to_owned(), time, delta, task, place, event]];
    let mut before = None;
    for seq in seqs {
        let Some(record) = trace.get(seq) else { continue };
        let [time, delta, task, place, event] = row(words, &record, before.replace(record.at)).cells;
        lines.push([format!("#{}", seq.0), time, delta, task, place, event]);
    }
    align(lines)
}
