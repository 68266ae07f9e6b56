//! Drivers of the HTU21D and of its relative, the Si70xx, against the model of the HTU21D, and one of the LM75.
//!
//! `htu2xd` is written for embedded-hal 0.2: `embedded-hal-compat` stands between.

use std::fmt::Debug;

use embedded_hal_compat::{Reverse, ReverseCompat};
use htu2xd::{Htu2xd, Humidity, Measurement, Reading, Resolution, ResultReader, Temperature};
use lm75::{Address, Lm75};
use si70xx::Si70xx;
use vpyb_core::{Board, I2cConfig, I2cError, TaskError};
use vpyb_sim::board::{VirtualBoard, VirtualI2c};
use vpyb_sim::runner::{Outcome, boxed};
use vpyb_sim::trace::Kind;
use vpyb_sim::trace::record::I2cEvent;

use super::{run, said};
use crate::runs::{check, rows};
use crate::trial::{Bench, TopLevel};

/// What `embedded-hal` 0.2 calls a bus.
type Bus = Reverse<VirtualI2c>;

/// Runs a program beside a sensor in air of 21.5 C and 45 %.
fn run_beside(kind: &str, rest: &str, main: TopLevel) -> Outcome {
    let part = format!("[parts.air]\nkind = \"{kind}\"\nbus = \"i2c1\"\ntemperature = 21.5\nhumidity = 45\n");
    run(&format!("run.until = \"2s\"\n{part}{rest}"), main)
}

fn bus(board: &VirtualBoard, timeout_ms: u32) -> Result<Bus, TaskError> {
    Ok(board.i2c("i2c1", I2cConfig { timeout_ms, ..I2cConfig::default() })?.reverse())
}

/// What a reading tells.
trait Tells {
    fn told(self) -> String;
}

impl Tells for Temperature {
    fn told(self) -> String {
        format!("{:.2} C", self.as_degrees_celsius())
    }
}

impl Tells for Humidity {
    fn told(self) -> String {
        format!("{:.2} %", self.as_percent_relative())
    }
}

fn told<M: Tells + Debug, E: Debug>(reading: Result<Reading<M>, E>) -> String {
    match reading {
        Ok(Reading::Ok(reading)) => reading.told(),
        other => format!("{other:?}"),
    }
}

/// Asks every 5 ms.
async fn patiently<M: Measurement + Tells + Debug>(
    bench: &Bench,
    bus: &mut Bus,
    mut pending: ResultReader<'_, Bus, M>,
) -> Result<(), TaskError> {
    loop {
        match pending.read_result(bus, |error| *error == I2cError::NoAddress) {
            Err(nb::Error::WouldBlock) => bench.ev.sleep_ms(5).await?,
            Err(nb::Error::Other(error)) => return Err(TaskError::failed(format!("{error:?}"))),
            Ok(reading) => {
                bench.say(told::<_, ()>(Ok(reading)));
                return Ok(());
            }
        }
    }
}

/// Without clock stretching the driver asks until the sensor acknowledges: 14 bits of temperature take 50 ms, and 12 of
/// humidity 16 ms. It is asked at 15 ms and each 5 ms later, so it refuses eleven times and four times.
#[test]
fn htu2xd_gets_its_nacks_and_its_readings() {
    let outcome = run_beside("htu21d", "", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            top.run_until_complete(async move {
                bench.ev.sleep_ms(15).await?;
                let mut bus = bus(&bench.board, 50)?;
                let mut sensor = Htu2xd::new();
                let pending = sensor.read_temperature(&mut bus).map_err(TaskError::failed)?;
                patiently(&bench, &mut bus, pending).await?;
                let pending = sensor.read_humidity(&mut bus).map_err(TaskError::failed)?;
                patiently(&bench, &mut bus, pending).await
            })
            .named("main")
            .await?;
            Ok(())
        })
    });
    check(
        "readings",
        &said(&outcome),
        &["70111146 main prints \"21.50 C\"", "90111146 main prints \"44.99 %\""],
    );
    let refused = |kind: &Kind| matches!(kind, Kind::I2c { event: I2cEvent::Address { ack: false, .. }, .. });
    assert_eq!(rows(&outcome.trace, refused).len(), 15);
    assert_eq!(outcome.verdict, "passed");
}

/// With clock stretching the bus waits, and the time-out must be longer than the conversion. With 12 bits of temperature
/// that is 13 ms.
#[test]
fn htu2xd_waits_while_the_clock_is_held_and_sets_the_resolution() {
    let outcome = run_beside("htu21d", "", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            top.run_until_complete(async move {
                bench.ev.sleep_ms(15).await?;
                let mut bus = bus(&bench.board, 60)?;
                let mut sensor = Htu2xd::new();
                bench.say(told(sensor.read_temperature_blocking(&mut bus)));
                let mut register = sensor.read_user_register(&mut bus).map_err(TaskError::failed)?;
                register.set_resolution(Resolution::Humidity8Temperature12);
                sensor.write_user_register(&mut bus, register).map_err(TaskError::failed)?;
                bench.say(told(sensor.read_temperature_blocking(&mut bus)));
                bench.say(told(sensor.read_humidity_blocking(&mut bus)));
                // It needs 15 ms now, and the driver does not wait for it.
                sensor.soft_reset(&mut bus).map_err(TaskError::failed)?;
                bench.say(told(sensor.read_humidity_blocking(&mut bus)));
                Ok(())
            })
            .named("main")
            .await?;
            Ok(())
        })
    });
    check(
        "readings",
        &said(&outcome),
        &[
            "65135246 main prints \"21.50 C\"",
            "78473863 main prints \"21.49 C\"",
            "81609109 main prints \"44.78 %\"",
            "81701334 main prints \"Err(I2c(NoAddress))\"",
        ],
    );
}

/// The Si70xx has a command that the HTU21D lacks, for the temperature of the last conversion of humidity: it is refused.
#[test]
fn si70xx_reads_the_humidity_and_is_refused_its_own_command() {
    let outcome = run_beside("htu21d", "", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            top.run_until_complete(async move {
                bench.ev.sleep_ms(15).await?;
                let mut sensor = Si70xx::new(bench.board.i2c("i2c1", I2cConfig::default())?);
                bench.say(format_args!("{:?}", sensor.measure()));
                bench.say(format_args!("{:?}", sensor.read_humidity()));
                bench.say(format_args!("{:?}", sensor.read_temperature()));
                Ok(())
            })
            .named("main")
            .await?;
            Ok(())
        })
    });
    check(
        "readings",
        &said(&outcome),
        &[
            "15059500 main prints \"Ok(())\"",
            "31108471 main prints \"Ok(4499)\"",
            "31167971 main prints \"Err(I2c(NoData))\"",
        ],
    );
}

/// A conversion takes 300 ms: the first one is over at 300 ms, and the change of the air at 400 ms is told from 600 ms on. Shut
/// down, the sensor keeps its last word.
#[test]
fn lm75_reads_what_was_converted_last() {
    let opened = "[[actor]]\nname = \"window\"\nsteps = [{ at = \"400ms\", set = { air.temperature = -3.5 } }, \
                  { at = \"700ms\", set = { air.temperature = 30 } }]";
    let outcome = run_beside("lm75", opened, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            top.run_until_complete(async move {
                let mut sensor =
                    Lm75::new(bench.board.i2c("i2c1", I2cConfig::default())?, Address::default());
                for pause_ms in [10, 300, 200, 100] {
                    bench.ev.sleep_ms(pause_ms).await?;
                    bench.say(format_args!("{:?}", sensor.read_temperature()));
                }
                bench.say(format_args!("disable {:?}", sensor.disable()));
                bench.ev.sleep_ms(900).await?;
                bench.say(format_args!("{:?}", sensor.read_temperature()));
                Ok(())
            })
            .named("main")
            .await?;
            Ok(())
        })
    });
    check(
        "readings",
        &said(&outcome),
        &[
            "10141967 main prints \"Ok(0.0)\"",
            "310141967 main prints \"Ok(21.5)\"",
            "510141967 main prints \"Ok(21.5)\"",
            "610141967 main prints \"Ok(-3.5)\"",
            "610228242 main prints \"disable Ok(())\"",
            "1510141967 main prints \"Ok(-3.5)\"",
        ],
    );
}
