//! Runs of programs that are written for a test: what a program alone can do, and a script cannot.
//!
//! Owns those programs. They are plain programs on the virtual board.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use embedded_hal::digital::OutputPin;
use vpyb_core::{Board, Config, EventLoop, TaskError, Top};
use vpyb_sim::board::VirtualBoard;
use vpyb_sim::runner::{self, Options, Outcome, Program, boxed, run_guarded};
use vpyb_sim::trace::Kind;

use super::{check, lines, rows, scenario};

type Result = std::result::Result<(), TaskError>;

/// A program without arguments, by the name that its scenario gives it.
macro_rules! programs {
    ($($name:ident),*) => {
        static PROGRAMS: &[Program] = &[$(Program {
            name: stringify!($name),
            args: &[],
            tasks: &[],
            main: |top, _| boxed($name(top)),
            around: None,
        }),*];
    };
}

programs![runs_twice, shuts_down, panics, panics_in_a_task, panics_when_dropped, never_returns, returns];

fn run(program: &str) -> Outcome {
    let scenario = scenario(&format!("program.name = \"{program}\"\n"), PROGRAMS);
    runner::run(&scenario, PROGRAMS, Options::default())
}

// ---- the event loop keeps its state between runs (tutorial section 7.2) ----------------------------

async fn ticks(event_loop: EventLoop, board: VirtualBoard) -> Result {
    for tick in 1.. {
        event_loop.sleep_ms(4).await?;
        board.println(format_args!("tick {tick}"));
    }
    Ok(())
}

async fn runs_twice(top: Top<VirtualBoard>) -> Result {
    let event_loop = top.event_loop(Config::default());
    let board = top.board().clone();
    event_loop.create_task_named("ticks", ticks(event_loop.clone(), board.clone()))?;
    for name in ["first", "second"] {
        let sleeping = event_loop.clone();
        let value = top.run_until_complete(async move {
            sleeping.sleep_ms(10).await?;
            Ok(name)
        });
        board.println(format_args!("{} run", value.named(name).await?));
        board.delay_us(5_000);
    }
    Ok(())
}

/// The ticking task is the loop's, not the run's: between the runs nobody resumes it, and in the second run it goes
/// on where it stood. Its third sleep, due at 12 ms, is overdue when that run begins at 15 ms; from then on it
/// sleeps 4 ms again.
#[test]
fn a_second_run_goes_on_with_what_the_first_left() {
    let outcome = run("runs_twice");
    const MS: u64 = 1_000_000;
    let expected = [
        (4 * MS, "tick 1"),
        (8 * MS, "tick 2"),
        (10 * MS, "first run"),
        (15 * MS, "tick 3"),
        (19 * MS, "tick 4"),
        (23 * MS, "tick 5"),
        (25 * MS, "second run"),
    ];
    assert_eq!(lines(&outcome.trace), expected);
    assert_eq!((outcome.verdict.as_str(), outcome.trace.end().as_nanos()), ("passed", 30 * MS));
}

// ---- shutting down after an error (tutorial section 5.1) -------------------------------------------

async fn sensor(event_loop: EventLoop) -> Result {
    event_loop.sleep_ms(5).await?;
    Err(TaskError::failed("the sensor is gone"))
}

async fn shuts_down(top: Top<VirtualBoard>) -> Result {
    let event_loop = top.event_loop(Config::default());
    let board = top.board().clone();
    let mut led = board.led("LED1")?;
    led.set_high().ok();
    event_loop.create_task_named("sensor", sensor(event_loop.clone()))?;
    if let Err(error) = top.run_forever().await {
        board.println(format_args!("stopped by {error}"));
    }
    let sleeping = event_loop.clone();
    let shutdown = async move {
        sleeping.sleep_ms(2).await?;
        led.set_low().ok();
        Ok(())
    };
    top.run_until_complete(shutdown).named("shutdown").await?;
    Ok(())
}

#[test]
fn a_program_shuts_down_after_an_error_on_the_same_loop() {
    let outcome = run("shuts_down");
    let found = rows(&outcome.trace, |kind| {
        matches!(
            kind,
            Kind::TaskCreated { .. }
                | Kind::Finished { .. }
                | Kind::LoopStopped { .. }
                | Kind::Line { .. }
                | Kind::Led { .. }
                | Kind::Verdict { .. }
        )
    });
    let expected = [
        "0 LED1 LED on",
        "0 sensor is created",
        "5000000 sensor finished",
        "5000000 event loop stops: the sensor is gone",
        "5000000 prints \"stopped by sensor: the sensor is gone\"",
        "5000000 shutdown is created",
        "7000000 LED1 LED off",
        "7000000 shutdown finished",
        "7000000 event loop stops",
        "7000000 verdict: passed",
    ];
    check("a shutdown", &found, &expected);
}

// ---- panics and hangs ------------------------------------------------------------------------------

async fn panics(_top: Top<VirtualBoard>) -> Result {
    panic!("a bug of the firmware's top level")
}

async fn panics_in_a_task(top: Top<VirtualBoard>) -> Result {
    let event_loop = top.event_loop(Config::default());
    let sleeping = event_loop.clone();
    let failing = async move {
        sleeping.sleep_ms(3).await?;
        let received: Vec<u8> = Vec::new();
        received.first().expect("a byte");
        Ok(())
    };
    top.run_until_complete(failing).await?;
    Ok(())
}

struct Grumpy;

impl Drop for Grumpy {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

/// Its task still sleeps when the top level returns, and is dropped with the loop.
async fn panics_when_dropped(top: Top<VirtualBoard>) -> Result {
    let event_loop = top.event_loop(Config::default());
    let sleeping = event_loop.clone();
    event_loop.create_task_named("grumpy", async move {
        let _grumpy = Grumpy;
        sleeping.sleep_ms(100).await?;
        Ok(())
    })?;
    let sleeping = event_loop.clone();
    top.run_until_complete(async move { Ok(sleeping.sleep_ms(1).await?) }).await?;
    Ok(())
}

async fn returns(_top: Top<VirtualBoard>) -> Result {
    Ok(())
}

#[test]
fn a_panic_ends_its_run_with_its_message() {
    let end = |program| {
        let outcome = run(program);
        (outcome.verdict, outcome.trace.end().as_nanos())
    };
    assert_eq!(end("panics"), ("panic: a bug of the firmware's top level".into(), 0));
    assert_eq!(end("panics_in_a_task"), ("panic: a byte".into(), 3_000_000));
    assert_eq!(end("panics_when_dropped"), ("panic: while dropped".into(), 1_000_000));
    // And the next run in this process is as good as any.
    assert_eq!(end("returns"), ("passed".into(), 0));
}

/// Ends the program below when its test has seen what it wanted.
static RELEASED: AtomicBool = AtomicBool::new(false);

async fn never_returns(_top: Top<VirtualBoard>) -> Result {
    while !RELEASED.load(Ordering::Relaxed) {
        std::hint::spin_loop();
    }
    Ok(())
}

#[test]
fn code_that_touches_no_board_and_never_returns_is_given_up() {
    let scenario = scenario("program.name = \"never_returns\"\n", PROGRAMS);
    let outcome = run_guarded(&scenario, PROGRAMS, Options::default(), Duration::from_millis(200));
    RELEASED.store(true, Ordering::Relaxed);
    assert_eq!(outcome.verdict, "guard");
    assert_eq!(rows(&outcome.trace, |_| true), ["0 verdict: guard"]);
}

#[test]
fn a_guarded_run_is_the_same_run() {
    let scenario = scenario("program.name = \"runs_twice\"\n", PROGRAMS);
    let guarded = run_guarded(&scenario, PROGRAMS, Options::default(), Duration::from_secs(60));
    let plain = runner::run(&scenario, PROGRAMS, Options::default());
    assert_eq!((guarded.verdict, guarded.trace), (plain.verdict, plain.trace));
}

/// So many seconds are more microseconds than a number holds: no panic, but a loop without end, in which no call takes time.
#[test]
fn a_loop_that_is_to_run_for_longer_than_can_be_counted_runs_on() {
    let program = format!("program = {{ name = \"superloop\", args = {{ seconds = {} }} }}\n", i64::MAX);
    assert_eq!(super::run(&program).verdict, "hang");
}
