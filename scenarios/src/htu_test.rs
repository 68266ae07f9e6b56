//! A sensor that is read in the background (tutorial section 6.6).
//!
//! # Wiring
//!
//! An HTU21D on X9 and X10 (I2C 1).
//!
//! # What you should see
//!
//! A line with temperature and humidity after 140 ms, and every five seconds from then on. A checksum that does not fit is
//! told, and the sensor looked for once more, so often as `attempts` allows.
//!
//! # How it works
//!
//! The driver's task measures temperature and humidity, 60 ms each, and waits for two seconds. The program awaits the first
//! measurement, and then looks at the last one whenever it likes. The driver's failure stops the loop; the top level sees it,
//! and runs the loop again with a new driver.

use vpyb_core::drivers::htu21d::Htu21d;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, I2cConfig, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "read_delay", default: ArgDefault::Int(2), help: "seconds between two measurements" },
    ArgSpec { name: "attempts", default: ArgDefault::Int(1), help: "how often the sensor may fail" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["htu21d", "show"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, there is no sensor, or its task has failed once too often: then its checksum was wrong, or its bus.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    // A sensor answers 15 ms after it has supply.
    main.board.delay_us(20_000);
    for attempt in 1.. {
        let bus = main.board.i2c("i2c1", I2cConfig::default())?;
        let sensor = Htu21d::new(&main.ev, bus, args.int("read_delay") as f64)?;
        let shown = main.ev.create_task(show(main.env(), sensor))?;
        let ended = main.run_forever().await;
        let Err(error) = ended else { break };
        if attempt >= args.int("attempts") {
            return Err(error.into());
        }
        main.board.count("i2c1.crc_errors", 1);
        say!(main, "{error}; once more");
        main.ev.cancel(&shown)?;
    }
    Ok(())
}

async fn show<B: Board>(env: Env<B>, sensor: alloc::rc::Rc<Htu21d<B::I2c>>) -> Ended {
    sensor.ready().await?;
    loop {
        say!(env, "Temp {:5.1} Humidity {:5.1}", sensor.temperature(), sensor.humidity());
        env.ev.sleep(5.0).await?;
    }
}
