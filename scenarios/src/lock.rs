//! A resource that one of three tasks has at a time (tutorial section 3.1).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `Acquired lock in task 1`, then 2, 3, 1 and so on, one each half second, for ten seconds.
//!
//! # How it works
//!
//! Who finds the official lock taken is parked: it is in no queue of the loop, so that waiting costs nothing. A
//! release queues the first that waits; it holds the lock when it runs.

use alloc::rc::Rc;

use vpyb_core::official::Lock;
use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "task"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let lock = Rc::new(Lock::new(&main.ev));
    for number in 1..=3 {
        main.ev.create_task(task(main.env(), number, lock.clone()))?;
    }
    Ok(main.run_for(10.0).await?)
}

async fn task<B: Board>(env: Env<B>, number: u32, lock: Rc<Lock>) -> Ended {
    loop {
        lock.acquire().await?;
        say!(env, "Acquired lock in task {number}");
        env.ev.sleep(0.5).await?;
        lock.release()?;
    }
}
