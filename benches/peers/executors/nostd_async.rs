//! nostd_async: tasks in a list, in memory that the caller provides.
//!
//! Version 0.6, for later ones are empty. It polls inside a critical section, which is nothing on this host.

use std::time::{Duration, Instant};

use nostd_async::{Runtime, Task};

use super::tasks::take_turns;
use crate::harness::Case;

pub fn turns() -> Case {
    Case::peer("nostd_async, wake and return", Box::new(round))
}

fn round(tasks: usize, turns: u32) -> Duration {
    let runtime = Runtime::new();
    let mut tasks: Vec<_> = (0..tasks).map(|_| Task::new(take_turns(turns))).collect();
    let handles: Vec<_> = tasks.iter_mut().map(|task| task.spawn(&runtime)).collect();
    let start = Instant::now();
    for handle in handles {
        handle.join();
    }
    start.elapsed()
}
