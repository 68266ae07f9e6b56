//! embassy-executor: its raw executor, polled by hand.
//!
//! The pender does nothing, so that no platform's way of sleeping is measured; the tasks lie in one array,
//! as `#[task(pool_size = N)]` lays them out. A pass runs the batch in the reverse order of waking (its
//! own documentation says so), which costs it nothing and gains it nothing here.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use embassy_executor::raw::{Executor, TaskStorage};

use super::take_turns;
use crate::harness::Case;

pub const NAME: &str = "embassy-executor raw, wake and return";

// SAFETY: embassy-executor declares a function of this name and signature, and nobody else defines it.
#[unsafe(export_name = "__pender")]
fn pender(_context: *mut ()) {}

pub fn case() -> Case {
    Case { name: NAME, round: rounds(take_turns) }
}

/// Rounds of tasks that `make` makes. Executor and storages are made once for each number of tasks and
/// kept for good: embassy asks for `'static`, and a storage can be used again once its task has ended.
fn rounds<F: Future<Output = ()> + 'static>(make: fn(u32) -> F) -> Box<dyn FnMut(usize, u32) -> Duration> {
    let executor: &'static Executor = Box::leak(Box::new(Executor::new(std::ptr::null_mut())));
    let mut pools: BTreeMap<usize, &'static [TaskStorage<F>]> = BTreeMap::new();
    Box::new(move |tasks, turns| {
        let pool = pools.entry(tasks).or_insert_with(|| {
            Box::leak((0..tasks).map(|_| TaskStorage::new()).collect::<Vec<_>>().into_boxed_slice())
        });
        for storage in pool.iter() {
            let token = storage.spawn(|| make(turns)).expect("the tasks of the last round have ended");
            executor.spawner().spawn(token);
        }
        let start = Instant::now();
        // The poll after the last turn completes a task; all do so in the same pass.
        for _ in 0..=turns {
            // SAFETY: one thread holds the executor, no task polls it, and the pender does not either.
            unsafe { executor.poll() };
        }
        start.elapsed()
    })
}
