//! The lengths of the loop's queues are those that its first user asked for (tutorial section 7.7).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `IndexError full after 16`: the second call asked for 40 places and got the loop that is there.
//!
//! # How it works
//!
//! There is one loop. The first call makes it, and later calls give it, whatever they ask for.

use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["nap"];

/// The firmware's top level.
///
/// # Errors
///
/// None.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let second = main.event_loop(Config { runq_len: 40, waitq_len: 40, ..main.ev.config() });
    say!(main, "same object True");
    let made = (0..40).take_while(|_| second.create_task(nap(main.env())).is_ok()).count();
    say!(main, "IndexError full after {made}");
    Ok(())
}

async fn nap<B: Board>(env: Env<B>) -> Ended {
    Ok(env.ev.sleep_ms(5).await?)
}
