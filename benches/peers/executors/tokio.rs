//! tokio: its current-thread runtime without drivers.
//!
//! Two ways to yield: its own `yield_now`, which it defers until the driver has been polled, so that it
//! parks once a pass, and a plain wake-and-return. Its coop budget is not spent by either. Pauses are in paused time,
//! which goes on by itself; the runtime is made anew for each round.

use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::tasks::{Delays, take_turns};
use crate::harness::{Case, Round};

pub fn turns() -> Vec<Case> {
    let runtime = runtime();
    vec![
        Case::peer("tokio current_thread, wake and return", rounds(runtime.clone(), take_turns)),
        Case::peer("tokio current_thread, yield_now", rounds(runtime, take_own_turns)),
    ]
}

fn runtime() -> Rc<Runtime> {
    Rc::new(Builder::new_current_thread().build().expect("a runtime without drivers"))
}

async fn take_own_turns(turns: u32) {
    for _ in 0..std::hint::black_box(turns) {
        tokio::task::yield_now().await;
    }
}

/// Rounds of tasks that `make` makes. They are spawned inside the runtime, where they enter its local
/// queue; the one that was spawned last ends last.
fn rounds<F>(runtime: Rc<Runtime>, make: fn(u32) -> F) -> Round
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

pub fn pauses(delays: Delays) -> Case {
    Case::peer(PAUSED, Box::new(move |tasks, times| round_of_pauses(tasks, times, delays)))
}

async fn pause(task: usize, times: u32, delays: Delays) {
    for ms in delays(task).take(std::hint::black_box(times) as usize) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }
}

fn round_of_pauses(tasks: usize, times: u32, delays: Delays) -> Duration {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without drivers").block_on(async {
        let tasks: Vec<_> = (0..tasks).map(|task| tokio::spawn(pause(task, times, delays))).collect();
        let start = Instant::now();
        for task in tasks {
            task.await.expect("a task that only pauses does not fail");
        }
        start.elapsed()
    })
}

pub fn exchange() -> Case {
    let runtime = runtime();
    let round = move |_: usize, times| {
        runtime.block_on(async {
            let (to_one, one) = channel(1);
            let (to_two, two) = channel(1);
            let other = tokio::spawn(exchange_messages(two, to_one, false, times));
            let last = tokio::spawn(exchange_messages(one, to_two, true, times));
            let start = Instant::now();
            last.await.expect("a task that only exchanges messages does not fail");
            let span = start.elapsed();
            other.await.expect("nor does the other");
            span
        })
    };
    Case::peer("tokio current_thread, mpsc", Box::new(round))
}

async fn exchange_messages(mut own: Receiver<u32>, other: Sender<u32>, begins: bool, times: u32) {
    if begins {
        other.send(0).await.expect("it is open");
    }
    for _ in 0..std::hint::black_box(times) {
        let Some(message) = own.recv().await else { return };
        // The other may have had its last.
        let _ = other.send(message + 1).await;
    }
}
