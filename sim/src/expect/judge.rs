//! Judging a run: every expectation in the file's order, then the counter-examples, then the end.
//!
//! Owns [`judge`]. What each pattern means stands in its own file.

use super::counters::count;
use super::{Counters, Finding, Held, Judgement, Roster};
use super::{
    awaits, counter, counter_example, levels, order, overrun, period, presence, response, transcript, verdict,
};
use crate::scenario::model::{Pattern, Scenario};
use crate::trace::Trace;

/// What every pattern may look at.
pub(super) struct Case<'a> {
    pub(super) trace: &'a Trace,
    pub(super) roster: &'a Roster,
    pub(super) counters: &'a Counters,
    pub(super) verdict: &'a str,
}

/// Of one expectation: by how much it holds, or where it does not.
pub(super) type Ruling = Result<String, Box<Finding>>;

/// Judges a recorded run by its scenario.
pub fn judge(trace: &Trace, scenario: &Scenario) -> Judgement {
    let roster = Roster::of(trace);
    let counters = count(trace, &roster);
    let verdict = verdict::ended(trace, scenario, &counters);
    let case = Case { trace, roster: &roster, counters: &counters, verdict: &verdict };
    let mut rulings: Vec<Option<Ruling>> =
        scenario.expects.iter().map(|expect| rule(&case, &expect.pattern)).collect();
    for (place, ruling) in rulings.iter_mut().enumerate() {
        if let Some(Err(finding)) = ruling {
            finding.title = scenario.expects[place].title.clone();
            finding.expect = Some(place);
        }
    }
    let expected = counter_example::settle(scenario, &mut rulings);
    let mut findings: Vec<Finding> = verdict::unexpected(&case, scenario).into_iter().collect();
    findings.extend(awaits::missed(&case, scenario));
    let mut held = Vec::new();
    for (expect, ruling) in scenario.expects.iter().zip(rulings) {
        match ruling {
            Some(Ok(note)) => held.push(Held { title: expect.title.clone(), note }),
            Some(Err(finding)) => findings.push(*finding),
            // Taken by a counter-example.
            None => {}
        }
    }
    Judgement { verdict, findings, expected, held, counters }
}

/// Rules on one expectation; `None` for a counter-example, which is about another ruling.
fn rule(case: &Case, pattern: &Pattern) -> Option<Ruling> {
    Some(match pattern {
        Pattern::Existence { that, count, between } => presence::existence(case, that, count, *between),
        Pattern::Absence { never, between } => presence::absence(case, never, *between),
        Pattern::Instant { that, at } => presence::instant(case, that, at),
        Pattern::Order { events } => order::order(case, events),
        Pattern::Response { from, to, within, p99 } => {
            response::response(case, from, to, within.as_ref(), p99.as_ref())
        }
        Pattern::Overrun { from, to, overrun } => overrun::overrun(case, from, to, overrun),
        Pattern::Period { every, period, between } => period::period(case, every, period, *between),
        Pattern::Level { pin, is, at } => levels::level(case, pin, *is, *at),
        Pattern::Stays { pin, level, between } => levels::stays(case, pin, *level, *between),
        Pattern::Duty { pin, duty, between } => levels::duty(case, pin, duty, *between),
        Pattern::Pulse { pin, level, pulse, between } => levels::pulse(case, pin, *level, pulse, *between),
        Pattern::Counter { counter, is } => counter::counter(case, counter, is),
        Pattern::Transcript { lines } => transcript::transcript(case, lines),
        Pattern::Verdict { verdict } => verdict::verdict(case, verdict),
        Pattern::Fails { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::super::sample::{Sample, prints, scenario, task_event};
    use super::*;
    use crate::scenario::model::TaskEvent;

    #[test]
    fn findings_keep_the_files_order_and_know_their_expectation() {
        let mut sample = Sample::new();
        sample.line(1, "one");
        let never = |text: &str| Pattern::Absence { never: prints(text), between: None };
        let judgement = sample.judge([never("one"), never("two"), never("on")]);
        let places: Vec<_> = judgement.findings.iter().map(|f| (f.expect, f.title.as_str())).collect();
        assert_eq!(places, [(Some(0), "1"), (Some(2), "3")]);
        assert_eq!(judgement.held, [Held { title: "2".into(), note: "never".into() }]);
        assert_eq!(judgement.status(), Status::Failed);
    }

    #[test]
    fn judging_twice_gives_the_same() {
        let mut sample = Sample::new();
        let task = sample.task("a");
        sample.step(1, task, 1);
        sample.verdict(2, "stuck");
        let never = Pattern::Absence { never: task_event("a", TaskEvent::Step), between: None };
        let scenario = scenario([never]);
        assert_eq!(judge(&sample.trace, &scenario), judge(&sample.trace, &scenario));
        assert_eq!(judge(&sample.trace, &scenario).status(), Status::Abnormal);
    }
}
