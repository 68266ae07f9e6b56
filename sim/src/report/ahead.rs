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
    let turns = turns(outcome.trace);
    // The step that answers, or inside which the answer comes.
    let late = turns[..turns.partition_point(|turn| turn.step <= focus.to)].last()?;
    if answer.at > late.ends() || late.begins <= asked {
        return None;
    }
    let mut ahead: Vec<(Task, Duration)> = Vec::new();
    for turn in turns.iter().filter(|turn| turn.step < late.step && turn.task != late.task) {
        let span = part(turn, asked, late);
        match ahead.iter_mut().find(|(task, _)| *task == turn.task) {
            Some((_, sum)) => *sum += span,
            None if span.is_zero() => {}
            None => ahead.push((turn.task, span)),
        }
    }
    if ahead.is_empty() {
        return None;
    }
    let name = |&(task, span): &(Task, Duration)| format!("{} {}", outcome.roster.task(task), brief(span));
    let mut names: Vec<String> = ahead.iter().take(NAMED).map(name).collect();
    if ahead.len() > NAMED {
        names.push("…".into());
    }
    let sum = ahead.iter().fold(Duration::ZERO, |sum, &(_, span)| sum + span);
    let tasks = count(ahead.len() as u32, "task");
    Some(format!("{} ({tasks}, {})", names.join(", "), brief(sum)))
}

/// How much of a step lies between the question and the late step.
fn part(turn: &Turn, asked: Instant, late: &Turn) -> Duration {
    turn.ends().min(late.begins).since(turn.begins.max(asked))
}
