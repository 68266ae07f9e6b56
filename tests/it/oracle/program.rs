//! From a recorded program to a scenario.
//!
//! Owns what the recordings' operations and objects are called here: objects are `olock0`, `event1`, … by their
//! place in the program's lists, UARTs `u0`, `u1`, ….

use std::collections::BTreeMap;

use serde_json::Value;
use vpyb_core::time::{Duration, Instant};
use vpyb_sim::scenario::model::{
    BarrierCallback, BarrierObject, Cpu, ErrorKind, Gathered, LockObject, Objects, Op, Phase, PinObject,
    Pull, Run, Scenario, SemaphoreObject, Task, UartObject,
};

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn int(value: &Value) -> i32 {
    value.as_i64().expect("a whole number") as i32
}

fn seconds(value: &Value) -> f64 {
    value.as_f64().expect("seconds")
}

/// An item or an event's value, as notes show it.
fn value(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn kind(value: &Value) -> ErrorKind {
    match value.as_str().expect("the name of an error") {
        "CancelledError" => ErrorKind::CancelledError,
        "TimeoutError" => ErrorKind::TimeoutError,
        "ValueError" => ErrorKind::ValueError,
        "RuntimeError" => ErrorKind::RuntimeError,
        "AssertionError" => ErrorKind::AssertionError,
        "TypeError" => ErrorKind::TypeError,
        "OSError" => ErrorKind::OsError,
        "Exception" => ErrorKind::Exception,
        other => panic!("no error `{other}`"),
    }
}

fn ops(value: &Value) -> Vec<Op> {
    value.as_array().expect("a list of operations").iter().map(op).collect()
}

fn op(op: &Value) -> Op {
    let arg = |i: usize| &op[i];
    match op[0].as_str().expect("an operation's word") {
        "log" => Op::Log(text(arg(1))),
        "time" => Op::Time,
        "sleep_ms" => Op::SleepMs(int(arg(1))),
        "sleep" => Op::Sleep(seconds(arg(1))),
        "yield" => Op::Yield,
        "delay" => Op::Delay(int(arg(1))),
        "after_ms" => Op::AfterMs(int(arg(1))),
        "after" => Op::After(seconds(arg(1))),
        "gsleep" => Op::GSleep { seconds: seconds(arg(1)), granularity: int(arg(2)) },
        "busy_us" => Op::BusyUs(int(arg(1)) as u32),
        "create" => Op::Create(text(arg(1))),
        "cancel" => Op::Cancel(text(arg(1))),
        "stop" => Op::Stop,
        "call_soon" => Op::CallSoon(text(arg(1))),
        "call_later_ms" => Op::CallLaterMs { after: int(arg(1)), text: text(arg(2)) },
        "call_after_ms" => Op::CallAfterMs { after: int(arg(1)), text: text(arg(2)) },
        "call_later" => Op::CallLater { after: seconds(arg(1)), text: text(arg(2)) },
        "loop" => Op::Repeat { times: int(arg(1)) as u32, body: ops(arg(2)) },
        "try" => {
            let handlers = arg(2).as_array().expect("handlers").iter();
            Op::Try { body: ops(arg(1)), handlers: handlers.map(|h| (kind(&h[0]), ops(&h[1]))).collect() }
        }
        "wait_for_ms" => Op::WaitForMs { limit: int(arg(1)), body: ops(arg(2)) },
        "finally" => Op::Finally { body: ops(arg(1)), then: ops(arg(2)) },
        "raise" => Op::Raise { kind: kind(arg(1)), text: text(arg(2)) },
        word => stream_op(word, op).or_else(|| shared_op(word, op)).unwrap_or_else(|| member_op(word, op)),
    }
}

fn stream_op(word: &str, op: &Value) -> Option<Op> {
    let uart = format!("u{}", op[1]);
    Some(match word {
        "any" => Op::Any(uart),
        "readline" => Op::Readline(uart),
        "read" => Op::Read { uart, n: int(&op[2]) as usize },
        "readexactly" => Op::Readexactly { uart, n: int(&op[2]) as usize },
        "awrite" => Op::Awrite { uart, data: text(&op[2]).into_bytes() },
        _ => return None,
    })
}

fn shared_op(word: &str, op: &Value) -> Option<Op> {
    let name = |kind: &str| format!("{kind}{}", op[1]);
    Some(match word {
        "locked" => Op::Locked { lock: format!("{}{}", text(&op[1]), op[2]), body: ops(&op[3]) },
        "with_lock" => Op::WithLock { lock: name("alock"), body: ops(&op[2]) },
        "with_sem" => Op::WithSem { sem: name("sem"), body: ops(&op[2]) },
        "with_bsem" => Op::WithBsem { sem: name("bsem"), body: ops(&op[2]) },
        "bsem_release" => Op::BsemRelease(name("bsem")),
        "ev_wait" => Op::EvWait(name("event")),
        "ev_set" => Op::EvSet { event: name("event"), value: value(&op[2]) },
        "ev_clear" => Op::EvClear(name("event")),
        "call_set" => {
            Op::CallSet { after: int(&op[1]), event: format!("event{}", op[2]), value: value(&op[3]) }
        }
        "barrier" => Op::Barrier(name("barrier")),
        "barrier_trigger" => Op::BarrierTrigger(name("barrier")),
        "barrier_busy" => Op::BarrierBusy(name("barrier")),
        "q_put" => Op::QPut { queue: name("queue"), value: value(&op[2]) },
        "q_get" => Op::QGet(name("queue")),
        "q_put_nowait" => Op::QPutNowait { queue: name("queue"), value: value(&op[2]) },
        "q_get_nowait" => Op::QGetNowait(name("queue")),
        "cond_wait" => Op::CondWait(name("cond")),
        "cond_wait_for" => Op::CondWaitFor { cond: name("cond"), n: int(&op[2]) as u32 },
        "cond_notify" => Op::CondNotify { cond: name("cond"), n: int(&op[2]) as u32 },
        "cond_notify_all" => Op::CondNotifyAll(name("cond")),
        "pin" => Op::PinRead(name("pin")),
        _ => return None,
    })
}

fn member_op(word: &str, op: &Value) -> Op {
    let nowait = op[2].as_bool().unwrap_or(false);
    match word {
        "gather" => {
            let member = |m: &Value| Gathered { body: ops(&m[0]), timeout: m[1].as_f64() };
            Op::Gather(op[1].as_array().expect("members").iter().map(member).collect())
        }
        "named" => {
            let barrier = op.get(3).map(|barrier| format!("barrier{barrier}"));
            Op::Named { name: text(&op[1]), body: ops(&op[2]), barrier }
        }
        "group" => Op::Group { group: int(&op[1]), body: ops(&op[2]) },
        "cancel_named" => Op::CancelNamed { name: text(&op[1]), nowait },
        "cancel_group" => Op::CancelGroup { group: int(&op[1]), nowait },
        "is_running" => Op::IsRunning(text(&op[1])),
        other => panic!("the replay knows no operation `{other}`"),
    }
}

/// The scenario of a recorded program; `meta` is the first line of its recording.
pub fn scenario(program: &Value, meta: &Value) -> Scenario {
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
    if let Some(main) = program.get("main") {
        listed.push(task("main", ops(main)));
    }
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
        objects: objects(&program["objects"]),
        phases: program["phases"].as_array().into_iter().flatten().map(phase).collect(),
        tasks: listed,
        ..Scenario::default()
    }
}

fn phase(phase: &Value) -> Phase {
    Phase {
        gap: Duration::from_micros(phase["gap_us"].as_u64().unwrap_or(0)),
        create: phase["create"].as_array().into_iter().flatten().map(text).collect(),
        script: phase.get("ops").map(ops),
    }
}

/// The elements of a list, or none.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Objects of one kind, called after it and their place in the list.
fn each<T>(kind: &str, values: &[Value], make: impl Fn(&Value) -> T) -> BTreeMap<String, T> {
    values.iter().enumerate().map(|(i, value)| (format!("{kind}{i}"), make(value))).collect()
}

/// Objects that are only counted.
fn counted(value: &Value) -> Vec<Value> {
    vec![Value::Null; value.as_u64().unwrap_or(0) as usize]
}

fn objects(objects: &Value) -> Objects {
    let mut locks = each("olock", &counted(&objects["olock"]), |_| LockObject::Official);
    locks.extend(each("alock", list(&objects["alock"]), |ms| LockObject::Polled { every_ms: int(ms) }));
    let semaphore = |bounded| move |value: &Value| SemaphoreObject { value: int(value) as u32, bounded };
    let mut semaphores = each("sem", list(&objects["sem"]), semaphore(false));
    semaphores.extend(each("bsem", list(&objects["bsem"]), semaphore(true)));
    Objects {
        uarts: each("u", list(&objects["uart"]), |uart| UartObject {
            uart: format!("uart{}", uart[0]),
            baud: int(&uart[1]) as u32,
        }),
        pins: each("pin", list(&objects["pin"]), |pin| PinObject {
            pin: text(&pin[0]),
            output: false,
            pull: Pull::None,
        }),
        locks,
        events: each("event", list(&objects["event"]), int),
        semaphores,
        barriers: each("barrier", list(&objects["barrier"]), barrier),
        queues: each("queue", list(&objects["queue"]), |max| int(max) as isize),
        conditions: each("cond", &counted(&objects["cond"]), |_| ()).into_keys().collect(),
    }
}

/// In the first family each barrier has a function; the second says what it has.
fn barrier(value: &Value) -> BarrierObject {
    let participants = value.as_u64().or(value[0].as_u64()).expect("a number of tasks") as u16;
    let callback = match (value.is_number(), value[1].as_str()) {
        (true, _) | (_, Some("func")) => Some(BarrierCallback::Function),
        (_, Some("coro")) => Some(BarrierCallback::Task),
        _ => None,
    };
    BarrierObject { participants, callback }
}
