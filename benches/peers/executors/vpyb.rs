//! Our core, stepped from outside as a board's owner steps it, without an observer.
//!
//! The last task is the one that `run_until_complete` waits for, so that a round has as many tasks as its peers'.

use std::future::Future;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use vpyb_core::clock::Clock;
use vpyb_core::{Config, EventLoop, Firmware, Overrides, Setup, Step, TaskError};

use crate::harness::{Case, Round};

pub fn turns() -> Vec<Case> {
    vec![
        Case::ours("vpyb-core step(), yield_now", rounds(|firmware| firmware.step(), take_bare_turns)),
        Case::ours("vpyb-core step(), sleep_ms(0)", rounds(|firmware| firmware.step(), take_zero_delays)),
        Case::ours(
            "vpyb-core run_pass(), yield_now",
            rounds(|firmware| firmware.run_pass(), take_bare_turns),
        ),
    ]
}

/// No timer is armed, so time may stand still.
pub struct StoppedClock;

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
fn rounds<F>(step: impl Fn(&mut Firmware) -> Step + 'static, make: fn(EventLoop, u32) -> F) -> Round
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
        assert_eq!(firmware.step(), Step::Main, "the top level makes the tasks");
        let start = Instant::now();
        while step(&mut firmware) != Step::Done {}
        let elapsed = start.elapsed();
        firmware.take_result().expect("the program is done").expect("tasks that only yield do not fail");
        elapsed
    })
}
