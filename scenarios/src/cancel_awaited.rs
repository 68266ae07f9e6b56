//! What is awaited is cancelled, and who awaits it goes on or does not (tutorial section 5.2.1).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Four rounds. First the runner is cancelled that awaits `foo`, then `foo` itself; each time once with a `foo` that
//! traps the cancellation and returns, and once with one that does not. Only where it is trapped does the runner go
//! on: `runner resumed trapped`.
//!
//! # How it works
//!
//! An interrupt that is not trapped passes through all that await one another and ends the task. If it is trapped in
//! the outermost scope of what was cancelled, that returns, and who awaits it goes on.

use core::future::Future;

use vpyb_core::asyn::Cancellables;
use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};
use crate::text::flag;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "foo_runner"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    for inner in [false, true] {
        for trap in [true, false] {
            main.run(bar(main.env(), trap, inner)).await?;
        }
    }
    Ok(())
}

async fn foo<B: Board>(env: Env<B>, trap: bool) -> Result<&'static str, TaskError> {
    loop {
        match env.ev.sleep(2.0).await {
            Ok(()) => say!(env, "foo {}", env.time()),
            Err(with) if with.is_cancelled() => {
                say!(env, "foo cancelled {}", env.time());
                return if trap { Ok("trapped") } else { Err(with.into()) };
            }
            Err(with) => return Err(with.into()),
        }
    }
}

async fn foo_runner<B: Board>(
    env: Env<B>,
    awaited: impl Future<Output = Result<&'static str, TaskError>>,
) -> Ended {
    let result = awaited.await?;
    say!(env, "runner resumed {result} {}", env.time());
    Ok(())
}

async fn bar<B: Board>(env: Env<B>, trap: bool, inner: bool) -> Ended {
    let group = Cancellables::new(&env.ev);
    let awaited = group.cancellable(0, foo(env.clone(), trap)).run();
    let runner = env.ev.create_task(foo_runner(env.clone(), awaited))?;
    env.ev.sleep_ms(500).await?;
    say!(env, "cancelling {} trap {}", if inner { "inner" } else { "outer" }, flag(trap));
    if inner {
        group.cancel_all(0, true).await?;
    } else {
        env.ev.cancel(&runner)?;
    }
    Ok(env.ev.sleep(4.0).await?)
}
