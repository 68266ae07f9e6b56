//! The operations that are counted.
//!
//! Owns their names and what each does so many times. A figure is the difference of two runs that differ only in that number.

use std::cell::Cell;
use std::fs;
use std::hint::black_box;
use std::io::Cursor;
use std::rc::Rc;

use vpyb_core::sync::ThreadSafeFlag;
use vpyb_core::time::Instant;
use vpyb_core::{Config, EventLoop, Firmware, Overrides, Setup, Step, TaskError};
use vpyb_sim::program;
use vpyb_sim::runner::{self, Options, Program};
use vpyb_sim::scenario::parse;
use vpyb_sim::trace::{Kind, Record, Seekable, State, to_bytes};
use vpyb_sim::vocabulary;

use crate::executors::tasks::Pauses;
use crate::executors::vpyb::StoppedClock;
use crate::executors::{vpyb, vpyb_pauses, vpyb_queue};
use crate::harness::Case;
use crate::ours::recorded;
use crate::wire;

/// What [`SCENARIO`] runs.
const PROGRAMS: &[Program] = &[program!(vpyb_scenarios::uart_loopback)];

/// Something that is done over and over.
pub struct Operation {
    pub name: &'static str,
    /// What its figure counts.
    pub unit: &'static str,
    /// How often it is done in the two runs.
    pub times: (u32, u32),
    /// How many things are done each time.
    pub each: u32,
    run: fn(u32),
}

const fn operation(
    name: &'static str,
    unit: &'static str,
    times: (u32, u32),
    each: u32,
    run: fn(u32),
) -> Operation {
    Operation { name, unit, times, each, run }
}

const TASKS: u32 = 10;

/// All operations.
pub const OPERATIONS: &[Operation] = &[
    operation("step", "a yield through step(), ten tasks", (100, 1100), TASKS, |times| {
        case(vpyb::turns(), 0, times)
    }),
    operation("pass", "a yield through run_pass(), ten tasks", (100, 1100), TASKS, |times| {
        case(vpyb::turns(), 2, times);
    }),
    operation("timer", "a pause that ends, ten tasks", (100, 1100), TASKS, |times| {
        case(vpyb_pauses::pauses(Pauses::of_task), 0, times);
    }),
    operation("message", "a message over a queue of one place, step()", (100, 1100), 2, |times| {
        case(vpyb_queue::exchange(), 0, times);
    }),
    operation(
        "wake",
        "a flag is set from outside, and its task has come to its next wait",
        (100, 1100),
        1,
        wakes,
    ),
    operation("cancellation", "a task is made, waits, is cancelled and ends", (100, 1100), 1, cancellations),
    operation("byte", "a byte over the wire of the simulator, with its trace", (100, 1100), 1, |times| {
        run_case(&mut wire::case(), 1, times);
    }),
    operation("record", "a record into a trace in memory", (10_000, 110_000), 1, |times| {
        drop(recorded(times as usize))
    }),
    operation("packed", "a record into a trace and its file", (100_000, 300_000), 1, |times| {
        black_box(to_bytes(&recorded(times as usize)));
    }),
    operation(
        "seek",
        "the state at an instant of a file of a quarter of a million records",
        (2, 6),
        1,
        seeks,
    ),
    operation("parse", "a scenario file is read and checked", (10, 60), 1, parses),
    operation("run", "a scenario of ten seconds is run", (2, 12), 1, runs),
];

/// Does an operation.
///
/// # Errors
///
/// If there is none of this name, or the number is none.
pub fn run(name: &str, times: &str) -> Result<(), String> {
    let found = OPERATIONS.iter().find(|operation| operation.name == name);
    let operation = found.ok_or_else(|| format!("no operation is called `{name}`"))?;
    let times = times.parse().map_err(|_| format!("`{times}` is no number"))?;
    (operation.run)(times);
    Ok(())
}

fn case(mut cases: Vec<Case>, place: usize, times: u32) {
    run_case(&mut cases[place], TASKS as usize, times);
}

fn run_case(case: &mut Case, tasks: usize, times: u32) {
    black_box((case.round)(tasks, times));
}

/// A loop with one task, which begins to wait.
fn firmware<M: Future<Output = Result<(), TaskError>> + 'static>(
    main: impl FnOnce(EventLoop) -> M,
) -> Firmware {
    let clock = Rc::new(StoppedClock);
    let setup = Setup { clock, observer: None, overrides: Overrides::default(), started: None };
    Firmware::new(setup, (), |top| {
        let event_loop = top.event_loop(Config::default());
        let main = main(event_loop);
        async move { Ok(top.run_until_complete(main).await?) }
    })
}

/// Steps until the loop idles or is done.
fn settle(firmware: &mut Firmware) {
    while !matches!(firmware.step(), Step::Idle { .. } | Step::Done) {}
}

fn wakes(times: u32) {
    let flag = Rc::new(ThreadSafeFlag::new());
    let waited_for = flag.clone();
    let mut firmware = firmware(|event_loop| async move {
        loop {
            event_loop.interruptible(waited_for.wait()).await?;
        }
    });
    settle(&mut firmware);
    for _ in 0..times {
        flag.set();
        settle(&mut firmware);
    }
}

fn cancellations(times: u32) {
    let cancelled = Rc::new(Cell::new(0));
    let seen = cancelled.clone();
    let mut firmware = firmware(|event_loop| async move {
        for _ in 0..times {
            let (own, seen) = (event_loop.clone(), seen.clone());
            let task = event_loop.create_task(async move {
                let never = ThreadSafeFlag::new();
                let ended = own.interruptible(never.wait()).await;
                seen.set(seen.get() + u32::from(ended.is_err()));
                Ok(ended?)
            })?;
            event_loop.yield_now().await?;
            task.cancel()?;
            event_loop.yield_now().await?;
        }
        Ok(())
    });
    settle(&mut firmware);
    assert_eq!(cancelled.get(), times, "each was cancelled");
}

fn seeks(times: u32) {
    let file = to_bytes(&recorded(250_000));
    for number in 0..times {
        let mut file = Seekable::open(Cursor::new(&file)).expect("a trace").expect("it is whole");
        let at = Instant::from_nanos(file.end().as_nanos() / 7 * u64::from(number % 7));
        let part = file.around(at).expect("a part");
        black_box(State::at(&part, at));
    }
}

const SCENARIO: &str = "scenarios/uart_loopback/hello.toml";

fn parses(times: u32) {
    let text = fs::read_to_string(SCENARIO).expect("the scenario");
    let words = vocabulary(PROGRAMS);
    for _ in 0..times {
        black_box(parse(SCENARIO, &text, &words)).expect("a scenario without problems");
    }
}

fn runs(times: u32) {
    let text = fs::read_to_string(SCENARIO).expect("the scenario");
    let scenarios = parse(SCENARIO, &text, &vocabulary(PROGRAMS)).expect("a scenario without problems");
    for _ in 0..times {
        let outcome = runner::run(&scenarios[0], PROGRAMS, Options::default());
        assert!(matches!(outcome.trace.records().last(), Some(Record { kind: Kind::Verdict { .. }, .. })));
    }
}
