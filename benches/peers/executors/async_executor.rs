//! async-executor, smol's: its executor of one thread, under `block_on` as smol runs it; async-channel for messages.

use std::hint::black_box;
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use async_executor::LocalExecutor;

use super::tasks::take_turns;
use crate::harness::Case;

pub fn turns() -> Vec<Case> {
    vec![
        Case::peer("async-executor, try_tick, wake and return", Box::new(ticked)),
        Case::peer("async-executor, run, wake and return", Box::new(run)),
    ]
}

fn ticked(tasks: usize, turns: u32) -> Duration {
    let executor = LocalExecutor::new();
    (0..tasks).for_each(|_| executor.spawn(take_turns(turns)).detach());
    let start = Instant::now();
    while executor.try_tick() {}
    start.elapsed()
}

fn run(tasks: usize, turns: u32) -> Duration {
    let executor = LocalExecutor::new();
    (1..tasks).for_each(|_| executor.spawn(take_turns(turns)).detach());
    let last = executor.spawn(take_turns(turns));
    let start = Instant::now();
    futures_executor::block_on(executor.run(last));
    start.elapsed()
}

pub fn exchange() -> Case {
    Case::peer("async-executor, async-channel", Box::new(round_of_messages))
}

fn round_of_messages(_: usize, times: u32) -> Duration {
    let executor = LocalExecutor::new();
    let (to_one, one) = async_channel::bounded(1);
    let (to_two, two) = async_channel::bounded(1);
    executor.spawn(exchange_messages(two, to_one.clone(), false, times)).detach();
    let last = executor.spawn(exchange_messages(one, to_two, true, times));
    let start = Instant::now();
    futures_executor::block_on(executor.run(last));
    let span = start.elapsed();
    drop(to_one);
    span
}

async fn exchange_messages(own: Receiver<u32>, other: Sender<u32>, begins: bool, times: u32) {
    if begins {
        other.send(0).await.expect("it is open");
    }
    for _ in 0..black_box(times) {
        let Ok(message) = own.recv().await else { return };
        // The other may have had its last.
        let _ = other.send(message + 1).await;
    }
}
