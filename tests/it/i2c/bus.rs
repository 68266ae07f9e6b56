//! The bus itself: conditions and bits, refusals, what holds it up, and how it is freed.

use embedded_hal::i2c::{I2c as _, Operation};
use vpyb_core::i2c::scan;
use vpyb_core::{Board, I2c, I2cConfig, UartConfig};
use vpyb_sim::runner::boxed;
use vpyb_sim::trace::Kind;

use super::{Bench, check, run};

const SENSOR: &str =
    "parts.htu = { kind = \"htu21d\", bus = \"i2c1\", temperature = 24.69, humidity = 54.79 }\n";

/// At 100 kHz SCL is low and high for 5 us each, and SDA changes 1.25 us after SCL fell. When the unit is opened its pins
/// are pulled up, which looks like a STOP: the bus is free 5 us later. The address 0x40 to be written is the byte
/// 0b1000_0000: SDA rises in its first clock and falls in its second, and is let go in the ninth, where nobody pulls it low.
#[test]
fn an_address_that_nobody_has_edge_by_edge() {
    let ran = run("", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let error = bench.slow("i2c1").write(0x40, &[]).unwrap_err();
            bench.say(error);
            Ok(())
        })
    });
    let wanted = |kind: &Kind| matches!(kind, Kind::Edge { .. } | Kind::I2c { .. } | Kind::Line { .. });
    let mut expected = vec![
        "0 X9+accel.scl ↑ high".to_owned(),
        "0 X10+accel.sda ↑ high".into(),
        "0 i2c1 opened: scl X9, sda X10, 100000 Hz".into(),
        "5000 i2c1 START".into(),
        "5000 X10+accel.sda ↓ low".into(),
    ];
    let sda = [(0, 11_250, "↑ high"), (1, 21_250, "↓ low"), (8, 91_250, "↑ high")];
    for clock in 0..9 {
        expected.push(format!("{} X9+accel.scl ↓ low", 10_000 + 10_000 * clock));
        if let Some((_, at, edge)) = sda.iter().find(|(at, ..)| *at == clock) {
            expected.push(format!("{at} X10+accel.sda {edge}"));
        }
        expected.push(format!("{} X9+accel.scl ↑ high", 15_000 + 10_000 * clock));
    }
    expected.extend([
        "100000 i2c1 address 0x40 write  NACK".into(),
        "100000 X9+accel.scl ↓ low".into(),
        "101250 X10+accel.sda ↓ low".into(),
        "105000 X9+accel.scl ↑ high".into(),
        "110000 X10+accel.sda ↑ high".into(),
        "110000 i2c1 STOP".into(),
        "110000 prints \"no device acknowledges the address\"".into(),
    ]);
    assert_eq!(ran.rows(wanted), expected);
}

/// A byte is nine clocks of 10 us. Between STOP and START the bus is free for 5 us. Neighbours of one direction are one
/// part: two writes and a read of two buffers are one repeated START.
#[test]
fn parts_of_a_transfer_are_joined() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(20_000);
            let (mut high, mut rest) = ([0], [0; 1]);
            bus.transaction(0x40, &mut [Operation::Write(&[0xE6]), Operation::Write(&[0x82])]).unwrap();
            let mut parts =
                [Operation::Write(&[0xE7]), Operation::Read(&mut high), Operation::Read(&mut rest)];
            bus.transaction(0x40, &mut parts).unwrap();
            bench.say(format_args!("{:#04x} {:#04x}", high[0], rest[0]));
            Ok(())
        })
    });
    let expected = [
        "0 i2c1 opened: scl X9, sda X10, 100000 Hz",
        "20000000 i2c1 START",
        "20095000 i2c1 address 0x40 write  ACK",
        "20185000 i2c1 sends '\\xe6' 0xe6  ACK",
        "20275000 i2c1 sends '\\x82' 0x82  ACK",
        "20285000 i2c1 STOP",
        "20290000 i2c1 START",
        "20385000 i2c1 address 0x40 write  ACK",
        "20475000 i2c1 sends '\\xe7' 0xe7  ACK",
        "20485000 i2c1 repeated START",
        "20580000 i2c1 address 0x40 read  ACK",
        "20670000 i2c1 reads '\\x82' 0x82  ACK",
        "20760000 i2c1 reads '\\xff' 0xff  NACK",
        "20770000 i2c1 STOP",
        "20770000 prints \"0x82 0xff\"",
    ];
    check(&ran.told(), &expected);
}

/// The accelerometer has no supply, and the sensor is on the bus. A refused address takes 105 us and the free time of
/// 5 us, an acknowledged one as long: 112 addresses make 12.32 ms less the last free time.
#[test]
fn a_scan_finds_what_has_supply() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(20_000);
            bench.say(format_args!("{:x?}", scan(&mut bus).unwrap()));
            let mut supply = bench.board.pin("PB5", vpyb_core::PinMode::Output).unwrap();
            embedded_hal::digital::OutputPin::set_high(&mut supply).unwrap();
            bench.board.delay_us(20_000);
            bench.say(format_args!("{:x?}", scan(&mut bus).unwrap()));
            Ok(())
        })
    });
    check(&ran.lines(), &["32315 [40]", "64630 [40, 4c]"]);
}

/// A sensor that holds the clock for 50 ms where the driver waits for 10: the driver lets go at a tick. 50 ms after the
/// command the sensor goes on and pulls SDA low for the highest bit of its result, which is 0; nobody clocks it out. So the
/// bus stays busy, until clocks are sent: in that of the first bit that is 1 SDA can rise, which is a STOP.
#[test]
fn a_clock_held_for_too_long_leaves_a_bus_that_clocks_free() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let config = I2cConfig { hertz: 100_000, timeout_ms: 10 };
            let mut bus = bench.board.i2c("i2c1", config).unwrap();
            bench.board.delay_us(20_000);
            let mut data = [0; 3];
            bench.say(bus.write_read(0x40, &[0xE3], &mut data).unwrap_err());
            bench.board.delay_us(50_000);
            bench.say(bus.write(0x40, &[0xE7]).unwrap_err());
            bus.recover().unwrap();
            bus.write_read(0x40, &[0xE7], &mut data).unwrap();
            bench.say(format_args!("{:#04x}", data[0]));
            Ok(())
        })
    });
    let expected = [
        "0 i2c1 opened: scl X9, sda X10, 100000 Hz",
        "20000000 i2c1 START",
        "20095000 i2c1 address 0x40 write  ACK",
        "20175000 htu measures the temperature, 50ms",
        "20185000 i2c1 sends '\\xe3' 0xe3  ACK",
        "20195000 i2c1 repeated START",
        "20290000 i2c1 address 0x40 read  ACK",
        // SCL is let go at 20.295 ms, in the tick of 20 ms: ten more ticks.
        "30000000 i2c1 gives up: SCL is held low for too long",
        "30000000 prints \"a device holds the clock low for too long\"",
        "90000000 i2c1 gives up: the bus is never free",
        "90000000 prints \"the bus is never free\"",
        // 0x68 is 0b0110_1000: its second bit, for which SCL falls at once, lets SDA rise.
        "90010000 i2c1 STOP",
        "90010000 i2c1 recovery: 1 clock, SDA is free",
        "90015000 i2c1 START",
    ];
    check(&ran.told()[..expected.len()], &expected);
    assert_eq!(ran.told().last().unwrap(), "90585000 prints \"0x02\"");
}

/// Somebody shorts SDA to ground. Nothing can begin, and clocks do not help; with the short gone the bus is free again once
/// a STOP was seen.
#[test]
fn a_line_shorted_to_ground_is_told() {
    let short = "[[actor]]\nname = \"short\"\nsteps = [\n\
                 { at = \"1ms\", drive = { pin = \"X10\", level = \"low\" } },\n\
                 { at = \"100ms\", drive = { pin = \"X10\", level = \"float\" } } ]\n";
    let ran = run(short, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(2_000);
            bench.say(bus.write(0x40, &[]).unwrap_err());
            bench.say(bus.recover().unwrap_err());
            bench.board.delay_us(60_000);
            bench.say(format_args!("{:?}", bus.recover()));
            bench.say(bus.write(0x40, &[]).unwrap_err());
            Ok(())
        })
    });
    let expected = [
        "0 i2c1 opened: scl X9, sda X10, 100000 Hz",
        "52000000 i2c1 gives up: the bus is never free",
        "52000000 prints \"the bus is never free\"",
        // Nine clocks of 10 us.
        "52090000 i2c1 recovery: 9 clocks, SDA is still low",
        "52090000 prints \"SDA is held low\"",
        "112100000 i2c1 STOP",
        "112100000 i2c1 recovery: 1 clock, SDA is free",
        "112100000 prints \"Ok(())\"",
        "112105000 i2c1 START",
        "112200000 i2c1 address 0x40 write  NACK",
        "112210000 i2c1 STOP",
        "112210000 prints \"no device acknowledges the address\"",
    ];
    check(&ran.told(), &expected);
}

/// SCL held low cannot be cured by a master: both a transfer and a recovery give up.
#[test]
fn a_clock_shorted_to_ground_is_told() {
    let short = "[[stimulus]]\nat = \"1.03ms\"\ndrive = { pin = \"X9\", level = \"low\" }\n";
    let ran = run(short, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let config = I2cConfig { hertz: 100_000, timeout_ms: 2 };
            let mut bus = bench.board.i2c("i2c1", config).unwrap();
            bench.board.delay_us(1_000);
            bench.say(bus.write(0x40, &[]).unwrap_err());
            bench.say(bus.recover().unwrap_err());
            Ok(())
        })
    });
    let expected =
        ["3000 a device holds the clock low for too long", "5000 a device holds the clock low for too long"];
    check(&ran.lines(), &expected);
}

/// UART 1 and I2C unit 1 share X9 and X10.
#[test]
fn what_a_board_cannot_set_up_is_refused() {
    let ran = run("", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let open = |name: &str, hertz, timeout_ms| {
                let opened = bench.board.i2c(name, I2cConfig { hertz, timeout_ms });
                bench.say(opened.err().map_or("opened".into(), |error| error.to_string()));
            };
            open("i2c3", 100_000, 50);
            open("i2c1", 400_001, 50);
            open("i2c1", 100_000, 0);
            bench.board.uart("uart1", UartConfig::baud(9600)).unwrap();
            open("i2c1", 100_000, 50);
            open("i2c2", 100_000, 50);
            open("i2c2", 100_000, 50);
            Ok(())
        })
    });
    let expected = [
        "0 the board has no I2C unit `i2c3`",
        "0 i2c1 cannot be set up: an I2C clock is 5129 to 400000 Hz, not 400001",
        "0 i2c1 cannot be set up: its time-out is at least 1 ms",
        "0 pin X9 is in use by uart1",
        "0 opened",
        "0 opened",
    ];
    check(&ran.lines(), &expected);
}
