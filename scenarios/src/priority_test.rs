//! Tasks at low priority are cancelled by name (benchmark `priority_test.py`).
//!
//! # Wiring
//!
//! None. Under `fast-io` with a low-priority queue.
//!
//! # What you should see
//!
//! Five tasks that pause for a second at low priority, some awaited and some launched. The one that runs when they are
//! cancelled says so; one that has ended and one that is not there are not cancellable.
//!
//! # How it works
//!
//! A cancellation takes a task out of the low-priority queue as out of the wait queue: at once.

use alloc::format;

use vpyb_core::asyn::Cancellables;
use vpyb_core::{ArgSpec, Args, Board, Interrupt, TaskError, Top};

use crate::env::{Ended, Env, Main, low_priority, too_old};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "bar", "foo 1", "foo 3"];

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

async fn foo<B: Board>(env: Env<B>, n: u32) -> Ended {
    say!(env, "Starting foo {n}");
    match env.ev.after(1.0).await {
        Ok(()) => say!(env, "foo {n} ran to completion."),
        Err(Interrupt::Cancelled) => say!(env, "foo {n} was cancelled."),
        Err(with) => return Err(with.into()),
    }
    Ok(())
}

async fn bar<B: Board>(env: Env<B>, group: Cancellables) -> Ended {
    env.ev.sleep(1.0).await?;
    for n in [0, 1, 3] {
        if group.cancel(format!("foo {n}"), true).await? {
            say!(env, "foo {n} will be cancelled when next scheduled");
        } else {
            say!(env, "foo {n} was not cancellable.");
        }
    }
    Ok(())
}

async fn run<B: Board>(env: Env<B>) -> Ended {
    let group = Cancellables::new(&env.ev);
    let named = |n: u32| group.named(format!("foo {n}"), foo(env.clone(), n));
    named(0)?.run().await?;
    named(1)?.create_task()?;
    env.ev.create_task(bar(env.clone(), group.clone()))?;
    env.ev.sleep(5.0).await?;
    named(2)?.run().await?;
    named(4)?.run().await?;
    named(3)?.create_task()?;
    Ok(env.ev.sleep(5.0).await?)
}
