//! tokio: its current-thread runtime without drivers.
//!
//! Two ways to yield: its own `yield_now`, which it defers until the driver has been polled, so that it
//! parks once a pass, and a plain wake-and-return. Its coop budget is not spent by either.

use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::take_turns;
use crate::harness::Case;

pub fn cases() -> Vec<Case> {
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
