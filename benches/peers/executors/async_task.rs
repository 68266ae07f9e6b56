//! async-task: what an executor is built of; here with a `VecDeque` as its queue, as its own examples have it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use async_task::Runnable;

use super::tasks::take_turns;
use crate::harness::Case;

pub fn turns() -> Case {
    Case::peer("async-task and VecDeque, wake and return", Box::new(round))
}

fn round(tasks: usize, turns: u32) -> Duration {
    let queue: Rc<RefCell<VecDeque<Runnable>>> = Rc::default();
    for _ in 0..tasks {
        let own = queue.clone();
        let schedule = move |runnable| own.borrow_mut().push_back(runnable);
        // SAFETY: future, schedule function and all wakers stay on this thread, and nothing is borrowed.
        let (runnable, task) = unsafe { async_task::spawn_unchecked(take_turns(turns), schedule) };
        runnable.schedule();
        task.detach();
    }
    let start = Instant::now();
    loop {
        let next = queue.borrow_mut().pop_front();
        let Some(runnable) = next else { break };
        runnable.run();
    }
    start.elapsed()
}
