//! The pattern `overrun`: how often something came again before it was served.
//!
//! Owns its meaning: a `from` overruns if the `from` before it has not been followed by a `to`. A record that
//! is both serves first and asks then.

use super::bound::spelt;
use super::clock;
use super::events::{slip, stranger, subjects};
use super::judge::{Case, Ruling};
use super::presence::unjudgeable;
use super::{Code, Finding, Focus, Occurrence, Value, holds, occurrences, phrase};
use crate::scenario::model::{Bound, Event};

/// How often `from` came again before its `to` lies within `bound`.
pub(super) fn overrun(case: &Case, from: &Event, to: &Event, bound: &Bound) -> Ruling {
    if let Some(why) = slip(case.roster, from) {
        return Err(unjudgeable("from", why).into());
    }
    let calls = occurrences(case.trace, from);
    let answers = occurrences(case.trace, to);
    let overruns = overruns(&calls, &answers);
    let n = Value::count(overruns.len());
    match holds(bound, n, case.counters) {
        Ok(true) => Ok(format!("{n} of {}", calls.len())),
        Ok(false) => {
            let limit = spelt(bound, case.counters);
            let message = format!(
                "`{}` came again before its `{}` {n} times of {}, expected {limit}",
                phrase(from),
                phrase(to),
                calls.len()
            );
            let label = stranger(case.roster, to).unwrap_or_else(|| match overruns.first() {
                Some((_, again)) => format!("first at {}", clock(again.at)),
                None => "never".into(),
            });
            let focus = overruns.first().map(|(open, again)| Focus { from: open.seq, to: again.seq });
            let finding = Finding::new(Code::Overrun, "overrun", message, label);
            Err(finding.seen(focus, subjects([from, to])).into())
        }
        Err(why) => Err(unjudgeable("overrun", why).into()),
    }
}

/// The calls that found one open, each with that one.
fn overruns(calls: &[Occurrence], answers: &[Occurrence]) -> Vec<(Occurrence, Occurrence)> {
    calls
        .windows(2)
        .filter(|pair| {
            // The first answer after the one call comes after the other, or never.
            let next = answers.partition_point(|to| to.seq <= pair[0].seq);
            answers.get(next).is_none_or(|to| to.seq > pair[1].seq)
        })
        .map(|pair| (pair[0], pair[1]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, exactly, prints};
    use super::*;
    use crate::scenario::model::Pattern;

    fn outcome(lines: &[&str], n: i64) -> Result<String, String> {
        let mut sample = Sample::new();
        for (at, text) in lines.iter().enumerate() {
            sample.line(at as u64, text);
        }
        let bound = exactly(Value::Count(n));
        sample.outcome(Pattern::Overrun { from: prints("ask"), to: prints("reply"), overrun: bound })
    }

    #[test]
    fn each_repetition_without_an_answer_counts() {
        let lines = ["ask", "reply", "ask", "ask", "ask", "reply", "reply", "ask"];
        // The third and the fourth question found one open; the last one is open but not repeated.
        assert_eq!(outcome(&lines, 2), Ok("2 of 5".into()));
        assert_eq!(
            outcome(&lines, 1),
            Err("E0206: `line with \"ask\"` came again before its `line with \"reply\"` 2 times of 5, expected 1 \
                 [first at 0.003 000]"
                .into())
        );
    }

    #[test]
    fn a_record_that_is_both_serves_first() {
        assert_eq!(outcome(&["ask and reply", "ask and reply"], 0), Ok("0 of 2".into()));
    }
}
