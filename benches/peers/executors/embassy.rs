//! embassy-executor: its raw executor, polled by hand; embassy-sync for messages.
//!
//! The pender does nothing, so that no platform's way of sleeping is measured; the tasks lie in one array,
//! as `#[task(pool_size = N)]` lays them out. A pass runs the batch in the reverse order of waking (its
//! own documentation says so), which costs it nothing and gains it nothing here.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use embassy_executor::raw::{Executor, TaskStorage};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::channel::Channel;

use super::tasks::take_turns;
use crate::harness::{Case, Round};

pub const TURNS: &str = "embassy-executor raw, wake and return";
pub const MESSAGES: &str = "embassy-executor raw, embassy-sync Channel";

// SAFETY: embassy-executor declares a function of this name and signature, and nobody else defines it.
#[unsafe(export_name = "__pender")]
fn pender(_context: *mut ()) {}

pub fn turns() -> Case {
    Case::peer(TURNS, rounds(|_, turns, left| ending(take_turns(turns), left), |_| ()))
}

/// A task that counts itself out.
pub async fn ending(work: impl Future<Output = ()>, left: Rc<Cell<usize>>) {
    work.await;
    left.set(left.get() - 1);
}

/// Polls an executor.
pub fn poll(executor: &'static Executor) {
    // SAFETY: one thread holds the executor, no task polls it, and the pender does not either.
    unsafe { executor.poll() };
}

/// Rounds of tasks that `make` makes of their number and turns; `advance` is what happens between polls. Executor and
/// storages are made once for each number of tasks and kept for good: embassy asks for `'static`, and a storage can be
/// used again once its task has ended.
pub fn rounds<F: Future<Output = ()> + 'static>(
    make: impl Fn(usize, u32, Rc<Cell<usize>>) -> F + 'static,
    advance: fn(&Executor),
) -> Round {
    let executor: &'static Executor = Box::leak(Box::new(Executor::new(std::ptr::null_mut())));
    let mut pools: BTreeMap<usize, &'static [TaskStorage<F>]> = BTreeMap::new();
    Box::new(move |tasks, turns| {
        let pool = pools.entry(tasks).or_insert_with(|| {
            Box::leak((0..tasks).map(|_| TaskStorage::new()).collect::<Vec<_>>().into_boxed_slice())
        });
        let left = Rc::new(Cell::new(tasks));
        for (task, storage) in pool.iter().enumerate() {
            let token = storage.spawn(|| make(task, turns, left.clone()));
            executor.spawner().spawn(token.expect("the tasks of the last round have ended"));
        }
        let start = Instant::now();
        while left.get() > 0 {
            poll(executor);
            advance(executor);
        }
        start.elapsed()
    })
}

type Messages = Channel<NoopRawMutex, u32, 1>;

pub fn exchange() -> Case {
    let channels: [&'static Messages; 2] = std::array::from_fn(|_| &*Box::leak(Box::new(Channel::new())));
    let make = move |task: usize, times, left| {
        ending(exchange_messages(channels[task], channels[1 - task], task == 0, times), left)
    };
    let mut round = rounds(make, |_| ());
    Case::peer(
        MESSAGES,
        Box::new(move |_, times| {
            let span = round(2, times);
            // The last message has no taker.
            channels.iter().for_each(|channel| channel.clear());
            span
        }),
    )
}

async fn exchange_messages(own: &'static Messages, other: &'static Messages, begins: bool, times: u32) {
    if begins {
        other.send(0).await;
    }
    for _ in 0..black_box(times) {
        let message = own.receive().await;
        other.send(message + 1).await;
    }
}
