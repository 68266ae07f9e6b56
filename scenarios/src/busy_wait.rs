//! Waiting for a flag that another task sets, so that it can and so that it cannot (tutorial section 8.4).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `good`: `flag set` after 5 ms, and `flag seen` a pass later. Part `bad`: nothing, for ever.
//!
//! # How it works
//!
//! Until a task yields, no other runs: a loop that only looks at the flag keeps the one from running that would set
//! it.

use alloc::rc::Rc;
use core::cell::Cell;

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("good"), help: "`good` or `bad`" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "setter"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let flag = Rc::new(Cell::new(false));
    main.ev.create_task(setter(main.env(), flag.clone()))?;
    match args.text("part") {
        "good" => main.run(good_code(main.env(), flag)).await?,
        "bad" => main.run(bad_code(main.env(), flag)).await?,
        other => return Err(no_part(other, &["good", "bad"])),
    }
    say!(main, "flag seen False {}", main.time());
    Ok(())
}

async fn setter<B: Board>(env: Env<B>, flag: Rc<Cell<bool>>) -> Ended {
    env.ev.sleep_ms(5).await?;
    flag.set(true);
    say!(env, "flag set {}", env.time());
    Ok(())
}

async fn good_code<B: Board>(env: Env<B>, flag: Rc<Cell<bool>>) -> Ended {
    while !flag.take() {
        env.ev.sleep(0.0).await?;
    }
    Ok(())
}

async fn bad_code<B: Board>(env: Env<B>, flag: Rc<Cell<bool>>) -> Ended {
    while !flag.take() {
        // What looking takes; where time is virtual, it would else not pass.
        env.board.delay_us(1);
    }
    Ok(())
}
