//! A run as comma-separated values, for spreadsheets.
//!
//! Owns [`write_csv`]: the columns of the record table, times in nanoseconds, one record a line (RFC 4180).

use std::io::{self, Write};

use super::Trace;
use super::words::Words;

/// Writes the names of the columns, then every record.
///
/// # Errors
/// What `out` says.
pub fn write_csv(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "record,time_ns,cause,kind,task,place,event")?;
    let words = Words::new(trace);
    for (seq, record) in trace.iter() {
        let phrase = words.phrase(&record);
        let cause = record.cause.map_or(String::new(), |cause| cause.0.to_string());
        let [task, place, event] = [phrase.task, phrase.place, phrase.event].map(|text| quoted(&text));
        let (at, kind) = (record.at.as_nanos(), record.kind.word());
        writeln!(out, "{},{at},{cause},{kind},{task},{place},{event}", seq.0)?;
    }
    out.flush()
}

/// A text as one field. One that a spreadsheet would take for a formula gets an apostrophe before it.
fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
