//! A semaphore that lets two or three of five tasks in at a time (tutorial section 3.4).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! First with a bounded semaphore of two places, then with a plain one of three: `in` and `out` lines of five tasks,
//! never more of them inside than there are places. A release too many is a `ValueError` of the bounded one and
//! allowed by the other.
//!
//! # How it works
//!
//! Who finds no place asks again at each turn. `with` is the original's context manager: it releases however its
//! body ends, and gives up a turn after that, so that who waits is in before who leaves says so.

use alloc::rc::Rc;
use core::future::Future;

use vpyb_core::asyn::{BoundedSemaphore, Error, Semaphore};
use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "user"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    main.run(run(main.env(), Sema::Bounded(BoundedSemaphore::new(&main.ev, 2)))).await?;
    Ok(main.run(run(main.env(), Sema::Plain(Semaphore::new(&main.ev, 3)))).await?)
}

/// Either kind of semaphore.
pub(crate) enum Sema {
    Plain(Semaphore),
    Bounded(BoundedSemaphore),
}

impl Sema {
    /// `async with`.
    pub(crate) async fn with(&self, body: impl Future<Output = Ended>) -> Ended {
        match self {
            Self::Plain(semaphore) => semaphore.with(body).await,
            Self::Bounded(semaphore) => semaphore.with(body).await,
        }
    }

    /// `release`.
    pub(crate) fn release(&self) -> Result<(), Error> {
        match self {
            Self::Plain(semaphore) => semaphore.release(),
            Self::Bounded(semaphore) => semaphore.release()?,
        }
        Ok(())
    }
}

async fn run<B: Board>(env: Env<B>, sema: Sema) -> Ended {
    let sema = Rc::new(sema);
    for n in 0..5 {
        env.ev.create_task(user(env.clone(), n, sema.clone()))?;
    }
    env.ev.sleep_ms(600).await?;
    match sema.release() {
        Ok(()) => say!(env, "extra release allowed"),
        Err(_) => say!(env, "ValueError Semaphore released more than acquired"),
    }
    Ok(())
}

async fn user<B: Board>(env: Env<B>, n: i32, sema: Rc<Sema>) -> Ended {
    for i in 0..2 {
        sema.with(async {
            say!(env, "in {n} {i} {}", env.time());
            Ok(env.ev.sleep_ms(30 + 7 * n).await?)
        })
        .await?;
        say!(env, "out {n} {i} {}", env.time());
    }
    Ok(())
}
