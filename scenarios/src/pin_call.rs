//! Callbacks at the edges of a pin, found by asking, beside tasks that hog the CPU (tutorial section 6.4,
//! `pin_cb_test.py`).
//!
//! # Wiring
//!
//! Somebody drives X2.
//!
//! # What you should see
//!
//! `up 1` and `down 0`, each with the microsecond at which it was called: soon after an edge where nobody else
//! runs, up to two passes later beside five tasks that keep the CPU for 5 ms at a time, and within one of their turns
//! with an I/O queue.
//!
//! # How it works
//!
//! The pin is a device that is readable when its level has changed since it was last asked. An edge that goes back
//! before is missed.

use embedded_hal::digital::InputPin;
use vpyb_core::drivers::PinCall;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, PinMode, Pull, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "hogs", default: ArgDefault::Int(5), help: "how many tasks hog the CPU" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "dummy", "run"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the pin is in use.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    for _ in 0..args.int("hogs") {
        main.ev.create_task(dummy(main.env()))?;
    }
    let pin = main.board.pin("X2", PinMode::Input(Pull::None))?;
    let (env, mut shown) = (main.env(), main.board.pin("X2", PinMode::Input(Pull::None))?);
    PinCall::new("PinCall#1", pin).calling(&main.ev, move |level| {
        let text = if level { "up" } else { "down" };
        let now = u8::from(shown.is_high().unwrap_or(false));
        say!(env, "{text} {now} {}", env.board.ticks_us());
    })?;
    Ok(main.run_for_ms(3000).await?)
}

async fn dummy<B: Board>(env: Env<B>) -> Ended {
    loop {
        env.board.delay_us(5000);
        env.ev.sleep_ms(0).await?;
    }
}
