//! Traces and recordings as lists of lines, for replays on the simulated board.
//!
//! Owns the form of a line. What is recorded of more than sleeping tasks is compared on the byte-level bench.

use std::fmt::Write as _;

use serde_json::Value;
use vpyb_core::time::Duration;
use vpyb_sim::trace::record::{Interrupt, Kind, Task as TaskId, Yielded};
use vpyb_sim::trace::{Name, Trace};

/// What happened, in our trace.
pub struct Ours<'a> {
    trace: &'a Trace,
    step: Duration,
    names: Vec<Name>,
    lines: Vec<String>,
}

impl Ours<'_> {
    /// One line for each thing that happened.
    pub fn lines(trace: &Trace, step: Duration) -> Vec<String> {
        let mut ours = Ours { trace, step, names: Vec::new(), lines: Vec::new() };
        for record in trace.records() {
            ours.record(record.at.as_micros(), &record.kind);
        }
        ours.lines
    }

    fn task(&self, task: TaskId) -> &str {
        self.trace.text(self.names[task.0 as usize])
    }

    fn record(&mut self, t: u64, kind: &Kind) {
        let line = match kind {
            Kind::TaskCreated { name, .. } => {
                self.names.push(*name);
                match self.trace.text(*name) {
                    "main" => return,
                    name => format!("create {name}"),
                }
            }
            Kind::Step { task, first, stale, yielded, took } => {
                let busy = took.saturating_sub(self.step).as_micros();
                step_line(self.task(*task), *first, *stale, &self.yielded(*yielded), busy)
            }
            Kind::Interrupted { with, .. } => {
                let class = match with {
                    Interrupt::Cancelled => "CancelledError",
                    Interrupt::TimedOut => "TimeoutError",
                    Interrupt::Corrupt => "TypeError",
                };
                format!("throw {class}")
            }
            Kind::Callback { .. } => "cb".into(),
            Kind::Polled { timeout_ms, waited, ready } if *ready > 0 || !waited.is_zero() => {
                format!("poll {timeout_ms} slept {} ready {ready}", waited.as_micros())
            }
            Kind::Op { task, at, op, result } => {
                let text = |name: &Name| self.trace.text(*name);
                let task = task.map_or("-", |task| self.task(task));
                let op = if text(op) == "repeat" { "loop" } else { text(op) };
                format!("op {task} {} {op} {}", text(at), result.as_ref().map_or("-", text))
            }
            _ => return,
        };
        self.lines.push(format!("{t:>8} {line}"));
    }

    fn yielded(&self, yielded: Yielded) -> String {
        match yielded {
            Yielded::None => "none".into(),
            Yielded::Delay(ms) => format!("delay {ms}"),
            Yielded::SleepMs(ms) => format!("sleep_ms {ms}"),
            Yielded::Return => "return".into(),
            Yielded::StopLoop => "stop_loop".into(),
            other => format!("{other:?}"),
        }
    }
}

fn step_line(task: &str, first: bool, stale: bool, yielded: &str, busy_us: u64) -> String {
    let mut line = format!("step {task} -> {yielded}");
    for (flag, word) in [(first, " first"), (stale, " stale")] {
        if flag {
            line.push_str(word);
        }
    }
    if busy_us > 0 {
        write!(line, " busy {busy_us}").expect("a text takes everything");
    }
    line
}

/// What happened, in the recording.
pub fn recorded_line(value: &Value) -> Option<String> {
    let task = || match value["task"].as_str() {
        Some("_run_and_stop#1") => "main",
        Some(task) => task,
        None => "-",
    };
    let flag = |key: &str| value[key].as_u64() == Some(1);
    let line = match value["k"].as_str().expect("a kind") {
        "create" => format!("create {}", task()),
        "step" => {
            let yielded = value["y"].as_str().expect("what it yielded");
            // The value that the original's stop request carries means nothing.
            let yielded = if yielded.starts_with("stop_loop") { "stop_loop" } else { yielded };
            step_line(task(), flag("first"), flag("stale"), yielded, value["dt"].as_u64().unwrap_or(0))
        }
        "cb" => "cb".into(),
        "poll" => {
            let ready = value["ready"].as_array().expect("devices").len();
            format!("poll {} slept {} ready {ready}", value["timeout"], value["slept_us"])
        }
        "op" => {
            let result = match &value["res"] {
                Value::Null => "-".into(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let at = value["at"].as_str().unwrap_or("");
            format!("op {} {at} {} {result}", task(), value["op"].as_str().expect("a word"))
        }
        "meta" | "exit" => return None,
        other => panic!("the replay knows no line `{other}`"),
    };
    Some(format!("{:>8} {line}", value["t"].as_u64().expect("microseconds")))
}
