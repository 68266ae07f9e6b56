//! Why something happened: the chain of causes from a record back to its root.
//!
//! Owns the walk and its picture. A chain has an end because of **cause-is-earlier**.

use vpyb_core::time::{Duration, Instant};

use super::record::Kind;
use super::table::align;
use super::words::Words;
use super::{Seq, Trace, show_instant};

/// One record of a chain of causes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The record.
    pub seq: Seq,
    /// How long after its cause it happened; `None` for the root.
    pub after: Option<Duration>,
}

/// The chain of causes of a record: itself first, the root last. Empty if there is no such record.
pub fn why(trace: &Trace, seq: Seq) -> Vec<Link> {
    let mut chain = Vec::new();
    let mut next = Some(seq);
    while let Some(seq) = next {
        let Some(record) = trace.get(seq) else { break };
        next = record.cause.filter(|&cause| cause < seq);
        let after = next.and_then(|cause| trace.get(cause)).map(|cause| record.at.since(cause.at));
        chain.push(Link { seq, after });
    }
    chain
}

/// A chain as aligned lines under headings: what happened, then each cause below what it caused.
/// `after cause` is the span from a record's cause to the record; the number of the cause if that is not in the trace.
/// Behind the first `limit` links only the last is shown. What `note` says of a record hangs below its line.
pub fn render_chain(
    words: &Words<'_>,
    trace: &Trace,
    chain: &[Link],
    limit: usize,
    note: &dyn Fn(Seq) -> Option<String>,
) -> String {
    let limit = limit.max(1);
    let mut lines = vec![["", "time", "after cause", "record", "event"].map(str::to_owned)];
    let mut notes = vec![None];
    let mut line = |place: usize, link: &Link| {
        let Some(record) = trace.get(link.seq) else { return };
        let arrow = if place == 0 { "" } else { "because" };
        let after = match (link.after, record.cause) {
            (Some(after), _) => format!("+{after}"),
            (None, Some(cause)) => format!("(by #{})", cause.0),
            (None, None) => "(root)".to_owned(),
        };
        let number = format!("#{}", link.seq.0);
        lines.push([arrow.to_owned(), show_instant(record.at), after, number, words.describe(&record)]);
        notes.push(note(link.seq));
    };
    let hidden = chain.len().saturating_sub(limit + 1);
    let shown = chain.iter().enumerate().filter(|(place, _)| *place < limit || *place >= limit + hidden);
    shown.for_each(|(place, link)| line(place, link));
    let mut text = String::new();
    for (line, note) in align(lines).lines().zip(notes) {
        text.push_str(line);
        text.push('\n');
        if let Some(note) = note {
            text.push_str("         └ ");
            text.push_str(&note);
            text.push('\n');
        }
    }
    if hidden > 0 {
        // A root has no note: it is no step that waited.
        let before_root = text.trim_end().rfind('\n').map_or(0, |end| end + 1);
        text.insert_str(before_root, &format!("… {hidden} more causes …\n"));
    }
    text
}

/// The last step of a task that began at `at` or before; `None` if no task has this name or it had
/// no step yet. `hog` stands for every `hog#n`.
pub fn latest_step(trace: &Trace, task_name: &str, at: Instant) -> Option<Seq> {
    let meant =
        |own: &str| own.strip_prefix(task_name).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'));
    let known = trace.before().into_iter().flat_map(|before| &before.state.scheduling.tasks);
    let known = known.filter(|(_, state)| state.name.is_some_and(|name| meant(trace.text(name))));
    let created = trace.records().iter().filter_map(|record| match record.kind {
        Kind::TaskCreated { task, name } if meant(trace.text(name)) => Some(task),
        _ => None,
    });
    let tasks: Vec<_> = known.map(|(&task, _)| task).chain(created).collect();
    let begun = trace.records().partition_point(|record| record.at <= at);
    let step = trace
        .records()
        .range(0..begun)
        .rposition(|record| matches!(record.kind, Kind::Step { task, .. } if tasks.contains(&task)))?;
    Some(Seq(trace.first().0 + step as u32))
}
