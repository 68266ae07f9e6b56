//! Small runs as whole lists: each record with its exact virtual time, and each verdict with the instant of its run's
//! end.
//!
//! Owns scenarios that are written out here and run through the public API. Costs are zero but where a test says
//! otherwise, so that every time can be computed by hand. What programs do is in `programs`.

mod programs;

use vpyb_cli::PROGRAMS;
use vpyb_core::time::Instant;
use vpyb_sim::runner::{self, Options, Outcome, Program};
use vpyb_sim::scenario::model::{Op, Scenario};
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::trace::{Kind, Trace, Words};
use vpyb_sim::vocabulary;

/// Nothing costs anything, not even a call into the board.
const FREE: &str = "cpu.profile = \"ideal\"\ncpu.access = \"0s\"\n";

/// The scenario of a file without its first line and its costs.
pub fn scenario(rest: &str, programs: &[Program]) -> Scenario {
    let source = format!("schema = 1\ntitle = \"A test\"\n{FREE}{rest}");
    let read = parse("test.toml", &source, &vocabulary(programs));
    let mut scenarios =
        read.unwrap_or_else(|problems| panic!("{}", render(&problems, "test.toml", &source, false)));
    assert_eq!(scenarios.len(), 1, "no variants here");
    scenarios.remove(0)
}

pub fn run(rest: &str) -> Outcome {
    runner::run(&scenario(rest, PROGRAMS), PROGRAMS, Options::default())
}

/// The records of some kinds: nanoseconds and words.
pub fn rows(trace: &Trace, wanted: impl Fn(&Kind) -> bool) -> Vec<String> {
    let words = Words::new(trace);
    let records = trace.records().iter().filter(|record| wanted(&record.kind));
    records.map(|record| format!("{} {}", record.at.as_nanos(), words.describe(&record))).collect()
}

/// Console lines with their nanoseconds.
fn lines(trace: &Trace) -> Vec<(u64, &str)> {
    let line = |kind| match kind {
        Kind::Line { text, .. } => Some(trace.text(text)),
        _ => None,
    };
    trace.records().iter().filter_map(|record| Some((record.at.as_nanos(), line(record.kind)?))).collect()
}

pub fn check(name: &str, found: &[String], expected: &[&str]) {
    assert!(found == expected, "{name}:\n{found:#?}\nexpected:\n{expected:#?}");
}

// ---- wires -----------------------------------------------------------------------------------------

/// 'U' is 0b0101_0101: with start and stop bit the line changes at every bit. A bit lasts 104 166.67 ns at 9600 baud;
/// each edge is computed from the first, so that the fraction is never lost. The stop bit is sampled for the
/// last time 9.594 bits after the start, its tenth sample of sixteen; the write returns after 10 bits, at 1 041 666 ns.
#[test]
fn one_byte_over_a_link_record_by_record() {
    let outcome = run(r#"
        board.links = [["X1", "X2"]]
        cpu.isr = "2us"
        objects.uarts = { u = { uart = "uart4" } }
        run.main = "main"
        [[task]]
        name = "main"
        script = [{ awrite = { uart = "u", data = "U" } }, { read = { uart = "u", n = 1 } }]
    "#);
    let found = rows(&outcome.trace, |kind| !matches!(kind, Kind::NetPin { .. }));
    let expected = [
        "0 uart4 opened: tx X1, rx X2, 9600 baud, ring of 64",
        "0 X1 drives high",
        "0 X1+X2 ↑ high",
        "0 main is created",
        "0 main is queued: it is new",
        "0 main step starts (first), takes 1.041666ms, yields io_read uart4",
        "0 uart4 is given 1 byte",
        "0 uart4 tx 'U' 0x55",
        // The start bit.
        "0 X1 drives low",
        "0 X1+X2 ↓ low",
        "0 uart4 rx start bit",
        // Data bits, the lowest first: 1 0 1 0 1 0 1 0.
        "104166 X1 drives high",
        "104166 X1+X2 ↑ high",
        "208333 X1 drives low",
        "208333 X1+X2 ↓ low",
        "312500 X1 drives high",
        "312500 X1+X2 ↑ high",
        "416666 X1 drives low",
        "416666 X1+X2 ↓ low",
        "520833 X1 drives high",
        "520833 X1+X2 ↑ high",
        "625000 X1 drives low",
        "625000 X1+X2 ↓ low",
        "729166 X1 drives high",
        "729166 X1+X2 ↑ high",
        "833333 X1 drives low",
        "833333 X1+X2 ↓ low",
        // The stop bit; its last sample is the tenth of sixteen, and the handler is done 2 us later.
        "937500 X1 drives high",
        "937500 X1+X2 ↑ high",
        "999348 uart4 rx 'U' 0x55 in the data register",
        "1001348 uart4 rx 'U' 0x55  ring 1/64",
        "1041666 main 0 awrite",
        "1041666 main waits to read from uart4",
        "1041666 main is queued: uart4 is ready",
        "1041666 devices polled (no time-out): waited 0s, 1 ready",
        "1041666 main step starts, takes 0s, yields stop_loop",
        "1041666 uart4 1 byte read, 0 left",
        "1041666 main 1 read → b'U'",
        "1041666 main finished",
        "1041666 event loop stops",
        "1041666 verdict: passed",
    ];
    check("a byte", &found, &expected);
}

/// The ring holds four, the data register one: "01234". '5' is lost where the register is full, and nothing is
/// received until the register is read: "6789" go by. The read at 12 ms takes the ring, then the byte that
/// was held; "A" is on its way and is received, and so is "B". A character takes 1 041 666.67 ns, and is in the
/// register 9.594 bits, 999 348 ns, after its start.
#[test]
fn a_ring_overflows_byte_by_byte() {
    let outcome = run(r#"
        objects.uarts = { u = { uart = "uart2" } }
        uart2.read_buf_len = 4
        run.main = "main"
        [[stimulus]]
        at = "1ms"
        send = { to = "uart2", data = "0123456789AB" }
        [[task]]
        name = "main"
        script = [{ busy_us = 12000 }, { read = { uart = "u", n = 64 } }]
    "#);
    let found = rows(&outcome.trace, |kind| {
        matches!(
            kind,
            Kind::UartBuffered { .. }
                | Kind::UartHeld { .. }
                | Kind::UartOverrun { .. }
                | Kind::UartDeaf { .. }
                | Kind::UartRead { .. }
                | Kind::Op { .. }
        )
    });
    let expected = [
        "1999348 uart2 rx '0' 0x30  ring 1/4",
        "3041014 uart2 rx '1' 0x31  ring 2/4",
        "4082681 uart2 rx '2' 0x32  ring 3/4",
        "5124348 uart2 rx '3' 0x33  ring 4/4",
        "6166014 uart2 rx '4' 0x34  ring full: stays in the data register, interrupt off",
        "7207681 uart2 rx '5' 0x35  OVERRUN: lost",
        "8249348 uart2 rx  lost unseen: overrun not yet cleared",
        "9291014 uart2 rx  lost unseen: overrun not yet cleared",
        "10332681 uart2 rx  lost unseen: overrun not yet cleared",
        "11374348 uart2 rx  lost unseen: overrun not yet cleared",
        "12000000 main 0 busy_us",
        "12000000 uart2 4 bytes read, 0 left",
        "12000000 uart2 rx '4' 0x34  ring 1/4",
        "12000000 uart2 1 byte read, 0 left",
        "12416014 uart2 rx 'A' 0x41  ring 1/4",
        "12416014 uart2 1 byte read, 0 left",
        "13457681 uart2 rx 'B' 0x42  ring 1/4",
        "13457681 uart2 1 byte read, 0 left",
        // The read waits for the next character until the third tick after the last one: 13 000 / 9600 whole
        // milliseconds, and two.
        "16000000 main 1 read → b'01234AB'",
    ];
    check("an overflow", &found, &expected);
}

// ---- verdicts --------------------------------------------------------------------------------------

/// How a run of one scripted task ends, and when in nanoseconds. The task is given to `run_until_complete`.
fn ends(script: &str, run: &str) -> (String, u64) {
    let outcome = self::run(&format!(
        "objects.uarts = {{ u = {{ uart = \"uart2\" }} }}\nrun.main = \"main\"\n{run}\n\
         [[task]]\nname = \"main\"\nscript = [{script}]\n"
    ));
    (outcome.verdict, outcome.trace.end().as_nanos())
}

#[test]
fn each_verdict_and_when_it_is_given() {
    const MS: u64 = 1_000_000;
    let cases = [
        ("{ sleep_ms = 10 }", "", "passed", 10 * MS),
        // Nobody sends, and nothing else is going to happen.
        ("{ readline = \"u\" }", "", "stuck", 0),
        ("{ sleep_ms = 5 }, { readline = \"u\" }", "", "stuck", 5 * MS),
        // Nor does it help that the run would last longer.
        ("{ readline = \"u\" }", "run.until = \"20ms\"", "stuck", 0),
        ("{ sleep_ms = 100 }", "run.limit = \"50ms\"", "limit", 50 * MS),
        // The busy time is over before anybody can look at the clock.
        ("{ busy_us = 3000 }, { sleep_ms = 10 }", "run.max_step = \"2ms\"", "hang", 3 * MS),
        // 2 ms are no more than 2 ms.
        ("{ busy_us = 2000 }, { sleep_ms = 10 }", "run.max_step = \"2ms\"", "passed", 12 * MS),
        // Each turn costs 100 us, and nothing but turns happens for a millisecond.
        ("{ forever = [\"yield\"] }", "cpu.step = \"100us\"\nrun.livelock_after = \"1ms\"", "livelock", MS),
        ("{ forever = [\"yield\"] }", "cpu.step = \"100us\"\nrun.limit = \"50ms\"", "limit", 50 * MS),
        (
            "{ sleep_ms = 7 }, { raise = { kind = \"ValueError\", text = \"v1\" } }",
            "",
            "error: main: ValueError: v1",
            7 * MS,
        ),
        // An untrapped cancellation ends its task only: the run waits for ever for what it was given.
        ("{ raise = { kind = \"CancelledError\", text = \"\" } }", "", "stuck", 0),
    ];
    for (script, run, verdict, at) in cases {
        assert_eq!(ends(script, run), (verdict.to_owned(), at), "{script} {run}");
    }
}

/// A file cannot say this, but a scenario made in Rust can. Each turn of nothing is a call into the board: where
/// calls cost time, the step becomes too long, and where they do not, they are counted.
#[test]
fn an_endless_step_without_operations_hangs() {
    let mut scenario = scenario(
        "run.main = \"main\"\nrun.max_step = \"2ms\"\n[[task]]\nname = \"main\"\nscript = []\n",
        PROGRAMS,
    );
    scenario.tasks[0].script = vec![Op::Forever(Vec::new())];
    let end = |scenario: &Scenario| {
        let outcome = runner::run(scenario, PROGRAMS, Options::default());
        (outcome.verdict, outcome.trace.end())
    };
    assert_eq!(end(&scenario), ("hang".to_owned(), Instant::ZERO));
    scenario.cpu.access = Some(vpyb_core::time::Duration::from_micros(3));
    // The 667th call is the first to end after 2 ms.
    assert_eq!(end(&scenario), ("hang".to_owned(), Instant::from_micros(2_001)));
}
