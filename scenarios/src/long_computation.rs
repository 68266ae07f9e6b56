//! A long computation that yields now and then, or does not (tutorial section 8.5).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `tick` each 100 ms from a task beside it, and `sum 499500` when a thousand rounds of a millisecond are over. If the
//! computation never yields, no `tick` comes in between.
//!
//! # How it works
//!
//! A thousand rounds in one step take a second in which nobody else runs. With a zero delay after every few rounds the
//! others have a turn there; that costs what a step and a pass cost, and the computation ends a little later.

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[ArgSpec {
    name: "rounds",
    default: ArgDefault::Int(10),
    help: "after how many rounds of 1 ms it yields; 0: never",
}];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "ticker"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    main.ev.create_task(ticker(main.env()))?;
    Ok(main.run(compute(main.env(), args.int("rounds"))).await?)
}

async fn ticker<B: Board>(env: Env<B>) -> Ended {
    loop {
        say!(env, "tick");
        env.ev.sleep_ms(100).await?;
    }
}

async fn compute<B: Board>(env: Env<B>, rounds: i64) -> Ended {
    let mut sum = 0;
    for round in 0..1000 {
        env.board.delay_us(1000);
        sum += round;
        if rounds > 0 && round % rounds == 0 {
            env.ev.sleep_ms(0).await?;
        }
    }
    say!(env, "sum {sum}");
    Ok(())
}
