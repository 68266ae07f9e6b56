//! What the page is drawn from.
//!
//! Owns its form: lists of numbers, and texts that each stand once. Times count from the one before in their list, so
//! that they are short.

use std::collections::BTreeMap;

use serde::Serialize;
use vpyb_core::time::{Duration, Instant};

use super::Judged;
use crate::trace::record::{Kind, NetLevel};
use crate::trace::{Lane, Meta, Name, Seq, Trace, Words, show_instant};
use crate::travel::{Marks, percentile, strips, task_stats};

/// Everything of one run.
#[derive(Serialize)]
pub struct Data<'t> {
    meta: &'t Meta,
    begin: u64,
    end: u64,
    /// The sequence number of the first record.
    first: u32,
    /// Texts, which everything else names by their places.
    texts: Vec<String>,
    records: Records,
    strips: Vec<Strip>,
    series: Vec<Series>,
    tasks: Vec<Task>,
    /// None: the scenario was not at hand.
    verdict: Option<String>,
    findings: Vec<Finding>,
}

/// Columns of all records.
#[derive(Default, Serialize)]
struct Records {
    /// Nanoseconds since the record before; of the first, since 0.
    after: Vec<u64>,
    /// How many places back the cause is; 0: none.
    back: Vec<u32>,
    task: Vec<usize>,
    place: Vec<usize>,
    event: Vec<usize>,
}

/// A strip: instants, each since the one before, and what begins there.
#[derive(Serialize)]
struct Strip {
    label: String,
    /// `task`, `pin` or `words`.
    kind: &'static str,
    after: Vec<u64>,
    /// For a task one of its states, for a pin 0, 1 or 2 (floating), for words a text.
    what: Vec<usize>,
    /// Of words: how long.
    long: Vec<u64>,
    /// Of a task: which device it waits for, a text; 0 (the empty one) if none.
    on: Vec<usize>,
}

/// A number that changes.
#[derive(Serialize)]
struct Series {
    label: String,
    after: Vec<u64>,
    value: Vec<u64>,
}

/// The figures of a task.
#[derive(Serialize)]
struct Task {
    name: String,
    steps: usize,
    p50: u64,
    p99: u64,
    max: u64,
    longest: u64,
    /// From ready to running: how many took less than 1 µs, 2 µs, 4 µs, and so on.
    histogram: Vec<usize>,
}

#[derive(Serialize)]
struct Finding {
    code: String,
    message: String,
    /// The record it is about.
    seq: Option<u32>,
    at: Option<String>,
}

/// Texts that each stand once.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Texts {
    fn place(&mut self, text: String) -> usize {
        if let Some(&place) = self.places.get(&text) {
            return place;
        }
        self.list.push(text.clone());
        self.places.insert(text, self.list.len() - 1);
        self.list.len() - 1
    }
}

/// Instants, each since the one before.
#[derive(Default)]
struct Times {
    after: Vec<u64>,
    last: u64,
}

impl Times {
    fn push(&mut self, at: Instant) {
        self.after.push(at.as_nanos().saturating_sub(self.last));
        self.last = at.as_nanos().max(self.last);
    }
}

impl<'t> Data<'t> {
    /// What the page of this run is drawn from.
    pub fn of(trace: &'t Trace, judged: Option<Judged<'_>>) -> Self {
        let mut texts = Texts::default();
        // The place 0 is the empty text.
        texts.place(String::new());
        let records = records(trace, &mut texts);
        let strips = drawn(trace, &mut texts);
        let finding = |finding: &crate::expect::Finding| {
            let seq = finding.focus.map(|focus| focus.to);
            let at = seq.and_then(|seq| trace.get(seq)).map(|record| show_instant(record.at));
            Finding {
                code: finding.code.as_str().to_owned(),
                message: finding.message.clone(),
                seq: seq.map(|seq| seq.0),
                at,
            }
        };
        Self {
            meta: trace.meta(),
            begin: trace.begin().as_nanos(),
            end: trace.end().as_nanos(),
            first: trace.first().0,
            records,
            strips,
            series: series(trace),
            tasks: tasks(trace),
            verdict: judged.map(|judged| judged.verdict.to_owned()),
            findings: judged.map_or(Vec::new(), |judged| judged.findings.iter().map(finding).collect()),
            texts: texts.list,
        }
    }
}

fn records(trace: &Trace, texts: &mut Texts) -> Records {
    let (words, mut columns, mut times) = (Words::new(trace), Records::default(), Times::default());
    for (seq, record) in trace.iter() {
        let phrase = words.phrase(&record);
        times.push(record.at);
        columns.back.push(record.cause.map_or(0, |Seq(cause)| seq.0 - cause));
        columns.task.push(texts.place(phrase.task));
        columns.place.push(texts.place(phrase.place));
        columns.event.push(texts.place(phrase.event));
    }
    columns.after = times.after;
    columns
}

/// The strips, with states of tasks by number: see `STATES` in the page.
fn drawn(trace: &Trace, texts: &mut Texts) -> Vec<Strip> {
    let mut drawn = Vec::new();
    for strip in strips(trace) {
        let (mut times, mut what, mut long, mut on) = (Times::default(), Vec::new(), Vec::new(), Vec::new());
        let kind = match strip.marks {
            Marks::Task(changes) => {
                for change in changes {
                    times.push(change.at);
                    let (state, device) = match change.lane {
                        Lane::New => (0, 0),
                        Lane::Ready => (1, 0),
                        Lane::Running => (2, 0),
                        Lane::Sleeping => (3, 0),
                        Lane::Waiting(device) => (4, texts.place(trace.text(device).to_owned())),
                        Lane::Parked => (5, 0),
                        Lane::Ended => (6, 0),
                    };
                    what.push(state);
                    on.push(device);
                }
                "task"
            }
            Marks::Pin(edges) => {
                for edge in edges {
                    times.push(edge.at);
                    what.push(match edge.level {
                        NetLevel::Low => 0,
                        NetLevel::High => 1,
                        NetLevel::Floating => 2,
                    });
                }
                "pin"
            }
            Marks::Words(words) => {
                for word in words {
                    times.push(word.from);
                    long.push(word.to.since(word.from).as_nanos());
                    what.push(texts.place(word.text));
                }
                "words"
            }
        };
        drawn.push(Strip { label: strip.label, kind, after: times.after, what, long, on });
    }
    drawn
}

/// Rings, the run queue, LEDs and what drivers count.
fn series(trace: &Trace) -> Vec<Series> {
    let mut all: BTreeMap<String, (Times, Vec<u64>)> = BTreeMap::new();
    let state = trace.begin_state();
    let mut counts: BTreeMap<Name, u64> = state.counters;
    let mut queue = state.scheduling.run_queue.len() as u64;
    for record in trace.records() {
        let (label, value) = match record.kind {
            Kind::UartBuffered { uart, ring, .. } | Kind::UartRead { uart, ring, .. } => {
                (format!("{} ring", trace.text(uart)), ring.into())
            }
            Kind::Count { counter, by } => {
                let sum = counts.entry(counter).or_default();
                *sum = sum.saturating_add(by.into());
                (trace.text(counter).to_owned(), *sum)
            }
            Kind::Led { led, on } => (trace.text(led).to_owned(), on.into()),
            Kind::Ready { .. } => {
                queue += 1;
                ("run queue".to_owned(), queue)
            }
            Kind::Step { .. } | Kind::Callback { .. } => {
                queue = queue.saturating_sub(1);
                ("run queue".to_owned(), queue)
            }
            _ => continue,
        };
        let (times, values) = all.entry(label).or_default();
        times.push(record.at);
        values.push(value);
    }
    all.into_iter().map(|(label, (times, value))| Series { label, after: times.after, value }).collect()
}

fn tasks(trace: &Trace) -> Vec<Task> {
    let words = Words::new(trace);
    let figures = |(task, stats): (_, crate::travel::TaskStats)| {
        let mut histogram = Vec::new();
        for span in &stats.latencies {
            let bucket = (u64::BITS - (span.as_nanos() / 1_000).leading_zeros()) as usize;
            if histogram.len() <= bucket {
                histogram.resize(bucket + 1, 0);
            }
            histogram[bucket] += 1;
        }
        let at = |percent| percentile(&stats.latencies, percent).as_nanos();
        Task {
            name: words.task(task),
            steps: stats.steps,
            p50: at(50),
            p99: at(99),
            max: at(100),
            longest: stats.longest.map_or(Duration::ZERO, |(span, _)| span).as_nanos(),
            histogram,
        }
    };
    task_stats(trace).into_iter().map(figures).collect()
}
