//! An LED that shows whether the loop runs, beside a task that stops it (tutorial section 7.1).
//!
//! # Wiring
//!
//! LED1 of the board.
//!
//! # What you should see
//!
//! LED1 toggles every 500 ms for three seconds. Then `worker` computes for `busy_ms` milliseconds without yielding;
//! the LED stands still for as long, though its own task does all that it should.
//!
//! # How it works
//!
//! A task that does not yield stops all others. What the LED shows is that somebody did.

use embedded_hal::digital::StatefulOutputPin;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[ArgSpec {
    name: "busy_ms",
    default: ArgDefault::Int(0),
    help: "how long the worker keeps the CPU after 3 s",
}];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "heartbeat", "worker"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the LED does not answer.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    main.ev.create_task(heartbeat(main.env(), 500))?;
    main.ev.create_task(worker(main.env(), u32::try_from(args.int("busy_ms")).unwrap_or(0)))?;
    Ok(main.run_for(10.0).await?)
}

pub(crate) async fn heartbeat<B: Board>(env: Env<B>, ms: i32) -> Ended {
    let mut led = env.board.led("LED1")?;
    loop {
        led.toggle().map_err(|_| TaskError::failed("the LED does not answer"))?;
        env.ev.sleep_ms(ms).await?;
    }
}

async fn worker<B: Board>(env: Env<B>, busy_ms: u32) -> Ended {
    env.ev.sleep(3.0).await?;
    say!(env, "the worker begins");
    for _ in 0..busy_ms {
        env.board.delay_us(1000);
    }
    say!(env, "the worker is done");
    Ok(())
}
