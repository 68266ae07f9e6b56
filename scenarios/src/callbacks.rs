//! Callbacks: soon, and after a delay in seconds or milliseconds (tutorial section 2.2.2).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `snippet`: `foo (5,)` at once, after 50 ms and after 2 s; then the loop waits for ever.
//!
//! Part `order`: callbacks of all three kinds beside a task that prints each 50 ms. One with a delay of 0 ms is called
//! in the first pass, as those that are to be called soon; one with a delay of 0 s in the second.
//!
//! Part `long`: a callback that computes for 200 ms delays the same task by as much, though it yields as it should.
//!
//! # How it works
//!
//! A callback is a plain function: it cannot await, so that nothing else runs until it returns. It takes two places in
//! the run queue, and one in the wait queue while it has to wait.

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("snippet"), help: "`snippet`, `order` or `long`" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "ticker"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    match args.text("part") {
        "snippet" => snippet(main).await,
        "order" => order(main).await,
        "long" => long(main).await,
        other => Err(no_part(other, &["snippet", "order", "long"])),
    }
}

async fn snippet<B: Board>(main: Main<B>) -> Ended {
    let call = || {
        let env = main.env();
        move || say!(env, "foo (5,)")
    };
    main.ev.call_soon(call())?;
    main.ev.call_later(2.0, call())?;
    main.ev.call_later_ms(50, call())?;
    Ok(main.run_forever().await?)
}

async fn ticker<B: Board>(env: Env<B>) -> Ended {
    for i in 0..4 {
        say!(env, "ticker {i} {}", env.time());
        env.ev.sleep_ms(50).await?;
    }
    Ok(())
}

async fn order<B: Board>(main: Main<B>) -> Ended {
    let call = |args: &'static str| {
        let env = main.env();
        move || say!(env, "callback {args} {}", env.time())
    };
    main.ev.call_soon(call("('soon', 5)"))?;
    main.ev.create_task(ticker(main.env()))?;
    main.ev.call_later(2.0, call("('later 2s',)"))?;
    main.ev.call_later_ms(50, call("('later 50ms',)"))?;
    main.ev.call_later(0.05, call("('later 0.05s',)"))?;
    main.ev.call_later_ms(0, call("('later 0ms',)"))?;
    main.ev.call_later(0.0, call("('later 0s',)"))?;
    main.ev.call_soon(call("()"))?;
    main.run_for(3.0).await?;
    say!(main, "done {}", main.time());
    Ok(())
}

async fn long<B: Board>(main: Main<B>) -> Ended {
    let env = main.env();
    main.ev.call_later_ms(25, move || {
        say!(env, "callback computes");
        env.board.delay_us(200_000);
        say!(env, "callback is done");
    })?;
    main.ev.create_task(ticker(main.env()))?;
    Ok(main.run_for(1.0).await?)
}
