//! A task that sleeps ten seconds at a time is cancelled (tutorial section 5.2.1).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `cancel` after a second, and then whether the task was cancelled when the one that did it had its next turn.
//! Under `uasyncio-v2` it was not: it is told when its sleep is over, nine seconds later. Under `fast-io` it was.
//!
//! # How it works
//!
//! An interrupt is raised when the task is next resumed. `fast-io` resumes a sleeping task for it; `uasyncio-v2`
//! leaves it where it is.

use alloc::rc::Rc;
use core::cell::Cell;

use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};
use crate::text::flag;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "foo"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    Ok(main.run(bar(main.env())).await?)
}

async fn foo<B: Board>(env: Env<B>, done: Rc<Cell<bool>>) -> Ended {
    loop {
        say!(env, "foo loops {}", env.time());
        match env.ev.sleep(10.0).await {
            Err(with) if with.is_cancelled() => {
                say!(env, "foo cancelled {}", env.time());
                done.set(true);
                return Ok(());
            }
            other => other?,
        }
    }
}

async fn bar<B: Board>(env: Env<B>) -> Ended {
    let done = Rc::new(Cell::new(false));
    let task = env.ev.create_task(foo(env.clone(), done.clone()))?;
    env.ev.sleep(1.0).await?;
    say!(env, "cancel {}", env.time());
    env.ev.cancel(&task)?;
    env.ev.sleep(0.0).await?;
    say!(env, "after sleep(0): cancelled = {} {}", flag(done.get()), env.time());
    while !done.get() {
        env.ev.sleep_ms(100).await?;
    }
    say!(env, "now cancelled {}", env.time());
    Ok(())
}
