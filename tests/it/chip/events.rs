//! What happened, as a list of lines: when, a blank, and what.
//!
//! Owns how the list is made of a trace. The firmware prints the same of itself.

use vpyb_core::ticks::ticks_ms;
use vpyb_core::time::Instant;
use vpyb_sim::runner::Outcome;
use vpyb_sim::trace::record::{Entry, Interrupt, Why, Yielded};
use vpyb_sim::trace::{Kind, Record, Seq, Trace, Words};

use super::cases::Time;

/// How a line says when something happened: by the nanosecond, or by the millisecond tick.
pub fn stamp(time: Time, at: Instant) -> u64 {
    match time {
        Time::Prices => at.as_nanos(),
        Time::Instructions => ticks_ms(at).into(),
    }
}

/// The events of a simulated run; the last one is `end`, if it came to an end of its own.
pub fn of(run: &Outcome, time: Time, end: Option<&str>) -> Vec<String> {
    let trace = &run.trace;
    let words = Words::new(trace);
    let mut list = Vec::new();
    // A step's line follows those of what happened within it.
    let mut open: Option<(Seq, (Instant, String))> = None;
    for (seq, record) in trace.iter() {
        match record.kind {
            Kind::Step { .. } | Kind::Callback { .. } => {
                list.extend(open.take().map(|(_, line)| line));
                match step(trace, &words, seq, &record, time) {
                    Some(Event::Step(line)) => open = Some((seq, (record.at, line))),
                    Some(Event::Callback) => list.push((record.at, "callback".into())),
                    None => {}
                }
            }
            Kind::LoopStopped { .. } => list.extend(open.take().map(|(_, line)| line)),
            _ => {
                if let Some(line) = note(trace, &record) {
                    let over = open.take_if(|(step, _)| record.cause != Some(*step));
                    list.extend(over.map(|(_, line)| line));
                    list.push((record.at, line));
                }
            }
        }
    }
    list.extend(open.map(|(_, line)| line));
    list.extend(end.map(|how| (trace.end(), format!("end {how}"))));
    list.into_iter().map(|(at, line)| format!("{} {line}", stamp(time, at))).collect()
}

/// Leaves out the lines that are not from before `end`, by what they say of when they happened.
pub fn leave_out(lines: &mut Vec<String>, end: u64) {
    let stamp = |line: &str| line.split(' ').next().and_then(|stamp| stamp.parse::<u64>().ok());
    lines.retain(|line| stamp(line).is_none_or(|stamp| stamp < end));
}

/// A line without when it happened, and with the numbers that it prints made alike.
pub fn without_numbers(line: &str) -> String {
    let words = line.split_once(' ').map_or(line, |(_, words)| words);
    if !words.starts_with("prints") {
        return words.to_owned();
    }
    words.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("#")
}

enum Event {
    Step(String),
    Callback,
}

fn step(trace: &Trace, words: &Words<'_>, seq: Seq, record: &Record, time: Time) -> Option<Event> {
    let Kind::Step { task, first, stale, yielded, .. } = record.kind else { return Some(Event::Callback) };
    let after = trace.range(Seq(seq.0 + 1), trace.next());
    let within =
        || after.clone().take_while(|later| !matches!(later.kind, Kind::Step { .. } | Kind::Callback { .. }));
    let interrupt = within().find_map(|later| match later.kind {
        Kind::Interrupted { task: hit, with } if hit == task => Some(with),
        _ => None,
    });
    let zero = matches!(yielded, Yielded::None | Yielded::Delay(0) | Yielded::SleepMs(0));
    let again = Kind::Ready { entry: Entry::Task(task), why: Why::Yielded };
    // The poll that ends a pass is caused by the pass's last step.
    let loops = |kind: Kind| kind == again || matches!(kind, Kind::Polled { .. });
    let changed = || within().any(|later| later.cause == Some(seq) && !loops(later.kind));
    // Where instructions take time, how many such steps there are depends on it.
    if time == Time::Instructions && zero && !first && !stale && interrupt.is_none() && !changed() {
        return None;
    }
    let how = match yielded {
        Yielded::After(ms) => format!("after {ms}"),
        other => words.yielded(other),
    };
    let interrupt = match interrupt {
        None => "",
        Some(Interrupt::Cancelled) => " !cancelled",
        Some(Interrupt::TimedOut) => " !timed out",
        Some(Interrupt::Corrupt) => " !corrupt",
    };
    Some(Event::Step(format!("{}{interrupt}: {how}", words.task(task))))
}

/// What happened within a step or outside of all.
fn note(trace: &Trace, record: &Record) -> Option<String> {
    let cause = record.cause.and_then(|cause| trace.get(cause));
    let by_handler = cause.is_some_and(|cause| matches!(cause.kind, Kind::Handler { .. }));
    match record.kind {
        Kind::Line { text, .. } => Some(format!("prints {}", trace.text(text))),
        Kind::Led { led, on } => Some(format!("{} {}", trace.text(led), if on { "high" } else { "low" })),
        // Nobody hears what handlers count, and the board itself counts nothing.
        Kind::Count { .. } if by_handler => None,
        Kind::Count { counter, .. } if trace.text(counter).starts_with("pin.") => None,
        Kind::Count { counter, by } => Some(format!("count {} {by}", trace.text(counter))),
        _ => None,
    }
}
