//! What happened, as a list of lines: a tick, a blank, and what.
//!
//! Owns how the list is made of a trace. The firmware prints the same of itself.

use vpyb_core::ticks::ticks_ms;
use vpyb_core::time::Instant;
use vpyb_sim::runner::Outcome;
use vpyb_sim::trace::record::{Entry, Interrupt, Why, Yielded};
use vpyb_sim::trace::{Kind, Record, Seq, Trace, Words};

/// The events of a simulated run that lie in ticks before `end`, and its own end if it came to one.
pub fn of(run: &Outcome, end: Instant) -> Vec<String> {
    let trace = &run.trace;
    let words = Words::new(trace);
    let mut list = Vec::new();
    // A step's line follows those of what happened within it.
    let mut open: Option<(Seq, (Instant, String))> = None;
    for (seq, record) in trace.iter() {
        match record.kind {
            Kind::Step { .. } | Kind::Callback { .. } => {
                list.extend(open.take().map(|(_, line)| line));
                match step(trace, &words, seq, record) {
                    Some(Event::Step(line)) => open = Some((seq, (record.at, line))),
                    Some(Event::Callback) => list.push((record.at, "callback".into())),
                    None => {}
                }
            }
            Kind::LoopStopped { .. } => list.extend(open.take().map(|(_, line)| line)),
            _ => {
                if let Some(line) = note(trace, record) {
                    let over = open.take_if(|(step, _)| record.cause != Some(*step));
                    list.extend(over.map(|(_, line)| line));
                    list.push((record.at, line));
                }
            }
        }
    }
    list.extend(open.map(|(_, line)| line));
    if run.verdict == "passed" || run.verdict.starts_with("error") {
        list.push((trace.end(), format!("end {}", run.verdict)));
    }
    let lines = list.into_iter().map(|(at, line)| format!("{} {line}", ticks_ms(at)));
    before(&lines.collect::<Vec<_>>(), end)
}

/// The lines whose ticks lie before `end`.
pub fn before(lines: &[String], end: Instant) -> Vec<String> {
    let tick = |line: &String| line.split(' ').next().and_then(|tick| tick.parse().ok());
    lines.iter().filter(|line| tick(line).is_none_or(|tick: u32| tick < ticks_ms(end))).cloned().collect()
}

/// A line without its tick, and with the numbers that it prints made alike.
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

fn step(trace: &Trace, words: &Words<'_>, seq: Seq, record: &Record) -> Option<Event> {
    let Kind::Step { task, first, stale, yielded, .. } = record.kind else { return Some(Event::Callback) };
    let after = &trace.records()[seq.0 as usize + 1..];
    let within =
        || after.iter().take_while(|later| !matches!(later.kind, Kind::Step { .. } | Kind::Callback { .. }));
    let interrupt = within().find_map(|later| match later.kind {
        Kind::Interrupted { task: hit, with } if hit == task => Some(with),
        _ => None,
    });
    let zero = matches!(yielded, Yielded::None | Yielded::Delay(0) | Yielded::SleepMs(0));
    let again = Kind::Ready { entry: Entry::Task(task), why: Why::Yielded };
    // The poll that ends a pass is caused by the pass's last step.
    let loops = |kind: Kind| kind == again || matches!(kind, Kind::Polled { .. });
    let changed = || within().any(|later| later.cause == Some(seq) && !loops(later.kind));
    if zero && !first && !stale && interrupt.is_none() && !changed() {
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
