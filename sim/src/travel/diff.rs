//! Where two runs part.
//!
//! Owns [`diff`]: the first record that is not the same on both sides. Texts are compared, not their numbers.

use super::rows;
use crate::trace::{Meta, Name, Record, Seq, Trace, Words, show_instant};

/// So many records that were the same are shown.
const BEFORE: u32 = 3;
/// So many of each side are shown from where they part.
const AFTER: u32 = 6;

/// Where two traces part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Divergence {
    /// The number of the first record that differs, or that only one side has.
    pub seq: Seq,
}

/// The first difference of two traces' records; `None` if there is none.
///
/// # Errors
/// That they do not begin with the same record, so that they cannot be laid side by side.
pub fn diff(a: &Trace, b: &Trace) -> Result<Option<Divergence>, String> {
    if a.first() != b.first() {
        let (a, b) = (a.first().0, b.first().0);
        return Err(format!(
            "the first begins with record {a}, the second with {b}: record both from the same instant"
        ));
    }
    let differs = a.records().iter().zip(b.records()).position(|(one, two)| !same(a, &one, b, &two));
    let shorter = a.records().len().min(b.records().len());
    let equal = a.records().len() == b.records().len();
    let place = differs.or((!equal).then_some(shorter));
    Ok(place.map(|place| Divergence { seq: Seq(a.first().0 + place as u32) }))
}

/// The same instant, cause, kind and texts.
fn same(a: &Trace, one: &Record, b: &Trace, two: &Record) -> bool {
    let texts = |trace: &Trace, record: &Record| -> Vec<String> {
        record.kind.names().map(|name: Name| trace.text(name).to_owned()).collect()
    };
    if (one.at, one.cause) != (two.at, two.cause) {
        return false;
    }
    if one.kind == two.kind {
        return one.kind.names().all(|name| a.text(name) == b.text(name));
    }
    // Texts may have other numbers: what remains must be the same in words.
    one.kind.word() == two.kind.word()
        && texts(a, one) == texts(b, two)
        && crate::trace::describe(a, one) == crate::trace::describe(b, two)
}

/// What was equal, and both sides from where they part.
pub fn render_divergence(a: &Trace, b: &Trace, at: Divergence) -> String {
    let (of_a, of_b) = (Words::new(a), Words::new(b));
    let mut text = described(a.meta(), b.meta());
    let equal = at.seq.0 - a.first().0;
    let until = at.seq.0.checked_sub(1).and_then(|last| a.get(Seq(last)));
    match until {
        Some(record) => text += &format!("equal: {equal} records, up to {}\n", show_instant(record.at)),
        None => text += "equal: nothing\n",
    }
    text += &rows(&of_a, a, (at.seq.0.saturating_sub(BEFORE)..at.seq.0).map(Seq));
    for (side, words, trace) in [("A", &of_a, a), ("B", &of_b, b)] {
        text += &format!("\n{side}: {}, seed {}\n", trace.meta().scenario, trace.meta().seed);
        match trace.get(at.seq) {
            Some(_) => text += &rows(words, trace, (at.seq.0..at.seq.0.saturating_add(AFTER)).map(Seq)),
            None => text += "  ends here\n",
        }
    }
    text
}

/// What the two say of their runs that is not the same.
fn described(a: &Meta, b: &Meta) -> String {
    let pairs = [
        ("scenario", &a.scenario, &b.scenario),
        ("board", &a.board, &b.board),
        ("scheduler", &a.scheduler, &b.scheduler),
        ("profile", &a.profile, &b.profile),
    ];
    let mut text: String = pairs
        .iter()
        .filter(|(_, one, two)| one != two)
        .map(|(what, one, two)| format!("{what}: {one} | {two}\n"))
        .collect();
    if a.seed != b.seed {
        text += &format!("seed: {} | {}\n", a.seed, b.seed);
    }
    text
}
