//! Waits of actors that were in vain.
//!
//! Owns their findings. What an actor waits for is part of its scenario, so its absence fails the run without an
//! expectation that says so.

use super::clock;
use super::events::subjects;
use super::judge::Case;
use super::{Code, Finding, Focus, phrase};
use crate::scenario::model::{Action, Scenario};
use crate::trace::record::Kind;

/// A finding for each wait that was in vain.
pub(super) fn missed(case: &Case, scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (seq, record) in case.trace.iter() {
        let Kind::AwaitMissed { actor, step } = record.kind else { continue };
        let actor = case.trace.text(actor);
        let Some(known) = scenario.actors.iter().find(|known| known.name == actor) else { continue };
        let place = usize::from(step);
        let Some(step) = known.steps.get(place) else { continue };
        let Action::Await { event, within } = &step.action else { continue };
        let message = format!("`{actor}` waited {within} for `{}`, which did not come", phrase(event));
        let label = match known.steps.len() - place - 1 {
            0 => format!("given up at {}", clock(record.at)),
            1 => format!("given up at {}; its last step did not happen", clock(record.at)),
            n => format!("given up at {}; its last {n} steps did not happen", clock(record.at)),
        };
        let finding = Finding::new(Code::Await, "await", message, label);
        let finding = finding.seen(Some(Focus::at(seq)), subjects([event]));
        findings.push(Finding { place: Some(step.span.clone()), ..finding });
    }
    findings
}

#[cfg(test)]
mod tests {
    use vpyb_core::time::Duration;

    use super::super::sample::{Sample, prints, scenario};
    use super::super::{Status, judge};
    use super::*;
    use crate::scenario::model::{Actor, Step, When};

    #[test]
    fn a_wait_in_vain_fails_the_run_and_points_at_its_step() {
        let step = |action, span| Step { when: When::After(Duration::ZERO), action, mark: None, span };
        let wait = Action::Await { event: prints("ready"), within: Duration::from_millis(20) };
        let steps = vec![step(wait, 3..9), step(Action::Nothing, 10..12)];
        let mut scenario = scenario([]);
        scenario.actors.push(Actor { name: "line".into(), steps });
        let mut sample = Sample::new();
        let actor = sample.name("line");
        sample.push(25, Kind::AwaitMissed { actor, step: 0 });
        sample.verdict(30, "passed");
        let judgement = judge(&sample.trace, &scenario);
        let finding = &judgement.findings[0];
        assert_eq!(finding.message, "`line` waited 20ms for `line with \"ready\"`, which did not come");
        assert_eq!(finding.label, "given up at 0.025 000; its last step did not happen");
        assert_eq!((finding.code, finding.place.clone()), (Code::Await, Some(3..9)));
        assert_eq!(judgement.status(), Status::Failed);
    }
}
