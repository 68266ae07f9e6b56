//! What cancelling a task does, depending on what the task is about (tutorial section 5.2.1).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Each part cancels something and says when and how: a task that has not begun (`unstarted`), one that has ended and
//! one that is cancelled twice (`twice`), tasks that only give up turns (`zero-delay`), a task that waits for a lock
//! of the official library (`official-lock`) or of `asyn` (`asyn-lock`), one that traps cancellations and goes on
//! (`swallow`), one that awaits others four deep (`nested`), and one that cleans up and waits while it does
//! (`finally`). Without a part all are done, one after the other.
//!
//! # How it works
//!
//! `Cancelled` is raised at the innermost await when the task is next resumed. A task that gives up a turn is resumed
//! in the next pass. One that waits for an official lock is resumed when it is its turn to have the lock: the
//! cancellation does not end the wait, and as the task then ends without a release, those behind it are never told.

use alloc::boxed::Box;
use alloc::format;

use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, CancelError, Config, Interrupt, TaskError, TaskHandle, Top,
};

use crate::either_lock::EitherLock;
use crate::env::{Ended, Env, Main, no_part};
use crate::text::flag;
use crate::trap::is_cancelled;

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("all"), help: "one of the parts; `all` of them" }];

/// The tasks that it makes.
pub const TASKS: &[&str] =
    &["main", "sleeper", "spinner", "yielder", "locker", "swallow", "nested", "finaliser"];

/// The parts, in order.
const PARTS: &[&str] =
    &["unstarted", "twice", "zero-delay", "official-lock", "asyn-lock", "swallow", "nested", "finally"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let chosen = match args.text("part") {
        "all" => PARTS,
        part => match PARTS.iter().position(|known| *known == part) {
            Some(at) => &PARTS[at..=at],
            None => return Err(no_part(part, PARTS)),
        },
    };
    Ok(main.run(run(main.env(), chosen)).await?)
}

async fn run<B: Board>(env: Env<B>, parts: &'static [&'static str]) -> Ended {
    for part in parts {
        match *part {
            "unstarted" => unstarted(&env).await?,
            "twice" => twice(&env).await?,
            "zero-delay" => {
                busy(&env, env.ev.create_task(spinner(env.clone(), "spinner"))?).await?;
                busy(&env, env.ev.create_task(yielder(env.clone(), "yielder"))?).await?;
            }
            "official-lock" => {
                lockers(&env, EitherLock::official(&env.ev), ["A", "B", "D"], "official").await?
            }
            "asyn-lock" => lockers(&env, EitherLock::asyn(&env.ev), ["aA", "aB", "aD"], "asyn").await?,
            "swallow" => swallowed(&env).await?,
            "nested" => {
                cancel_after_20_ms(&env, env.ev.create_task(nested(env.clone(), 3))?, "nested").await?;
                env.ev.sleep_ms(300).await?;
            }
            _ => {
                cancel_after_20_ms(&env, env.ev.create_task(finaliser(env.clone()))?, "final").await?;
                env.ev.sleep_ms(500).await?;
            }
        }
    }
    say!(env, "done {}", env.time());
    Ok(())
}

/// Cancels a task and says how that went.
fn attempt<B: Board>(env: &Env<B>, task: &TaskHandle, text: &str) -> Ended {
    let raised = match env.ev.cancel(task) {
        Ok(()) => {
            say!(env, "{text} cancel ok {}", env.time());
            return Ok(());
        }
        Err(CancelError::NotStarted) => "TypeError can't pend throw to just-started generator",
        Err(CancelError::AlreadyInterrupted) => "AssertionError ",
        Err(error) => return Err(TaskError::failed(error)),
    };
    say!(env, "{text} cancel raised {raised} {}", env.time());
    Ok(())
}

/// What most tasks do with a cancellation: they say so, and end.
fn trapped<B: Board>(env: &Env<B>, text: &str, ended: Result<(), Interrupt>) -> Ended {
    match ended {
        Err(with) if with.is_cancelled() => say!(env, "{text} cancelled {}", env.time()),
        other => other?,
    }
    Ok(())
}

async fn sleeper<B: Board>(env: Env<B>, text: &'static str) -> Ended {
    let body = async {
        env.ev.sleep_ms(100).await?;
        say!(env, "{text} slept {}", env.time());
        Ok(())
    };
    trapped(&env, text, body.await)
}

async fn unstarted<B: Board>(env: &Env<B>) -> Ended {
    let task = env.ev.create_task(sleeper(env.clone(), "unstarted"))?;
    attempt(env, &task, "unstarted")?;
    env.ev.sleep_ms(200).await?;
    attempt(env, &task, "finished")
}

async fn twice<B: Board>(env: &Env<B>) -> Ended {
    let task = env.ev.create_task(sleeper(env.clone(), "twice"))?;
    env.ev.sleep_ms(10).await?;
    attempt(env, &task, "twice 1")?;
    attempt(env, &task, "twice 2")?;
    Ok(env.ev.sleep_ms(200).await?)
}

async fn spinner<B: Board>(env: Env<B>, text: &'static str) -> Ended {
    let body = async {
        loop {
            env.ev.sleep_ms(0).await?;
        }
    };
    trapped(&env, text, body.await)
}

async fn yielder<B: Board>(env: Env<B>, text: &'static str) -> Ended {
    let body = async {
        loop {
            env.ev.yield_now().await?;
        }
    };
    trapped(&env, text, body.await)
}

async fn busy<B: Board>(env: &Env<B>, task: TaskHandle) -> Ended {
    env.ev.sleep_ms(2).await?;
    attempt(env, &task, "busy")?;
    env.ev.sleep(0.0).await?;
    say!(env, "after sleep(0)");
    Ok(env.ev.sleep_ms(5).await?)
}

async fn locker<B: Board>(env: Env<B>, text: &'static str, lock: EitherLock, hold: i32) -> Ended {
    match lock.acquire().await {
        Ok(()) => say!(env, "{text} acquired {}", env.time()),
        Err(with) if with.is_cancelled() => {
            say!(env, "{text} cancelled {}", env.time());
            return Ok(());
        }
        Err(with) => return Err(with.into()),
    }
    env.ev.sleep_ms(hold).await?;
    lock.release()?;
    say!(env, "{text} released {}", env.time());
    Ok(())
}

async fn lockers<B: Board>(env: &Env<B>, lock: EitherLock, names: [&'static str; 3], what: &str) -> Ended {
    env.ev.create_task(locker(env.clone(), names[0], lock.clone(), 200))?;
    let second = env.ev.create_task(locker(env.clone(), names[1], lock.clone(), 50))?;
    env.ev.create_task(locker(env.clone(), names[2], lock.clone(), 50))?;
    env.ev.sleep_ms(20).await?;
    attempt(env, &second, &format!("{what} lock waiter"))?;
    env.ev.sleep_ms(600).await?;
    say!(env, "{what} lock locked = {}", flag(lock.locked()));
    Ok(())
}

async fn swallow<B: Board>(env: Env<B>, text: &'static str) -> Ended {
    let mut n = 0;
    while n < 3 {
        match env.ev.sleep_ms(100).await {
            Ok(()) => say!(env, "{text} tick {}", env.time()),
            Err(with) if with.is_cancelled() => {
                n += 1;
                say!(env, "{text} swallowed {n} {}", env.time());
            }
            Err(with) => return Err(with.into()),
        }
    }
    Ok(())
}

async fn swallowed<B: Board>(env: &Env<B>) -> Ended {
    let task = env.ev.create_task(swallow(env.clone(), "swallow"))?;
    for _ in 0..3 {
        env.ev.sleep_ms(130).await?;
        attempt(env, &task, "swallow")?;
    }
    Ok(env.ev.sleep_ms(300).await?)
}

async fn cancel_after_20_ms<B: Board>(env: &Env<B>, task: TaskHandle, text: &str) -> Ended {
    env.ev.sleep_ms(20).await?;
    attempt(env, &task, text)
}

async fn nested<B: Board>(env: Env<B>, depth: u32) -> Ended {
    let ended = match depth.checked_sub(1) {
        Some(less) => Box::pin(nested(env.clone(), less)).await,
        None => env.ev.sleep_ms(150).await.map_err(TaskError::from),
    };
    if is_cancelled(&ended) {
        say!(env, "nested depth {depth} sees {}", env.time());
    }
    ended
}

async fn finaliser<B: Board>(env: Env<B>) -> Ended {
    let ended = env.ev.sleep_ms(300).await;
    say!(env, "final finally 1 {}", env.time());
    env.ev.sleep_ms(50).await?;
    say!(env, "final finally 2 {}", env.time());
    Ok(ended?)
}
