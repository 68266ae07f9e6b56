//! What each task waits for when a run is stuck, and who could have ended that.
//!
//! Owns the table, made from the state at the end of the trace. Knows nothing of queues.

use super::{Outcome, Paint, brief};
use crate::expect::clock;
use crate::trace::{Phase, State, Words, align, waiting};

/// One line a task that has not finished: what it waits for, since when, for how long, and who could end it.
pub(super) fn table(outcome: &Outcome, paint: Paint) -> String {
    let trace = outcome.trace;
    let (state, words) = (State::at(trace, trace.end()), Words::new(trace));
    let mut rows = vec![["task", "waits for", "since", "for", "who could end it"].map(String::from)];
    for (&task, it) in &state.scheduling.tasks {
        if matches!(it.phase, Phase::Finished(_)) {
            continue;
        }
        let wait = waiting(&state, &words, task, it);
        let what = if wait.what.is_empty() { wait.state.to_owned() } else { wait.what };
        let span = brief(trace.end().since(wait.since));
        rows.push([words.task(task), what, clock(wait.since), span, wait.who]);
    }
    if rows.len() == 1 {
        return "  no task is left\n".into();
    }
    let mut out = String::new();
    for (i, line) in align(rows).lines().enumerate() {
        let line = format!("  {}", line.trim_end());
        out += &if i == 0 { paint.head(&line) } else { line };
        out.push('\n');
    }
    out
}
