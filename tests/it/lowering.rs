//! What good scenario files are lowered to.
//!
//! Owns one file with all operations and one with all patterns that can be run. Bad files are in
//! `diagnostics`.

mod outside;

use vpyb_core::time::{Duration, Instant};
use vpyb_sim::scenario::model::*;
use vpyb_sim::scenario::parse;

use crate::diagnostics::vocabulary;

pub fn scenario(source: &str) -> Scenario {
    let read = parse("test.toml", source, &vocabulary());
    let mut scenarios = read.unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(scenarios.len(), 1);
    scenarios.remove(0)
}

pub const OPERATIONS: &str = r#"
schema = 1
title = "All operations"
tags = ["uart"]

[board]
links = [["X1", "X2"]]

[objects]
uarts = { u = { uart = "uart4", baud = 115200 } }
pins = { out = { pin = "Y1", mode = "output" }, in = { pin = "X3", pull = "up" } }
locks = { l = {}, p = { style = "polled", every_ms = 10 } }
events = { e = { every_ms = 5 }, f = {} }
semaphores = { s = {}, t = { value = 2, bounded = true } }
barriers = { b = { participants = 3 }, c = { participants = 2, callback = "function" }, d = { participants = 2, callback = "task" } }
queues = { q = { max = -1 }, r = {} }
conditions = { c = {} }

[[task]]
name = "a"
script = [
  { log = "start" }, "time", { sleep_ms = -1 }, { sleep = 0.5 }, "yield", { delay = 20 }, { busy_us = 500 },
  { create = "b" }, { cancel = "hog#2" },
  { wait_for_ms = { limit = 100, do = ["yield"] } },
  { try = { do = [], catch = [{ on = "CancelledError", do = ["time"] }, { on = "TimeoutError", do = [] }] } },
  { finally = { do = ["time"], then = ["yield"] } },
  { raise = { kind = "ValueError", text = "v1" } },
  { repeat = { times = 3, do = ["yield"] } }, { forever = ["yield"] },
  { call_soon = "now" }, { call_later = { after = 1, text = "s" } }, { call_later_ms = { after = 10, text = "ms" } },
  { any = "u" }, { readline = "u" }, { read = { uart = "u", n = 4 } }, { awrite = { uart = "u", data = "é\n" } },
  { led = { led = "LED1", to = "toggle" } }, { pin = { pin = "out", to = "high" } }, { pin = "in" },
  { pin_wait = { pin = "in", edge = "falling" } }, { on_edge = { pin = "in", edge = "both", set = "e" } },
  { off_edge = "in" }, { mask_edge = "in" }, { unmask_edge = "in" },
  { on_timer = { timer = "timer4", every = "10ms", set = "e" } }, { off_timer = "rtc" },
  { i2c_write = { bus = "i2c1", address = 0x40, bytes = [0xE6, 2] } }, { i2c_read = { bus = "i2c2", address = 64, n = 3 } },
  { i2c_read = { bus = "i2c1", address = 0x40, write = 0xE7, n = 1 } }, { i2c_scan = "i2c1" }, { i2c_recover = "i2c2" }, "accel",
]

[[task]]
name = "sharing"
script = [
  { after_ms = 20 }, { after = 0.02 }, { call_after_ms = { after = 20, text = "low" } },
  { gsleep = { s = 0.5 } }, { gsleep = { s = 1, granularity = 0 } }, "stop",
  { locked = { lock = "l", do = ["yield"] } }, { with_lock = { lock = "p", do = ["yield"] } },
  { with_sem = { sem = "s", do = ["yield"] } }, { with_bsem = { sem = "t", do = ["yield"] } }, { bsem_release = "t" },
  { ev_set = { event = "e", value = 1 } }, { ev_clear = "e" }, { ev_wait = "f" },
  { call_set = { after = 10, event = "e", value = "s" } },
  { barrier = "b" }, { barrier_trigger = "c" }, { barrier_busy = "d" },
  { q_put = { queue = "q", value = "v" } }, { q_get = "q" }, { q_put_nowait = { queue = "q", value = 2 } }, { q_get_nowait = "q" },
  { readexactly = { uart = "u", n = 2 } },
  { cond_wait = "c" }, { cond_wait_for = { cond = "c", n = 2 } }, { cond_notify = { cond = "c", n = 1 } }, { cond_notify_all = "c" },
  { gather = [{ do = ["yield"], timeout = 0.1 }, { do = [] }] },
  { named = { name = "N", do = ["yield"], barrier = "b" } }, { group = { group = 1, do = ["yield"] } },
  { cancel_named = { name = "N" } }, { cancel_named = { name = "N", nowait = false } },
  { cancel_group = { group = 1 } }, { cancel_group = { group = 1, nowait = true } }, { is_running = "N" },
]

[[task]]
name = "b"
start = false
script = []

[[task]]
name = "hog"
count = 2
script = [{ busy_us = 1 }]

[cpu]
runq_len = 8
step = "200us"
task.hog.step = "4ms"

[uart4]
read_buf_len = 128
rx_irq_latency = "2us"

[run]
main = "a"
limit = "1min"
seed = 7
allow = ["overrun"]
"#;

fn operations() -> Vec<Op> {
    let u = || "u".to_owned();
    vec![
        Op::Log("start".into()),
        Op::Time,
        Op::SleepMs(-1),
        Op::Sleep(0.5),
        Op::Yield,
        Op::Delay(20),
        Op::BusyUs(500),
        Op::Create("b".into()),
        Op::Cancel("hog#2".into()),
        Op::WaitForMs { limit: 100, body: vec![Op::Yield] },
        Op::Try {
            body: vec![],
            handlers: vec![(ErrorKind::CancelledError, vec![Op::Time]), (ErrorKind::TimeoutError, vec![])],
        },
        Op::Finally { body: vec![Op::Time], then: vec![Op::Yield] },
        Op::Raise { kind: ErrorKind::ValueError, text: "v1".into() },
        Op::Repeat { times: 3, body: vec![Op::Yield] },
        Op::Forever(vec![Op::Yield]),
        Op::CallSoon("now".into()),
        Op::CallLater { after: 1.0, text: "s".into() },
        Op::CallLaterMs { after: 10, text: "ms".into() },
        Op::Any(u()),
        Op::Readline(u()),
        Op::Read { uart: u(), n: 4 },
        Op::Awrite { uart: u(), data: "é\n".into() },
        Op::Led { led: "LED1".into(), to: LedTo::Toggle },
        Op::Pin { pin: "out".into(), to: Level::High },
        Op::PinRead("in".into()),
        Op::PinWait { pin: "in".into(), edge: Edge::Falling },
        Op::OnEdge { pin: "in".into(), edge: Edge::Both, event: "e".into() },
        Op::OffEdge("in".into()),
        Op::MaskEdge("in".into()),
        Op::UnmaskEdge("in".into()),
        Op::OnTimer { timer: "timer4".into(), every: Duration::from_millis(10), event: "e".into() },
        Op::OffTimer("rtc".into()),
        Op::I2cWrite { bus: "i2c1".into(), address: 0x40, bytes: vec![0xE6, 2] },
        Op::I2cRead { bus: "i2c2".into(), address: 0x40, write: None, n: 3 },
        Op::I2cRead { bus: "i2c1".into(), address: 0x40, write: Some(0xE7), n: 1 },
        Op::I2cScan("i2c1".into()),
        Op::I2cRecover("i2c2".into()),
        Op::Accel,
    ]
}

fn sharing() -> Vec<Op> {
    let (body, name) = (|| vec![Op::Yield], |name: &str| name.to_owned());
    vec![
        Op::AfterMs(20),
        Op::After(0.02),
        Op::CallAfterMs { after: 20, text: name("low") },
        Op::GSleep { seconds: 0.5, granularity: 100 },
        Op::GSleep { seconds: 1.0, granularity: 0 },
        Op::Stop,
        Op::Locked { lock: name("l"), body: body() },
        Op::WithLock { lock: name("p"), body: body() },
        Op::WithSem { sem: name("s"), body: body() },
        Op::WithBsem { sem: name("t"), body: body() },
        Op::BsemRelease(name("t")),
        Op::EvSet { event: name("e"), value: name("1") },
        Op::EvClear(name("e")),
        Op::EvWait(name("f")),
        Op::CallSet { after: 10, event: name("e"), value: name("s") },
        Op::Barrier(name("b")),
        Op::BarrierTrigger(name("c")),
        Op::BarrierBusy(name("d")),
        Op::QPut { queue: name("q"), value: name("v") },
        Op::QGet(name("q")),
        Op::QPutNowait { queue: name("q"), value: name("2") },
        Op::QGetNowait(name("q")),
        Op::Readexactly { uart: name("u"), n: 2 },
        Op::CondWait(name("c")),
        Op::CondWaitFor { cond: name("c"), n: 2 },
        Op::CondNotify { cond: name("c"), n: 1 },
        Op::CondNotifyAll(name("c")),
        Op::Gather(vec![
            Gathered { body: body(), timeout: Some(0.1) },
            Gathered { body: vec![], timeout: None },
        ]),
        Op::Named { name: name("N"), body: body(), barrier: Some(name("b")) },
        Op::Group { group: 1, body: body() },
        Op::CancelNamed { name: name("N"), nowait: true },
        Op::CancelNamed { name: name("N"), nowait: false },
        Op::CancelGroup { group: 1, nowait: false },
        Op::CancelGroup { group: 1, nowait: true },
        Op::IsRunning(name("N")),
    ]
}

#[test]
fn what_tasks_share_has_its_settings() {
    let objects = scenario(OPERATIONS).objects;
    assert_eq!(*objects.locks.get("l").expect("it is there"), LockObject::Official);
    assert_eq!(*objects.locks.get("p").expect("it is there"), LockObject::Polled { every_ms: 10 });
    assert_eq!(objects.events, [("e".to_owned(), 5), ("f".to_owned(), 0)].into_iter().collect());
    assert_eq!(
        *objects.semaphores.get("s").expect("it is there"),
        SemaphoreObject { value: 1, bounded: false }
    );
    assert_eq!(
        *objects.semaphores.get("t").expect("it is there"),
        SemaphoreObject { value: 2, bounded: true }
    );
    let callbacks =
        [("b", 3, None), ("c", 2, Some(BarrierCallback::Function)), ("d", 2, Some(BarrierCallback::Task))];
    for (name, participants, callback) in callbacks {
        assert_eq!(
            *objects.barriers.get(name).expect("it is there"),
            BarrierObject { participants, callback }
        );
    }
    assert_eq!(objects.queues, [("q".to_owned(), -1), ("r".to_owned(), 0)].into_iter().collect());
    assert_eq!(objects.conditions, ["c".to_owned()].into());
}

#[test]
fn phases_are_runs_of_the_loop() {
    let phases = scenario(
        "schema = 1\n[[task]]\nname = \"a\"\nstart = false\nscript = []\n\
         [[phase]]\ncreate = [\"a\"]\nscript = [\"yield\"]\n[[phase]]\ngap = \"5ms\"\n",
    )
    .phases;
    let first = Phase { gap: Duration::ZERO, create: vec!["a".into()], script: Some(vec![Op::Yield]) };
    let second = Phase { gap: Duration::from_millis(5), create: vec![], script: None };
    assert_eq!(phases, [first, second]);
}

#[test]
fn each_operation_and_setting_has_its_value() {
    let scenario = scenario(OPERATIONS);
    assert_eq!((scenario.name.as_str(), scenario.title.as_str()), ("test.toml", "All operations"));
    assert_eq!(scenario.board.links, [["X1".to_owned(), "X2".to_owned()]]);
    assert_eq!(scenario.tasks[0].script, operations());
    assert_eq!(scenario.tasks[1].script, sharing());
    let tasks: Vec<_> = scenario.tasks.iter().map(|task| (task.name.as_str(), task.start)).collect();
    assert_eq!(tasks, [("a", true), ("sharing", true), ("b", false), ("hog#1", true), ("hog#2", true)]);
    assert_eq!(
        *scenario.objects.uarts.get("u").expect("it is there"),
        UartObject { uart: "uart4".into(), baud: 115_200, line: Line::default(), write_buf_len: 0 }
    );
    assert_eq!(
        *scenario.objects.pins.get("in").expect("it is there"),
        PinObject { pin: "X3".into(), mode: PinMode::Input(Pull::Up) }
    );
    let cpu = Cpu {
        runq_len: Some(8),
        step: Some(Duration::from_micros(200)),
        task_step: [("hog".to_owned(), Duration::from_millis(4))].into_iter().collect(),
        ..Cpu::default()
    };
    assert_eq!(scenario.cpu, cpu);
    let uart4 = UartOverride {
        read_buf_len: Some(128),
        rx_irq_latency: Some(Duration::from_micros(2)),
        ..UartOverride::default()
    };
    assert_eq!(*scenario.uarts.get("uart4").expect("it is there"), uart4);
    let run = Run {
        main: Some("a".into()),
        limit: Some(Instant::from_millis(60_000)),
        seed: 7,
        allow: vec!["overrun".into()],
        ..Run::default()
    };
    assert_eq!(scenario.run, run);
}

pub const PATTERNS: &str = r#"
schema = 1

[parts.peer]
kind = "serial-peer"
uart = "uart2"
baud = 2400

[program]
name = "uart_reader"
args = { uart = "uart2" }

[[actor]]
name = "line"
steps = [
  { send = { to = "uart2", data = "a" }, mark = "first" },
  { after = "1ms", send = { to = "uart4", data = "b", times = 2 } },
  { at = "1s", drive = { pin = "X3", level = "float" } },
  { stall = "30ms" },
  { ctrl_c = true },
  { mark = "end" },
]

[[stimulus]]
at = "2s"
drive = { pin = "X3", level = "low" }

[[expect]]
title = "existence"
that = { task = "reader#2", event = "interrupted", with = "timed out", nth = 2, once_per = "20ms" }
between = ["1s", "2s"]

[[expect]]
title = "absence"
never = { uart = "uart2", event = "rx", byte = 0x37 }

[[expect]]
title = "instant"
that = { edge = "X3", to = "low" }
at = "2s ± 1ms"

[[expect]]
title = "order"
order = [{ stimulus = "line" }, { mark = "first" }, { line = "b" }]

[[expect]]
title = "overrun"
from = { prints = "a" }
to = { prints = "b" }
overrun = 0

[[expect]]
title = "counter"
counter = "task.reader.max_latency"
is = "<= sched.bound"

[[expect]]
title = "transcript"
transcript = """
1.018 750  hello
plain
"""

[[expect]]
title = "verdict"
verdict = "error: ValueError v1"

[[expect]]
title = "bites"
fails = "E0203"
on = "absence"
"#;

#[test]
fn each_pattern_has_its_value() {
    let scenario = scenario(PATTERNS);
    let seen = |what| Event { what, nth: None, once_per: None };
    let limit = |amount| Some(Limit { amount, inclusive: true });
    let bound = |min, max, text: &str| Bound { min, max, text: text.into() };
    let timed_out = TaskEvent::Interrupted(Some(InterruptKind::TimedOut));
    let interrupted = Event {
        what: What::Task { task: "reader#2".into(), event: timed_out },
        nth: Some(2),
        once_per: Some(Duration::from_millis(20)),
    };
    let zero = || limit(Amount::Count(0));
    let expected = [
        Pattern::Existence {
            that: interrupted,
            count: bound(limit(Amount::Count(1)), None, ">= 1"),
            between: Some((Instant::from_millis(1_000), Instant::from_millis(2_000))),
        },
        Pattern::Absence {
            never: seen(What::Uart { uart: "uart2".into(), event: UartEvent::Rx, byte: Some(b'7') }),
            between: None,
        },
        Pattern::Instant {
            that: seen(What::Edge { pin: "X3".into(), to: Level::Low }),
            at: bound(limit(Amount::Time(1_999_000_000)), limit(Amount::Time(2_001_000_000)), "2s ± 1ms"),
        },
        Pattern::Order {
            events: [What::Stimulus("line".into()), What::Mark("first".into()), What::Line("b".into())]
                .map(seen)
                .into(),
        },
        Pattern::Overrun {
            from: seen(What::Prints("a".into())),
            to: seen(What::Prints("b".into())),
            overrun: bound(zero(), zero(), "0"),
        },
        Pattern::Counter {
            counter: "task.reader.max_latency".into(),
            is: bound(None, limit(Amount::Counter("sched.bound".into())), "<= sched.bound"),
        },
        Pattern::Transcript {
            lines: vec![
                TranscriptLine { at: Some(Instant::from_micros(1_018_750)), text: "hello".into() },
                TranscriptLine { at: None, text: "plain".into() },
            ],
        },
        Pattern::Verdict { verdict: "error: ValueError v1".into() },
        Pattern::Fails { code: "E0203".into(), on: "absence".into() },
    ];
    let patterns: Vec<Pattern> = scenario.expects.into_iter().map(|expect| expect.pattern).collect();
    assert_eq!(patterns, expected);
}
