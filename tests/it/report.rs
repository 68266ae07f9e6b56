//! How a failed run reads: hand-written runs, and the text that a user sees of each.
//!
//! Owns the snapshots of the failure layout. The sentences of single patterns are tested beside the patterns.

use vpyb_core::time::{Duration, Instant};
use vpyb_sim::expect::{Judgement, Status, judge};
use vpyb_sim::report::{Outcome, OutcomeLine, Paint, Summary, failure, status_line};
use vpyb_sim::scenario::model::{
    Amount, Bound, Event, Expect, Level, Limit, Pattern, Scenario, TaskEvent, TranscriptLine, UartEvent, What,
};
use vpyb_sim::trace::record::{Entry, Net, NetLevel, Task, Why, Yielded};
use vpyb_sim::trace::{Kind, Meta, Name, Seq, Trace};

/// What the expectations of the tests are written as; carets point into it.
const SOURCE: &str = r#"schema = 1

[[expect]]
title  = "each byte is read within one hog's turn"
from   = { uart = "uart2", event = "rx" }
to     = { task = "reader", event = "step" }
within = "< 10ms"

[[expect]]
title   = "a delay ends within the tutorial's estimate"
counter = "task.sleeper.sleep_overrun"
is      = "<= sched.bound.sum"

[[expect]]
title      = "the console says so"
transcript = """
ready
0.002 000  go
done
"""

[[expect]]
title = "the line goes low twice"
that  = { edge = "X1", to = "low" }
count = "2"

[[expect]]
title   = "all tasks end"
verdict = "passed"
"#;

/// A run under construction; times are in microseconds.
struct Run {
    trace: Trace,
    tasks: u32,
}

impl Run {
    fn new() -> Self {
        let meta = Meta { scenario: "scenarios/sample.toml::fast-io".into(), seed: 1, ..Meta::default() };
        Self { trace: Trace::new(meta), tasks: 0 }
    }

    fn push(&mut self, at: u64, kind: Kind) -> Seq {
        self.trace.push(Instant::from_micros(at), None, kind)
    }

    fn task(&mut self, name: &str) -> Task {
        let (task, name) = (Task(self.tasks), self.trace.name(name));
        self.tasks += 1;
        self.push(0, Kind::TaskCreated { task, name });
        task
    }

    fn uart(&mut self) -> Name {
        let [uart, tx, rx] = ["uart2", "X3", "X4"].map(|text| self.trace.name(text));
        self.push(0, Kind::NetPin { net: Net(3), pin: tx });
        self.push(0, Kind::NetPin { net: Net(4), pin: rx });
        self.push(0, Kind::Edge { net: Net(4), level: NetLevel::High });
        self.push(0, Kind::UartOpened { uart, tx, rx, baud: 9600, ring: 64 });
        uart
    }

    fn step(&mut self, at: u64, task: Task, took: u64, yielded: Yielded) -> Seq {
        let took = Duration::from_micros(took);
        self.push(at, Kind::Step { task, first: false, stale: false, yielded, took })
    }

    fn ready(&mut self, at: u64, task: Task, why: Why) -> Seq {
        self.push(at, Kind::Ready { entry: Entry::Task(task), why })
    }

    /// A byte of 9600 baud on `X4`, whose stop bit ends at `end`, and which reaches the ring.
    fn byte(&mut self, end: u64, uart: Name, byte: u8, ring: u16) {
        let start = end - 1_041;
        let mut level = NetLevel::High;
        for bit in 0..10 {
            let high = bit == 9 || (bit > 0 && byte >> (bit - 1) & 1 == 1);
            let next = if high { NetLevel::High } else { NetLevel::Low };
            if next != level {
                self.push(start + bit * 104, Kind::Edge { net: Net(4), level: next });
                level = next;
            }
        }
        self.push(end, Kind::UartRx { uart, byte, framing: false });
        self.push(end, Kind::UartBuffered { uart, byte, ring });
    }

    fn line(&mut self, at: u64, text: &str) {
        let text = self.trace.name(text);
        self.push(at, Kind::Line { task: None, text });
    }

    fn end(mut self, at: u64, verdict: &str) -> Trace {
        let verdict = self.trace.name(verdict);
        self.push(at, Kind::Verdict { verdict });
        self.trace
    }
}

/// A scenario with one expectation of [`SOURCE`], found by its title.
fn scenario(title: &str, pattern: Pattern) -> Scenario {
    let begin = SOURCE.find(title).expect("the title stands in the source");
    let keys = ["from", "to", "within", "counter", "is", "transcript", "that", "count", "verdict"];
    let mut expect = Expect { title: title.into(), pattern, spans: Default::default() };
    for key in keys {
        // A key stands at the beginning of a line of its table, its value behind the equals sign.
        let table = &SOURCE[begin..];
        let table = &table[..table.find("\n[[").unwrap_or(table.len())];
        let found = table.match_indices('\n').find(|(at, _)| table[at + 1..].starts_with(&format!("{key} ")));
        if let Some((at, _)) = found {
            let value = begin + at + table[at..].find("= ").expect("a key has a value") + 2;
            let end =
                if key == "transcript" { value + 40 } else { value + SOURCE[value..].find('\n').unwrap() };
            expect.spans.insert(key.to_owned(), value..end);
        }
    }
    Scenario {
        name: "scenarios/sample.toml::fast-io".into(),
        path: "scenarios/sample.toml".into(),
        source: SOURCE.into(),
        title: "A sample".into(),
        expects: vec![expect],
        ..Scenario::default()
    }
}

fn event(what: What) -> Event {
    Event { what, nth: None, once_per: None }
}

fn at_most(amount: Amount, inclusive: bool, text: &str) -> Bound {
    Bound { min: None, max: Some(Limit { amount, inclusive }), text: text.into() }
}

fn exactly(n: i64) -> Bound {
    let limit = || Some(Limit { amount: Amount::Count(n), inclusive: true });
    Bound { min: limit(), max: limit(), text: n.to_string() }
}

/// The status line and the failure, without colour, and how the run counts.
fn text(trace: &Trace, scenario: &Scenario) -> (Status, String) {
    let judgement: Judgement = judge(trace, scenario);
    let outcome = Outcome::new(scenario, trace, &judgement);
    let status = status_line(&outcome, 34, Paint(false));
    (judgement.status(), format!("{status}\n\n{}", failure(&outcome, Paint(false))))
}

/// Bytes come every 1.042 ms; six hogs of 8 ms stand between the poll that sees the 17th and its reader.
fn late_reader() -> (Trace, Scenario) {
    let mut run = Run::new();
    let uart = run.uart();
    let reader = run.task("reader");
    let hogs: Vec<Task> = (1..=6).map(|i| run.task(&format!("hog#{i}"))).collect();
    let mut at = 1_000_000;
    for byte in 0..16_u8 {
        run.byte(at + 1_042, uart, b'0' + byte % 10, 1);
        run.ready(at + 1_100, reader, Why::Device(uart));
        run.step(at + 1_200, reader, 300, Yielded::IoRead(uart));
        run.push(at + 1_300, Kind::UartRead { uart, bytes: 1, ring: 0 });
        at += 2_000;
    }
    // The 17th arrives 3 ms into the first hog's step.
    run.step(at, hogs[0], 8_000, Yielded::SleepMs(0));
    run.byte(at + 3_000, uart, b'6', 1);
    run.ready(at + 8_050, reader, Why::Device(uart));
    for (i, &hog) in hogs[1..4].iter().enumerate() {
        run.step(at + 8_100 + i as u64 * 8_000, hog, 8_000, Yielded::SleepMs(0));
    }
    run.step(at + 34_200, reader, 300, Yielded::IoRead(uart));
    run.push(at + 34_300, Kind::UartRead { uart, bytes: 1, ring: 0 });
    let within = at_most(Amount::Time(10_000_000), false, "< 10ms");
    let pattern = Pattern::Response {
        from: event(What::Uart { uart: "uart2".into(), event: UartEvent::Rx, byte: None }),
        to: event(What::Task { task: "reader".into(), event: TaskEvent::Step }),
        within: Some(within),
        p99: None,
    };
    (run.end(3_000_000, "passed"), scenario("each byte is read within one hog's turn", pattern))
}

#[test]
fn a_late_answer_shows_the_wire_and_who_was_ahead() {
    let (trace, scenario) = late_reader();
    let (status, text) = text(&trace, &scenario);
    assert_eq!(status, Status::Failed);
    insta::assert_snapshot!(text);
}

#[test]
fn a_late_sleep_is_compared_with_the_tutorials_estimate() {
    let mut run = Run::new();
    let (sleeper, one, two) = (run.task("sleeper"), run.task("hog#1"), run.task("hog#2"));
    run.push(100, Kind::TimerArmed { timer: 1, entry: Entry::Task(sleeper), due: Instant::from_millis(5) });
    // Due at 5 ms, 1 ms into a pass of 16 ms; then everybody's turn comes once more first.
    for pass in [4_000, 20_000] {
        run.step(pass, one, 8_000, Yielded::SleepMs(0));
        run.step(pass + 8_000, two, 8_000, Yielded::SleepMs(0));
        run.push(pass + 16_000, Kind::Polled { timeout_ms: 0, waited: Duration::ZERO, ready: 0 });
        if pass == 4_000 {
            run.ready(20_000, sleeper, Why::Timer(1));
        }
    }
    run.step(36_000, sleeper, 200, Yielded::SleepMs(100));
    let is = at_most(Amount::Counter("sched.bound.sum".into()), true, "<= sched.bound.sum");
    let pattern = Pattern::Counter { counter: "task.sleeper.sleep_overrun".into(), is };
    let trace = run.end(40_000, "passed");
    let (status, text) = text(&trace, &scenario("a delay ends within the tutorial's estimate", pattern));
    assert_eq!(status, Status::Failed);
    insta::assert_snapshot!(text);
}

#[test]
fn another_console_is_shown_as_a_difference() {
    let mut run = Run::new();
    for (at, text) in [(1_000, "ready"), (2_400, "go"), (3_000, "almost"), (4_000, "done")] {
        run.line(at, text);
    }
    let line =
        |at: Option<u64>, text: &str| TranscriptLine { at: at.map(Instant::from_micros), text: text.into() };
    let lines = vec![line(None, "ready"), line(Some(2_000), "go"), line(None, "done")];
    let trace = run.end(5_000, "passed");
    let (status, text) = text(&trace, &scenario("the console says so", Pattern::Transcript { lines }));
    assert_eq!(status, Status::Failed);
    insta::assert_snapshot!(text);
}

#[test]
fn a_pin_is_drawn_over_the_time_in_question() {
    let mut run = Run::new();
    let pin = run.trace.name("X1");
    let line = run.trace.name("line");
    run.push(0, Kind::NetPin { net: Net(0), pin });
    run.push(0, Kind::Edge { net: Net(0), level: NetLevel::High });
    for (step, at) in [10_000, 20_000, 30_000].into_iter().enumerate() {
        run.push(at, Kind::Stimulus { actor: line, step: step as u16, mark: None });
        run.push(at, Kind::Edge { net: Net(0), level: NetLevel::Low });
        // Contact chatter at the last one.
        for chatter in 0..step as u64 {
            run.push(at + 50 + chatter * 100, Kind::Edge { net: Net(0), level: NetLevel::High });
            run.push(at + 100 + chatter * 100, Kind::Edge { net: Net(0), level: NetLevel::Low });
        }
        run.push(at + 4_000, Kind::Edge { net: Net(0), level: NetLevel::High });
    }
    let that = event(What::Edge { pin: "X1".into(), to: Level::Low });
    let pattern = Pattern::Existence { that, count: exactly(2), between: None };
    let trace = run.end(50_000, "passed");
    let (status, text) = text(&trace, &scenario("the line goes low twice", pattern));
    assert_eq!(status, Status::Failed);
    insta::assert_snapshot!(text);
}

#[test]
fn a_stuck_run_says_what_each_task_waits_for() {
    let mut run = Run::new();
    let uart = run.uart();
    let (reader, waiter, late, done) =
        (run.task("reader"), run.task("waiter"), run.task("late"), run.task("done"));
    run.step(1_000, reader, 200, Yielded::IoRead(uart));
    run.push(1_200, Kind::IoWait { task: reader, device: uart, write: false });
    run.step(2_000, waiter, 150, Yielded::Park);
    run.step(3_000, done, 100, Yielded::Return);
    run.push(3_100, Kind::Finished { task: done });
    run.ready(3_200, late, Why::Created);
    let trace = run.end(10_000, "stuck");
    let pattern = Pattern::Verdict { verdict: "passed".into() };
    let mut expected = scenario("all tasks end", pattern);
    let (status, text_with) = text(&trace, &expected);
    assert_eq!(status, Status::Abnormal);
    insta::assert_snapshot!(text_with);
    // Without an expectation there is no line to point at.
    expected.expects.clear();
    let (status, text_without) = text(&trace, &expected);
    assert_eq!(status, Status::Abnormal);
    assert!(
        text_without.contains("error[E0210]: the run ended as `stuck`\n --> scenarios/sample.toml\n"),
        "{text_without}"
    );
}

#[test]
fn lost_bytes_fail_a_run_that_says_nothing_of_them() {
    let mut run = Run::new();
    let uart = run.uart();
    for i in 0..20_u16 {
        run.byte(2_000 + u64::from(i) * 1_042, uart, b'a' + i as u8, 45 + i);
    }
    run.push(30_000, Kind::UartHeld { uart, byte: b'x' });
    run.push(31_042, Kind::UartOverrun { uart, byte: b'y' });
    run.push(32_084, Kind::UartDeaf { uart });
    let trace = run.end(40_000, "passed");
    let mut expected = scenario("all tasks end", Pattern::Verdict { verdict: "passed".into() });
    expected.expects.clear();
    let (status, text) = text(&trace, &expected);
    assert_eq!(status, Status::Failed);
    insta::assert_snapshot!(text);
}

#[test]
fn a_held_run_is_one_line_and_counts() {
    let (trace, mut scenario) = late_reader();
    scenario.expects.clear();
    let (status, text) = text(&trace, &scenario);
    assert_eq!(
        (status, text.as_str()),
        (Status::Passed, "PASS  scenarios/sample.toml::fast-io           3s\n\n")
    );
    let judgement = judge(&trace, &scenario);
    let mut summary = Summary::default();
    summary.add(&Outcome::new(&scenario, &trace, &judgement));
    assert_eq!(summary.line(Duration::from_millis(10)), "1 passed, 0 failed; 3s of virtual time in 0.01 s");
    assert_eq!(summary.exit_code, 0);
}

#[test]
fn the_json_form_carries_the_same() {
    let (trace, scenario) = late_reader();
    let judgement = judge(&trace, &scenario);
    let mut line = OutcomeLine::of(&Outcome::new(&scenario, &trace, &judgement), Some("d1".into()));
    line.counters.retain(|name, _| name.starts_with("uart2") || name == "task.reader.max_latency");
    insta::assert_snapshot!(line.to_json().replace(",\"", ",\n\""));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let (trace, scenario) = late_reader();
    let judgement = judge(&trace, &scenario);
    let outcome = Outcome::new(&scenario, &trace, &judgement);
    let coloured = failure(&outcome, Paint(true));
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain += before;
        rest = after.split_once('m').expect("a colour code ends").1;
    }
    assert_eq!(plain + rest, failure(&outcome, Paint(false)));
}
