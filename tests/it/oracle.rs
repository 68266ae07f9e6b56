//! The event loop does what the original did: recorded runs, replayed step by step.
//!
//! Each program of `tests/oracle` runs as a scenario under the profile `recorded`, and the whole list of what
//! happened is compared: every step with what it yielded, every operation, callback and wait, to the
//! microsecond. The recordings are of the official uasyncio 2.0 under MicroPython 1.11.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::{Cpu, ErrorKind, Op, Run, Scenario, Task};
use vpyb_sim::trace::record::{Interrupt, Kind, Task as TaskId, Yielded};
use vpyb_sim::trace::{Name, Trace};

use vpyb_core::time::{Duration, Instant};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a recording is JSON Lines")).collect()
}

// ---- from a recorded program to a scenario ---------------------------------------------------------

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn int(value: &Value) -> i32 {
    value.as_i64().expect("a whole number") as i32
}

fn kind(value: &Value) -> ErrorKind {
    match value.as_str().expect("the name of an error") {
        "CancelledError" => ErrorKind::CancelledError,
        "TimeoutError" => ErrorKind::TimeoutError,
        "ValueError" => ErrorKind::ValueError,
        "Exception" => ErrorKind::Exception,
        other => panic!("no error `{other}`"),
    }
}

fn ops(value: &Value) -> Vec<Op> {
    value.as_array().expect("a list of operations").iter().map(op).collect()
}

fn op(value: &Value) -> Op {
    let arg = |i: usize| &value[i];
    match value[0].as_str().expect("an operation's word") {
        "log" => Op::Log(text(arg(1))),
        "time" => Op::Time,
        "sleep_ms" => Op::SleepMs(int(arg(1))),
        "sleep" => Op::Sleep(arg(1).as_f64().expect("seconds")),
        "yield" => Op::Yield,
        "delay" => Op::Delay(int(arg(1))),
        "busy_us" => Op::BusyUs(int(arg(1)) as u32),
        "create" => Op::Create(text(arg(1))),
        "call_soon" => Op::CallSoon(text(arg(1))),
        "call_later_ms" => Op::CallLaterMs { after: int(arg(1)), text: text(arg(2)) },
        "call_later" => Op::CallLater { after: arg(1).as_f64().expect("seconds"), text: text(arg(2)) },
        "loop" => Op::Repeat { times: int(arg(1)) as u32, body: ops(arg(2)) },
        "try" => {
            let handlers = arg(2).as_array().expect("handlers").iter();
            Op::Try { body: ops(arg(1)), handlers: handlers.map(|h| (kind(&h[0]), ops(&h[1]))).collect() }
        }
        other => panic!("the replay knows no operation `{other}`"),
    }
}

fn scenario(program: &Value, meta: &Value) -> Scenario {
    let us = |key: &str| Duration::from_micros(meta[key].as_u64().expect("microseconds"));
    let tasks = program["tasks"].as_object().expect("tasks by name");
    let task = |name: &str, script| Task { name: name.into(), start: false, script };
    let mut listed: Vec<Task> = Vec::new();
    for name in program["start"].as_array().expect("the order of creation") {
        let name = text(name);
        listed.push(Task { start: true, ..task(&name, ops(&tasks[&name])) });
    }
    for (name, script) in tasks {
        if !listed.iter().any(|task| task.name == *name) {
            listed.push(task(name, ops(script)));
        }
    }
    listed.push(task("main", ops(&program["main"])));
    let lengths = |i: usize| Some(program["loop"][i].as_u64().expect("a length") as usize);
    Scenario {
        name: text(&program["name"]),
        cpu: Cpu {
            profile: "recorded".into(),
            runq_len: lengths(0),
            waitq_len: lengths(1),
            step: Some(us("step_us")),
            callback: Some(us("cb_us")),
            ..Cpu::default()
        },
        run: Run {
            until: Some(Instant::from_micros(meta["until_us"].as_u64().expect("microseconds"))),
            main: Some("main".into()),
            ..Run::default()
        },
        tasks: listed,
        ..Scenario::default()
    }
}

// ---- both as lists of lines ----------------------------------------------------------------------------

/// What happened, in our trace.
struct Ours<'a> {
    trace: &'a Trace,
    step: Duration,
    names: Vec<Name>,
    lines: Vec<String>,
}

impl Ours<'_> {
    fn lines(trace: &Trace, step: Duration) -> Vec<String> {
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
fn recorded_line(value: &Value) -> Option<String> {
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

/// Replays one program; gives the first difference, if there is one, and how many lines agree.
fn replay(name: &str) -> Result<usize, String> {
    let program = json_lines(&folder().join(format!("programs/{name}.json"))).remove(0);
    let recording = json_lines(&folder().join(format!("v2/{name}.jsonl")));
    let scenario = scenario(&program, &recording[0]);
    let outcome = runner::run(&scenario, &[], Options::default());
    let ours = Ours::lines(&outcome.trace, scenario.cpu.step.expect("set above"));
    let theirs: Vec<String> = recording.iter().filter_map(recorded_line).collect();
    let same = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
    if same == ours.len() && same == theirs.len() {
        return Ok(same);
    }
    let from = same.saturating_sub(4);
    let shown = |lines: &[String]| lines[from.min(lines.len())..(same + 3).min(lines.len())].join("\n");
    Err(format!(
        "{name} differs at line {same}\n--- recorded\n{}\n--- ours\n{}\n",
        shown(&theirs),
        shown(&ours)
    ))
}

fn names(prefix: &str) -> Vec<String> {
    let files = fs::read_dir(folder().join("programs")).expect("the folder of programs");
    let mut names: Vec<String> = files
        .map(|file| {
            file.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned()
        })
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort();
    names
}

fn replay_family(prefix: &str) {
    let names = names(prefix);
    assert!(!names.is_empty(), "there are programs of the family {prefix}");
    let mut lines = 0;
    let mut differences = String::new();
    for name in &names {
        match replay(name) {
            Ok(same) => lines += same,
            Err(difference) => differences.push_str(&difference),
        }
    }
    assert!(differences.is_empty(), "{differences}");
    println!("{} programs of the family {prefix} agree in {lines} lines", names.len());
}

/// Sleeps and zero delays, at no cost.
#[test]
fn sleeping_programs_agree_with_their_recordings() {
    replay_family("rnd_sleep_");
}

/// Sleeps and busy delays, where steps and callbacks cost time.
#[test]
fn busy_programs_agree_with_their_recordings() {
    replay_family("rnd_busy_");
}
