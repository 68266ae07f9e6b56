//! Our core, stepped from outside as a board's owner steps it, without an observer.
//!
//! The last task is the one that `run_until_complete` waits for, so that a round has as many tasks as its peers'. Tasks
//! that pause stop the loop when all have ended; their owner puts the clock forward to the next timer.

use std::cell::Cell;
use std::future::Future;
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use vpyb_core::clock::Clock;
use vpyb_core::{Config, EventLoop, Firmware, Overrides, Setup, Step, TaskError};

use super::Pauses;
use crate::harness::Case;

pub fn turns() -> Vec<Case> {
    vec![
        Case { name: "vpyb-core step(), yield_now", round: rounds(Firmware::step, take_bare_turns) },
        Case { name: "vpyb-core step(), sleep_ms(0)", round: rounds(Firmware::step, take_zero_delays) },
        Case { name: "vpyb-core run_pass(), yield_now", round: rounds(Firmware::run_pass, take_bare_turns) },
    ]
}

/// No timer is armed, so time may stand still.
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> vpyb_core::time::Instant {
        vpyb_core::time::Instant::ZERO
    }
}

async fn take_bare_turns(event_loop: EventLoop, turns: u32) -> Result<(), TaskError> {
    for _ in 0..black_box(turns) {
        event_loop.yield_now().await?;
    }
    Ok(())
}

async fn take_zero_delays(event_loop: EventLoop, turns: u32) -> Result<(), TaskError> {
    for _ in 0..black_box(turns) {
        event_loop.sleep_ms(0).await?;
    }
    Ok(())
}

/// Rounds of tasks that `make` makes. Making them is the top level's step, before the clock starts.
fn rounds<F>(
    step: impl Fn(&mut Firmware) -> Step + 'static,
    make: fn(EventLoop, u32) -> F,
) -> Box<dyn FnMut(usize, u32) -> Duration>
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    Box::new(move |tasks, turns| {
        let clock = Rc::new(StoppedClock);
        let setup = Setup { clock, observer: None, overrides: Overrides::default(), started: None };
        let mut firmware = Firmware::new(setup, (), |top| async move {
            let event_loop = top.event_loop(Config { runq_len: tasks, ..Config::default() });
            for _ in 1..tasks {
                event_loop.create_task(make(event_loop.clone(), turns))?;
            }
            top.run_until_complete(make(event_loop.clone(), turns)).await?;
            Ok(())
        });
        assert_eq!(step(&mut firmware), Step::Main, "the top level makes the tasks");
        let start = Instant::now();
        while step(&mut firmware) != Step::Done {}
        let elapsed = start.elapsed();
        firmware.take_result().expect("the program is done").expect("tasks that only yield do not fail");
        elapsed
    })
}

pub fn pauses() -> Vec<Case> {
    vec![
        Case { name: "vpyb-core step(), sleep_ms", round: rounds_of_pauses(Firmware::step) },
        Case { name: "vpyb-core run_pass(), sleep_ms", round: rounds_of_pauses(Firmware::run_pass) },
    ]
}

/// A clock that is put forward by hand.
#[derive(Default)]
struct HandClock(Cell<vpyb_core::time::Instant>);

impl Clock for HandClock {
    fn now(&self) -> vpyb_core::time::Instant {
        self.0.get()
    }
}

async fn pause(
    event_loop: EventLoop,
    task: usize,
    times: u32,
    left: Rc<Cell<usize>>,
) -> Result<(), TaskError> {
    for ms in Pauses::of_task(task).take(black_box(times) as usize) {
        event_loop.sleep_ms(ms as i32).await?;
    }
    left.set(left.get() - 1);
    if left.get() == 0 {
        event_loop.stop()?;
    }
    Ok(())
}

fn rounds_of_pauses(
    step: impl Fn(&mut Firmware) -> Step + 'static,
) -> Box<dyn FnMut(usize, u32) -> Duration> {
    Box::new(move |tasks, times| {
        let clock = Rc::new(HandClock::default());
        let setup =
            Setup { clock: clock.clone(), observer: None, overrides: Overrides::default(), started: None };
        let mut firmware = Firmware::new(setup, (), move |top| async move {
            let config = Config { runq_len: tasks, waitq_len: tasks, ..Config::default() };
            let event_loop = top.event_loop(config);
            let left = Rc::new(Cell::new(tasks));
            for task in 0..tasks {
                event_loop.create_task(pause(event_loop.clone(), task, times, left.clone()))?;
            }
            Ok(top.run_forever().await?)
        });
        assert_eq!(step(&mut firmware), Step::Main, "the top level makes the tasks");
        let start = Instant::now();
        loop {
            match step(&mut firmware) {
                Step::Done => break,
                Step::Idle { until, .. } => clock.0.set(until.expect("a task pauses")),
                _ => {}
            }
        }
        let elapsed = start.elapsed();
        firmware.take_result().expect("the program is done").expect("tasks that only pause do not fail");
        elapsed
    })
}
