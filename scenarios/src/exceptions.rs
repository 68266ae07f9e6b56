//! An error that stops the loop, and the clean-up that runs on the same loop (tutorial section 5.1).
//!
//! # Wiring
//!
//! None. Somebody may press Ctrl-C.
//!
//! # What you should see
//!
//! After 3 s `About to throw exception.` and `foo was interrupted by zero division`; then `Shutdown is running.`, and
//! `done` a second later. With Ctrl-C before: `Keyboard interrupt at loop level.`, and the shutdown from there. With
//! `checked=0`: nothing after the first line, for the firmware panics.
//!
//! # How it works
//!
//! An error that no task traps ends the run and is what it returns. The task sees its own errors, but not Ctrl-C:
//! nearly all the time the event loop runs, not the task. The loop keeps its state: what was queued when it stopped
//! goes on in the next run.
//!
//! Where the tutorial's language raises an error, Rust has two ways: a division that is asked to be checked gives an error
//! that goes the way of all errors; one that is not panics, which no task sees and no clean-up follows.

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, RunError, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "checked", default: ArgDefault::Int(1), help: "0: a division by zero panics" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main"];

/// The firmware's top level.
///
/// # Errors
///
/// If a task fails while the shutdown runs.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    match main.run(foo(main.env(), args.int("checked") != 0)).await {
        Ok(()) => return Ok(()),
        Err(RunError::KeyboardInterrupt) => say!(main, "Keyboard interrupt at loop level."),
        Err(_) => {}
    }
    Ok(main.run(shutdown(main.env())).await?)
}

async fn bar<B: Board>(env: &Env<B>, checked: bool) -> Ended {
    env.ev.sleep(3.0).await?;
    say!(env, "About to throw exception.");
    let zero = core::hint::black_box(0_usize);
    let divided = if checked { 1_usize.checked_div(zero) } else { Some(1 / zero) };
    divided.map(|_| ()).ok_or_else(|| TaskError::failed("ZeroDivisionError: divide by zero"))
}

async fn foo<B: Board>(env: Env<B>, checked: bool) -> Ended {
    let ended = bar(&env, checked).await;
    if ended.is_err() {
        say!(env, "foo was interrupted by zero division");
    }
    ended
}

async fn shutdown<B: Board>(env: Env<B>) -> Ended {
    say!(env, "Shutdown is running.");
    env.ev.sleep(1.0).await?;
    say!(env, "done");
    Ok(())
}
