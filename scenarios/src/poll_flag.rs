//! A task that asks for a flag which an interrupt handler sets (tutorial section 6).
//!
//! # Wiring
//!
//! Somebody pulls X1 low.
//!
//! # What you should see
//!
//! `serviced` with the millisecond, within a pass of the loop after each falling edge. Two edges within one pass are
//! serviced once: an overrun.
//!
//! # How it works
//!
//! The handler runs at the edge, whatever the CPU does, and only sets the flag. The task looks at it each time that
//! it is its turn, `every_ms` milliseconds apart; with 0 that is at every pass, which leaves no time in which the CPU
//! could rest.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, Edge, Gpio, PinMode, Pull, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "every_ms", default: ArgDefault::Int(0), help: "how often the task asks" },
    ArgSpec { name: "ms", default: ArgDefault::Int(60), help: "how long the program runs" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "device"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the pin or its interrupt line is in use.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let whole = |name| i32::try_from(args.int(name)).unwrap_or(0);
    let mut pin = main.board.pin("X1", PinMode::Input(Pull::Up))?;
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    pin.on_edge(Edge::Falling, move |_, _| set.store(true, Ordering::Release))?;
    main.ev.create_task(device(main.env(), flag, whole("every_ms")))?;
    Ok(main.run_for_ms(whole("ms")).await?)
}

async fn device<B: Board>(env: Env<B>, flag: Arc<AtomicBool>, every_ms: i32) -> Ended {
    loop {
        if flag.swap(false, Ordering::AcqRel) {
            say!(env, "serviced {}", env.time());
        }
        env.ev.sleep(f64::from(every_ms) / 1000.0).await?;
    }
}
