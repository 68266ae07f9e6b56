//! What is done at the beginning and at the end of a piece of code, and may wait (tutorial sections 4.1.1 and 4.3).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `gate`: a thing is awaited and then used as a context manager, by code that ends well and by code that fails.
//! Each entry and each exit takes 20 ms, in which another task runs.
//!
//! Part `lock`: two tasks take turns with a lock; a third one fails while it holds it, and the lock is released
//! all the same.
//!
//! Part `cancelled`: a task is cancelled while it holds the lock; the lock is released before the task ends.
//!
//! # How it works
//!
//! What Python writes as `async with` is a method `with` here, which is given the code as a future. It does what is to
//! be done at the end however that ends, awaits included: an interrupt is an error as others are.

use alloc::rc::Rc;
use core::future::Future;

use vpyb_core::asyn::Lock;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::flag;
use crate::trap::is_cancelled;

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("gate"), help: "`gate`, `lock` or `cancelled`" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "other", "bar", "fails", "holder"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    match args.text("part") {
        "gate" => {
            main.ev.create_task(other(main.env()))?;
            main.run(gate(env)).await?;
        }
        "lock" => main.run(lock(env)).await?,
        "cancelled" => main.run(cancelled(env)).await?,
        unknown => return Err(no_part(unknown, &["gate", "lock", "cancelled"])),
    }
    Ok(())
}

/// A thing that can be awaited, and be used as a context manager.
struct Gate<B> {
    env: Env<B>,
    ms: i32,
}

impl<B: Board> Gate<B> {
    async fn pass(&self) -> Ended {
        say!(self.env, "awaiting {}", self.env.time());
        Ok(self.env.ev.sleep_ms(self.ms).await?)
    }

    async fn with(&self, body: impl Future<Output = Ended>) -> Ended {
        self.pass().await?;
        say!(self.env, "aenter {}", self.env.time());
        let ended = body.await;
        self.env.ev.sleep_ms(self.ms).await?;
        let class = if ended.is_ok() { "None" } else { "<class 'ValueError'>" };
        say!(self.env, "aexit {class} {}", self.env.time());
        ended
    }
}

async fn other<B: Board>(env: Env<B>) -> Ended {
    for i in 0..6 {
        say!(env, "other {i} {}", env.time());
        env.ev.sleep_ms(15).await?;
    }
    Ok(())
}

async fn gate<B: Board>(env: Env<B>) -> Ended {
    let gate = Gate { env: env.clone(), ms: 20 };
    gate.pass().await?;
    say!(env, "enter {}", env.time());
    say!(env, "body True");
    env.ev.sleep_ms(10).await?;
    say!(env, "exit None {}", env.time());
    gate.with(async {
        say!(env, "async body True");
        Ok(env.ev.sleep_ms(10).await?)
    })
    .await?;
    if let Err(error) = gate.with(async { Err(TaskError::failed("in body")) }).await {
        say!(env, "caught {error} {}", env.time());
    }
    Ok(())
}

async fn bar<B: Board>(env: Env<B>, n: u32, lock: Rc<Lock>) -> Ended {
    for i in 0..2 {
        lock.with::<(), TaskError>(async {
            say!(env, "acquired {n} {i} True {}", env.time());
            Ok(env.ev.sleep_ms(40).await?)
        })
        .await?;
        say!(env, "released {n} {i} {}", env.time());
    }
    Ok(())
}

async fn fails<B: Board>(env: Env<B>, lock: Rc<Lock>) -> Ended {
    let body = async {
        say!(env, "fails holds {}", env.time());
        Err::<(), _>(TaskError::failed("ValueError: x"))
    };
    if lock.with(body).await.is_err() {
        say!(env, "trapped, locked = {} {}", flag(lock.locked()), env.time());
    }
    Ok(())
}

async fn lock<B: Board>(env: Env<B>) -> Ended {
    let lock = Rc::new(Lock::new(&env.ev, 0));
    env.ev.create_task(bar(env.clone(), 1, lock.clone()))?;
    env.ev.create_task(fails(env.clone(), lock.clone()))?;
    env.ev.create_task(bar(env.clone(), 2, lock.clone()))?;
    env.ev.sleep_ms(500).await?;
    if lock.release().is_err() {
        say!(env, "RuntimeError Attempt to release a lock which has not been set");
    }
    Ok(())
}

async fn holder<B: Board>(env: Env<B>, lock: Rc<Lock>) -> Ended {
    let body = async {
        say!(env, "holder has the lock");
        Ok::<_, TaskError>(env.ev.sleep_ms(200).await?)
    };
    let ended = lock.with(body).await;
    if is_cancelled(&ended) {
        say!(env, "holder was cancelled, locked = {}", flag(lock.locked()));
    }
    ended
}

async fn cancelled<B: Board>(env: Env<B>) -> Ended {
    let lock = Rc::new(Lock::new(&env.ev, 0));
    let task = env.ev.create_task(holder(env.clone(), lock.clone()))?;
    env.ev.create_task(bar(env.clone(), 1, lock.clone()))?;
    env.ev.sleep_ms(50).await?;
    say!(env, "main cancels, locked = {}", flag(lock.locked()));
    env.ev.cancel(&task)?;
    Ok(env.ev.sleep_ms(500).await?)
}
