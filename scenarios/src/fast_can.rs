//! Cancellations and time-outs of long pauses, of normal and of low priority (benchmark `fast_can_test.py`).
//!
//! # Wiring
//!
//! None. Under `fast-io` with a low-priority queue.
//!
//! # What you should see
//!
//! Each task says `started`. Two pause for a second and end; two that pause for five are cancelled after two seconds and say so at once.
//! Then two of a second end in time, and two of twenty have a time-out of two seconds, which they trap at once.
//!
//! # How it works
//!
//! `fast-io` puts a task that waits in a queue of timers into the run queue when it is interrupted, whichever queue
//! that is.

use vpyb_core::{ArgSpec, Args, Board, Interrupt, TaskError, Top};

use crate::env::{Ended, Env, Main, low_priority, too_old};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "foo", "lpfoo", "run"];

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
    Ok(main.run(main_task(main.env())).await?)
}

/// Says how a pause ended.
fn ended<B: Board>(env: &Env<B>, text: &str, seconds: u32, ended: Result<(), Interrupt>) -> Ended {
    match ended {
        Ok(()) => say!(env, "{text} ended {seconds}"),
        // A time-out is a cancellation, too.
        Err(with) if with.is_cancelled() => say!(env, "{text} cancelled {seconds}"),
        Err(with) => return Err(with.into()),
    }
    Ok(())
}

async fn foo<B: Board>(env: Env<B>, seconds: u32) -> Ended {
    say!(env, "foo started");
    ended(&env, "foo", seconds, env.ev.sleep(seconds.into()).await)
}

async fn lpfoo<B: Board>(env: Env<B>, seconds: u32) -> Ended {
    say!(env, "lpfoo started");
    ended(&env, "lpfoo", seconds, env.ev.after(seconds.into()).await)
}

/// Either kind with a time-out of two seconds.
async fn run<B: Board>(env: Env<B>, low: bool, seconds: u32) -> Ended {
    match low {
        false => env.ev.wait_for(foo(env.clone(), seconds), 2.0).await,
        true => env.ev.wait_for(lpfoo(env.clone(), seconds), 2.0).await,
    }
}

async fn main_task<B: Board>(env: Env<B>) -> Ended {
    let tasks = [
        env.ev.create_task(foo(env.clone(), 1))?,
        env.ev.create_task(foo(env.clone(), 5))?,
        env.ev.create_task(lpfoo(env.clone(), 1))?,
        env.ev.create_task(lpfoo(env.clone(), 5))?,
    ];
    env.ev.sleep(2.0).await?;
    say!(env, "Cancelling tasks");
    for task in &tasks {
        env.ev.cancel(task)?;
    }
    env.ev.sleep(0.0).await?;
    wait(&env).await?;
    say!(env, "Launching tasks with 2s timeout");
    for (low, seconds) in [(false, 1), (true, 1), (false, 20), (true, 20)] {
        env.ev.create_task(run(env.clone(), low, seconds))?;
    }
    wait(&env).await
}

async fn wait<B: Board>(env: &Env<B>) -> Ended {
    say!(env, "Pausing 7s to ensure no task still running.");
    Ok(env.ev.sleep(7.0).await?)
}
