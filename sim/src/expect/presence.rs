//! Patterns about whether and when something happens: existence, absence, instant.
//!
//! Owns their meaning. Knows nothing of what causes what.
//!
//! Both ends of `between` belong to it.

use vpyb_core::time::Instant;

use super::bound::spelt;
use super::clock;
use super::events::{slip, stranger, subjects};
use super::judge::{Case, Ruling};
use super::{Code, Finding, Focus, Occurrence, Value, holds, occurrences, phrase};
use crate::scenario::model::{Bound, Event};

pub(super) type Between = Option<(Instant, Instant)>;

/// `that` happens `count` times in `between`.
pub(super) fn existence(case: &Case, that: &Event, count: &Bound, between: Between) -> Ruling {
    let seen = within(case, that, between);
    let n = Value::count(seen.len());
    let limit = spelt(count, case.counters);
    match holds(count, n, case.counters) {
        Ok(true) => Ok(times(seen.len())),
        Ok(false) => {
            let message = format!(
                "`{}` happened {}{}, expected {limit}",
                phrase(that),
                times(seen.len()),
                span(between)
            );
            let label = stranger(case.roster, that).unwrap_or_else(|| match seen.as_slice() {
                [] => "never seen there".into(),
                [one] => format!("seen at {}", clock(one.at)),
                [first, .., last] => format!("first at {}, last at {}", clock(first.at), clock(last.at)),
            });
            let finding = Finding::new(Code::Existence, "count", message, label);
            let focus = seen.last().map(|last| Focus { from: seen[0].seq, to: last.seq });
            Err(finding.seen(focus, subjects([that])).into())
        }
        Err(why) => Err(unjudgeable("count", why).into()),
    }
}

/// `never` does not happen in `between`.
pub(super) fn absence(case: &Case, never: &Event, between: Between) -> Ruling {
    if let Some(why) = slip(case.roster, never) {
        return Err(unjudgeable("never", why).into());
    }
    let seen = within(case, never, between);
    let Some(first) = seen.first() else { return Ok("never".into()) };
    let message = format!("`{}` happened at {}{}", phrase(never), clock(first.at), span(between));
    let label = match seen.len() {
        1 => "must not happen".into(),
        n => format!("must not happen, and did {n} times"),
    };
    let finding = Finding::new(Code::Absence, "never", message, label);
    Err(finding.seen(Some(Focus::at(first.seq)), subjects([never])).into())
}

/// The first `that` is at an instant.
pub(super) fn instant(case: &Case, that: &Event, at: &Bound) -> Ruling {
    let limit = spelt(at, case.counters);
    let seen = occurrences(case.trace, that);
    let Some(first) = seen.first() else {
        let message = format!("`{}` never happened, expected at {limit}", phrase(that));
        let label = stranger(case.roster, that).unwrap_or_else(|| "never seen".into());
        return Err(Finding::new(Code::Instant, "at", message, label).seen(None, subjects([that])).into());
    };
    match holds(at, first.at.into(), case.counters) {
        Ok(true) => Ok(format!("at {}", clock(first.at))),
        Ok(false) => {
            let message =
                format!("`{}` happened at {}, expected {limit}", phrase(that), Value::from(first.at));
            let label = match seen.len() {
                1 => "the only one".into(),
                n => format!("the first of {n}"),
            };
            let finding = Finding::new(Code::Instant, "at", message, label);
            Err(finding.seen(Some(Focus::at(first.seq)), subjects([that])).into())
        }
        Err(why) => Err(unjudgeable("at", why).into()),
    }
}

/// A finding for an expectation that cannot be judged.
pub(super) fn unjudgeable(key: &str, why: String) -> Finding {
    Finding::new(Code::Unjudgeable, key, why, "cannot be judged".into())
}

pub(super) fn within(case: &Case, event: &Event, between: Between) -> Vec<Occurrence> {
    let mut seen = occurrences(case.trace, event);
    if let Some((from, to)) = between {
        seen.retain(|seen| (from..=to).contains(&seen.at));
    }
    seen
}

fn times(n: usize) -> String {
    match n {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{n} times"),
    }
}

pub(super) fn span(between: Between) -> String {
    between
        .map_or(String::new(), |(from, to)| format!(" between {} and {}", Value::from(from), Value::from(to)))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, at_least, below, exactly, ms, prints, span, task_event};
    use super::*;
    use crate::scenario::model::{Pattern, TaskEvent};

    fn lines(at: impl IntoIterator<Item = u64>) -> Sample {
        let mut sample = Sample::new();
        for at in at {
            sample.line(at, "tick");
        }
        sample
    }

    fn exists(count: Bound, between: Between) -> Pattern {
        Pattern::Existence { that: prints("tick"), count, between }
    }

    #[test]
    fn existence_counts_what_it_is_told_to() {
        let outcome = |count, between| lines([10, 20, 30]).outcome(exists(count, between));
        assert_eq!(outcome(exactly(Value::Count(3)), None), Ok("3 times".into()));
        assert_eq!(
            outcome(exactly(Value::Count(4)), None),
            Err("E0201: `line with \"tick\"` happened 3 times, expected 4 [first at 0.010 000, last at 0.030 000]"
                .into())
        );
        // Both ends belong to it: 20 ms and 30 ms.
        assert_eq!(outcome(exactly(Value::Count(2)), Some((ms(20), ms(30)))), Ok("twice".into()));
        assert_eq!(
            outcome(at_least(Value::Count(1)), Some((ms(11), ms(19)))),
            Err("E0201: `line with \"tick\"` happened never between 11ms and 19ms, expected >= 1 [never seen there]"
                .into())
        );
    }

    #[test]
    fn absence_is_broken_by_one() {
        let never = |between| lines([10]).outcome(Pattern::Absence { never: prints("tick"), between });
        assert_eq!(never(Some((ms(11), ms(20)))), Ok("never".into()));
        assert_eq!(
            never(Some((ms(10), ms(20)))),
            Err("E0202: `line with \"tick\"` happened at 0.010 000 between 10ms and 20ms [must not happen]"
                .into())
        );
    }

    #[test]
    fn absence_of_a_slip_shows_nothing() {
        let mut sample = Sample::new();
        sample.task("hog#1");
        let never = Pattern::Absence { never: task_event("hgo", TaskEvent::Step), between: None };
        assert_eq!(
            sample.outcome(never),
            Err("E0212: no task `hgo` took part; did you mean `hog`? [cannot be judged]".into())
        );
    }

    #[test]
    fn an_instant_is_that_of_the_first() {
        let at = |limit| lines([10, 20]).outcome(Pattern::Instant { that: prints("tick"), at: below(limit) });
        assert_eq!(at(span(11)), Ok("at 0.010 000".into()));
        assert_eq!(
            at(span(10)),
            Err("E0211: `line with \"tick\"` happened at 10ms, expected < 10ms [the first of 2]".into())
        );
        assert_eq!(
            lines([]).outcome(Pattern::Instant { that: prints("tick"), at: below(span(1)) }),
            Err("E0211: `line with \"tick\"` never happened, expected at < 1ms [never seen]".into())
        );
    }
}
