//! A run as trace events, which ui.perfetto.dev draws: tasks as tracks, wake-ups as arrows, pins as counters.
//!
//! Owns [`write_perfetto`] and what becomes which track. The form is the JSON of Chrome's *Trace Event Format*, which
//! Perfetto reads; its times are microseconds, here with three decimals.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use vpyb_core::time::{Duration, Instant};

use super::lanes::{Lane, lanes};
use super::record::{Entry, I2cEvent, Kind, Name, NetLevel, Seq, Task, Why};
use super::words::Words;
use super::{Levels, Trace};

/// The groups of tracks.
const TASKS: u32 = 1;
const DEVICES: u32 = 2;
const COUNTERS: u32 = 3;

/// Writes the whole run.
///
/// # Errors
/// What `out` says.
pub fn write_perfetto(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    let mut events = Events { out, any: false };
    events.out.write_all(b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
    for (pid, name) in [(TASKS, "tasks"), (DEVICES, "devices"), (COUNTERS, "pins and counters")] {
        events.put(&json!({ "ph": "M", "pid": pid, "name": "process_name", "args": { "name": name } }))?;
    }
    let words = Words::new(trace);
    tasks(trace, &words, &mut events)?;
    let tracks = devices(trace, &words, &mut events)?;
    arrows(trace, &tracks, &mut events)?;
    counters(trace, &mut events)?;
    let meta = serde_json::to_value(trace.meta()).map_err(io::Error::other)?;
    write!(events.out, "\n],\"otherData\":{meta}}}")?;
    events.out.write_all(b"\n")
}

struct Events<'o, W> {
    out: &'o mut W,
    any: bool,
}

impl<W: Write> Events<'_, W> {
    fn put(&mut self, event: &Value) -> io::Result<()> {
        self.out.write_all(if std::mem::replace(&mut self.any, true) { b",\n" } else { b"\n" })?;
        serde_json::to_writer(&mut *self.out, event).map_err(io::Error::other)
    }

    fn track(&mut self, pid: u32, tid: u32, name: &str) -> io::Result<()> {
        self.put(
            &json!({ "ph": "M", "pid": pid, "tid": tid, "name": "thread_name", "args": { "name": name } }),
        )?;
        self.put(&json!({ "ph": "M", "pid": pid, "tid": tid, "name": "thread_sort_index", "args": { "sort_index": tid } }))
    }
}

/// Microseconds, which the format counts in.
fn micros(ns: u64) -> Value {
    // A number of JSON may have any number of digits; what it is made of has fifteen, enough for weeks.
    json!(ns as f64 / 1_000.0)
}

fn at(instant: Instant) -> Value {
    micros(instant.as_nanos())
}

fn tid(task: Task) -> u32 {
    task.0 + 1
}

/// A slice for each stretch in which a task ran or was ready, slept or waited.
fn tasks<W: Write>(trace: &Trace, words: &Words<'_>, events: &mut Events<'_, W>) -> io::Result<()> {
    for (task, changes) in lanes(trace) {
        events.track(TASKS, tid(task), &words.task(task))?;
        let ends = changes.iter().skip(1).map(|change| change.at).chain([trace.end()]);
        for (change, end) in changes.iter().zip(ends) {
            let name = match change.lane {
                Lane::New | Lane::Ended => continue,
                Lane::Waiting(device) => format!("waiting for {}", trace.text(device)),
                lane => lane.word().to_owned(),
            };
            let args = match trace.get(change.by) {
                Some(record) => json!({ "record": change.by.0, "event": words.describe(&record) }),
                None => json!({ "record": change.by.0 }),
            };
            let span = micros(end.since(change.at).as_nanos());
            events.put(&json!({
                "ph": "X", "pid": TASKS, "tid": tid(task), "name": name, "cat": change.lane.word(),
                "ts": at(change.at), "dur": span, "args": args,
            }))?;
        }
    }
    Ok(())
}

/// Where the records of devices lie as slices: the track's number and the instant.
type Tracks = BTreeMap<Seq, (u32, Instant)>;

/// A slice for each byte of a UART or bus, on a track of each device and direction.
fn devices<W: Write>(trace: &Trace, words: &Words<'_>, events: &mut Events<'_, W>) -> io::Result<Tracks> {
    let mut tracks: BTreeMap<(Name, &str), u32> = BTreeMap::new();
    let (mut places, mut begun, mut bits) = (Tracks::new(), BTreeMap::new(), BTreeMap::new());
    for (seq, record) in trace.iter() {
        let (device, side, begin, end) = match record.kind {
            Kind::UartOpened { uart, baud, .. } => {
                bits.insert(uart, 10_000_000_000 / u64::from(baud.max(1)));
                continue;
            }
            Kind::UartStart { uart } => {
                begun.insert(uart, record.at);
                continue;
            }
            Kind::UartTx { uart, .. } => {
                let frame = Duration::from_nanos(bits.get(&uart).copied().unwrap_or(0));
                (uart, "tx", record.at, record.at + frame)
            }
            Kind::UartRx { uart, .. } | Kind::UartOverrun { uart, .. } => {
                (uart, "rx", begun.remove(&uart).unwrap_or(record.at), record.at)
            }
            Kind::UartBuffered { uart, .. } | Kind::UartHeld { uart, .. } => {
                (uart, "ring", record.at, record.at)
            }
            Kind::I2c { bus, event: I2cEvent::Opened { .. } } => {
                let _ = bus;
                continue;
            }
            Kind::I2c { bus, .. } => (bus, "bus", record.at, record.at),
            Kind::Device { device, .. } => (device, "state", record.at, record.at),
            Kind::Handler { irq, took } => (irq, "handler", record.at, record.at + took),
            Kind::Stimulus { actor, .. } => (actor, "stimulus", record.at, record.at),
            _ => continue,
        };
        let new = tracks.len() as u32 + 1;
        let track = *tracks.entry((device, side)).or_insert(new);
        if track == new {
            events.track(DEVICES, track, &format!("{} {side}", trace.text(device)))?;
        }
        places.insert(seq, (track, begin));
        let phrase = words.phrase(&record);
        events.put(&json!({
            "ph": "X", "pid": DEVICES, "tid": track, "name": phrase.event, "cat": record.kind.word(),
            "ts": at(begin), "dur": micros(end.since(begin).as_nanos()), "args": { "record": seq.0 },
        }))?;
    }
    Ok(places)
}

/// An arrow from what woke a task to the step that followed.
fn arrows<W: Write>(trace: &Trace, tracks: &Tracks, events: &mut Events<'_, W>) -> io::Result<()> {
    let mut running: Option<(Task, Instant)> = None;
    let mut queued: BTreeMap<Seq, (u32, u32, Instant)> = BTreeMap::new();
    for (seq, record) in trace.iter() {
        match record.kind {
            Kind::Step { task, took, .. } => {
                if let Some((pid, from, when)) = record.cause.and_then(|cause| queued.remove(&cause)) {
                    let flow = json!({ "ph": "s", "pid": pid, "tid": from, "name": "wakes", "cat": "wake", "id": seq.0, "ts": at(when) });
                    events.put(&flow)?;
                    let flow = json!({
                        "ph": "f", "bp": "e", "pid": TASKS, "tid": tid(task), "name": "wakes", "cat": "wake",
                        "id": seq.0, "ts": at(record.at),
                    });
                    events.put(&flow)?;
                }
                running = Some((task, record.at + took));
            }
            Kind::Ready { entry: Entry::Task(task), why } => {
                let by = record.cause.and_then(|cause| tracks.get(&cause));
                let from = match (why, by, running) {
                    (Why::Device(_), Some(&(track, when)), _) => Some((DEVICES, track, when)),
                    (Why::Yielded | Why::Timer(_), ..) => None,
                    (_, _, Some((other, until))) if other != task && record.at <= until => {
                        Some((TASKS, tid(other), record.at))
                    }
                    (_, Some(&(track, when)), _) => Some((DEVICES, track, when)),
                    _ => None,
                };
                queued.extend(from.map(|from| (seq, from)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Pins (0, 1, and 0.5 where nobody holds them), rings, the run queue, and what drivers count.
fn counters<W: Write>(trace: &Trace, events: &mut Events<'_, W>) -> io::Result<()> {
    let mut levels = Levels::before(trace);
    let mut counts: BTreeMap<Name, u64> = trace.begin_state().counters;
    let mut queue = trace.begin_state().scheduling.run_queue.len();
    let count = |events: &mut Events<'_, W>, name: &str, when: Instant, value: Value| {
        events.put(
            &json!({ "ph": "C", "pid": COUNTERS, "name": name, "ts": at(when), "args": { "value": value } }),
        )
    };
    for record in trace.records() {
        for pin in levels.apply(&record).to_vec() {
            let level = match levels.level(pin) {
                NetLevel::Low => json!(0),
                NetLevel::High => json!(1),
                NetLevel::Floating => json!(0.5),
            };
            count(events, trace.text(pin), record.at, level)?;
        }
        match record.kind {
            Kind::UartBuffered { uart, ring, .. } | Kind::UartRead { uart, ring, .. } => {
                count(events, &format!("{} ring", trace.text(uart)), record.at, json!(ring))?;
            }
            Kind::Count { counter, by } => {
                let sum = counts.entry(counter).or_default();
                *sum = sum.saturating_add(by.into());
                count(events, trace.text(counter), record.at, json!(*sum))?;
            }
            Kind::Ready { .. } | Kind::Step { .. } | Kind::Callback { .. } => {
                queue = if matches!(record.kind, Kind::Ready { .. }) {
                    queue + 1
                } else {
                    queue.saturating_sub(1)
                };
                count(events, "run queue", record.at, json!(queue))?;
            }
            Kind::Led { led, on } => count(events, trace.text(led), record.at, json!(u8::from(on)))?,
            _ => {}
        }
    }
    Ok(())
}
