//! Things that can be awaited (tutorial section 4.1, `awaitable.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `countdown`: `10` down to `1`, one each pass of the loop, and `Done`.
//!
//! Part `class`: `waiting for foo`, five times `__await__ called`, a second apart, and `done 42` after 5 s.
//!
//! Part `coro`: the same with a thing that awaits another function, which doubles a number: `done 32`.
//!
//! Part `task`: `waiting for a task`, and `it has ended` when a task has that was made before and sleeps 3 s.
//!
//! # How it works
//!
//! What Python writes as a class with `__await__` is an `async fn` here. It yields where it awaits, and its caller
//! goes on when it returns.

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[ArgSpec {
    name: "part",
    default: ArgDefault::Text("countdown"),
    help: "`countdown`, `class`, `coro` or `task`",
}];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "sleeper"];

/// The firmware's top level.
///
/// # Errors
///
/// If there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    match args.text("part") {
        "countdown" => main.run(countdown(env)).await?,
        "class" => main.run(bar(env, seconds)).await?,
        "coro" => main.run(bar(env, doubled)).await?,
        "task" => main.run(task(env)).await?,
        other => return Err(no_part(other, &["countdown", "class", "coro", "task"])),
    }
    Ok(())
}

async fn countdown<B: Board>(env: Env<B>) -> Ended {
    for count in (1..=10).rev() {
        say!(env, "{count}");
        env.ev.yield_now().await?;
    }
    say!(env, "Done");
    Ok(())
}

async fn bar<B: Board>(env: Env<B>, thing: impl AsyncFnOnce(Env<B>) -> Result<u32, TaskError>) -> Ended {
    say!(env, "waiting for foo");
    let value = thing(env.clone()).await?;
    say!(env, "done {value}");
    Ok(())
}

async fn seconds<B: Board>(env: Env<B>) -> Result<u32, TaskError> {
    for _ in 0..5 {
        say!(env, "__await__ called");
        env.ev.sleep(1.0).await?;
    }
    Ok(42)
}

async fn times2<B: Board>(env: &Env<B>, n: u32) -> Result<u32, TaskError> {
    env.ev.sleep(1.0).await?;
    Ok(2 * n)
}

async fn doubled<B: Board>(env: Env<B>) -> Result<u32, TaskError> {
    let mut n = 1;
    for _ in 0..5 {
        say!(env, "__await__ called");
        n = times2(&env, n).await?;
    }
    Ok(n)
}

async fn sleeper<B: Board>(env: Env<B>) -> Ended {
    Ok(env.ev.sleep(3.0).await?)
}

async fn task<B: Board>(env: Env<B>) -> Ended {
    let sleeper = env.ev.create_task(sleeper(env.clone()))?;
    say!(env, "waiting for a task");
    env.ev.join(&sleeper).await?;
    say!(env, "it has ended");
    // Once more gives at once what there is.
    env.ev.join(&sleeper).await?;
    Ok(())
}
