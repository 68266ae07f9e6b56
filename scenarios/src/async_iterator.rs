//! A sequence whose next item has to be waited for (tutorial section 4.2).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `1` to `5`, one each 100 ms, and `end` after 600 ms, for the end of the sequence is waited for too; meanwhile
//! another task prints each 150 ms.
//!
//! # How it works
//!
//! What Python writes as a class with `__anext__` is a method `next` here, which gives an `Option`: `None` is the end.

use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "other"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    main.ev.create_task(other(main.env()))?;
    main.run(run(main.env())).await?;
    say!(main, "end {}", main.time());
    Ok(())
}

/// Five items, each of which takes 100 ms.
struct Items<B> {
    env: Env<B>,
    last: u32,
}

impl<B: Board> Items<B> {
    async fn next(&mut self) -> Result<Option<u32>, TaskError> {
        self.env.ev.sleep(0.1).await?;
        self.last += 1;
        Ok((self.last <= 5).then_some(self.last))
    }
}

async fn run<B: Board>(env: Env<B>) -> Ended {
    let mut items = Items { env: env.clone(), last: 0 };
    while let Some(item) = items.next().await? {
        say!(env, "{item}");
    }
    Ok(())
}

async fn other<B: Board>(env: Env<B>) -> Ended {
    loop {
        say!(env, "other {}", env.time());
        env.ev.sleep_ms(150).await?;
    }
}
