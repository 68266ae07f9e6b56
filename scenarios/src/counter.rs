//! One task that counts seconds, for ever (tutorial section 2.1).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `1` at once, then the next number each second.
//!
//! # How it works
//!
//! The task is queued before the loop runs, so that its first step is the first thing the loop does. `run_forever`
//! never returns; what stands behind it would never be done.

use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["bar"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    main.ev.create_task(bar(main.env()))?;
    Ok(main.run_forever().await?)
}

async fn bar<B: Board>(env: Env<B>) -> Ended {
    let mut count = 0;
    loop {
        count += 1;
        say!(env, "{count}");
        env.ev.sleep(1.0).await?;
    }
}
