//! Who was ahead of a late step, and for how long.
//!
//! Owns the line `waited behind`. The wait counts from the record that asked, not from the queue entry: under
//! polled I/O most of it passes before the loop even looks. A timer asks when it is due.

use vpyb_core::time::{Duration, Instant};

use super::events::count;
use super::{Outcome, brief};
use crate::expect::{Finding, Turn, turns};
use crate::trace::record::{Kind, Task};

/// So many are named; the rest are counted.
const NAMED: usize = 4;

/// The tasks whose steps ran between a finding's two ends, in order; `None` if it does not end in a step or
/// nobody ran.
pub(super) fn waited_behind(outcome: &Outcome, finding: &Finding) -> Option<String> {
    let focus = finding.focus.filter(|focus| focus.from < focus.to)?;
    let (asking, answer) = (outcome.trace.get(focus.from)?, outcome.trace.get(focus.to)?);
    let asked = match asking.kind {
        Kind::TimerArmed { due, .. } => due,
        _ => asking.at,
    };
    // The step that answers, or inside which the answer comes.
    let late = turns(outcome.trace).take_while(|turn| turn.step <= focus.to).last()?;
    if answer.at > late.ends() || late.begins <= asked {
        return None;
    }
    let before = turns(outcome.trace).take_while(|turn| turn.step < late.step);
    let ahead = before.filter(|turn| turn.task != late.task);
    who_ran(outcome, ahead, asked, late.begins)
}

/// Whose steps ran between two instants, each task with its time, in order; `None` if nobody's did.
pub(super) fn who_ran(
    outcome: &Outcome,
    turns: impl Iterator<Item = Turn>,
    since: Instant,
    until: Instant,
) -> Option<String> {
    let mut ran: Vec<(Task, Duration)> = Vec::new();
    for turn in turns {
        let span = turn.ends().min(until).since(turn.begins.max(since));
        match ran.iter_mut().find(|(task, _)| *task == turn.task) {
            Some((_, sum)) => *sum += span,
            None if span.is_zero() => {}
            None => ran.push((turn.task, span)),
        }
    }
    if ran.is_empty() {
        return None;
    }
    let name = |&(task, span): &(Task, Duration)| format!("{} {}", outcome.roster.task(task), brief(span));
    let mut names: Vec<String> = ran.iter().take(NAMED).map(name).collect();
    if ran.len() > NAMED {
        names.push("…".into());
    }
    let sum = ran.iter().fold(Duration::ZERO, |sum, &(_, span)| sum + span);
    let tasks = count(ran.len() as u32, "task");
    Some(format!("{} ({tasks}, {})", names.join(", "), brief(sum)))
}
