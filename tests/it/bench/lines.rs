//! What happened, one line each: of our loop as its observer hears it, and of a recording.
//!
//! ```text
//!   21241 step d -> return throw CancelledError
//!   21241 op d 0 caught CancelledError
//!   22083 poll 44 slept 442 ready 1
//! ```

use std::fmt::Write as _;

use serde_json::Value;
use vpyb_core::observer::{Event, TaskId, Yield};
use vpyb_core::{Interrupt, TaskError};

/// What happened so far on our side.
#[derive(Default)]
pub struct Lines {
    lines: Vec<String>,
    names: Vec<String>,
    /// What the recordings call `new_gen#1` and up: all that can be cancelled by group or name.
    pub cancellables: Vec<String>,
    /// Parts of tasks that were cancelled. As in the recordings, a part gets its number when it is first heard of.
    parts: Vec<(Option<TaskId>, String)>,
    /// Tasks are being queued by other means than `create_task`, which are no line.
    pub unseen: bool,
    /// How many stop requests there were.
    stops: u32,
    /// The step under way: its place in the list, its task, when it began.
    step: Option<(usize, usize, u64)>,
    open: Open,
}

#[derive(Default)]
struct Open {
    first: bool,
    stale: bool,
    throw: Option<&'static str>,
}

/// The task that a run waits for is called after the original's wrapper in steps, and `main` in operations, with a
/// number if there are several runs. A request to stop is a nameless function there. What belongs to no task is `-`.
pub fn label(name: &str) -> &str {
    let is_number = |rest: &str| rest.strip_prefix('#').unwrap_or(rest).bytes().all(|c| c.is_ascii_digit());
    let main = name.strip_prefix("main").is_some_and(is_number);
    match name {
        "" | "isr" => "-",
        _ if main || name.starts_with("_run_and_stop#") => "main",
        _ if name.starts_with("<lambda>#") => "stop",
        _ => name,
    }
}

/// Whether the recordings do not say which task made the note.
pub fn anonymous(op: &str) -> bool {
    op == "barrier_cb"
}

fn class(interrupt: Interrupt) -> &'static str {
    match interrupt {
        Interrupt::Cancelled => "CancelledError",
        Interrupt::TimedOut => "TimeoutError",
        Interrupt::Corrupt => "TypeError",
    }
}

fn yielded(y: Yield<'_>) -> String {
    match y {
        Yield::Bare => "none".into(),
        Yield::Delay(ms) => format!("delay {ms}"),
        Yield::SleepMs(ms) => format!("sleep_ms {ms}"),
        Yield::AfterMs(ms) => format!("after_ms {ms}"),
        Yield::After(ms) => format!("after {}", f64::from(ms) / 1000.0),
        Yield::IoRead(device) => format!("io_read {device}"),
        Yield::IoWrite(device) => format!("io_write {device}"),
        Yield::IoReadDone(device) => format!("io_read_done {device}"),
        Yield::IoWriteDone(device) => format!("io_write_done {device}"),
        Yield::Park => "park".into(),
        Yield::Waker => "waker".into(),
        Yield::StopLoop => "stop_loop".into(),
        Yield::Return => "return".into(),
    }
}

impl Lines {
    fn push(&mut self, now: u64, line: &str) {
        self.lines.push(format!("{now:>9} {line}"));
    }

    fn name(&self, task: u32) -> String {
        self.names[task as usize].clone()
    }

    fn current(&self) -> Option<&str> {
        self.step.map(|(_, task, _)| label(&self.names[task]))
    }

    /// A scripted operation has ended.
    pub fn op(&mut self, now: u64, task: bool, at: &str, op: &str, result: Option<&str>) {
        let task = if task && !anonymous(op) { self.current().unwrap_or("-") } else { "-" };
        let op = if op == "repeat" { "loop" } else { op };
        let line = format!("op {task} {at} {op} {}", result.unwrap_or("-"));
        self.push(now, &line);
    }

    /// A pin reaches a level.
    pub fn pin(&mut self, now: u64, pin: &str, high: bool) {
        self.push(now, &format!("pin {pin} {}", u8::from(high)));
    }

    /// An LED is switched.
    pub fn led(&mut self, now: u64, number: u8, on: bool) {
        self.push(now, &format!("led {number} {}", u8::from(on)));
    }

    /// A line on the console.
    pub fn print(&mut self, now: u64, text: &str) {
        self.push(now, &format!("print {text}"));
    }

    /// The lines.
    pub fn into_lines(self) -> Vec<String> {
        self.lines
    }

    fn close(&mut self, now: u64, result: &str) {
        let Some((at, task, began)) = self.step.take() else { return };
        let mut line = format!("step {} -> {result}", label(&self.names[task]));
        let Open { first, stale, throw } = std::mem::take(&mut self.open);
        for (flag, word) in [(first, " first"), (stale, " stale")] {
            if flag {
                line.push_str(word);
            }
        }
        if let Some(throw) = throw {
            write!(line, " throw {throw}").expect("a text takes everything");
        }
        if now > began {
            write!(line, " busy {}", now - began).expect("a text takes everything");
        }
        self.lines[at] = format!("{began:>9} {line}");
    }

    /// What the recordings call a thing of this name that can be cancelled.
    fn cancellable(&self, name: &str) -> Option<String> {
        let at = self.cancellables.iter().position(|known| known == name)?;
        Some(format!("new_gen#{}", at + 1))
    }

    /// What the recordings call a part of a task.
    fn part(&mut self, task: Option<TaskId>, part: &str) -> String {
        if let Some(name) = self.cancellable(part) {
            return name;
        }
        let is = |known: &(Option<TaskId>, String)| *known == (task, part.to_owned());
        if !self.parts.iter().any(is) {
            self.parts.push((task, part.to_owned()));
        }
        let of_function = self.parts.iter().filter(|(_, known)| known == part);
        let before = of_function.take_while(|known| !is(known)).count();
        format!("{part}#{}", before + 1)
    }

    /// Somebody is cancelled.
    pub fn cancel(&mut self, now: u64, task: &str) {
        let by = self.current().unwrap_or("-").to_owned();
        self.push(now, &format!("cancel {} by {by}", label(task)));
    }

    /// A wait is over that began at `since`.
    pub fn polled(&mut self, now: u64, timeout_ms: i32, since: u64, ready: u16) {
        let slept = now - since;
        if ready > 0 || slept > 0 {
            self.push(now, &format!("poll {timeout_ms} slept {slept} ready {ready}"));
        }
    }

    /// Something happened in the loop.
    pub fn event(&mut self, now: u64, event: Event<'_>) {
        match event {
            Event::TaskCreated { task, name } => {
                debug_assert_eq!(task.0 as usize, self.names.len());
                let name = name.to_string();
                let mut name = self.cancellable(&name).unwrap_or(name);
                if name == "stop" {
                    // The original's request is a coroutine without a name, which `call_soon` queues.
                    self.stops += 1;
                    name = format!("<lambda>#{}", self.stops);
                } else if !self.unseen && label(&name) != "main" {
                    self.push(now, &format!("create {name}"));
                }
                self.names.push(name);
            }
            Event::StepBegins { task, first, stale } => {
                self.step = Some((self.lines.len(), task.0 as usize, now));
                self.open = Open { first, stale, throw: None };
                self.lines.push(String::new());
            }
            Event::Interrupted { with, .. } => self.open.throw = Some(class(with)),
            Event::StepEnds { yielded: y, .. } => self.close(now, &yielded(y)),
            Event::StepFails { error, .. } => {
                let text = error.to_string();
                let class = match error {
                    TaskError::Interrupted(interrupt) => class(*interrupt),
                    TaskError::QueueFull(_) => "IndexError",
                    // Errors of scripts and programs begin with the name of their class.
                    _ => text.split(':').next().unwrap_or(""),
                };
                self.close(now, &format!("raise {class}"));
            }
            Event::CallbackBegins { .. } => self.push(now, "cb"),
            Event::TimeoutExpired { task } => {
                let hit = task.map_or_else(|| "nobody".into(), |task| label(&self.name(task.0)).to_owned());
                if let Some(last) = self.lines.last_mut() {
                    write!(last, " timeout {hit}").expect("a text takes everything");
                }
            }
            Event::CancelRequested { task } => {
                let task = self.name(task.0);
                self.cancel(now, &task);
            }
            Event::PartCancelled { task, part } => {
                let part = self.part(task, part);
                self.cancel(now, &part);
            }
            _ => {}
        }
    }
}

/// A recording's line in our form; `None` for what is not compared.
pub fn recorded(value: &Value) -> Option<String> {
    let task = |key: &str| value[key].as_str().map_or("-", label);
    let flag = |key: &str| value[key].as_u64() == Some(1);
    let line = match value["k"].as_str().expect("a kind") {
        "create" => format!("create {}", task("task")),
        "step" => recorded_step(value, task("task"), flag("first"), flag("stale")),
        "cb" => match &value["timeout_task"] {
            Value::Null => "cb".into(),
            Value::String(hit) => format!("cb timeout {}", label(hit)),
            _ => "cb timeout nobody".into(),
        },
        "cancel" => format!("cancel {} by {}", task("task"), task("by")),
        "poll" => {
            let ready = value["ready"].as_array().expect("devices").len();
            format!("poll {} slept {} ready {ready}", value["timeout"], value["slept_us"])
        }
        "op" => {
            let (at, op) = (value["at"].as_str().unwrap_or(""), value["op"].as_str().expect("a word"));
            let task = if anonymous(op) { "-" } else { task("task") };
            format!("op {task} {at} {op} {}", recorded_result(op, &value["res"]))
        }
        "pin" => format!("pin {} {}", value["pin"].as_str().expect("a name"), value["v"]),
        "led" => format!("led {} {}", value["n"], value["v"]),
        "print" => {
            let text = value["text"].as_str().expect("a text");
            format!("print {}", text.strip_suffix('\n').unwrap_or(text))
        }
        "meta" | "exit" | "uart_tx" | "uart_in" | "uart_drop" | "kbdint" | "spin" => return None,
        other => panic!("the bench knows no line `{other}`"),
    };
    Some(format!("{:>9} {line}", value["t"].as_u64().expect("microseconds")))
}

/// The result of an operation, as ours is noted.
fn recorded_result(op: &str, result: &Value) -> String {
    match result {
        Value::Null => "-".into(),
        // A run's value means nothing to the loop.
        Value::String(text) if op == "phase" && text.starts_with("return") => "return".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().map(|item| item.as_str().expect("a text")).collect();
            format!("[{}]", items.join(", "))
        }
        // Barriers are called by their number there.
        Value::Number(number) if op.starts_with("barrier_c") => format!("barrier{number}"),
        other => other.to_string(),
    }
}

fn recorded_step(value: &Value, task: &str, first: bool, stale: bool) -> String {
    let y = value["y"].as_str().expect("what it yielded");
    // The values that a stop request and a return carry mean nothing to the loop.
    let word = y.split(' ').next().unwrap_or(y);
    let y = if matches!(word, "stop_loop" | "return") { word } else { y };
    // `raise ValueError('v1',)` is known by its class.
    let y = if word == "raise" { y.split('(').next().unwrap_or(y) } else { y };
    // Seconds are compared as the milliseconds that the loop makes of them.
    let after = y.strip_prefix("after ").map(|s| (s.parse::<f64>().expect("seconds") * 1000.0) as i32);
    let after = after.map(|ms| format!("after {}", f64::from(ms) / 1000.0));
    let y = after.as_deref().unwrap_or(y);
    let mut line = format!("step {task} -> {y}");
    for (flag, word) in [(first, " first"), (stale, " stale")] {
        if flag {
            line.push_str(word);
        }
    }
    if let Some(throw) = value["throw"].as_str() {
        // A leftover marker is no exception and raises a `TypeError` of its own.
        let class = if throw.starts_with("pend:") { "TypeError" } else { throw };
        let class = class.split('(').next().unwrap_or(class);
        write!(line, " throw {class}").expect("a text takes everything");
    }
    if let Some(busy) = value["dt"].as_u64().filter(|&busy| busy > 0) {
        write!(line, " busy {busy}").expect("a text takes everything");
    }
    line
}
