//! A device that has to be asked: the accelerometer, polled (tutorial section 6.2, `apoll.py`).
//!
//! # Wiring
//!
//! The board's accelerometer.
//!
//! # What you should see
//!
//! Two lines, a first `Value` line, one more whenever the board is moved, a time-out line about every two seconds while it
//! is not, and `Test complete!` after 20 s.
//!
//! # How it works
//!
//! The task asks every 100 ms. A vector that differs by more than noise is kept and told, else it is asked how long ago the
//! last one was. The original takes "zero milliseconds ago" for a change; here a first reading is one, so that the first line
//! does not depend on how long a reading takes.

use vpyb_core::drivers::mma7660::Mma7660;
use vpyb_core::ticks::ticks_diff;
use vpyb_core::{ArgSpec, Args, Board, BoardDelay, Config, I2cConfig, PinMode, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "accel_poll"];

/// Where the board has its accelerometer: the bus, and the pin that supplies it.
const ACCEL: (&str, &str) = ("i2c1", "PB5");
/// A squared distance of more than this is no noise.
const NOISE: i32 = 16;
/// From here on a board is at rest.
const TIMEOUT_MS: i32 = 2000;

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the accelerometer does not answer.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    say!(main, "Testing accelerometer for 20 secs. Move the Pyboard!");
    say!(main, "Test runs for 20s.");
    main.ev.create_task(accel_poll(main.env()))?;
    Ok(main.run(killer(main.env())).await?)
}

async fn killer<B: Board>(env: Env<B>) -> Ended {
    env.ev.sleep(20.0).await?;
    say!(env, "Test complete!");
    Ok(())
}

async fn accel_poll<B: Board>(env: Env<B>) -> Ended {
    let (bus, supply) = ACCEL;
    let bus = env.board.i2c(bus, I2cConfig::default())?;
    let supply = env.board.pin(supply, PinMode::Output)?;
    let mut accel =
        Mma7660::new(bus, supply, &mut BoardDelay(env.board.clone())).map_err(TaskError::failed)?;
    let mut kept: Option<[i8; 3]> = None;
    let mut since = env.time();
    loop {
        let now = accel.xyz().map_err(TaskError::failed)?;
        if kept.is_none_or(|kept| distance(kept, now) > NOISE) {
            let [x, y, z] = now;
            say!(env, "Value x:{x:3} y:{y:3} z:{z:3}");
            kept = Some(now);
            since = env.time();
        } else if ticks_diff(env.time(), since) > TIMEOUT_MS {
            say!(env, "Timeout waiting for accelerometer change");
            since = env.time();
        }
        env.ev.sleep_ms(100).await?;
    }
}

/// The square of the distance between two vectors.
fn distance(one: [i8; 3], other: [i8; 3]) -> i32 {
    one.iter().zip(other).map(|(a, b)| (i32::from(*a) - i32::from(b)).pow(2)).sum()
}
