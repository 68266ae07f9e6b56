//! tokio: its current-thread runtime without drivers.
//!
//! Two ways to yield: its own `yield_now`, which it defers until the driver has been polled, so that it
//! parks once a pass, and a plain wake-and-return. Its coop budget is not spent by either. Pauses are in paused time,
//! which goes on by itself; the runtime is made anew for each round.

use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::{Pauses, take_turns};
use crate::harness::Case;

pub fn turns() -> Vec<Case> {
    let runtime = Rc::new(Builder::new_current_thread().build().expect("a runtime without drivers"));
    vec![
        Case { name: "tokio current_thread, wake and return", round: rounds(runtime.clone(), take_turns) },
        Case { name: "tokio current_thread, yield_now", round: rounds(runtime, take_own_turns) },
    ]
}

async fn take_own_turns(turns: u32) {
    for _ in 0..std::hint::black_box(turns) {
        tokio::task::yield_now().await;
    }
}

/// Rounds of tasks that `make` makes. They are spawned inside the runtime, where they enter its local
/// queue; the one that was spawned last ends last.
fn rounds<F>(runtime: Rc<Runtime>, make: fn(u32) -> F) -> Box<dyn FnMut(usize, u32) -> Duration>
where
    F: Future<Output = ()> + Send + 'static,
{
    Box::new(move |tasks, turns| {
        runtime.block_on(async {
            let mut last = tokio::spawn(make(turns));
            for _ in 1..tasks {
                last = tokio::spawn(make(turns));
            }
            let start = Instant::now();
            last.await.expect("a task that only yields does not fail");
            start.elapsed()
        })
    })
}

pub const PAUSED: &str = "tokio current_thread, paused, sleep";

pub fn pauses() -> Case {
    Case { name: PAUSED, round: Box::new(round_of_pauses) }
}

async fn pause(task: usize, times: u32) {
    for ms in Pauses::of_task(task).take(std::hint::black_box(times) as usize) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }
}

fn round_of_pauses(tasks: usize, times: u32) -> Duration {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without drivers").block_on(async {
        let tasks: Vec<_> = (0..tasks).map(|task| tokio::spawn(pause(task, times))).collect();
        let start = Instant::now();
        for task in tasks {
            task.await.expect("a task that only pauses does not fail");
        }
        start.elapsed()
    })
}
