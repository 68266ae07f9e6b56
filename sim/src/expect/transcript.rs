//! The pattern `transcript`: the console shows these lines, whole and in order, and no others.
//!
//! Owns the comparison. A line with an instant must have been printed then: to the microsecond, which is what a
//! report prints, or to the nanosecond if the instant is given that finely.

use vpyb_core::time::Instant;

use super::judge::{Case, Ruling};
use super::{Code, Detail, Finding, Focus, Subjects, clock, diff};
use crate::scenario::model::TranscriptLine;
use crate::trace::Seq;
use crate::trace::record::Kind;

/// A line that was printed.
struct Printed<'a> {
    seq: Seq,
    at: Instant,
    text: &'a str,
}

/// The console's lines are these.
pub(super) fn transcript(case: &Case, lines: &[TranscriptLine]) -> Ruling {
    let printed: Vec<Printed> = case
        .trace
        .iter()
        .filter_map(|(seq, record)| match record.kind {
            Kind::Line { text, .. } => {
                // A carriage return before the line's end belongs to the end.
                let text = case.trace.text(text);
                Some(Printed { seq, at: record.at, text: text.strip_suffix('\r').unwrap_or(text) })
            }
            _ => None,
        })
        .collect();
    let same = |i: usize, j: usize| equal(&lines[i], &printed[j]);
    let first =
        (0..lines.len().max(printed.len())).find(|&i| i >= lines.len() || i >= printed.len() || !same(i, i));
    let Some(first) = first else { return Ok(format!("{} lines", printed.len())) };
    // Only the differing line is numbered; the whole difference follows in the report.
    let message = match (lines.get(first), printed.get(first)) {
        (Some(line), Some(got)) if line.text == got.text => format!(
            "line {} `{}` was printed at {}, expected at {}",
            first + 1,
            got.text,
            clock(got.at),
            clock(line.at.unwrap_or_default())
        ),
        (Some(line), Some(got)) => {
            format!("line {} of the console is `{}`, expected `{}`", first + 1, got.text, line.text)
        }
        (Some(line), None) => {
            format!("the console ends after line {first}, expected `{}` next", line.text)
        }
        (None, got) => {
            let text = got.map_or("", |got| got.text);
            format!("the console goes on after line {first} with `{text}`, expected no more")
        }
    };
    let timed = lines.iter().any(|line| line.at.is_some());
    let wanted: Vec<String> = lines.iter().map(|line| spelt(line.at, &line.text, timed)).collect();
    let got: Vec<String> = printed.iter().map(|got| spelt(Some(got.at), got.text, timed)).collect();
    let label = format!("{} lines expected, {} printed", lines.len(), printed.len());
    let mut finding = Finding::new(Code::Transcript, "transcript", message, label);
    finding.detail = Detail::Lines(diff(&wanted, &got, same));
    let focus = printed.get(first).or(printed.last()).map(|got| Focus::at(got.seq));
    Err(finding.seen(focus, Subjects { console: true, ..Subjects::default() }).into())
}

fn equal(line: &TranscriptLine, got: &Printed) -> bool {
    let then = line.at.is_none_or(|at| {
        let whole = at == Instant::from_micros(at.as_micros());
        got.at == at || (whole && got.at.as_micros() == at.as_micros())
    });
    then && line.text == got.text
}

/// The line as the difference shows it: with its instant if any line of the transcript has one.
fn spelt(at: Option<Instant>, text: &str, timed: bool) -> String {
    match (timed, at) {
        (false, _) => text.to_owned(),
        (true, Some(at)) => format!("{}  {text}", clock(at)),
        (true, None) => format!("{:9}  {text}", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Diff;
    use super::super::sample::Sample;
    use super::*;
    use crate::scenario::model::Pattern;

    fn lines(lines: &[(Option<u64>, &str)]) -> Pattern {
        let line = |&(nanos, text): &(Option<u64>, &str)| TranscriptLine {
            at: nanos.map(Instant::from_nanos),
            text: text.into(),
        };
        Pattern::Transcript { lines: lines.iter().map(line).collect() }
    }

    /// Prints `a` at 1 ms and 417 ns, `b` at 2 ms.
    fn sample() -> Sample {
        let mut sample = Sample::new();
        let text = sample.name("a");
        sample.trace.push(Instant::from_nanos(1_000_417), None, Kind::Line { task: None, text });
        sample.line(2, "b");
        sample
    }

    #[test]
    fn an_instant_is_compared_as_finely_as_it_is_given() {
        let held = |nanos| sample().outcome(lines(&[(nanos, "a"), (None, "b")]));
        assert_eq!(held(None), Ok("2 lines".into()));
        assert_eq!(held(Some(1_000_000)), Ok("2 lines".into()));
        assert_eq!(held(Some(1_000_417)), Ok("2 lines".into()));
        assert!(held(Some(1_000_416)).is_err());
        assert_eq!(
            held(Some(1_001_000)),
            Err("E0207: line 1 `a` was printed at 0.001 000, expected at 0.001 001 \
                 [2 lines expected, 2 printed]"
                .into())
        );
    }

    #[test]
    fn whole_lines_in_order_and_no_others() {
        let outcome = |texts: &[&str]| {
            sample().outcome(lines(&texts.iter().map(|&text| (None, text)).collect::<Vec<_>>())).unwrap_err()
        };
        assert!(outcome(&["a", "B"]).starts_with("E0207: line 2 of the console is `b`, expected `B`"));
        assert!(
            outcome(&["a"]).starts_with("E0207: the console goes on after line 1 with `b`, expected no more")
        );
        assert!(
            outcome(&["a", "b", "c"]).starts_with("E0207: the console ends after line 2, expected `c` next")
        );
    }

    #[test]
    fn the_difference_comes_with_the_finding() {
        let judgement = sample().judge([lines(&[(Some(1_000_000), "a"), (None, "x")])]);
        let wanted = [
            Diff::Same("0.001 000  a".into()),
            Diff::Missing("           x".into()),
            Diff::Extra("0.002 000  b".into()),
        ];
        assert_eq!(judgement.findings[0].detail, Detail::Lines(wanted.into()));
    }
}
