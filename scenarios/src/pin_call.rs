//! Callbacks at the edges of a pin, found by asking, beside tasks that hog the CPU (tutorial section 6.4,
//! `pin_cb_test.py`).
//!
//! # Wiring
//!
//! Somebody drives X2: in the original a timer that toggles X1, to which X2 is wired.
//!
//! # What you should see
//!
//! `up 1` and `down 0`, each with the microsecond at which it was called: soon after an edge where nobody else
//! runs, up to two passes later beside five tasks that keep the CPU for 5 ms at a time, and within one of their turns
//! with an I/O queue. Parts `test` and `latency` are the original's own, of 20 s: the one prints `Callback 1 rise` and so
//! on, the other how long after each rising edge it was called, and the worst so far.
//!
//! # How it works
//!
//! The pin is a device that is readable when its level has changed since it was last asked. An edge that goes back
//! before is missed. Part `latency` also has an interrupt handler at the same pin, which notes when there was an edge.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_hal::digital::InputPin;
use vpyb_core::drivers::PinCall;
use vpyb_core::ticks::ticks_diff;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, Edge, Gpio, PinMode, Pull, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "hogs", default: ArgDefault::Int(5), help: "how many tasks hog the CPU" },
    ArgSpec { name: "part", default: ArgDefault::Text("ticks"), help: "`ticks`, `test` or `latency`" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "dummy", "run"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, the pin is in use, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let part = args.text("part");
    for _ in 0..args.int("hogs") {
        main.ev.create_task(dummy(main.env(), part != "ticks"))?;
    }
    let pin = PinCall::new("PinCall#1", main.board.pin("X2", PinMode::Input(Pull::None))?);
    let env = main.env();
    match part {
        "ticks" => {
            let mut shown = main.board.pin("X2", PinMode::Input(Pull::None))?;
            pin.calling(&main.ev, move |level| {
                let text = if level { "up" } else { "down" };
                let now = u8::from(shown.is_high().unwrap_or(false));
                say!(env, "{text} {now} {}", env.board.ticks_us());
            })?;
            Ok(main.run_for_ms(3000).await?)
        }
        "test" => {
            pin.calling(&main.ev, move |level| {
                say!(env, "Callback {} {}", u8::from(level), if level { "rise" } else { "fall" });
            })?;
            Ok(main.run_for(20.0).await?)
        }
        "latency" => {
            // The handler goes with its pin, which lives as long as the program.
            let mut watched = main.board.pin("X2", PinMode::Input(Pull::None))?;
            let edge_at = Arc::new(AtomicU32::new(0));
            let noted = edge_at.clone();
            watched
                .on_edge(Edge::Rising, move |irq, _level| noted.store(irq.ticks_us(), Ordering::Relaxed))?;
            let mut most = 0;
            pin.calling(&main.ev, move |level| {
                if level {
                    let latency = ticks_diff(env.board.ticks_us(), edge_at.load(Ordering::Relaxed));
                    most = most.max(latency);
                    say!(env, "Latency {latency:6}μs {most:6}μs max");
                }
            })?;
            Ok(main.run_for(20.0).await?)
        }
        other => Err(no_part(other, &["ticks", "test", "latency"])),
    }
}

async fn dummy<B: Board>(env: Env<B>, yields_first: bool) -> Ended {
    if yields_first {
        env.ev.sleep_ms(0).await?;
    }
    loop {
        env.board.delay_us(5000);
        env.ev.sleep_ms(0).await?;
    }
}
