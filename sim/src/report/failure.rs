//! A failed run, as it is read.
//!
//! Owns the order of its parts; each part has a file of its own.

use super::{Outcome, Paint, ahead, lines, losses, source, table, waiting, waveform};
use crate::expect::{Detail, Finding};

/// So many findings are shown with all that belongs to them, the rest with their sentence and place.
const IN_FULL: usize = 3;
/// Lists are wrapped before this column.
const WIDTH: usize = 100;

/// All findings of a run, its counters that are not zero, and the command that replays it. Empty if it passed.
pub fn failure(outcome: &Outcome, paint: Paint) -> String {
    let findings = &outcome.judgement.findings;
    if findings.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for (i, finding) in findings.iter().enumerate() {
        out += &source::render(outcome, finding, paint);
        out.push('\n');
        if i < IN_FULL {
            out += &format!("\n{}", evidence(outcome, finding, paint));
        }
        out.push('\n');
    }
    out += &losses(outcome);
    out += &list("not zero: ", &not_zero(outcome));
    if let Some(seeds) = &outcome.seeds {
        out += &format!("  seeds:    {}; this is the first\n", seeds.sentence());
    }
    let seed = outcome.trace.meta().seed;
    out += &format!("  replay:   vpyb run {} --seed {seed}\n", outcome.scenario.name);
    out
}

/// What a finding is about: lines, waits, events, wires, and who was ahead.
fn evidence(outcome: &Outcome, finding: &Finding, paint: Paint) -> String {
    let mut out = String::new();
    match &finding.detail {
        Detail::None => {}
        Detail::Lines(diff) => return lines::lines(diff, paint),
        Detail::Waiting => out += &(waiting::table(outcome, paint) + "\n"),
    }
    out += &table::events(outcome, finding, paint);
    let wires = waveform::waveform(outcome, finding, paint);
    if !wires.is_empty() {
        out += &format!("\n{wires}");
    }
    if let Some(behind) = ahead::waited_behind(outcome, finding) {
        out += &format!("  waited behind: {behind}\n");
    }
    out
}

/// The counters worth a look: of the parts involved, and whatever went wrong anywhere.
fn not_zero(outcome: &Outcome) -> Vec<String> {
    let findings = &outcome.judgement.findings;
    let involved = |name: &str| {
        findings.iter().any(|finding| {
            let of = |family: &str, part: &str| {
                name.strip_prefix(family)
                    .and_then(|rest| rest.strip_prefix(part))
                    .is_some_and(|rest| rest.starts_with('.'))
            };
            let subjects = &finding.subjects;
            subjects.uarts.iter().any(|uart| of("", uart))
                || subjects.pins.iter().any(|pin| of("pin.", pin))
                || subjects.tasks.iter().any(|task| of("task.", task))
        })
    };
    let wrong = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or_default();
        matches!(last, "overrun" | "lost" | "framing" | "parity" | "noise" | "contention" | "coalesced")
            || !["sched", "task", "pin", "led", "uart"].iter().any(|family| name.starts_with(family))
    };
    let quiet = |name: &str| name.contains(".sleep_bound") || name.ends_with(".steps");
    let counters = outcome.judgement.counters.iter();
    let shown = counters.filter(|(name, counter)| {
        !counter.value.is_zero() && (wrong(name) || involved(name)) && !quiet(name)
    });
    shown.map(|(name, counter)| format!("{name} {}", counter.value)).collect()
}

/// A list behind a heading, wrapped between its items; nothing for no items.
fn list(heading: &str, items: &[String]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let end = if i + 1 < items.len() { "," } else { "" };
        match lines.last_mut().filter(|line| line.chars().count() + item.chars().count() + 2 < WIDTH) {
            Some(line) => *line += &format!(" {item}{end}"),
            None if i == 0 => lines.push(format!("  {heading}{item}{end}")),
            None => lines.push(format!("  {:width$}{item}{end}", "", width = heading.chars().count())),
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
