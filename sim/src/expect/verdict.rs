//! How a run ended, and whether that was expected.
//!
//! Owns [`verdict_of`], the pattern `verdict` and the finding for an unexpected end.
//!
//! The runner records how the run ended; whether a run that passed **lost** something is decided here, from its
//! counters: a UART's `rx.lost`, a pin's `coalesced`, an event's `set_while_set`. A late sleep is never an
//! overrun.

use super::counters::count;
use super::judge::{Case, Ruling};
use super::{Code, Counters, Detail, Finding, Focus, Roster, Subjects, Value};
use crate::scenario::model::{Pattern, Scenario};
use crate::trace::record::Kind;
use crate::trace::{Seq, Trace};

/// The verdict of a trace that was cut off before its own.
const CUT: &str = "error: the trace ends without a verdict";

/// How the run ended: what the runner recorded, but `overrun` if it passed and lost something, unless the
/// scenario allows that and no expectation names it.
pub fn verdict_of(trace: &Trace, scenario: &Scenario) -> String {
    ended(trace, scenario, &count(trace, &Roster::of(trace)))
}

/// As [`verdict_of`], for one who has counted already.
pub(super) fn ended(trace: &Trace, scenario: &Scenario, counters: &Counters) -> String {
    let recorded = trace.iter().rev().find_map(|(_, record)| match record.kind {
        Kind::Verdict { verdict } => Some(trace.text(verdict)),
        _ => None,
    });
    let recorded = recorded.unwrap_or(CUT);
    if !matches!(recorded, "passed" | "overrun") {
        return recorded.to_owned();
    }
    let lost = recorded == "overrun" || !losses(counters).is_empty();
    let shown = !allows(scenario, "overrun") || names(scenario, "overrun");
    (if lost && shown { "overrun" } else { "passed" }).to_owned()
}

/// The run ended with this verdict; `error` stands for every `error: …`, `panic` for every `panic: …`.
pub(super) fn verdict(case: &Case, wanted: &str) -> Ruling {
    if stands_for(wanted, case.verdict) {
        return Ok(case.verdict.to_owned());
    }
    let message = format!("the run ended as `{}`, expected `{wanted}`", case.verdict);
    Err(ending(case, Code::Verdict, message).into())
}

/// The finding for an end that is neither `passed` nor allowed nor named by an expectation.
///
/// If an expectation names a verdict, that one reports a different end.
pub(super) fn unexpected(case: &Case, scenario: &Scenario) -> Option<Finding> {
    let judged = scenario.expects.iter().any(|expect| matches!(expect.pattern, Pattern::Verdict { .. }));
    if case.verdict == "passed" || judged || allows(scenario, case.verdict) {
        return None;
    }
    let message = match case.verdict {
        "overrun" => {
            let losses: Vec<String> =
                losses(case.counters).into_iter().map(|(name, n)| format!("{name} {n}")).collect();
            format!("the run ended as `overrun`: {}", losses.join(", "))
        }
        other => format!("the run ended as `{other}`"),
    };
    Some(ending(case, Code::UnexpectedEnd, message))
}

fn ending(case: &Case, code: Code, message: String) -> Finding {
    let label = format!("ended as `{}`", case.verdict);
    let mut finding = Finding::new(code, "verdict", message, label);
    finding.abnormal = !matches!(case.verdict, "passed" | "overrun");
    if matches!(case.verdict, "stuck" | "livelock" | "hang" | "limit" | "guard") {
        finding.detail = Detail::Waiting;
    }
    let mut subjects = Subjects::default();
    let mut focus = case.trace.records().len().checked_sub(1).map(|last| Focus::at(Seq(last as u32)));
    if case.verdict == "overrun" {
        for (name, _) in losses(case.counters) {
            let mut words = name.split('.');
            match (words.next(), words.next()) {
                (Some("pin"), Some(pin)) => drop(subjects.pins.insert(pin.to_owned())),
                (Some(timer), Some("coalesced")) => drop(subjects.pins.insert(timer.to_owned())),
                (Some(uart), Some("rx")) => drop(subjects.uarts.insert(uart.to_owned())),
                _ => {}
            }
            focus = case.counters.get(name).and_then(|counter| counter.witness).or(focus);
        }
    }
    finding.seen(focus, subjects)
}

/// The counters of lost things that are not zero.
fn losses(counters: &Counters) -> Vec<(&str, Value)> {
    let lossy = |name: &str| {
        name.ends_with(".rx.lost")
            || name.ends_with(".coalesced")
            || (name.starts_with("event.") && name.ends_with(".set_while_set"))
    };
    let counted = counters.iter().filter(|(name, counter)| lossy(name) && !counter.value.is_zero());
    counted.map(|(name, counter)| (name, counter.value)).collect()
}

fn allows(scenario: &Scenario, verdict: &str) -> bool {
    scenario.run.allow.iter().any(|allowed| stands_for(allowed, verdict))
}

fn names(scenario: &Scenario, verdict: &str) -> bool {
    scenario.expects.iter().any(
        |expect| matches!(&expect.pattern, Pattern::Verdict { verdict: wanted } if stands_for(wanted, verdict)),
    )
}

fn stands_for(wanted: &str, verdict: &str) -> bool {
    let told = wanted.starts_with("error") || wanted.starts_with("panic");
    wanted == verdict || (told && verdict.starts_with(wanted))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, scenario};
    use super::super::{Judgement, Status, judge};
    use super::*;

    fn wants(verdict: &str) -> Vec<Pattern> {
        vec![Pattern::Verdict { verdict: verdict.into() }]
    }

    fn judged(recorded: &str, lost: bool, allow: &[&str], patterns: Vec<Pattern>) -> Judgement {
        let mut sample = Sample::new();
        let uart = sample.uart("uart2", "X3", "X4");
        if lost {
            sample.push(1, Kind::UartDeaf { uart });
        }
        sample.verdict(2, recorded);
        let mut scenario = scenario(patterns);
        scenario.run.allow = allow.iter().map(|&word| word.to_owned()).collect();
        judge(&sample.trace, &scenario)
    }

    #[test]
    fn a_lost_byte_makes_an_overrun() {
        let judgement = judged("passed", true, &[], vec![]);
        assert_eq!(judgement.verdict, "overrun");
        assert_eq!(judgement.findings[0].message, "the run ended as `overrun`: uart2.rx.lost 1");
        assert_eq!(judgement.status(), Status::Failed);
        assert_eq!(judged("passed", false, &[], vec![]).status(), Status::Passed);
    }

    #[test]
    fn an_overrun_may_be_allowed_or_expected() {
        let allowed = judged("passed", true, &["overrun"], vec![]);
        assert_eq!((allowed.verdict.as_str(), allowed.status()), ("passed", Status::Passed));
        let expected = judged("passed", true, &[], wants("overrun"));
        assert_eq!((expected.verdict.as_str(), expected.status()), ("overrun", Status::Passed));
        let both = judged("passed", true, &["overrun"], wants("overrun"));
        assert_eq!((both.verdict.as_str(), both.status()), ("overrun", Status::Passed));
        assert_eq!(judged("passed", true, &[], wants("passed")).status(), Status::Failed);
        assert_eq!(judged("passed", false, &[], wants("overrun")).status(), Status::Failed);
    }

    #[test]
    fn an_abnormal_end_is_reported_once() {
        for (verdict, status) in [("stuck", Status::Abnormal), ("error: full", Status::Abnormal)] {
            let judgement = judged(verdict, true, &[], vec![]);
            assert_eq!((judgement.verdict.as_str(), judgement.status()), (verdict, status));
            assert_eq!(judgement.findings[0].code, Code::UnexpectedEnd);
            let judgement = judged(verdict, false, &[], wants("hang"));
            assert_eq!(judgement.findings.len(), 1);
            assert_eq!((judgement.findings[0].code, judgement.status()), (Code::Verdict, status));
            assert_eq!(judged(verdict, false, &[verdict], vec![]).status(), Status::Passed);
        }
    }

    #[test]
    fn error_stands_for_every_error() {
        assert_eq!(judged("error: full", false, &[], wants("error")).status(), Status::Passed);
        assert_eq!(judged("error: full", false, &[], wants("error: fu")).status(), Status::Passed);
        assert_eq!(judged("error: full", false, &[], wants("error: empty")).status(), Status::Abnormal);
        assert_eq!(judged("panic: zero", false, &[], wants("panic: z")).status(), Status::Passed);
        assert_eq!(judged("panic: zero", false, &[], wants("panic: one")).status(), Status::Abnormal);
        // Only errors are known by their beginning.
        assert_eq!(judged("stuck", false, &[], wants("st")).status(), Status::Abnormal);
    }

    #[test]
    fn panic_stands_for_every_panic() {
        assert_eq!(judged("panic: boom", false, &[], wants("panic")).status(), Status::Passed);
        assert_eq!(judged("panic: boom", false, &["panic"], vec![]).status(), Status::Passed);
    }

    #[test]
    fn a_trace_without_a_verdict_is_abnormal() {
        let judgement = judge(&Sample::new().trace, &scenario([]));
        assert_eq!(judgement.status(), Status::Abnormal);
    }
}
