//! The accelerometer: its supply and its registers over the bus, its samples and what it says of them.

use embedded_hal::digital::{InputPin as _, OutputPin as _};
use embedded_hal::i2c::I2c as _;
use vpyb_core::drivers::mma7660::Mma7660;
use vpyb_core::{Board, PinMode, Pull};
use vpyb_sim::board::{VirtualI2c, VirtualPin};
use vpyb_sim::runner::boxed;
use vpyb_sim::trace::Kind;
use vpyb_sim::trace::record::NetLevel;

use super::{Bench, check, run};

fn read(bus: &mut VirtualI2c, register: u8) -> u8 {
    let mut value = [0];
    bus.write_read(0x4C, &[register], &mut value).unwrap();
    value[0]
}

/// Supply on, and the 12 ms over that it needs.
fn powered(bench: &Bench) -> (VirtualI2c, VirtualPin) {
    let bus = bench.slow("i2c1");
    let mut supply = bench.board.pin("PB5", PinMode::Output).unwrap();
    supply.set_high().unwrap();
    bench.board.delay_us(12_000);
    (bus, supply)
}

fn texts(ran: &super::Ran) -> Vec<String> {
    ran.lines().iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

/// Without supply it is not there; with it, from 12 ms on. The pointer counts on; a STOP sets it back to 0, so that a read
/// after a STOP is that of register 0.
#[test]
fn a_stop_sets_the_pointer_back() {
    let ran = run("", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            bench.say(bus.write(0x4C, &[]).is_ok());
            let (mut bus, mut supply) = {
                drop(bus);
                powered(&bench)
            };
            // SPCNT, INTSU, MODE, SR: one write of four registers, and MODE stays in standby.
            bus.write(0x4C, &[5, 0x11, 0x22, 0x00, 0x44]).unwrap();
            let mut registers = [0; 13];
            bus.write_read(0x4C, &[3], &mut registers).unwrap();
            bench.say(format_args!("{registers:02x?}"));
            bus.write(0x4C, &[8]).unwrap();
            let mut first = [0xEE];
            bus.read(0x4C, &mut first).unwrap();
            bench.say(format_args!("{first:02x?} {:02x}", read(&mut bus, 8)));
            supply.set_low().unwrap();
            bench.say(bus.write(0x4C, &[]).is_ok());
            Ok(())
        })
    });
    let expected = [
        "false",
        // From TILT on; past the last register (0x0A) the pointer stays there.
        "[00, 00, 11, 22, 00, 44, 00, 00, 00, 00, 00, 00, 00]",
        "[00] 44",
        "false",
    ];
    check(&texts(&ran), &expected);
}

/// At 120 samples a second the first one comes 12 ms and a period of 8.333 ms after active mode; until then, and in standby
/// again, the outputs stay. While active, only MODE takes a write.
#[test]
fn samples_come_at_the_rate_that_was_set() {
    let ran = run("parts.accel = { kind = \"mma7660\", vector = [-3, 31, -32] }\n", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let (mut bus, _supply) = powered(&bench);
            let show = |bus: &mut VirtualI2c| {
                let mut outputs = [0; 3];
                bus.write_read(0x4C, &[0], &mut outputs).unwrap();
                bench.say(format_args!("{outputs:02x?}"));
            };
            show(&mut bus);
            bus.write(0x4C, &[7, 1]).unwrap();
            // MODE is taken 295 us after its transfer begins; it ends 10 us later.
            bench.board.delay_us(19_800);
            show(&mut bus);
            bench.board.delay_us(1_000);
            show(&mut bus);
            bus.write(0x4C, &[8, 7]).unwrap();
            bench.say(format_args!("SR {:02x}", read(&mut bus, 8)));
            bus.write(0x4C, &[7, 0]).unwrap();
            bus.write(0x4C, &[8, 7]).unwrap();
            bench.say(format_args!("SR {:02x}", read(&mut bus, 8)));
            show(&mut bus);
            Ok(())
        })
    });
    let expected = ["[00, 00, 00]", "[00, 00, 00]", "[3d, 1f, 20]", "SR 00", "SR 07", "[3d, 1f, 20]"];
    check(&texts(&ran), &expected);
}

/// With GINT the interrupt output falls at each sample, and is let go when TILT is read. The first sample comes 12 ms and a
/// period after MODE was taken, the next a period later.
#[test]
fn each_rate_has_its_period() {
    let ran = run("", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let (mut bus, _supply) = powered(&bench);
            let mut line = bench.board.pin("PB2", PinMode::Input(Pull::Up)).unwrap();
            for rate in 0..8 {
                // SR has the rate; MODE is active from its last bit on, 20 us before the end of the transfer.
                bus.write(0x4C, &[7, 0]).unwrap();
                bus.write(0x4C, &[6, 0x10, 0, rate]).unwrap();
                bus.write(0x4C, &[7, 1]).unwrap();
                bench.say("active");
                for _ in 0..2 {
                    while line.is_high().unwrap() {
                        bench.board.delay_us(100);
                    }
                    read(&mut bus, 3);
                }
            }
            Ok(())
        })
    });
    let wanted = |kind: &Kind| matches!(kind, Kind::Edge { level: NetLevel::Low, .. } | Kind::Line { .. });
    let rows = ran.rows(wanted);
    let of_interest = rows.iter().filter(|row| row.contains("PB2") || row.contains("active"));
    let times: Vec<u64> = of_interest.map(|row| row.split(' ').next().unwrap().parse().unwrap()).collect();
    let spans: Vec<[u64; 2]> = times.chunks(3).map(|at| [at[1] - at[0], at[2] - at[1]]).collect();
    let expected = [120, 64, 32, 16, 8, 4, 2, 1].map(|rate: u64| {
        let period = 1_000_000_000 / rate;
        [12_000_000 - 20_000 + period, period]
    });
    assert_eq!(spans, expected);
}

/// A register that is read in the 50 us after a sample has its alert bit set; the driver reads again. 4 reads of three
/// registers last 1.5 ms at 100 kHz, so that at most one of them meets an update.
#[test]
fn an_alert_is_read_again() {
    let ran = run("parts.accel = { kind = \"mma7660\", vector = [1, 2, 3] }\n", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let supply = bench.board.pin("PB5", PinMode::Output).unwrap();
            let mut accel = Mma7660::new(bench.slow("i2c1"), supply, &mut bench.delay()).unwrap();
            let (mut alerts, mut clean) = (0, 0);
            for _ in 0..1000 {
                match accel.read(0).unwrap() {
                    0x41 => alerts += 1,
                    0x01 => clean += 1,
                    other => panic!("{other:#04x}"),
                }
            }
            bench.say(format_args!("{alerts} alerts of {}", alerts + clean));
            for _ in 0..1000 {
                assert_eq!(accel.xyz(), Ok([1, 2, 3]));
            }
            assert_eq!(accel.filtered_xyz(), Ok([1, 2, 3]));
            assert_eq!(accel.filtered_xyz(), Ok([2, 4, 6]));
            Ok(())
        })
    });
    // A read takes 390 us, and 50 us in 8333 are an update: one in 167, so some 6 of 1000.
    check(&texts(&ran), &["6 alerts of 1000"]);
}

/// The interrupt output is low from a sample that meets a new orientation until TILT is read; it is an open drain, so it needs
/// a pull-up. Lying still asks for nothing.
#[test]
fn a_new_orientation_interrupts_until_tilt_is_read() {
    let turned = "[[stimulus]]\nat = \"100ms\"\nset = { accel = [0, -21, 0] }\n";
    let ran = run(turned, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let (mut bus, _supply) = powered(&bench);
            let mut line = bench.board.pin("PB2", PinMode::Input(Pull::Up)).unwrap();
            // PLINT and FBINT.
            bus.write(0x4C, &[6, 0x03]).unwrap();
            bus.write(0x4C, &[7, 0x01]).unwrap();
            bench.board.delay_us(30_000);
            bench.say(format_args!("{} {:08b}", line.is_high().unwrap(), read(&mut bus, 3)));
            while line.is_high().unwrap() {
                bench.board.delay_us(100);
            }
            let at = bench.board.ticks_us();
            assert!((100_000..109_000).contains(&at), "{at}");
            bench.say(format_args!("{:08b} {}", read(&mut bus, 3), line.is_high().unwrap()));
            Ok(())
        })
    });
    // The first samples have told that it lies on its front; PoLa is unknown. Then it stands upright, front as before.
    check(&texts(&ran), &["false 00000001", "00011001 true"]);
}

/// Rows of a file, and a shake that is longer than a sample's period.
#[test]
fn a_shake_is_seen_and_told_once() {
    let fed = "[[stimulus]]\nat = \"100ms\"\nfeed = { part = \"accel\", csv = \"shake.csv\" }\n";
    let ran = run(fed, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let (mut bus, _supply) = powered(&bench);
            // SHINTX.
            bus.write(0x4C, &[6, 0x80]).unwrap();
            bus.write(0x4C, &[7, 0x01]).unwrap();
            for _ in 0..6 {
                bench.board.delay_us(30_000);
                bench.say(format_args!("{:#04x} {:02x}", read(&mut bus, 0), read(&mut bus, 3)));
            }
            Ok(())
        })
    });
    // Samples come each 8.333 ms. Until 103 ms it lies still. From 100 ms on X is 30, from 120 ms on -30, from 140 ms on 0. TILT
    // is read at 134 ms: it was shaken, and points to the left (1). Until 140 ms it is shaken again, which the next TILT
    // tells. Lying, it points nowhere new.
    check(&texts(&ran), &["0x00 01", "0x00 01", "0x00 01", "0x22 85", "0x00 85", "0x00 05"]);
}
