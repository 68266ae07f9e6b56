//! Four LEDs that flash at rates of their own (tutorial section 1.1, `aledflash.py`).
//!
//! # Wiring
//!
//! The four LEDs of the board.
//!
//! # What you should see
//!
//! `Flash LED's for  10 seconds`, and the LEDs toggle every 200, 700, 1200 and 1700 ms.
//!
//! # How it works
//!
//! Each task pauses and toggles. Pauses that end in the same millisecond are served in the order in which they began.

use embedded_hal::digital::StatefulOutputPin;
use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "toggle"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or an LED does not answer.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    say!(main, "Flash LED's for  10 seconds");
    for (led, ms) in [("LED1", 200), ("LED2", 700), ("LED3", 1200), ("LED4", 1700)] {
        let led = main.board.led(led)?;
        main.ev.create_task(toggle(main.env(), led, ms))?;
    }
    Ok(main.run_for(10.0).await?)
}

async fn toggle<B: Board>(env: Env<B>, mut led: B::Led, ms: i32) -> Ended {
    loop {
        env.ev.sleep_ms(ms).await?;
        led.toggle().map_err(|_| TaskError::failed("an LED does not answer"))?;
    }
}
