//! `seed` and `seeds` of `[run]`.
//!
//! Owns how a range of seeds is written. Knows nothing of how a run uses them.

use std::ops::Range;

use super::diagnostic::{Diagnostic, code};
use super::model::Run;
use super::table::Table;
use super::value::Value;
use super::words::quoted;

/// A scenario is run at most so often.
const MOST: u64 = 10_000;

/// Reads both; with `seeds`, the first of them is the run's own.
pub fn seeds(table: &mut Table<'_>, run: &mut Run) {
    let (seed, seeds) = (table.key("seed"), table.key("seeds"));
    if let Some(number) = seed.and_then(|value| value.integer(0..=i64::MAX)) {
        run.seed = number as u64;
    }
    let Some(seeds) = seeds else { return };
    if let Some(seed) = seed {
        let problem =
            Diagnostic::new(code::CONFLICT, seed.key_span(), "`seed` and `seeds` do not go together");
        seeds.report(problem.also(seeds.key_span(), "").help("keep one of them"));
    }
    if let Some(range) = range(seeds) {
        run.seed = range.start;
        run.seeds = Some(range);
    }
}

/// `"0..256"`: the second number is not one of them.
fn range(value: Value<'_>) -> Option<Range<u64>> {
    let text = value.text()?;
    let number = |text: &str| text.trim().parse().ok().filter(|number: &u64| i64::try_from(*number).is_ok());
    let Some((from, to)) = text.split_once("..").and_then(|(from, to)| number(from).zip(number(to))) else {
        let message = format!("{} is not a range of seeds", quoted(text));
        value.refuse(code::MALFORMED, message, "write it as in `seeds = \"0..256\"`, which are 0 to 255");
        return None;
    };
    if from >= to || to - from > MOST {
        let message = format!("{} has {} seeds", quoted(text), to.saturating_sub(from));
        value.refuse(code::OUT_OF_RANGE, message, format!("it may have 1 to {MOST}"));
        return None;
    }
    Some(from..to)
}
