//! A fan that runs while it is hot.
//!
//! # Wiring
//!
//! An LM75 on X9 and X10 (I2C 1); a fan's driver on Y1.
//!
//! # What you should see
//!
//! A line when the fan starts, and one when it stops, two degrees below.
//!
//! # How it works
//!
//! [`Thermostat`] is the driver: it knows traits of `embedded-hal` and no board. A task looks at the sensor every so often.
//! A reading keeps the bus and the CPU for less than a millisecond. A sensor that does not answer leaves the fan running,
//! which is the safe side, and is asked again.

use core::fmt::Debug;

use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, EventLoop, I2cConfig, PinMode, TaskError, Top};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "limit", default: ArgDefault::Int(30), help: "degrees Celsius at which the fan starts" },
    ArgSpec { name: "every_ms", default: ArgDefault::Int(500), help: "milliseconds between two readings" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["control"];

/// The LM75's address with its three address pins at ground, and its register of the temperature.
const ADDRESS: u8 = 0x48;
const TEMPERATURE: u8 = 0;
/// Half degrees by which it must get cooler before the fan stops.
const HYSTERESIS: i16 = 4;

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the board does not have what is asked for.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let event_loop = top.event_loop(Config::default());
    let board = top.board();
    let sensor = board.i2c("i2c1", I2cConfig::default())?;
    let fan = board.pin("Y1", PinMode::Output)?;
    let thermostat = Thermostat::new(sensor, fan, args.int("limit") as i16);
    let every_ms = args.int("every_ms") as i32;
    event_loop.create_task(control(event_loop.clone(), board.clone(), thermostat, every_ms))?;
    top.run_forever().await?;
    Ok(())
}

async fn control<B: Board>(
    event_loop: EventLoop,
    board: B,
    mut thermostat: Thermostat<B::I2c, B::Pin>,
    every_ms: i32,
) -> Result<(), TaskError> {
    let mut before = Fan::Rests;
    loop {
        event_loop.sleep_ms(every_ms).await?;
        match thermostat.look() {
            Ok(now) => {
                if now != before {
                    board
                        .println(format_args!("the fan {}", if now == Fan::Runs { "runs" } else { "rests" }));
                }
                before = now;
            }
            Err(error) => {
                board.count("thermostat.blind", 1);
                board.println(format_args!("no reading: {error:?}"));
                before = Fan::Runs;
            }
        }
    }
}

/// What the fan does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fan {
    /// It runs.
    Runs,
    /// It rests.
    Rests,
}

/// A sensor and a fan.
pub struct Thermostat<I, P> {
    sensor: I,
    fan: P,
    /// Half degrees.
    limit: i16,
    state: Fan,
}

impl<I: I2c, P: OutputPin> Thermostat<I, P> {
    /// A fan that starts at `limit` degrees Celsius.
    pub fn new(sensor: I, fan: P, limit: i16) -> Self {
        Self { sensor, fan, limit: 2 * limit, state: Fan::Rests }
    }

    /// Reads the sensor and switches the fan.
    ///
    /// # Errors
    ///
    /// The bus's, if the sensor does not answer; the fan then runs.
    pub fn look(&mut self) -> Result<Fan, I::Error>
    where
        P::Error: Debug,
    {
        let mut bytes = [0; 2];
        let read = self.sensor.write_read(ADDRESS, &[TEMPERATURE], &mut bytes);
        // Nine bits, the highest first, of half degrees.
        let half_degrees = i16::from_be_bytes(bytes) >> 7;
        self.state = match (&read, self.state) {
            (Err(_), _) => Fan::Runs,
            (Ok(()), Fan::Rests) if half_degrees >= self.limit => Fan::Runs,
            (Ok(()), Fan::Runs) if half_degrees <= self.limit - HYSTERESIS => Fan::Rests,
            (Ok(()), same) => same,
        };
        let switched = if self.state == Fan::Runs { self.fan.set_high() } else { self.fan.set_low() };
        switched.expect("an output of the board can be set");
        read.map(|()| self.state)
    }
}
