//! Drivers on a bus that expects exact transfers.

use embedded_hal::i2c::ErrorKind;
use embedded_hal_mock::eh1::delay::{CheckedDelay, NoopDelay, Transaction as Wait};
use embedded_hal_mock::eh1::digital::{Mock as PinMock, State, Transaction as Set};
use embedded_hal_mock::eh1::i2c::{Mock as I2cMock, Transaction};
use vpyb_core::drivers::htu21d::{Htu21d, Htu21dError};
use vpyb_core::drivers::mma7660::{Mma7660, Mma7660Error};
use vpyb_core::{Config, TaskError};
use vpyb_sim::board::VirtualBoard;
use vpyb_sim::runner::boxed;

use crate::trial::{Bench, run};

const ACCEL: u8 = 0x4C;
const SENSOR: u8 = 0x40;

fn supply() -> PinMock {
    PinMock::new(&[Set::set(State::Low), Set::set(State::High)])
}

fn nobody() -> ErrorKind {
    ErrorKind::NoAcknowledge(embedded_hal::i2c::NoAcknowledgeSource::Address)
}

/// Supply off and on, 30 ms each; two knocks, of which the second is heard; active mode; 30 ms more.
#[test]
fn the_accelerometer_is_woken_as_micropython_does() {
    let mut bus = I2cMock::new(&[
        Transaction::write(ACCEL, vec![]).with_error(nobody()),
        Transaction::write(ACCEL, vec![]),
        Transaction::write(ACCEL, vec![7, 1]),
        // -32, 31 and an alert in the last register: all three are read again.
        Transaction::write_read(ACCEL, vec![0], vec![0x20, 0x1F, 0x55]),
        Transaction::write_read(ACCEL, vec![0], vec![0x20, 0x1F, 0x15]),
        Transaction::write_read(ACCEL, vec![3], vec![0x40]),
        Transaction::write_read(ACCEL, vec![3], vec![0x85]),
    ]);
    let mut pin = supply();
    let mut delay = CheckedDelay::new(&[
        Wait::blocking_delay_ms(30),
        Wait::blocking_delay_ms(30),
        Wait::blocking_delay_ms(30),
    ]);
    let mut accel = Mma7660::new(bus.clone(), pin.clone(), &mut delay).unwrap();
    assert_eq!(accel.xyz(), Ok([-32, 31, 21]));
    assert_eq!(accel.tilt(), Ok(0x85));
    bus.done();
    pin.done();
    delay.done();
}

#[test]
fn what_fails_on_the_accelerometers_bus_is_told() {
    let knock = || Transaction::write(ACCEL, vec![]).with_error(nobody());
    let mut bus = I2cMock::new(&[knock(), knock(), knock(), knock()]);
    let mut pin = supply();
    let refused = Mma7660::new(bus.clone(), pin.clone(), &mut NoopDelay::new()).map(drop);
    assert_eq!(refused, Err(Mma7660Error::NotFound));
    bus.done();
    pin.done();

    let alert = || Transaction::write_read(ACCEL, vec![0], vec![0x40, 0, 0]);
    let mut bus = I2cMock::new(&[
        Transaction::write(ACCEL, vec![]),
        Transaction::write(ACCEL, vec![7, 1]),
        alert(),
        alert(),
        alert(),
        alert(),
        Transaction::write_read(ACCEL, vec![0], vec![0, 0, 0]).with_error(ErrorKind::Bus),
    ]);
    let mut pin = supply();
    let mut accel = Mma7660::new(bus.clone(), pin.clone(), &mut NoopDelay::new()).unwrap();
    assert_eq!(accel.xyz(), Err(Mma7660Error::Alert));
    assert_eq!(accel.xyz(), Err(Mma7660Error::Bus(ErrorKind::Bus)));
    bus.done();
    pin.done();
}

/// A scan, then a command, 60 ms, three bytes; the same for humidity; then the pause.
#[test]
fn the_sensor_is_asked_and_waited_for() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = I2cMock::new(&[
                Transaction::write(SENSOR, vec![]),
                Transaction::write(SENSOR, vec![0xF3]),
                Transaction::read(SENSOR, vec![0x68, 0x3A, 0x7C]),
                Transaction::write(SENSOR, vec![0xF5]),
                Transaction::read(SENSOR, vec![0x7C, 0x82, 0x97]),
                Transaction::write_read(SENSOR, vec![0xE7], vec![0x02]),
            ]);
            let sensor = Htu21d::new(&bench.ev, bus.clone(), 10.0)?;
            let asked = bench.clone();
            top.run_until_complete(async move {
                sensor.ready().await?;
                asked.say(format_args!("{:.1} {:.1}", sensor.temperature(), sensor.humidity()));
                asked.say(format_args!("{:?}", sensor.user_register()));
                Ok(())
            })
            .await?;
            bus.done();
            Ok(())
        })
    });
    assert_eq!(ran.verdict, "passed");
    assert_eq!(ran.lines, ["120 24.7 54.8", "120 Ok(2)"]);
}

/// What a sensor's task fails with stops the loop.
#[test]
fn what_fails_on_the_sensors_bus_stops_the_loop() {
    fn verdict(main: fn(vpyb_core::Top<VirtualBoard>, vpyb_core::Args) -> vpyb_sim::runner::Main) -> String {
        run(main).verdict
    }
    let crc = verdict(|top, _| {
        boxed(async move {
            let ev = top.event_loop(Config::default());
            let mut bus = I2cMock::new(&[
                Transaction::write(SENSOR, vec![]),
                Transaction::write(SENSOR, vec![0xF3]),
                Transaction::read(SENSOR, vec![0x68, 0x3B, 0x7C]),
            ]);
            Htu21d::new(&ev, bus.clone(), 10.0)?;
            let ended = top.run_forever().await;
            bus.done();
            Ok(ended?)
        })
    });
    assert_eq!(crc, "error: htu21d#1: HTU21D CRC fail");
    let refused = verdict(|top, _| {
        boxed(async move {
            let ev = top.event_loop(Config::default());
            let mut bus = I2cMock::new(&[
                Transaction::write(SENSOR, vec![]),
                Transaction::write(SENSOR, vec![0xF3]),
                Transaction::read(SENSOR, vec![0, 0, 0]).with_error(nobody()),
            ]);
            Htu21d::new(&ev, bus.clone(), 10.0)?;
            let ended = top.run_forever().await;
            bus.done();
            Ok(ended?)
        })
    });
    assert_eq!(refused, "error: htu21d#1: the bus of the HTU21D failed: NoAcknowledge(Address)");
    let absent = verdict(|top, _| {
        boxed(async move {
            let ev = top.event_loop(Config::default());
            let mut bus = I2cMock::new(&[Transaction::write(SENSOR, vec![]).with_error(nobody())]);
            let error: TaskError = Htu21d::new(&ev, bus.clone(), 10.0).map(drop).unwrap_err();
            bus.done();
            Err(error)
        })
    });
    assert_eq!(absent, format!("error: {}", Htu21dError::<ErrorKind>::NotFound));
}
