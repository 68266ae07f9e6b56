//! The pins involved, drawn over time.
//!
//! Owns the drawing: one line a pin, a column for an equal part of the time shown. A column shows the level at
//! its end, or that there was more than one edge in it.

use std::collections::BTreeSet;

use vpyb_core::time::{Duration, Instant};

use super::{Outcome, Paint, brief};
use crate::expect::{Finding, clock};
use crate::trace::pin_levels;
use crate::trace::record::NetLevel;

const COLUMNS: u64 = 60;
/// Less time than this is not shown: an instant has no width, and a frame at 9600 baud takes a millisecond.
const SHORTEST: Duration = Duration::from_millis(5);
/// On either side so large a part is added, so that what begins and ends the time in question is seen.
const MARGIN: u64 = 20;

/// The pins of a finding over the time it is about; empty if none of them ever changed.
pub(super) fn waveform(outcome: &Outcome, finding: &Finding, paint: Paint) -> String {
    let Some((from, to)) = range(outcome, finding) else { return String::new() };
    let column = Duration::from_nanos(to.since(from).as_nanos().div_ceil(COLUMNS));
    let mut lines = Vec::new();
    for pin in pins(outcome, finding) {
        if let Some(line) = draw(outcome, &pin, from, column) {
            lines.push((pin, line));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let width = lines.iter().map(|(pin, _)| pin.chars().count()).max().unwrap_or_default();
    let legend = if lines.iter().any(|(_, line)| line.contains(MANY)) { "; ▒ several edges" } else { "" };
    let title = format!("  {} to {}, {} a column{legend}", clock(from), clock(to), brief(column));
    let mut out = paint.head(&title) + "\n";
    for (pin, line) in lines {
        out += &format!("  {pin:<width$}  {line}\n");
    }
    out
}

const MANY: char = '▒';

/// The pins that a finding names, and those of the UARTs it names.
fn pins(outcome: &Outcome, finding: &Finding) -> BTreeSet<String> {
    let mut pins = finding.subjects.pins.clone();
    for opened in finding.subjects.uarts.iter().filter_map(|uart| outcome.roster.opened(uart)) {
        pins.insert(opened.rx.clone());
        pins.insert(opened.tx.clone());
    }
    let buses = finding.subjects.buses.iter().filter_map(|bus| outcome.roster.bus_pins(bus));
    pins.extend(buses.flatten().cloned());
    pins
}

/// The time to show: a finding's own, with a margin on either side.
fn range(outcome: &Outcome, finding: &Finding) -> Option<(Instant, Instant)> {
    let focus = finding.focus?;
    let (from, to) = (outcome.trace.get(focus.from)?.at, outcome.trace.get(focus.to)?.at);
    let span = to.since(from);
    let missing = SHORTEST.saturating_sub(span).as_nanos() / 2;
    let margin = missing.max(span.as_nanos() / MARGIN);
    let from = Instant::from_nanos(from.as_nanos().saturating_sub(margin));
    Some((from, to + Duration::from_nanos(margin)))
}

/// One line of columns; `None` if the pin changes nowhere in the whole run.
fn draw(outcome: &Outcome, pin: &str, from: Instant, column: Duration) -> Option<String> {
    let changes = pin_levels(outcome.trace, pin).into_iter();
    let edges: Vec<(Instant, NetLevel)> = changes.map(|(_, at, level)| (at, level)).collect();
    edges.first()?;
    let mut next = edges.iter().peekable();
    let mut level = NetLevel::Floating;
    while let Some(&(_, to)) = next.next_if(|(at, _)| *at < from) {
        level = to;
    }
    let mut line = String::new();
    for i in 1..=COLUMNS {
        let end = from + column.times(i);
        let mut changes = 0;
        while let Some(&(_, to)) = next.next_if(|(at, _)| *at < end) {
            level = to;
            changes += 1;
        }
        line.push(match level {
            _ if changes > 1 => MANY,
            NetLevel::High => '▔',
            NetLevel::Low => '▁',
            NetLevel::Floating => '·',
        });
    }
    Some(line)
}
