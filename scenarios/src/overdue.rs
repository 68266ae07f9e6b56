//! A task at low priority that would starve, and the limit that lets it run (benchmark `overdue.py`).
//!
//! # Wiring
//!
//! None. Under `fast-io` with a low-priority queue.
//!
//! # What you should see
//!
//! With a limit of a second, `LP task runs.` each 1.1 seconds, nine times in ten seconds; without one, never in the
//! ten seconds after.
//!
//! # How it works
//!
//! A task that only gives up turns is always ready, so that what waits at low priority never has its turn, unless it
//! is overdue by more than the limit.

use alloc::rc::Rc;
use core::cell::Cell;

use vpyb_core::{ArgSpec, Args, Board, TaskError, Top};

use crate::env::{Ended, Env, Main, low_priority, too_old};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "hp_task", "lp_task"];

/// The firmware's top level.
///
/// # Errors
///
/// If the loop has no low priority, or a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, low_priority(16));
    if !main.is_fast() {
        return Err(too_old());
    }
    Ok(main.run(run(main.env())).await?)
}

async fn hp_task<B: Board>(env: Env<B>) -> Ended {
    loop {
        env.ev.sleep_ms(0).await?;
    }
}

async fn lp_task<B: Board>(env: Env<B>, runs: Rc<Cell<u32>>) -> Ended {
    loop {
        env.ev.after_ms(100).await?;
        say!(env, "LP task runs.");
        runs.set(runs.get() + 1);
    }
}

async fn run<B: Board>(env: Env<B>) -> Ended {
    let runs = Rc::new(Cell::new(0));
    env.ev.create_task(hp_task(env.clone()))?;
    env.ev.create_task(lp_task(env.clone(), runs.clone()))?;
    say!(env, "First test runs for 10 secs. Max overdue time = 1s.");
    env.ev.set_max_overdue_ms(1000);
    env.ev.sleep(10.0).await?;
    say!(env, "Low priority coro was scheduled {} times: (should be 9).", runs.take());
    say!(env, "Second test runs for 10 secs. Default scheduling.");
    say!(env, "Low priority coro should not be scheduled.");
    env.ev.set_max_overdue_ms(0);
    env.ev.sleep(10.0).await?;
    say!(env, "Low priority coro was scheduled {} times: (should be 0).", runs.take());
    Ok(())
}
