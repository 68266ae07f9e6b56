//! The nominal timelines of the tutorial's demos, and that the scenarios with the prices of a Pyboard keep to them.
//!
//! Owns the timelines, in milliseconds from the start of a run. They are read off the demos of Peter Hinch's
//! `micropython-async` repository, of the time of uasyncio V2, and what its documents say about them: when each text is
//! printed, or an LED switched, if nothing but the named delays took time. Steps cost time under the default profile, so
//! that things are later by up to [`LATER_MS`], and never earlier than nominal. Under the profile `recorded` each
//! microsecond is compared, in `named`.

use vpyb_core::time::Instant;
use vpyb_sim::trace::{Kind, Trace};

use crate::checked_in::{run, scenarios};

/// What steps and turns of others add up to, in milliseconds.
const LATER_MS: u64 = 16;

/// A scenario, and its timeline: an instant in milliseconds, and how the line begins. Between them there may be others.
type Row = (&'static str, &'static str);

const ROWS: &[Row] = &[
    (
        "aledflash/board.toml",
        "0 Flash LED's for  10 seconds\n200 LED1 on\n700 LED2 on\n1200 LED3 on\n1700 LED4 on",
    ),
    // The sensor keeps the CPU for 90 ms until it is awake.
    (
        "apoll/board.toml::at-rest",
        "0 Testing accelerometer for 20 secs. Move the Pyboard!\n0 Test runs for 20s.\n20090 Test complete!",
    ),
    ("round_robin/board.toml::printing", "0 Testing for 5 seconds\n0 Foo 1\n0 Foo 2\n0 Foo 3\n0 Foo 1"),
    ("awaitable/board.toml::countdown", "0 10\n0 9\n0 8\n0 7\n0 6\n0 5\n0 4\n0 3\n0 2\n0 1\n0 Done"),
    (
        "awaitable/board.toml::class",
        "0 waiting for foo\n0 __await__ called\n1000 __await__ called\n4000 __await__ called\n5000 done 42",
    ),
    ("awaitable/board.toml::coro", "0 waiting for foo\n5000 done 32"),
    ("chain/board.toml", "0 Compute 1 + 2 ...\n1000 1 + 2 = 3"),
    (
        "aqtest/board.toml::alone",
        "0 Test takes 3 secs\n0 Running foo()\n0 Waiting for slow process.\n2000 Putting result onto queue\n2000 Result was 42\n3000 ",
    ),
    (
        "aremote/remote.toml::alone",
        "380 0x1 0x40\n880 0x2 0x40\n988 Repeat\n1096 Repeat\n1204 Repeat\n1680 0x55 0x4321",
    ),
    ("uart_loopback/hello.toml", "11 Received b'Hello uart\\n'\n2022 Received\n4033 Received"),
    // Nominal: 9005. The delay runs out 0.3 ms after the look at 9005 ms, so that the next one finds it.
    (
        "auart_hd/board.toml::device-answers",
        "0 This test takes 10s to complete.\n5 Command sent: Run\n5005 Result is:\n5005 Line 1\n5005 Goodbye\n5005 Timeout test.\n10005 Timed out waiting for result.",
    ),
    // Its hardware begins 50 ms late: characters come by so much later than nominal, and go out by so much sooner.
    (
        "iorw/board.toml::fast-io",
        "1250 Received b'ready\\n'\n2450 Received\n6850 Wrote Hello MyIO 1\n10650 Wrote Hello MyIO 2\n14450 Wrote Hello MyIO 3",
    ),
    (
        "iorw/board.toml::uasyncio-v2",
        "1250 Received\n2450 Received\n3650 Received\n4850 Received\n6850 Wrote Hello MyIO 1",
    ),
    ("iorw/board.toml::cancel", "2850 Wrote Hello MyIO 1\n6650 Wrote\n10450 Wrote\n14250 Wrote"),
    ("astests/switch.toml::tasks", "1050 LED2 on\n1350 LED1 on\n2050 LED2 off\n2350 LED1 off"),
    ("astests/switch.toml::functions", "1050 LED1 on\n1350 LED2 on"),
    ("asyn_demos/board.toml::cancel", "1000 Result:  42\n1000 42\n2000 43\n8000 49"),
    ("asyn_demos/board.toml::cancel-fast-io", "1000 Result:  42\n8000 49\n8500 Done"),
    ("asyn_demos/board.toml::named", "1000 Result:  100\n8000 107\n8500 Done"),
    (
        "asyn_demos/board.toml::methods",
        "0 bar running status is True\n1000 foo running, arg 1\n1000 foo running, arg 2\n1000 foo running, arg 3\n1000 bar running, arg 4\n4000 bar running, arg 4\n4500 bar instance scheduled for cancellation.\n4500 foo instances have been cancelled.\n4700 bar running status is False\n4700 Done",
    ),
    (
        "asyntest/board.toml::ack",
        "0 event was set\n0 Eventwait 1 got event with value 0\n0 Eventwait 2\n0 Cleared ack1\n0 Cleared ack2\n0 Cleared event\n1000 event was set\n9000 event was set\n10000 I've seen",
    ),
    (
        "asyntest/board.toml::event",
        "0 Test Lock class\n0 Test Event class\n0 waiting for event\n0 run_lock 1 waiting\n0 run_lock 1 acquired\n0 run_lock 2 waiting\n0 run_lock 3 waiting\n0 Waiting 5 secs\n1000 run_lock 1 released\n1000 run_lock 2 acquired\n2000 run_lock 2 released\n2000 run_lock 3 acquired\n3000 run_lock 3 released\n5000 event was set\n5000 got event\n5000 Event status OK\n5000 Tasks complete",
    ),
    (
        "asyntest/board.toml::barrier",
        "0 0 0 0 Synch\n0 1 1 1 Synch\n0 2 2 2 Synch\n0 3 3 3 Synch\n0 4 4 4 Synch",
    ),
    (
        "asyntest/board.toml::bounded",
        "0 run_sema 0 trying\n0 run_sema 0 acquired\n0 run_sema 4 trying\n1000 run_sema 3 acquired\n1000 run_sema 0 has released\n1100 run_sema 4 acquired\n1100 run_sema 1 has released\n1200 run_sema 2 has released\n2300 run_sema 3 has released\n2500 run_sema 4 has released\n2500 Bounded semaphore exception test OK",
    ),
    (
        "asyntest/board.toml::condition",
        "0 cond02 0 Awaiting\n0 cond02 6 Awaiting\n2000 cond02 5 triggered. tim = 1\n2000 cond02 6 triggered. tim = 1\n4000 cond02 3 triggered\n4000 cond02 4 triggered\n6000 cond02 1 triggered\n6000 cond02 2 triggered\n8000 cond02 0 triggered\n8000 cond04 99 Awaiting\n10000 cond04 99 triggered. tim = 9\n12000 Done.",
    ),
    (
        "asyntest/board.toml::gather",
        "0 gath01 0 started\n0 gath01 3 started\n0 gath02 started\n0 gath03 started\n2700 gath01 3 done\n2800 gath01 2 done\n2900 gath01 1 done\n3000 gath01 0 done\n5000 gath03 timeout\n7000 gath02 done\n7000 [0, 1, 2, 3, (56, 77), 4]",
    ),
    (
        "cantest/board.toml::nested",
        "1000 foo will be cancelled when next scheduled\n1000 not me was not cancellable.\n4000 foo was cancelled.\n4000 -1 False\n8000 42 False",
    ),
    (
        "cantest/board.toml::sleepers",
        "0 Running two tasks\n8000 Running instance 1\n9000 Running instance 2\n10000 About to cancel tasks\n16000 Instance 1 was cancelled\n18000 Instance 2 was cancelled\n18000 tasks were cancelled",
    ),
    (
        "cantest/board.toml::sleepers-fast-io",
        "10000 About to cancel tasks\n10000 Instance 1 was cancelled\n10000 Instance 2 was cancelled\n10000 tasks were cancelled",
    ),
    (
        "cantest/board.toml::ended",
        "0 Task cant3 running status True\n1000 Task cant3 has ended.\n3000 Task cant3 running status False\n3000 About to cancel task\n3000 Cancelled\n3000 Task cant3 running status False",
    ),
    (
        "cantest/board.toml::groups",
        "1000 Task cant41 no. 0 running\n1000 Task cant41 no. 0 ended.\n1000 Running tasks\n1000 Args: 1 2 3 4\n2000 Task cant40 no. 1 running.\n2000 Task cant41 no. 5 running\n2200 Task cant42 no. 4 running\n3000 Task cant40 no. 1 running.\n3400 Task cant42\n4000 About to cancel group 0 tasks\n4000 Task cant40 no. 1 was cancelled\n4000 Group 0 tasks were cancelled\n4600 Task cant42\n5000 About to cancel group 1 tasks\n5000 Task chained no. 4 was cancelled",
    ),
    (
        "cantest/board.toml::methods",
        "1000 foo running, arg 1\n1000 bar running, arg 4 1 42\n4000 bar running, arg 4 1 42\n4500 foo was cancelled\n4500 bar was cancelled\n5500 Done",
    ),
    (
        "cantest/board.toml::waits-for-the-end",
        "0 Task cant60\n4500 Cancelling task \"cancel me\".\n5000 Task \"cancel me\" running: True\n6000 Task cant60 name \"cancel me\" was cancelled.\n6000 Task \"cancel me\" running: False\n10000 Task cant60 name \"complete\" ended.\n11500 Task cant60 name \"cancel wait\" running.\n13500 Task cant60 name \"cancel wait\" was cancelled.\n13500 Was cancelled in 150\n13500 Cancelling cant61\n14000 Task cant61 cancelled.",
    ),
    (
        "call_lp/board.toml::alone",
        "0 Callbacks scheduled.\n500 500ms has elapsed.\n1000 One second has elapsed.\n2000 Callback executed 100 times.",
    ),
    (
        "overdue/board.toml::with-a-limit",
        "1101 LP task runs.\n10000 Low priority coro was scheduled 9 times\n20000 Low priority coro was scheduled 0 times",
    ),
    (
        "priority_test/board.toml",
        "0 Starting foo 0\n1000 foo 0 ran to completion.\n1000 Starting foo 1\n2000 foo 0 was not cancellable.\n2000 foo 1 will be cancelled\n2000 foo 3 was not cancellable.\n2000 foo 1 was cancelled.\n6000 Starting foo 2\n7000 foo 2 ran to completion.\n7000 Starting foo 4\n8000 foo 4 ran to completion.\n8000 Starting foo 3\n9000 foo 3 ran to completion.",
    ),
    (
        "fast_can/board.toml",
        "1000 foo ended 1\n1000 lpfoo ended 1\n2000 Cancelling tasks\n2000 foo cancelled 5\n2000 lpfoo cancelled 5\n10000 foo ended 1\n10000 lpfoo ended 1\n11000 foo cancelled 20\n11000 lpfoo cancelled 20",
    ),
    // It is looked for when it has woken, 20 ms after the start.
    ("htu_test/board.toml::whole", "140 Temp\n5140 Temp\n10140 Temp"),
    ("counter/board.toml::alone", "0 1\n1000 2\n2000 3\n10000 11"),
    (
        "exceptions/board.toml",
        "3000 About to throw exception.\n3000 foo was interrupted by zero division\n3000 Shutdown is running.\n4000 done",
    ),
    ("wait_for/board.toml::trap-fast-io", "0 Starting\n300 Got here\n4800 Got here\n5000 Got timeout"),
    ("wait_for/board.toml::caller-fast-io", "300 Got here\n4800 Got here\n5000 Timeout elapsed."),
    ("async_iterator/board.toml", "100 \n200 \n500 "),
    ("led_async/board.toml", "0 LED1 on\n0 LED2 on\n0 LED3 on\n416 LED3 off\n526 LED2 off\n714 LED1 off"),
    ("hello/board.toml", "0 Hello world.\n1000 Hello world.\n9000 Hello world."),
];

/// What was printed and switched, in order.
fn seen(trace: &Trace) -> Vec<(Instant, String)> {
    let records = trace.records().iter().filter_map(|record| match record.kind {
        Kind::Line { text, .. } => Some((record.at, trace.text(text).to_owned())),
        Kind::Led { led, on } => {
            Some((record.at, format!("{} {}", trace.text(led), if on { "on" } else { "off" })))
        }
        _ => None,
    });
    records.collect()
}

/// The first entry of a timeline that does not come, after those before it and in time.
fn missed(timeline: &str, seen: &[(Instant, String)]) -> Option<String> {
    let mut rest = seen;
    for entry in timeline.lines() {
        let (ms, begins) = entry.split_once(' ').expect("an instant and a text");
        let ms: u64 = ms.parse().expect("milliseconds");
        let due = Instant::from_millis(ms)..=Instant::from_millis(ms + LATER_MS);
        let Some(at) = rest.iter().position(|(at, text)| due.contains(at) && text.starts_with(begins)) else {
            let near: Vec<_> = rest.iter().filter(|(_, text)| text.starts_with(begins)).take(3).collect();
            return Some(format!("`{begins}` at {ms} ms; there is {near:?}"));
        };
        rest = &rest[at + 1..];
    }
    None
}

#[test]
fn scenarios_keep_to_the_nominal_timelines() {
    let scenarios = scenarios();
    let mut wrong = Vec::new();
    for (name, timeline) in ROWS {
        let full = format!("scenarios/{name}");
        let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == full) else {
            wrong.push(format!("{name} is not there"));
            continue;
        };
        assert_eq!(scenario.cpu.profile, "micropython-pyboard-v1.1", "{name}");
        let seen = seen(&run(scenario));
        assert!(!seen.is_empty(), "{name} shows nothing");
        wrong.extend(missed(timeline, &seen).map(|text| format!("{name}: {text}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How often each LED is switched in ten seconds: its last time would be with the end of the program, which comes first.
#[test]
fn four_leds_toggle_as_often_as_their_pauses_fit() {
    let scenarios = scenarios();
    let found = scenarios.iter().find(|scenario| scenario.name == "scenarios/aledflash/board.toml");
    let seen = seen(&run(found.expect("it is there")));
    let count = |led: &str| seen.iter().filter(|(_, text)| text.starts_with(led)).count();
    assert_eq!(["LED1", "LED2", "LED3", "LED4"].map(count), [49, 14, 8, 5]);
}
