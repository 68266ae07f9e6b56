//! futures: its `LocalPool`, a thread's own executor.

use std::time::{Duration, Instant};

use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;

use super::tasks::take_turns;
use crate::harness::Case;

pub fn turns() -> Case {
    Case::peer("futures LocalPool, wake and return", Box::new(round))
}

fn round(tasks: usize, turns: u32) -> Duration {
    let mut pool = LocalPool::new();
    for _ in 0..tasks {
        pool.spawner().spawn_local(take_turns(turns)).expect("the pool is there");
    }
    let start = Instant::now();
    pool.run();
    start.elapsed()
}
