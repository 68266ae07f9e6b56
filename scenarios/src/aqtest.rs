//! One task waits for the result of a slow other one (tutorial section 3.5, `aqtest.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `Waiting for slow process.` at once, `Putting result onto queue` after 2 s, and `Result was 42` with it or within
//! 100 ms; two closing lines after 3 s.
//!
//! # How it works
//!
//! The consumer looks at the queue every 100 ms. Without costs its twentieth look falls on the very tick of the
//! producer's result, and the producer's timer is the older one.

use alloc::rc::Rc;

use vpyb_core::official::Queue;
use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "foo", "bar"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue of the loop is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let queue = Rc::new(Queue::new(&main.ev, 0));
    say!(main, "Test takes 3 secs");
    main.ev.create_task(foo(main.env(), queue.clone()))?;
    main.ev.create_task(bar(main.env(), queue))?;
    Ok(main.run(run(main.env())).await?)
}

async fn foo<B: Board>(env: Env<B>, queue: Rc<Queue<u32>>) -> Ended {
    say!(env, "Running foo()");
    let result = queue.get().await?;
    say!(env, "Result was {result}");
    Ok(())
}

async fn bar<B: Board>(env: Env<B>, queue: Rc<Queue<u32>>) -> Ended {
    say!(env, "Waiting for slow process.");
    env.ev.sleep(2.0).await?;
    say!(env, "Putting result onto queue");
    Ok(queue.put(42).await?)
}

async fn run<B: Board>(env: Env<B>) -> Ended {
    env.ev.sleep(3.0).await?;
    say!(env, "I've seen starships burn off the shoulder of Orion...");
    say!(env, "Time to die...");
    Ok(())
}
