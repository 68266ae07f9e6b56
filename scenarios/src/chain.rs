//! A task that awaits another function, and its value (tutorial section 4.1.2, `chain.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `Compute 1 + 2 ...`, and `1 + 2 = 3` a second later.
//!
//! # How it works
//!
//! `compute` is no task of its own: its pause is a pause of the task that awaits it.

use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main"];

/// The firmware's top level.
///
/// # Errors
///
/// None but those of the loop.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    Ok(main.run(print_sum(main.env(), 1, 2)).await?)
}

async fn compute<B: Board>(env: &Env<B>, x: u32, y: u32) -> Result<u32, TaskError> {
    say!(env, "Compute {x} + {y} ...");
    env.ev.sleep(1.0).await?;
    Ok(x + y)
}

async fn print_sum<B: Board>(env: Env<B>, x: u32, y: u32) -> Ended {
    let sum = compute(&env, x, y).await?;
    say!(env, "{x} + {y} = {sum}");
    Ok(())
}
