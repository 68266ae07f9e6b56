//! The pattern `counter`: a count or a worst case at the end of the run.
//!
//! Owns the sentence and where to look; the counters themselves are in [`counters`](super::Counters).

use super::bound::spelt;
use super::judge::{Case, Ruling};
use super::presence::unjudgeable;
use super::{Code, Finding, Subjects, holds};
use crate::scenario::model::Bound;

/// The counter lies within `is`.
pub(super) fn counter(case: &Case, counter: &str, is: &Bound) -> Ruling {
    let value = case.counters.value(counter).map_err(|why| unjudgeable("counter", why))?;
    match holds(is, value, case.counters) {
        Ok(true) => Ok(value.to_string()),
        Ok(false) => {
            let limit = spelt(is, case.counters);
            let message = format!("`{counter}` is {value}, expected {limit}");
            let known = case.counters.get(counter);
            let label = match known {
                Some(_) => format!("is {value}"),
                None => "nothing in this run counted it".into(),
            };
            let finding = Finding::new(Code::Counter, "is", message, label);
            let focus = known.and_then(|counter| counter.witness);
            Err(finding.seen(focus, subjects(counter)).into())
        }
        Err(why) => Err(unjudgeable("is", why).into()),
    }
}

/// The part that a counter belongs to, by the first words of its name.
fn subjects(counter: &str) -> Subjects {
    let mut subjects = Subjects::default();
    let mut words = counter.split('.');
    match (words.next(), words.next()) {
        (Some("task"), Some(task)) => drop(subjects.tasks.insert(task.to_owned())),
        (Some("pin"), Some(pin)) => drop(subjects.pins.insert(pin.to_owned())),
        (Some(uart), Some("rx" | "tx")) if uart.starts_with("uart") => {
            subjects.uarts.insert(uart.to_owned());
        }
        (Some(bus), Some(_)) if bus.starts_with("i2c") => drop(subjects.buses.insert(bus.to_owned())),
        _ => {}
    }
    subjects
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, at_most_counter, below, exactly, span};
    use super::super::{Focus, Judgement, Value};
    use super::*;
    use crate::scenario::model::Pattern;
    use crate::trace::Seq;

    /// A sleeper whose delay ends 8 ms late, behind a hog's step of 8 ms.
    fn judged(counter: &str, is: Bound) -> Judgement {
        let mut sample = Sample::new();
        let (sleeper, hog) = (sample.task("sleeper"), sample.task("hog"));
        sample.sleep(0, sleeper, 1);
        sample.step(1, hog, 8);
        sample.ready_by_timer(9, sleeper);
        sample.step(9, sleeper, 1);
        sample.judge([Pattern::Counter { counter: counter.into(), is }])
    }

    #[test]
    fn a_worst_case_shows_where_it_was() {
        let judgement = judged("task.sleeper.sleep_overrun", below(span(8)));
        let finding = &judgement.findings[0];
        assert_eq!(finding.message, "`task.sleeper.sleep_overrun` is 8ms, expected < 8ms");
        // From the timer to the step it led to.
        assert_eq!(finding.focus, Some(Focus { from: Seq(2), to: Seq(5) }));
        assert!(judged("task.sleeper.sleep_overrun", exactly(span(8))).findings.is_empty());
    }

    #[test]
    fn a_counter_may_be_bounded_by_another() {
        assert!(judged("task.sleeper.sleep_overrun", at_most_counter("sched.bound.sum")).findings.is_empty());
        let judgement = judged("task.sleeper.sleep_overrun", at_most_counter("sched.idle"));
        let message = "`task.sleeper.sleep_overrun` is 8ms, expected <= sched.idle (0s)";
        assert_eq!(judgement.findings[0].message, message);
    }

    #[test]
    fn an_unknown_or_unlike_counter_is_a_finding_of_its_own() {
        let message = |counter: &str, is| judged(counter, is).findings.remove(0).message;
        assert_eq!(
            message("task.sleper.steps", exactly(Value::Count(0))),
            "this run has no counter `task.sleper.steps`; did you mean `task.sleeper.steps`?"
        );
        assert_eq!(
            message("sched.idle", at_most_counter("sched.pases")),
            "this run has no counter `sched.pases`; did you mean `sched.passes`?"
        );
        assert_eq!(message("sched.passes", below(span(1))), "a count (0) is compared with a time (1ms)");
    }
}
