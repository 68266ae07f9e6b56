//! Our core with a queue of one place between two tasks.
//!
//! The first task is the one that `run_until_complete` waits for. What is awaited of a queue can be interrupted, as in
//! the tutorial.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use vpyb_core::sync::Queue;
use vpyb_core::{Config, EventLoop, Firmware, Overrides, Setup, Step, TaskError};

use super::vpyb::StoppedClock;
use crate::harness::{Case, Round};

pub fn exchange() -> Vec<Case> {
    vec![
        Case::ours("vpyb-core step(), sync::Queue", rounds(|firmware| firmware.step())),
        Case::ours("vpyb-core run_pass(), sync::Queue", rounds(|firmware| firmware.run_pass())),
    ]
}

type Messages = Rc<Queue<u32>>;

async fn exchange_messages(
    event_loop: EventLoop,
    own: Messages,
    other: Messages,
    begins: bool,
    times: u32,
) -> Result<(), TaskError> {
    if begins {
        event_loop.interruptible(other.put(0)).await?;
    }
    for _ in 0..black_box(times) {
        let message = event_loop.interruptible(own.get()).await?;
        event_loop.interruptible(other.put(message + 1)).await?;
    }
    Ok(())
}

fn rounds(step: impl Fn(&mut Firmware) -> Step + 'static) -> Round {
    Box::new(move |_, times| {
        let clock = Rc::new(StoppedClock);
        let setup = Setup { clock, observer: None, overrides: Overrides::default(), started: None };
        let mut firmware = Firmware::new(setup, (), |top| async move {
            let event_loop = top.event_loop(Config::default());
            let (one, two) = (Rc::new(Queue::bounded(1)), Rc::new(Queue::bounded(1)));
            let other = exchange_messages(event_loop.clone(), two.clone(), one.clone(), false, times);
            event_loop.create_task(other)?;
            top.run_until_complete(exchange_messages(event_loop.clone(), one, two, true, times)).await?;
            Ok(())
        });
        assert_eq!(firmware.step(), Step::Main, "the top level makes the tasks");
        let start = Instant::now();
        while step(&mut firmware) != Step::Done {}
        let elapsed = start.elapsed();
        firmware
            .take_result()
            .expect("the program is done")
            .expect("tasks that exchange messages do not fail");
        elapsed
    })
}
