//! The sensor: what it measures and how long that takes, what it refuses, and what it forgets.

use embedded_hal::i2c::{I2c as _, Operation};
use vpyb_core::Board;
use vpyb_sim::board::VirtualI2c;
use vpyb_sim::runner::boxed;

use super::{Bench, check, run};

const SENSOR: &str =
    "parts.htu = { kind = \"htu21d\", bus = \"i2c1\", temperature = 24.69, humidity = 54.79 }\n";

/// The checksum of the data sheet, written down once more: bit by bit over the whole message.
fn is_whole(data: &[u8]) -> bool {
    let mut rest = u32::from(data[0]) << 16 | u32::from(data[1]) << 8 | u32::from(data[2]);
    for bit in (8..24).rev() {
        if rest >> bit & 1 == 1 {
            rest ^= 0x131 << (bit - 8);
        }
    }
    rest == 0
}

fn read(bus: &mut VirtualI2c) -> Option<[u8; 3]> {
    let mut data = [0; 3];
    bus.read(0x40, &mut data).ok()?;
    assert!(is_whole(&data), "{data:02x?}");
    Some(data)
}

/// Asks every 0.5 ms: gives the first answer, and after how many milliseconds since the command it came.
fn wait(bench: &Bench, bus: &mut VirtualI2c, command: u8) -> ([u8; 3], u32) {
    bus.write(0x40, &[command]).unwrap();
    let begun = bench.board.ticks_us();
    loop {
        bench.board.delay_us(500);
        if let Some(data) = read(bus) {
            return (data, (bench.board.ticks_us() - begun) / 1_000);
        }
    }
}

/// Bits 7 and 0 of the user register choose the resolution, whose codes are not in order. The times are the longest of the
/// data sheet: 50, 13, 25, 7 ms for a temperature, 16, 3, 5, 8 ms for a humidity.
#[test]
fn a_conversion_takes_its_time_by_resolution() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(20_000);
            for user in [0x02, 0x03, 0x82, 0x83] {
                bus.write(0x40, &[0xE6, user]).unwrap();
                let (temperature, temperature_ms) = wait(&bench, &mut bus, 0xF3);
                let (humidity, humidity_ms) = wait(&bench, &mut bus, 0xF5);
                bench.say(format_args!(
                    "{user:02x}: {:02x?} after {temperature_ms}, {:02x?} after {humidity_ms}",
                    &temperature[..2],
                    &humidity[..2]
                ));
            }
            Ok(())
        })
    });
    let without_time: Vec<String> =
        ran.lines().iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
    let expected = [
        "02: [68, 38] after 50, [7c, 82] after 16",
        "03: [68, 40] after 13, [7c, 02] after 3",
        "82: [68, 38] after 25, [7c, 82] after 5",
        "83: [68, 40] after 7, [7c, 82] after 8",
    ];
    check(&without_time, &expected);
}

/// For 15 ms after supply, and after a soft reset, it answers nothing. A command during a conversion is refused, a soft reset
/// too. A result is there once; with nothing to read the address is refused. An unknown command is refused.
#[test]
fn what_it_cannot_do_it_refuses() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            let mut said = Vec::new();
            let mut tell = |what: &str, done: bool| said.push(format!("{what} {done}"));
            bench.board.delay_us(14_800);
            tell("14.8 ms after supply:", bus.write(0x40, &[]).is_ok());
            bench.board.delay_us(200);
            tell("15 ms:", bus.write(0x40, &[]).is_ok());
            tell("nothing to read:", read(&mut bus).is_some());
            tell("si7021's command:", bus.write(0x40, &[0xE0]).is_ok());
            bus.write(0x40, &[0xF3]).unwrap();
            bench.board.delay_us(49_000);
            tell("read while it converts:", read(&mut bus).is_some());
            tell("command while it converts:", bus.write(0x40, &[0xF5]).is_ok());
            tell("reset while it converts:", bus.write(0x40, &[0xFE]).is_ok());
            bench.board.delay_us(1_000);
            tell("read:", read(&mut bus).is_some());
            tell("read again:", read(&mut bus).is_some());
            tell("reset:", bus.write(0x40, &[0xFE]).is_ok());
            bench.board.delay_us(14_800);
            tell("14.8 ms after reset:", bus.write(0x40, &[]).is_ok());
            bench.board.delay_us(200);
            tell("15 ms:", bus.write(0x40, &[]).is_ok());
            said.iter().for_each(|line| bench.say(line));
            Ok(())
        })
    });
    let lines: Vec<String> =
        ran.lines().iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
    let expected = [
        "14.8 ms after supply: false",
        "15 ms: true",
        "nothing to read: false",
        "si7021's command: false",
        "read while it converts: false",
        "command while it converts: false",
        "reset while it converts: false",
        "read: true",
        "read again: false",
        "reset: true",
        "14.8 ms after reset: false",
        "15 ms: true",
    ];
    check(&lines, &expected);
}

/// Drivers exist that put a STOP between the command that holds the master and the read. It holds all the same: 50 ms after
/// the command was taken, and 300 ns.
#[test]
fn holding_the_master_works_over_a_stop() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(20_000);
            bus.write(0x40, &[0xE3]).unwrap();
            bench.board.delay_us(30_000);
            bench.say(format_args!("{:02x?}", read(&mut bus).unwrap()));
            Ok(())
        })
    });
    let told = ran.told();
    // Taken at 20.175 ms.
    let stretch = told.iter().find(|row| row.contains("held low")).unwrap();
    assert_eq!(stretch, "70175300 i2c1 SCL was held low for 19.8803ms more");
    assert_eq!(told.last().unwrap(), "70450300 prints \"[68, 38, 1e]\"");
}

/// The user register keeps its reserved bits and the end of battery as they are; a soft reset keeps only the heater. The
/// heater warms by a degree: 178 codes of 14 bits in 65536 are 373. The serial number is whole.
#[test]
fn its_registers_and_its_heater() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(20_000);
            let user = |bus: &mut VirtualI2c| {
                let mut user = [0];
                bus.write_read(0x40, &[0xE7], &mut user).unwrap();
                user[0]
            };
            bus.write(0x40, &[0xE6, 0xFF]).unwrap();
            bench.say(format_args!("{:#010b}", user(&mut bus)));
            bus.write(0x40, &[0xFE]).unwrap();
            bench.board.delay_us(15_000);
            bench.say(format_args!("{:#010b}", user(&mut bus)));
            let (data, _) = wait(&bench, &mut bus, 0xF3);
            bench.say(format_args!("{}", i32::from(data[0]) << 8 | i32::from(data[1])));
            let mut serial = [0; 8];
            bus.write_read(0x40, &[0xFA, 0x0F], &mut serial).unwrap();
            bench.say(format_args!("{:02x?}", serial));
            let mut parts = [0; 6];
            bus.transaction(0x40, &mut [Operation::Write(&[0xFC, 0xC9]), Operation::Read(&mut parts)])
                .unwrap();
            assert!(is_whole(&parts[..3]) && is_whole(&parts[3..]));
            Ok(())
        })
    });
    let lines: Vec<String> =
        ran.lines().iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
    // 25.69 C: (25.69 + 46.85) * 16384 / 175.72 = 6763.6, so 6764 * 4.
    let expected = ["0b10000111", "0b00000110", "27056", "[48, 84, 54, ba, 55, 8b, 32, a7]"];
    check(&lines, &expected);
}

/// What is measured is the air when the command came. Without supply it neither answers nor remembers.
#[test]
fn the_air_and_the_supply_change_from_outside() {
    let outside = "[[actor]]\nname = \"outside\"\nsteps = [\n\
                   { at = \"30ms\", set = { htu.temperature = 30 } },\n\
                   { at = \"100ms\", set = { htu = { humidity = 20.5, temperature = -5 } } },\n\
                   { at = \"200ms\", power = { part = \"htu\", to = \"off\" } },\n\
                   { at = \"300ms\", power = { part = \"htu\", to = \"on\" } } ]\n";
    let ran = run(&format!("{SENSOR}{outside}"), |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(20_000);
            bus.write(0x40, &[0xE6, 0x03]).unwrap();
            for command in [0xF3, 0xF3, 0xF5] {
                bench.say(format_args!("{:02x?}", &wait(&bench, &mut bus, command).0[..2]));
                bench.board.delay_us(50_000);
            }
            bench.board.delay_us(40_000);
            bench.say(bus.write(0x40, &[]).is_ok());
            bench.board.delay_us(100_000);
            let mut user = [0];
            bus.write_read(0x40, &[0xE7], &mut user).unwrap();
            bench.say(format_args!("{:02x?}", user));
            Ok(())
        })
    });
    let wanted = |row: &&String| row.contains("htu") || row.contains("prints");
    let told: Vec<String> = ran.told().iter().filter(wanted).cloned().collect();
    let words: Vec<&str> = told.iter().map(|row| row.split_once(' ').unwrap().1).collect();
    // 12 bits: (24.69 + 46.85) * 4096 / 175.72 = 1667.6, (30 + 46.85) * 4096 / 175.72 = 1791.4;
    // 8 bits: (20.5 + 6) * 256 / 125 = 54.3.
    let expected = [
        "htu measures the temperature, 13ms",
        "htu 30.000 C, 54.790 %RH",
        "prints \"[68, 40]\"",
        "htu measures the temperature, 13ms",
        "prints \"[6f, f0]\"",
        "htu -5.000 C, 20.500 %RH",
        "htu measures the humidity, 3ms",
        "prints \"[36, 02]\"",
        "htu power off",
        "prints \"false\"",
        "htu power on",
        "prints \"[02]\"",
    ];
    assert_eq!(words, expected);
}

/// The rows of a file are the air, each from its time on after the feed begins: from 100, 150 and 200 ms on. A conversion is
/// that of the air at its command.
#[test]
fn rows_of_a_file_are_the_air() {
    let fed = "[[stimulus]]\nat = \"100ms\"\nfeed = { part = \"htu\", csv = \"air.csv\" }\n";
    let ran = run(&format!("{SENSOR}{fed}"), |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.board.delay_us(20_000);
            bus.write(0x40, &[0xE6, 0x03]).unwrap();
            for at_ms in [50, 110, 160, 210] {
                bench.board.delay_us(at_ms * 1_000 - bench.board.ticks_us());
                let [temperature, humidity] = [0xF3, 0xF5].map(|command| wait(&bench, &mut bus, command).0);
                let code = |data: [u8; 3]| f32::from(u16::from_be_bytes([data[0], data[1]]) & !3) / 65_536.0;
                let (celsius, percent) = (code(temperature) * 175.72 - 46.85, code(humidity) * 125.0 - 6.0);
                bench.say(format_args!("{celsius:.1} C, {percent:.0} %RH"));
            }
            Ok(())
        })
    });
    let lines: Vec<String> =
        ran.lines().iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
    // At 12 bits a step is 0.04 C, at 8 bits 0.5 %RH.
    let expected = ["24.7 C, 55 %RH", "-5.0 C, 20 %RH", "30.0 C, 20 %RH", "30.0 C, 95 %RH"];
    check(&lines, &expected);
}
