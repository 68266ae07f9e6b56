//! A trace of the simulated board as the lines of the byte-level bench, so that a recording compares with either.
//!
//! Owns what of a record stands in a line. The form of a line is the bench's.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vpyb_core::Interrupt as CoreInterrupt;
use vpyb_core::time::{Duration, Instant};
use vpyb_sim::trace::record::{Interrupt, Kind, Net, NetLevel, Task as TaskId, Yielded};
use vpyb_sim::trace::{Name, Trace, Words};

use crate::bench::{anonymous, label};

/// What happened, in a trace of steps at this price.
pub fn lines(trace: &Trace, step: Duration) -> Vec<String> {
    let mut ours = Ours {
        trace,
        words: Words::new(trace),
        step,
        names: Vec::new(),
        lines: Vec::new(),
        running: None,
        pins: BTreeMap::new(),
    };
    for record in trace.records() {
        ours.record(record.at.as_micros(), &record.kind);
    }
    ours.lines
}

struct Ours<'t> {
    trace: &'t Trace,
    words: Words<'t>,
    step: Duration,
    names: Vec<Name>,
    lines: Vec<String>,
    /// The step under way: its task and its line.
    running: Option<(TaskId, usize)>,
    /// What each pin showed last, and how often its handler ran.
    pins: BTreeMap<String, (u8, u32)>,
}

impl Ours<'_> {
    fn task(&self, task: TaskId) -> &str {
        label(self.trace.text(self.names[task.0 as usize]))
    }

    fn current(&self) -> &str {
        self.running.map_or("-", |(task, _)| self.task(task))
    }

    fn push(&mut self, at: u64, line: &str) {
        self.lines.push(format!("{at:>9} {line}"));
    }

    fn record(&mut self, at: u64, kind: &Kind) {
        match *kind {
            Kind::TaskCreated { name, .. } => {
                self.names.push(name);
                let name = self.trace.text(name);
                if !matches!(label(name), "main" | "stop") {
                    self.push(at, &format!("create {name}"));
                }
            }
            Kind::Step { task, first, stale, yielded, took } => {
                self.running = Some((task, self.lines.len()));
                let line = self.step_line(task, first, stale, yielded, took);
                self.push(at, &line);
            }
            Kind::Interrupted { with, .. } => self.throw(with),
            Kind::Callback { .. } => {
                self.running = None;
                self.push(at, "cb");
            }
            Kind::TimeoutExpired { task } => {
                let hit = task.map_or("nobody", |task| self.task(task)).to_owned();
                let last = self.lines.last_mut().expect("the callback's line");
                write!(last, " timeout {hit}").expect("a text takes everything");
            }
            Kind::CancelRequested { task } => {
                let line = format!("cancel {} by {}", self.task(task), self.current());
                self.push(at, &line);
            }
            Kind::Polled { timeout_ms, waited, ready } => {
                self.running = None;
                if ready > 0 || !waited.is_zero() {
                    self.push(at, &format!("poll {timeout_ms} slept {} ready {ready}", waited.as_micros()));
                }
            }
            Kind::Op { task, at: path, op, result } => {
                let text = |name: Name| self.trace.text(name);
                let op = if text(op) == "repeat" { "loop" } else { text(op) };
                let task = task.filter(|_| !anonymous(op)).map_or("-", |task| self.task(task));
                let line = format!("op {task} {} {op} {}", text(path), result.map_or("-", text));
                self.push(at, &line);
            }
            Kind::Edge { net, level } => self.edge(at, net, u8::from(level == NetLevel::High)),
            Kind::Handler { irq, .. } => {
                let pin = self.trace.text(irq).to_owned();
                let (level, count) = self.pins.get_mut(&pin).expect("a handler follows an edge");
                *count += 1;
                let line = format!("op -  pin_edge {pin}={level} #{count}");
                self.push(at, &line);
            }
            _ => {}
        }
    }

    /// What pins show in the beginning is no line.
    fn edge(&mut self, at: u64, net: Net, level: u8) {
        let pins = self.words.net(net, Instant::from_micros(at));
        let pin = pins.split('+').next().expect("a net has a pin").to_owned();
        self.pins.entry(pin.clone()).or_default().0 = level;
        if at > 0 {
            self.push(at, &format!("pin {pin} {level}"));
        }
    }

    fn step_line(&self, task: TaskId, first: bool, stale: bool, yielded: Yielded, took: Duration) -> String {
        let mut line = format!("step {} -> {}", self.task(task), self.yielded(yielded));
        for (flag, word) in [(first, " first"), (stale, " stale")] {
            if flag {
                line.push_str(word);
            }
        }
        let busy = took.saturating_sub(self.step).as_micros();
        if busy > 0 {
            write!(line, " busy {busy}").expect("a text takes everything");
        }
        line
    }

    fn yielded(&self, yielded: Yielded) -> String {
        match yielded {
            Yielded::Cancelled => "raise CancelledError".into(),
            Yielded::TimedOut => "raise TimeoutError".into(),
            Yielded::Raise(error) => {
                // Errors of scripts begin with the name of their class; the loop's own are known by their words.
                let class = match self.trace.text(error) {
                    text if text.ends_with("is full") => "IndexError",
                    text if text == CoreInterrupt::Corrupt.to_string() => "TypeError",
                    text => text.split(':').next().unwrap_or(""),
                };
                format!("raise {class}")
            }
            other => self.words.yielded(other),
        }
    }

    /// An interrupt is raised in the step that has just begun. It stands before the busy time in the step's line.
    fn throw(&mut self, with: Interrupt) {
        let class = match with {
            Interrupt::Cancelled => "CancelledError",
            Interrupt::TimedOut => "TimeoutError",
            Interrupt::Corrupt => "TypeError",
        };
        let (_, at) = self.running.expect("an interrupt is raised in a step");
        let line = &mut self.lines[at];
        let busy = line.find(" busy ").map(|at| line.split_off(at)).unwrap_or_default();
        write!(line, " throw {class}{busy}").expect("a text takes everything");
    }
}
