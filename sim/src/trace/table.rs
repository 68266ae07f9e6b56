//! Records as rows of aligned columns: time, Δ, task, pin/bus, event.
//!
//! Owns the layout that every report and the terminal share. Knows nothing of what records say
//! (`words`).

use std::fmt::Write as _;

use vpyb_core::time::{Duration, Instant};

use super::words::Words;
use super::{Record, show_instant};

/// What stands in a column that has nothing to say.
const NOTHING: &str = ".";

/// One record as a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The columns in the order of [`HEADINGS`].
    pub cells: [String; 5],
}

/// What stands above the columns.
pub const HEADINGS: [&str; 5] = ["time", "Δ", "task", "pin/bus", "event"];

/// The row of a record. `since` is the instant that Δ counts from; without it Δ is empty.
pub fn row(words: &Words<'_>, record: &Record, since: Option<Instant>) -> Row {
    let phrase = words.phrase(record);
    let delta = since.map_or(Duration::ZERO, |since| record.at.since(since));
    let delta = if delta.is_zero() { String::new() } else { format!("+{delta}") };
    let or_nothing = |text: String| if text.is_empty() { NOTHING.to_owned() } else { text };
    Row {
        cells: [
            show_instant(record.at),
            delta,
            or_nothing(phrase.task),
            or_nothing(phrase.place),
            phrase.event,
        ],
    }
}

/// The rows under their headings, aligned, each line ended; Δ counts from row to row.
pub fn table(words: &Words<'_>, records: impl IntoIterator<Item = Record>) -> String {
    let mut before = None;
    let rows = records.into_iter().map(|record| row(words, &record, before.replace(record.at)).cells);
    align(std::iter::once(HEADINGS.map(str::to_owned)).chain(rows).collect())
}

/// Lines of cells, each column as wide as its widest cell; no trailing spaces.
pub fn align<const N: usize>(lines: Vec<[String; N]>) -> String {
    let width = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for cells in &lines {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            if width > 0 {
                let _ = write!(line, "{cell:width$}  ");
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
