//! A run in figures: of each task its steps and waits, of each device its bytes and losses.
//!
//! Owns the two tables. Where a figure is a longest, the record it was at stands behind it.

use std::collections::BTreeMap;

use vpyb_core::time::Duration;

use super::percentile;
use crate::expect::turns;
use crate::report::brief;
use crate::trace::record::{Kind, Task};
use crate::trace::{Name, Seq, State, Trace, Words, align, show_instant};

/// What one task did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TaskStats {
    /// How many steps it had.
    pub steps: usize,
    /// From ready to running, in order of length.
    pub latencies: Vec<Duration>,
    /// The longest of them, and which step was.
    pub latest: Option<(Duration, Seq)>,
    /// The longest step, and which.
    pub longest: Option<(Duration, Seq)>,
    /// The most that a step began after its timer was due, and which.
    pub overslept: Option<(Duration, Seq)>,
    /// All its steps together.
    pub busy: Duration,
}

/// The figures of each task of a trace.
pub fn task_stats(trace: &Trace) -> BTreeMap<Task, TaskStats> {
    let mut all: BTreeMap<Task, TaskStats> = BTreeMap::new();
    for turn in turns(trace) {
        let stats = all.entry(turn.task).or_default();
        stats.steps += 1;
        stats.busy += turn.took;
        stats.latencies.push(turn.waited());
        let longer = |old: Option<(Duration, Seq)>, new: Duration| match old {
            Some((span, _)) if span >= new => old,
            _ => Some((new, turn.step)),
        };
        stats.latest = longer(stats.latest, turn.waited());
        stats.longest = longer(stats.longest, turn.took);
        if let Some(late) = turn.overslept() {
            stats.overslept = longer(stats.overslept, late);
        }
    }
    all.values_mut().for_each(|stats| stats.latencies.sort_unstable());
    all
}

/// Both tables.
pub fn render_stats(trace: &Trace) -> String {
    let words = Words::new(trace);
    let (begin, end) = (show_instant(trace.begin()), show_instant(trace.end()));
    let mut text =
        format!("{} records from {begin} to {end}\n\n{}", trace.records().len(), tasks(trace, &words));
    let state = State::at(trace, trace.end());
    for table in [uarts(trace, &state), buses(trace, &state)] {
        if !table.is_empty() {
            text += &format!("\n{table}");
        }
    }
    text
}

fn tasks(trace: &Trace, words: &Words<'_>) -> String {
    let headings = ["task", "steps", "busy", "ready p50", "p99", "max", "longest step", "sleep overrun"];
    let mut lines = vec![headings.map(str::to_owned)];
    for (task, stats) in task_stats(trace) {
        let at = |span: Duration, seq: Seq| format!("{} (#{})", brief(span), seq.0);
        let or_none =
            |found: Option<(Duration, Seq)>| found.map_or("-".to_owned(), |(span, seq)| at(span, seq));
        lines.push([
            words.task(task),
            stats.steps.to_string(),
            brief(stats.busy),
            brief(percentile(&stats.latencies, 50)),
            brief(percentile(&stats.latencies, 99)),
            or_none(stats.latest),
            or_none(stats.longest),
            or_none(stats.overslept),
        ]);
    }
    if lines.len() == 1 { "no task had a step\n".to_owned() } else { align(lines) }
}

fn uarts(trace: &Trace, state: &State) -> String {
    let mut sent: BTreeMap<Name, u64> = BTreeMap::new();
    for record in trace.records() {
        if let Kind::UartTx { uart, .. } = record.kind {
            *sent.entry(uart).or_default() += 1;
        }
    }
    let headings = ["UART", "sent", "received", "overrun", "lost", "framing", "ring at most"];
    let mut lines = vec![headings.map(str::to_owned)];
    for (&uart, own) in &state.uarts {
        let counts = own.counters;
        lines.push([
            trace.text(uart).to_owned(),
            sent.get(&uart).copied().unwrap_or_default().to_string(),
            counts.bytes.to_string(),
            counts.overrun.to_string(),
            counts.lost.to_string(),
            counts.framing.to_string(),
            format!("{}/{}", counts.high_water, own.ring_len),
        ]);
    }
    if lines.len() == 1 { String::new() } else { align(lines) }
}

fn buses(trace: &Trace, state: &State) -> String {
    let mut lines = vec![["I2C", "addressed", "bytes", "nack", "failed"].map(str::to_owned)];
    for (&bus, own) in &state.buses {
        let counts = own.counters;
        let [addressed, bytes, nack, failed] =
            [counts.addressed, counts.bytes, counts.nack, counts.failed].map(|n| n.to_string());
        lines.push([trace.text(bus).to_owned(), addressed, bytes, nack, failed]);
    }
    if lines.len() == 1 { String::new() } else { align(lines) }
}
