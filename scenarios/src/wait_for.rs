//! Time-outs: where they are trapped, when they arrive, and what they leave behind (tutorial section 5.2.2).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Parts `trap` and `caller`, the tutorial's two: `Starting`, `Got here` each 300 ms, and after five seconds `Got
//! timeout` or `Timeout elapsed.`
//!
//! Part `sleep`: a time-out of 2 s on a pause of 7 s. Part `granular`: the same with a pause in parts of 100 ms.
//!
//! Part `handler`: a handler for cancellation traps a time-out too.
//!
//! Parts `fits`, `tie`, `short`, `zero`, `bare`, `nested_inner`, `nested_outer`, `twice`, `seq`, `stale`: a time-out
//! that is long enough, equal, too short, zero; on a bare pause; inside and outside another one; two and four in a
//! row; and one that hits a task later, because what it was meant for had failed.
//!
//! Parts `lock_official` and `lock_asyn`: a time-out of 100 ms on waiting for a lock that is held for 480 ms more.
//! Only the `asyn` lock lets it through in time.
//!
//! # How it works
//!
//! `wait_for` arms a timer that raises `TimedOut` in the task, and awaits the given future. As a cancellation it is
//! raised when the task is next resumed: under `uasyncio-v2` not before its pause is over.

use alloc::format;
use alloc::string::String;
use core::future::Future;

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, Interrupt, TaskError, Top, asyn};

use crate::either_lock::EitherLock;
use crate::env::{Ended, Env, Main, no_part};
use crate::trap::{is_cancelled, is_timed_out};

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("trap"), help: "one of the parts" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "case", "stale", "holder"];

/// The parts that are a task of their own beside the main one.
const CASES: &[&str] = &[
    "fits",
    "tie",
    "short",
    "zero",
    "bare",
    "nested_inner",
    "nested_outer",
    "twice",
    "seq",
    "stale",
    "lock_official",
    "lock_asyn",
];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    match args.text("part") {
        "trap" => main.run(trapped_by_callee(env)).await?,
        "caller" => main.run(trapped_by_caller(env)).await?,
        "sleep" => main.run(long_sleep(env)).await?,
        "granular" => main.run(granular(env)).await?,
        "handler" => main.run(handler(env)).await?,
        part => match CASES.iter().find(|known| **known == part) {
            Some(part) => main.run(beside(env, part)).await?,
            None => {
                let others = ["trap", "caller", "sleep", "granular", "handler"];
                return Err(no_part(part, &[&others, CASES].concat()));
            }
        },
    }
    Ok(())
}

async fn trapped_by_callee<B: Board>(env: Env<B>) -> Ended {
    let forever = async {
        say!(env, "Starting");
        loop {
            match env.ev.sleep_ms(300).await {
                Err(Interrupt::TimedOut) => {
                    say!(env, "Got timeout");
                    return Ok::<_, TaskError>(());
                }
                other => other?,
            }
            say!(env, "Got here");
        }
    };
    env.ev.wait_for(forever, 5.0).await?;
    Ok(env.ev.sleep(2.0).await?)
}

async fn trapped_by_caller<B: Board>(env: Env<B>) -> Ended {
    let forever = async {
        say!(env, "Starting");
        loop {
            env.ev.sleep_ms(300).await?;
            say!(env, "Got here");
        }
    };
    let ended: Ended = env.ev.wait_for(forever, 5.0).await;
    if is_timed_out(&ended) {
        say!(env, "Timeout elapsed.");
    } else {
        ended?;
    }
    Ok(env.ev.sleep(2.0).await?)
}

async fn slow_sleeper<B: Board>(env: &Env<B>) -> Result<&'static str, TaskError> {
    say!(env, "slow starts {}", env.time());
    match env.ev.sleep(7.0).await {
        Ok(()) => say!(env, "slow ends {}", env.time()),
        Err(Interrupt::TimedOut) => {
            say!(env, "slow timeout {}", env.time());
            return Ok("timed out");
        }
        Err(with) => return Err(with.into()),
    }
    Ok("ok")
}

async fn long_sleep<B: Board>(env: Env<B>) -> Ended {
    let result = env.ev.wait_for(slow_sleeper(&env), 2.0).await?;
    say!(env, "result {result} {}", env.time());
    let result = env.ev.wait_for_ms(slow_sleeper(&env), 9000).await?;
    say!(env, "result {result} {}", env.time());
    env.ev.sleep(5.0).await?;
    say!(env, "end {}", env.time());
    Ok(())
}

async fn granular<B: Board>(env: Env<B>) -> Ended {
    say!(env, "slow starts {}", env.time());
    let slow = async { asyn::sleep(&env.ev, 7.0, 100).await.map_err(TaskError::from) };
    if is_timed_out(&env.ev.wait_for(slow, 2.0).await) {
        say!(env, "slow timeout {}", env.time());
    }
    Ok(())
}

async fn handler<B: Board>(env: Env<B>) -> Ended {
    let slow = async {
        match env.ev.sleep_ms(300).await {
            Err(with) if with.is_cancelled() => {
                say!(env, "a handler for cancellation traps it: {with}");
                Ok::<_, TaskError>("trapped")
            }
            other => Ok(other.map(|()| "slept")?),
        }
    };
    let result = env.ev.wait_for_ms(slow, 100).await?;
    say!(env, "result {result}");
    Ok(())
}

async fn beside<B: Board>(env: Env<B>, part: &'static str) -> Ended {
    env.ev.create_task(case(env.clone(), part))?;
    env.ev.sleep_ms(2500).await?;
    say!(env, "end {}", env.time());
    Ok(())
}

async fn slow<B: Board>(env: &Env<B>, text: &str, n: u32, ms: i32) -> Result<String, TaskError> {
    for _ in 0..n {
        env.ev.sleep_ms(ms).await?;
    }
    say!(env, "{text} finished {}", env.time());
    Ok(text.into())
}

/// Awaits something with a time-out and says how it ended.
async fn timed<B: Board>(
    env: &Env<B>,
    text: &str,
    body: impl Future<Output = Result<String, TaskError>>,
    ms: i32,
) -> Ended {
    say!(env, "start {text} {}", env.time());
    match env.ev.wait_for_ms(body, ms).await {
        Ok(result) => say!(env, "{text} result {result} {}", env.time()),
        Err(TaskError::Interrupted(Interrupt::TimedOut)) => {
            say!(env, "{text} TimeoutError () {}", env.time());
        }
        Err(TaskError::Failed(error)) => say!(env, "{text} ValueError ('{error}',) {}", env.time()),
        Err(other) => return Err(other),
    }
    Ok(())
}

async fn case<B: Board>(env: Env<B>, part: &'static str) -> Ended {
    let (e, ev) = (&env, &env.ev);
    match part {
        "fits" => timed(e, "fits", slow(e, "a", 3, 20), 100).await,
        "tie" => timed(e, "tie", slow(e, "b", 1, 100), 100).await,
        "short" => timed(e, "short", slow(e, "c", 5, 40), 100).await,
        "zero" => timed(e, "zero", slow(e, "d", 1, 50), 0).await,
        "nested_inner" => timed(e, "nested inner", ev.wait_for_ms(slow(e, "e", 10, 30), 70), 200).await,
        "nested_outer" => timed(e, "nested outer", ev.wait_for_ms(slow(e, "f", 10, 30), 200), 70).await,
        "bare" => {
            let bare = async {
                ev.sleep_ms(300).await?;
                Ok("None".into())
            };
            timed(e, "bare sleep_ms", bare, 100).await
        }
        "stale" => ev.create_task(stale(env.clone())).map(drop).map_err(TaskError::from),
        "twice" => {
            timed(e, "first", slow(e, "g", 1, 500), 50).await?;
            ev.sleep_ms(20).await?;
            say!(env, "short sleep over {}", env.time());
            timed(e, "second", slow(e, "h", 1, 30), 100).await
        }
        "seq" => {
            for i in 0..4 {
                let (text, inner) = (format!("seq{i}"), format!("i{i}"));
                timed(e, &text, slow(e, &inner, 1, 70), 50 + 10 * i).await?;
            }
            Ok(())
        }
        "lock_official" => lock_wait(e, EitherLock::official(ev)).await,
        _ => lock_wait(e, EitherLock::asyn(ev)).await,
    }
}

async fn stale<B: Board>(env: Env<B>) -> Ended {
    let bad = async {
        env.ev.sleep_ms(50).await?;
        Err(TaskError::failed("bad"))
    };
    timed(&env, "raises", bad, 400).await?;
    match env.ev.sleep_ms(1000).await.map_err(TaskError::from) {
        Ok(()) => say!(env, "stale: slept {}", env.time()),
        ended if is_timed_out(&ended) => say!(env, "stale: got TimeoutError {}", env.time()),
        ended if is_cancelled(&ended) => say!(env, "stale: got CancelledError {}", env.time()),
        other => other?,
    }
    Ok(())
}

async fn holder<B: Board>(env: Env<B>, lock: EitherLock) -> Ended {
    lock.acquire().await?;
    env.ev.sleep_ms(500).await?;
    lock.release()?;
    say!(env, "holder released {}", env.time());
    Ok(())
}

async fn want<B: Board>(env: &Env<B>, lock: &EitherLock) -> Result<String, TaskError> {
    lock.acquire().await?;
    say!(env, "want acquired {}", env.time());
    lock.release()?;
    Ok("got lock".into())
}

async fn lock_wait<B: Board>(env: &Env<B>, lock: EitherLock) -> Ended {
    env.ev.create_task(holder(env.clone(), lock.clone()))?;
    env.ev.sleep_ms(20).await?;
    timed(env, "lock wait", want(env, &lock), 100).await
}
