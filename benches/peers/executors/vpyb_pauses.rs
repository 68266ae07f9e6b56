//! Our core on a clock that its owner puts forward to the next timer.
//!
//! Tasks that pause stop the loop when all have ended.

use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use vpyb_core::clock::Clock;
use vpyb_core::{Config, EventLoop, Firmware, Overrides, Setup, Step, TaskError};

use super::tasks::Delays;
use crate::harness::{Case, Round};

pub fn pauses(delays: Delays) -> Vec<Case> {
    vec![
        Case::ours("vpyb-core step(), sleep_ms", rounds_of_pauses(|firmware| firmware.step(), delays)),
        Case::ours(
            "vpyb-core run_pass(), sleep_ms",
            rounds_of_pauses(|firmware| firmware.run_pass(), delays),
        ),
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
    delays: Delays,
    left: Rc<Cell<usize>>,
) -> Result<(), TaskError> {
    for ms in delays(task).take(black_box(times) as usize) {
        event_loop.sleep_ms(ms as i32).await?;
    }
    left.set(left.get() - 1);
    if left.get() == 0 {
        event_loop.stop()?;
    }
    Ok(())
}

fn rounds_of_pauses(step: impl Fn(&mut Firmware) -> Step + 'static, delays: Delays) -> Round {
    Box::new(move |tasks, times| {
        let clock = Rc::new(HandClock::default());
        let setup =
            Setup { clock: clock.clone(), observer: None, overrides: Overrides::default(), started: None };
        let mut firmware = Firmware::new(setup, (), move |top| async move {
            let config = Config { runq_len: tasks, waitq_len: tasks, ..Config::default() };
            let event_loop = top.event_loop(config);
            let left = Rc::new(Cell::new(tasks));
            for task in 0..tasks {
                event_loop.create_task(pause(event_loop.clone(), task, times, delays, left.clone()))?;
            }
            Ok(top.run_forever().await?)
        });
        assert_eq!(firmware.step(), Step::Main, "the top level makes the tasks");
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
