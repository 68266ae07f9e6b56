//! Drivers of the HTU21D that wait for as long as they think: `htu21df-sensor` and `gy-21`. They take the traits of
//! `embedded-hal` 0.2, to which `embedded-hal-compat` carries ours. Who waits for too short a time is refused.

use embedded_hal::delay::DelayNs;
use embedded_hal_compat::ReverseCompat;
use gy_21::{CommError, Gy21};
use htu21df_sensor::Sensor;
use vpyb_core::i2c::I2cConfig;
use vpyb_core::{Board, BoardDelay};
use vpyb_sim::board::{VirtualBoard, VirtualI2c};
use vpyb_sim::runner::Outcome;
use vpyb_sim::trace::Kind;
use vpyb_sim::trace::record::I2cEvent;

use super::{run, said};
use crate::runs::{check, rows};
use crate::trial::{Bench, TopLevel, main_task};

const PART: &str = "[parts.htu]\nkind = \"htu21d\"\nbus = \"i2c1\"\ntemperature = 24.69\nhumidity = 54.79\n";

fn bus(bench: &Bench) -> VirtualI2c {
    let config = I2cConfig { hertz: 100_000, ..I2cConfig::default() };
    bench.board.i2c("i2c1", config).expect("a free bus")
}

/// The instants at which the sensor did not acknowledge.
fn refusals(outcome: &Outcome) -> Vec<String> {
    let refused = |kind: &Kind| {
        matches!(
            kind,
            Kind::I2c {
                event: I2cEvent::Address { ack: false, .. } | I2cEvent::Byte { read: false, ack: false, .. },
                ..
            }
        )
    };
    rows(&outcome.trace, refused)
}

/// It waits for as long as the data sheet says: 15 ms after power-on, 15 ms after a reset, 16 ms and 50 ms for a conversion.
/// At 100 kHz a command of two bytes lasts 0.2 ms, an answer of four 0.375 ms.
#[test]
fn htu21df_sensor_waits_and_measures() {
    let main: TopLevel = main_task!(|bench| {
        let mut delay = BoardDelay(bench.board.clone()).reverse();
        let mut sensor = Sensor::new(bus(&bench).reverse(), Some(&mut delay)).expect("a sensor");
        let humidity = sensor.measure_humidity(&mut delay).expect("no error").value();
        bench.say(format_args!("{humidity:.2} %"));
        let temperature = sensor.measure_temperature(&mut delay).expect("no error").value();
        bench.say(format_args!("{temperature:.2} C"));
        Ok(())
    });
    let outcome = run(PART, main);
    let expected = ["46765000 main prints \"54.79 %\"", "97340000 main prints \"24.69 C\""];
    check("htu21df-sensor", &said(&outcome), &expected);
    check("it is never refused", &refusals(&outcome), &[]);
}

/// A delay that lasts half as long as it should.
struct Impatient(BoardDelay<VirtualBoard>);

impl DelayNs for Impatient {
    fn delay_ns(&mut self, ns: u32) {
        self.0.delay_ns(ns / 2);
    }
}

/// On a board whose clock is wrong it waits for 7.5 ms of the 15 ms after power-on, and for 25 ms of the 50 ms of a
/// conversion.
#[test]
fn htu21df_sensor_is_refused_where_it_does_not_wait_for_long_enough() {
    let main: TopLevel = main_task!(|bench| {
        let mut delay = Impatient(BoardDelay(bench.board.clone())).reverse();
        let too_soon = Sensor::new(bus(&bench).reverse(), Some(&mut delay)).map(drop);
        bench.say(format_args!("{:?}", too_soon.expect_err("it sleeps still")));
        bench.ev.sleep_ms(20).await?;
        let none = None::<&mut embedded_hal_compat::Reverse<Impatient>>;
        let mut sensor = Sensor::new(bus(&bench).reverse(), none).expect("nothing is sent");
        bench.say(format_args!("{:?}", sensor.measure_temperature(&mut delay).map(|it| it.value())));
        Ok(())
    });
    let outcome = run(PART, main);
    let expected = ["7605000 main prints \"I2c(NoAddress)\"", "52300000 main prints \"Err(I2c(NoAddress))\""];
    check("impatient", &said(&outcome), &expected);
    let refused = ["7595000 i2c1 address 0x40 write  NACK", "52290000 i2c1 address 0x40 read  NACK"];
    check("it is refused twice", &refusals(&outcome), &refused);
}

/// A delay of whole milliseconds below 256, which `embedded-hal-compat` leaves out.
struct Whole(BoardDelay<VirtualBoard>);

impl embedded_hal_compat::eh0_2::blocking::delay::DelayMs<u8> for Whole {
    fn delay_ms(&mut self, ms: u8) {
        self.0.delay_ms(ms.into());
    }
}

/// It waits after a command, but not after power-on, which the data sheet asks for: its first command is refused.
#[test]
fn gy_21_does_not_wait_after_power_on_and_is_refused() {
    let main: TopLevel = main_task!(|bench| {
        let mut sensor = Gy21::new(bus(&bench).reverse(), Whole(BoardDelay(bench.board.clone())));
        for _ in 0..2 {
            match sensor.temperature() {
                Ok(temperature) => bench.say(format_args!("{temperature:.2} C")),
                Err(CommError::Write(error)) => bench.say(format_args!("its command: {error}")),
                Err(CommError::Read(error)) => bench.say(format_args!("its answer: {error}")),
            }
            bench.ev.sleep_ms(20).await?;
        }
        Ok(())
    });
    let outcome = run(PART, main);
    let expected = [
        "110000 main prints \"its command: no device acknowledges the address\"",
        "70480000 main prints \"24.69 C\"",
    ];
    check("gy-21", &said(&outcome), &expected);
    check("its first command", &refusals(&outcome), &["100000 i2c1 address 0x40 write  NACK"]);
}
