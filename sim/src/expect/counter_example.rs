//! Counter-examples: an expectation that must fail, to show that the check bites.
//!
//! Owns the pattern `fails`. The finding it asks for is expected and does not fail the run; if the expectation
//! holds, or fails with another code, that is a finding of its own.

use super::judge::Ruling;
use super::roster::near;
use super::{Code, Finding};
use crate::scenario::model::{Pattern, Scenario};

/// Rules on every counter-example, and takes out the findings that they ask for.
pub(super) fn settle(scenario: &Scenario, rulings: &mut [Option<Ruling>]) -> Vec<Finding> {
    let mut expected = Vec::new();
    for place in 0..rulings.len() {
        if let Pattern::Fails { code, on } = &scenario.expects[place].pattern {
            let mut ruling = rule(scenario, rulings, &expected, code, on);
            if let Err(finding) = &mut ruling {
                finding.title = scenario.expects[place].title.clone();
                finding.expect = Some(place);
            }
            if ruling.is_ok() {
                let of = |target: &usize| scenario.expects[*target].title == *on;
                for target in (0..rulings.len()).filter(of) {
                    if let Some(Err(finding)) = rulings[target].take_if(|ruling| ruling.is_err()) {
                        expected.push(*finding);
                    }
                }
            }
            rulings[place] = Some(ruling);
        }
    }
    expected
}

fn rule(scenario: &Scenario, rulings: &[Option<Ruling>], taken: &[Finding], code: &str, on: &str) -> Ruling {
    let finding = |key, message, label| Finding::new(Code::CounterExample, key, message, label).into();
    if taken.iter().any(|finding| finding.title == on && finding.code.as_str() == code) {
        return Ok(format!("fails with {code}"));
    }
    // Counter-examples are about other patterns than their own.
    let others =
        || scenario.expects.iter().zip(rulings).filter(|(e, _)| !matches!(e.pattern, Pattern::Fails { .. }));
    let targets: Vec<&Option<Ruling>> = others().filter(|(e, _)| e.title == on).map(|(_, r)| r).collect();
    if targets.is_empty() {
        let label = match near(on, others().map(|(expect, _)| expect.title.as_str())) {
            Some(near) => format!("did you mean {near:?}?"),
            None => "there is no such title in this file or variant".into(),
        };
        return Err(finding("on", format!("no expectation has the title {on:?}"), label));
    }
    for target in targets {
        match target {
            Some(Err(found)) if found.code.as_str() == code => {}
            Some(Err(found)) => {
                let message = format!("{on:?} fails with {}, expected {code}", found.code);
                return Err(finding("fails", message, found.message.clone()));
            }
            Some(Ok(note)) => {
                let message = format!("{on:?} holds ({note}), expected to fail with {code}");
                return Err(finding("fails", message, "the check does not bite".into()));
            }
            None => {
                let message = format!("{on:?} has failed with another code than {code}");
                return Err(finding("fails", message, "two counter-examples disagree".into()));
            }
        }
    }
    Ok(format!("fails with {code}"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, prints};
    use super::super::{Judgement, Status};
    use super::*;

    fn judged(printed: &str, code: &str, on: &str) -> Judgement {
        let mut sample = Sample::new();
        sample.line(1, printed);
        let never = Pattern::Absence { never: prints("boom"), between: None };
        // Titled `1` and `2`.
        sample.judge([never, Pattern::Fails { code: code.into(), on: on.into() }])
    }

    #[test]
    fn the_finding_asked_for_does_not_fail_the_run() {
        let judgement = judged("boom", "E0202", "1");
        assert_eq!(judgement.status(), Status::Passed);
        assert_eq!(judgement.expected[0].code, Code::Absence);
        assert_eq!(judgement.held[0].note, "fails with E0202");
    }

    #[test]
    fn a_check_that_does_not_bite_is_a_finding() {
        let judgement = judged("quiet", "E0202", "1");
        assert_eq!(judgement.findings.len(), 1);
        assert_eq!(judgement.findings[0].code, Code::CounterExample);
        assert_eq!(judgement.findings[0].message, "\"1\" holds (never), expected to fail with E0202");
    }

    #[test]
    fn another_code_leaves_both_findings() {
        let judgement = judged("boom", "E0203", "1");
        let codes: Vec<_> = judgement.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::Absence, Code::CounterExample]);
        assert_eq!(judgement.findings[1].message, "\"1\" fails with E0202, expected E0203");
    }

    #[test]
    fn an_unknown_title_is_a_finding() {
        let judgement = judged("boom", "E0202", "3");
        assert_eq!(judgement.findings[1].message, "no expectation has the title \"3\"");
    }
}
