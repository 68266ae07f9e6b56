//! What happened, one line each: of our loop as its observer hears it, and of a recording.
//!
//! ```text
//!   21241 step d -> return throw CancelledError
//!   21241 op d 0 caught CancelledError
//!   22083 poll 44 slept 442 ready 1
//! ```

use std::fmt::Write as _;

use serde_json::Value;
use vpyb_core::observer::{Event, Yield};
use vpyb_core::{Interrupt, TaskError};

/// What happened so far on our side.
#[derive(Default)]
pub struct Lines {
    lines: Vec<String>,
    names: Vec<String>,
    /// Tasks that the recordings call `new_gen#1` and up: all that can be cancelled by group or name.
    pub cancellables: Vec<String>,
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
                let mut name = name.to_string();
                if let Some(at) = self.cancellables.iter().position(|known| *known == name) {
                    name = format!("new_gen#{}", at + 1);
                }
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

/// Takes dull steps out of a list of ours, as the recordings of spinning programs were taken: steps that were not
/// the first, brought nothing, took no time, and came back with a zero delay. Gives their number.
pub fn take_out_spins(lines: &mut Vec<String>) -> usize {
    let word = |line: &str| line[9..].trim_start().split(' ').next().unwrap_or("").to_owned();
    let zero =
        |line: &str| [" -> none", " -> delay 0", " -> sleep_ms 0"].iter().any(|end| line.ends_with(end));
    let inside = |line: &str| !matches!(word(line).as_str(), "step" | "cb" | "poll");
    // What the outside does belongs to no step.
    let outside = |line: &str| word(line) == "pin" || line.contains(" op -  pin_edge ");
    let all = std::mem::take(lines);
    let dull = |at: usize| {
        let mut after = all[at + 1..].iter().skip_while(|line| outside(line));
        word(&all[at]) == "step" && zero(&all[at]) && !after.next().is_some_and(|line| inside(line))
    };
    *lines = (0..all.len()).filter(|&at| !dull(at)).map(|at| all[at].clone()).collect();
    all.len() - lines.len()
}

/// How two lists compare.
pub struct Comparison {
    /// How many lines agree from the beginning.
    pub same: usize,
    /// The first difference, to be read by people; `None` if there is none.
    pub difference: Option<String>,
}

/// Compares a recording with ours. After a crash of the original, its lines are all that count.
pub fn compare(name: &str, theirs: &[String], ours: &[String], crash: bool) -> Comparison {
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    if same == theirs.len() && (crash || same == ours.len()) {
        return Comparison { same, difference: None };
    }
    let from = same.saturating_sub(6);
    let shown = |lines: &[String]| lines[from.min(lines.len())..(same + 4).min(lines.len())].join("\n");
    let (theirs, ours) = (shown(theirs), shown(ours));
    let text = format!("{name} differs at line {same}\n--- recorded\n{theirs}\n--- ours\n{ours}\n");
    Comparison { same, difference: Some(text) }
}
