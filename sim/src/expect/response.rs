//! The pattern `response`, a latency budget: each `from` is answered in time.
//!
//! Owns the pairing. Each `from` is paired with the first `to` that the trace has after it; one `to` may serve
//! several. A `from` that is not answered when the run ends fails, and so does a budget that nothing
//! used: it would show nothing.

use vpyb_core::time::Duration;

use super::bound::spelt;
use super::clock;
use super::events::{ordinal, stranger, subjects};
use super::judge::{Case, Ruling};
use super::presence::unjudgeable;
use super::{Code, Finding, Focus, Occurrence, Subjects, holds, occurrences, phrase};
use crate::scenario::model::{Bound, Event, UartEvent, What};
use crate::trace::Seq;

/// A `from` and its answer; its place among all `from`s counts from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Pair {
    place: usize,
    from: Occurrence,
    to: Occurrence,
}

impl Pair {
    fn latency(&self) -> Duration {
        self.to.at.since(self.from.at)
    }
}

/// Each `from` is answered by the first `to` after it, within `within`, and 99 % of them within `p99`.
pub(super) fn response(
    case: &Case,
    from: &Event,
    to: &Event,
    within: Option<&Bound>,
    p99: Option<&Bound>,
) -> Ruling {
    let calls = occurrences(case.trace, from);
    let answers = occurrences(case.trace, to);
    let (pairs, open) = pair(&calls, &answers);
    let key = if within.is_some() || p99.is_none() { "within" } else { "p99" };
    let subjects = subjects([from, to]);
    if calls.is_empty() {
        let message = format!("`{}` never happened, so nothing was answered", phrase(from));
        let label = stranger(case.roster, from).unwrap_or_else(|| "this budget was never used".into());
        return Err(Finding::new(Code::Response, key, message, label).seen(None, subjects).into());
    }
    if let Some(&first) = open.first() {
        return Err(unanswered(case, from, to, first, open.len(), calls.len()).into());
    }
    if let Some(bound) = within {
        let late = |pair: &Pair| holds(bound, pair.latency().into(), case.counters).map(|ok| !ok);
        let late: Result<Vec<bool>, String> = pairs.iter().map(late).collect();
        let late = late.map_err(|why| unjudgeable("within", why))?;
        let missed: Vec<Pair> = pairs.iter().zip(&late).filter(|&(_, &late)| late).map(|(&p, _)| p).collect();
        if !missed.is_empty() {
            return Err(too_late(case, from, bound, &pairs, &missed, subjects).into());
        }
    }
    let worst = worst_of(&pairs);
    let rank = percentile(&pairs, 99);
    if let Some(bound) = p99
        && !holds(bound, rank.latency().into(), case.counters).map_err(|why| unjudgeable("p99", why))?
    {
        let limit = spelt(bound, case.counters);
        let message = format!(
            "the 99th percentile of {} responses to `{}` is {}, budget {limit}",
            pairs.len(),
            phrase(from),
            rank.latency()
        );
        let label = format!("worst {}, median {}", worst.latency(), percentile(&pairs, 50).latency());
        let finding = Finding::new(Code::Response, "p99", message, label);
        return Err(finding.seen(Some(focus(&rank)), subjects).into());
    }
    Ok(format!("worst {} of {} responses", worst.latency(), pairs.len()))
}

/// Pairs each call with the first answer after it; the rest stay open, with their places.
fn pair(calls: &[Occurrence], answers: &[Occurrence]) -> (Vec<Pair>, Vec<(usize, Occurrence)>) {
    let mut pairs = Vec::new();
    let mut open = Vec::new();
    for (i, &from) in calls.iter().enumerate() {
        let place = i + 1;
        match answers.get(answers.partition_point(|to| to.seq <= from.seq)) {
            Some(&to) => pairs.push(Pair { place, from, to }),
            None => open.push((place, from)),
        }
    }
    (pairs, open)
}

/// The nearest-rank percentile: the smallest latency that at least `percent` % do not exceed.
fn percentile(pairs: &[Pair], percent: usize) -> Pair {
    let mut sorted = pairs.to_vec();
    sorted.sort_by_key(|pair| (pair.latency(), pair.place));
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

/// The slowest; of equals the first.
fn worst_of(pairs: &[Pair]) -> Pair {
    let first = pairs[0];
    pairs.iter().fold(first, |worst, &pair| if pair.latency() > worst.latency() { pair } else { worst })
}

fn focus(pair: &Pair) -> Focus {
    Focus { from: pair.from.seq, to: pair.to.seq }
}

fn too_late(
    case: &Case,
    from: &Event,
    bound: &Bound,
    pairs: &[Pair],
    missed: &[Pair],
    subjects: Subjects,
) -> Finding {
    let worst = worst_of(missed);
    let limit = spelt(bound, case.counters);
    let message =
        format!("{} was answered after {}, budget {limit}", one_of(from, worst.place), worst.latency());
    let label = match (pairs.len(), missed.len()) {
        (1, _) => "the only response".into(),
        (n, 1) => format!("worst of {n} responses; only this one missed it"),
        (n, late) => format!("worst of {n} responses; {late} missed it"),
    };
    Finding::new(Code::Response, "within", message, label).seen(Some(focus(&worst)), subjects)
}

fn unanswered(
    case: &Case,
    from: &Event,
    to: &Event,
    (place, first): (usize, Occurrence),
    open: usize,
    all: usize,
) -> Finding {
    let end = case.trace.end();
    let message = format!(
        "{} at {} was never answered by `{}`; the run ended {} later",
        one_of(from, place),
        clock(first.at),
        phrase(to),
        end.since(first.at)
    );
    let label = stranger(case.roster, to).unwrap_or_else(|| format!("{open} of {all} unanswered"));
    let last = Seq(case.trace.records().len().saturating_sub(1) as u32);
    let finding = Finding::new(Code::Response, "to", message, label);
    finding.seen(Some(Focus { from: first.seq, to: last }), subjects([from, to]))
}

/// `byte 17 of `uart2``, or `the 3rd `X3 low``.
fn one_of(event: &Event, place: usize) -> String {
    match &event.what {
        What::Uart { uart, event: UartEvent::Rx, byte: None } if event.nth.is_none() => {
            format!("byte {place} of `{uart}`")
        }
        _ if event.nth.is_some() => format!("the `{}`", phrase(event)),
        _ => format!("the {} `{}`", ordinal(place), phrase(event)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, at_most_counter, below, prints, span};
    use super::*;
    use crate::scenario::model::Pattern;

    /// Asks at the first instants, answers at the second.
    fn outcome(
        asks: &[u64],
        answers: &[u64],
        within: Option<Bound>,
        p99: Option<Bound>,
    ) -> Result<String, String> {
        let mut all: Vec<(u64, &str)> = asks.iter().map(|&at| (at, "ask")).collect();
        all.extend(answers.iter().map(|&at| (at, "reply")));
        all.sort_by_key(|&(at, _)| at);
        let mut sample = Sample::new();
        for (at, text) in all {
            sample.line(at, text);
        }
        sample.outcome(Pattern::Response { from: prints("ask"), to: prints("reply"), within, p99 })
    }

    #[test]
    fn one_answer_may_serve_several() {
        // Both are answered at 10 ms, after 9 and 5 ms; the reply at 20 ms is the third one's.
        let held = outcome(&[1, 5, 12], &[10, 20], Some(below(span(10))), None);
        assert_eq!(held, Ok("worst 9ms of 3 responses".into()));
    }

    #[test]
    fn a_budget_is_missed_by_its_own_length() {
        assert_eq!(
            outcome(&[1, 5, 12], &[10, 20], Some(below(span(9))), None),
            Err("E0203: the 1st `line with \"ask\"` was answered after 9ms, budget < 9ms \
                 [worst of 3 responses; only this one missed it]"
                .into())
        );
    }

    #[test]
    fn an_answer_before_the_question_is_none() {
        assert_eq!(
            outcome(&[5, 7], &[6], Some(below(span(9))), None),
            Err("E0203: the 2nd `line with \"ask\"` at 0.007 000 was never answered by `line with \"reply\"`; \
                 the run ended 0s later [1 of 2 unanswered]"
                .into())
        );
    }

    #[test]
    fn nothing_answers_itself() {
        let mut sample = Sample::new();
        sample.line(1, "ask and reply");
        sample.line(4, "ask and reply");
        let pattern = Pattern::Response { from: prints("ask"), to: prints("reply"), within: None, p99: None };
        // The first is answered by the second, which stays open.
        assert!(sample.outcome(pattern).unwrap_err().ends_with("[1 of 2 unanswered]"));
    }

    #[test]
    fn the_percentile_of_a_few_is_the_worst() {
        // Ten questions: the nearest rank to 9.9 is the tenth.
        let asks: Vec<u64> = (0..10).map(|i| i * 10).collect();
        let answers: Vec<u64> = asks.iter().map(|at| at + if *at == 50 { 9 } else { 1 }).collect();
        assert!(outcome(&asks, &answers, None, Some(below(span(9)))).is_err());
        assert!(outcome(&asks, &answers, None, Some(below(span(10)))).is_ok());
    }

    #[test]
    fn a_budget_that_nothing_used_shows_nothing() {
        assert_eq!(
            outcome(&[], &[6], Some(below(span(9))), None),
            Err("E0203: `line with \"ask\"` never happened, so nothing was answered \
                 [this budget was never used]"
                .into())
        );
    }

    #[test]
    fn the_percentile_is_the_nearest_rank() {
        // A hundred questions 10 ms apart: 98 answered after 1 ms, then two that take longer. The 99th of the sorted
        // latencies is the shorter of the two.
        let asks: Vec<u64> = (0..100).map(|i| i * 10).collect();
        let answers: Vec<u64> =
            asks.iter().map(|at| at + [1, 7, 9][(at / 10).saturating_sub(97) as usize]).collect();
        assert_eq!(
            outcome(&asks, &answers, None, Some(below(span(8)))),
            Ok("worst 9ms of 100 responses".into())
        );
        assert_eq!(
            outcome(&asks, &answers, None, Some(below(span(7)))),
            Err("E0203: the 99th percentile of 100 responses to `line with \"ask\"` is 7ms, budget < 7ms \
                 [worst 9ms, median 1ms]"
                .into())
        );
    }

    #[test]
    fn a_budget_may_be_a_counter_of_the_same_kind() {
        let late = outcome(&[1], &[10], Some(at_most_counter("sched.idle")), None);
        assert_eq!(
            late,
            Err("E0203: the 1st `line with \"ask\"` was answered after 9ms, budget <= sched.idle (0s) \
                 [the only response]"
                .into())
        );
        let unlike = outcome(&[1], &[10], Some(at_most_counter("sched.passes")), None);
        assert_eq!(unlike, Err("E0212: a time (9ms) is compared with a count (0) [cannot be judged]".into()));
    }
}
