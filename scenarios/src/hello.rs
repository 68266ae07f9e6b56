//! A greeting, ten times (tutorial section 8.4).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `Hello world.` ten times, a second apart.
//!
//! # How it works
//!
//! The task pauses after each greeting; the program ends with the last pause.

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
    Ok(main.run(hello(main.env())).await?)
}

async fn hello<B: Board>(env: Env<B>) -> Ended {
    for _ in 0..10 {
        say!(env, "Hello world.");
        env.ev.sleep(1.0).await?;
    }
    Ok(())
}
