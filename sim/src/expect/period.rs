//! The pattern `every`: something comes again and again, at regular intervals.
//!
//! Owns its meaning. The intervals are those between one occurrence and the next; how long the first one is waited
//! for, and what comes after the last one, is not asked.

use super::bound::spelt;
use super::clock;
use super::events::{ordinal, stranger, subjects};
use super::judge::{Case, Ruling};
use super::presence::{Between, span, unjudgeable, within};
use super::{Code, Finding, Focus, Value, holds, phrase};
use crate::scenario::model::{Bound, Event};

/// Each `every` after the first comes `period` after the one before.
pub(super) fn period(case: &Case, every: &Event, period: &Bound, between: Between) -> Ruling {
    let seen = within(case, every, between);
    let limit = spelt(period, case.counters);
    if seen.len() < 2 {
        let how_often = if seen.is_empty() { "never" } else { "once" };
        let message =
            format!("`{}` happened {how_often}{}, so it has no period", phrase(every), span(between));
        let label = stranger(case.roster, every).unwrap_or_else(|| format!("expected {limit}"));
        let focus = seen.first().map(|only| Focus::at(only.seq));
        return Err(Finding::new(Code::Period, "period", message, label)
            .seen(focus, subjects([every]))
            .into());
    }
    let mut missed = Vec::new();
    for (i, pair) in seen.windows(2).enumerate() {
        let length = Value::from(pair[1].at.since(pair[0].at));
        if !holds(period, length, case.counters).map_err(|why| unjudgeable("period", why))? {
            missed.push((i, length));
        }
    }
    let intervals = seen.len() - 1;
    let Some(&(first, length)) = missed.first() else {
        return Ok(format!("{intervals} intervals"));
    };
    let message = format!(
        "the {} `{}` at {} came {length} after the one before, expected {limit}",
        ordinal(first + 2),
        phrase(every),
        clock(seen[first + 1].at)
    );
    let label = format!("{} of {intervals} intervals missed it", missed.len());
    let focus = Focus { from: seen[first].seq, to: seen[first + 1].seq };
    Err(Finding::new(Code::Period, "period", message, label).seen(Some(focus), subjects([every])).into())
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, exactly, ms, prints, span};
    use super::*;
    use crate::scenario::model::Pattern;

    fn outcome(at: &[u64], between: Between) -> Result<String, String> {
        let mut sample = Sample::new();
        for &at in at {
            sample.line(at, "tick");
        }
        sample.outcome(Pattern::Period { every: prints("tick"), period: exactly(span(10)), between })
    }

    #[test]
    fn intervals_are_those_from_one_to_the_next() {
        assert_eq!(outcome(&[7, 17, 27], None), Ok("2 intervals".into()));
        let wrong = "E0215: the 3rd `line with \"tick\"` at 0.028 000 came 11ms after the one before, expected 10ms \
                     [1 of 3 intervals missed it]";
        assert_eq!(outcome(&[7, 17, 28, 38], None), Err(wrong.into()));
        assert_eq!(outcome(&[7, 17, 28, 38], Some((ms(20), ms(40)))), Ok("1 intervals".into()));
    }

    #[test]
    fn what_happens_once_has_no_period() {
        let wrong = "E0215: `line with \"tick\"` happened once, so it has no period [expected 10ms]";
        assert_eq!(outcome(&[7], None), Err(wrong.into()));
    }
}
