//! A bus that several want: transfers that wait to be woken, transfers that nobody awaits any more, and two masters.

use std::rc::Rc;

use embedded_hal_async::i2c::I2c as _;
use vpyb_core::TaskError;
use vpyb_core::time::Instant;
use vpyb_sim::board::VirtualI2c;
use vpyb_sim::mcu::{I2c, I2cClock, I2cPins, I2cSegment};
use vpyb_sim::runner::boxed;
use vpyb_sim::trace::record::I2cEvent;
use vpyb_sim::trace::{Kind, Trace, describe};
use vpyb_sim::world::{self, DeviceId};

use super::{Bench, Result, check, run};

const SENSOR: &str =
    "parts.htu = { kind = \"htu21d\", bus = \"i2c1\", temperature = 24.69, humidity = 54.79 }\n";

/// While a transfer is under way other tasks run: here one that prints at each millisecond. The sensor stretches the clock
/// for its 16 ms; the reader's step comes at the instant of the STOP.
#[test]
fn a_transfer_that_is_awaited_lets_others_run() {
    async fn clock(bench: Rc<Bench>) -> Result {
        loop {
            bench.ev.sleep_ms(5).await?;
            bench.say("tick");
        }
    }
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Rc::new(Bench::of(&top));
            bench.ev.create_task(clock(bench.clone()))?;
            let mut bus = bench.slow("i2c1");
            let reader = async move {
                bench.ev.sleep_ms(20).await?;
                let mut data = [0; 3];
                let read = bus.write_read(0x40, &[0xE5], &mut data);
                bench.ev.interruptible(read).await?.map_err(TaskError::failed)?;
                bench.say(format_args!("{data:02x?}"));
                Ok(())
            };
            top.run_until_complete(reader).await?;
            Ok(())
        })
    });
    // The command is taken at 20.175 ms, the result is there 16 ms later. 300 ns after that the clock is let go: 5 us of
    // it are left, then 26 clocks, and 10 us to the STOP.
    let expected = [
        "5000 tick",
        "10000 tick",
        "15000 tick",
        "20000 tick",
        "25000 tick",
        "30000 tick",
        "35000 tick",
        "36450 [7c, 82, 97]",
    ];
    check(&ran.lines(), &expected);
    assert_eq!(ran.verdict, "passed");
}

/// A time-out hits a reader while the sensor stretches the clock. Its transfer ends with a STOP as soon as it can: after the
/// first byte, which is refused. Who comes next waits for that.
#[test]
fn a_transfer_that_nobody_awaits_ends_with_a_stop() {
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let mut bus = bench.slow("i2c1");
            let reader = async move {
                bench.ev.sleep_ms(20).await?;
                let mut data = [0; 3];
                let read = async {
                    let read = bus.write_read(0x40, &[0xE5], &mut data);
                    bench.ev.interruptible(read).await.map_err(TaskError::from)
                };
                let waited = bench.ev.wait_for_ms(read, 5).await;
                bench.say(waited.unwrap_err());
                let next = bus.write(0x40, &[0xE7]);
                bench.ev.interruptible(next).await?.map_err(TaskError::failed)?;
                bench.say("next");
                Ok(())
            };
            top.run_until_complete(reader).await?;
            Ok(())
        })
    });
    let expected = [
        "25000000 prints \"timed out\"",
        "36175300 i2c1 SCL was held low for 15.8803ms more",
        // The address was acknowledged long ago: one byte has to be taken, and is refused.
        "36260300 i2c1 reads '|' 0x7c  NACK",
        "36270300 i2c1 STOP",
        "36275300 i2c1 START",
        "36370300 i2c1 address 0x40 write  ACK",
        "36460300 i2c1 sends '\\xe7' 0xe7  ACK",
        "36470300 i2c1 STOP",
        "36470300 prints \"next\"",
    ];
    let told = ran.told();
    check(&told[told.len() - expected.len()..], &expected);
}

/// Two units on one bus: the first to begin has it, the other waits. Then both want it, and begin at the same instant. Both
/// send the same bits, until the address of one has a 0 where that of the other has a 1: there that one has lost, lets go,
/// and tells. The winner notices nothing.
#[test]
fn of_two_masters_the_lower_address_wins() {
    async fn call(bench: Rc<Bench>, mut bus: VirtualI2c, address: u8, name: &'static str) -> Result {
        bench.ev.sleep_ms(1).await?;
        for _ in 0..2 {
            let error = bench.ev.interruptible(bus.write(address, &[])).await?.unwrap_err();
            bench.say(format_args!("{name}: {error}"));
        }
        Ok(())
    }
    let ran = run("board.links = [[\"X9\", \"Y9\"], [\"X10\", \"Y10\"]]\n", |top, _| {
        boxed(async move {
            let bench = Rc::new(Bench::of(&top));
            let (one, two) = (bench.slow("i2c1"), bench.slow("i2c2"));
            // 0b100_0010 and 0b100_0001.
            bench.ev.create_task(call(bench.clone(), one, 0x42, "one"))?;
            bench.ev.create_task(call(bench.clone(), two, 0x41, "two"))?;
            let end = bench.ev.clone();
            top.run_until_complete(async move { Ok(end.sleep_ms(3).await?) }).await?;
            Ok(())
        })
    });
    let expected = [
        "1000000 i2c1 START",
        "1095000 i2c1 address 0x42 write  NACK",
        "1105000 i2c1 STOP",
        "1105000 prints \"one: no device acknowledges the address\"",
        // Both begin when the bus has been free for 5 us.
        "1110000 i2c2 START",
        "1110000 i2c1 START",
        // The sixth bit of the address, sampled at the end of its clock.
        "1175000 i2c1 gives up: arbitration lost, another one pulls SDA low",
        "1175000 prints \"one: arbitration lost\"",
        "1205000 i2c2 address 0x41 write  NACK",
        "1215000 i2c2 STOP",
        "1215000 prints \"two: no device acknowledges the address\"",
        "1220000 i2c2 START",
        "1315000 i2c2 address 0x41 write  NACK",
        "1325000 i2c2 STOP",
        "1325000 prints \"two: no device acknowledges the address\"",
    ];
    check(&ran.told()[2..], &expected);
}

/// A fast unit and a slow one on one bus that begin at the same instant: the low period is that of the slow one, the high
/// period that of the fast one. So both see the same clocks, and the fast one sees a clock held low by another.
#[test]
fn a_fast_and_a_slow_master_make_one_clock() {
    let mut bench = world::Bench::new(Trace::default());
    let [scl, other_scl, sda, other_sda] = ["X9", "Y9", "X10", "Y10"].map(|name| bench.add_pin(name));
    bench.join(scl, other_scl);
    bench.join(sda, other_sda);
    let pins = [I2cPins { scl, sda }, I2cPins { scl: other_scl, sda: other_sda }];
    let names = ["i2c1", "i2c2"].map(|name| bench.trace.name(name));
    let units = [0, 1].map(|unit| I2c::new(names[unit], pins[unit]));
    let mut world = world::World::new(bench, units.into());
    for (unit, hertz) in [400_000, 100_000].into_iter().enumerate() {
        let clock = I2cClock::divided(hertz).unwrap();
        world.devices[unit].open(DeviceId(unit as u16), clock, 50, &mut world.bench);
    }
    for unit in 0..2 {
        world.devices[unit].begin(
            0x41,
            &[I2cSegment::Write(vec![])],
            DeviceId(unit as u16),
            &mut world.bench,
        );
    }
    while world.deliver_next(Instant::from_millis(1), false).is_some() {}
    let trace = &world.bench.trace;
    let wanted = |kind: &Kind| {
        matches!(kind, Kind::I2c { event: I2cEvent::Address { .. } | I2cEvent::Stretched { .. }, .. })
    };
    let records = trace.records().iter().filter(|record| wanted(&record.kind));
    let found: Vec<String> =
        records.map(|record| format!("{} {}", record.at.as_nanos(), describe(trace, &record))).collect();
    // START is held for 1.071 us, the fast one's; then each clock is 5 us low and 1.071 us high. The fast one has let
    // SCL go 1.904 us after it fell, so it waits for 3.096 us each time.
    let first = 1_071 + 5_000;
    let mut expected: Vec<String> = (0..9)
        .map(|clock| format!("{} i2c1 SCL was held low for 3.096us more", first + clock * 6_071))
        .collect();
    let end = first + 8 * 6_071 + 1_071;
    expected.push(format!("{end} i2c1 address 0x41 write  NACK"));
    expected.push(format!("{end} i2c2 address 0x41 write  NACK"));
    assert_eq!(found[..11], expected);
}

/// Three tasks share one unit, two that await and one that keeps the CPU: who comes while a transfer is under way waits for
/// its end, and each gets what it asked for. A register is read in 390 us.
#[test]
fn tasks_that_share_a_unit_come_one_after_the_other() {
    async fn user(bench: Rc<Bench>, mut bus: VirtualI2c, name: &'static str, blocking: bool) -> Result {
        bench.ev.sleep_ms(20).await?;
        for _ in 0..2 {
            let mut data = [0];
            if blocking {
                embedded_hal::i2c::I2c::write_read(&mut bus, 0x40, &[0xE7], &mut data)
                    .map_err(TaskError::failed)?;
            } else {
                let read = bus.write_read(0x40, &[0xE7], &mut data);
                bench.ev.interruptible(read).await?.map_err(TaskError::failed)?;
            }
            bench.say(format_args!("{name} {:02x}", data[0]));
            bench.ev.sleep_ms(0).await?;
        }
        Ok(())
    }
    let ran = run(SENSOR, |top, _| {
        boxed(async move {
            let bench = Rc::new(Bench::of(&top));
            let bus = bench.slow("i2c1");
            for (name, blocking) in [("one", false), ("two", false), ("blocking", true)] {
                bench.ev.create_task(user(bench.clone(), bus.clone(), name, blocking))?;
            }
            let end = bench.ev.clone();
            top.run_until_complete(async move { Ok(end.sleep_ms(30).await?) }).await?;
            Ok(())
        })
    });
    // A transfer follows the one before by 5 us. The task that keeps the CPU goes on within a pass, the others are woken
    // at the end of one: it comes second and third, and what the first has read since 20.390 ms is told after that.
    let expected = [
        "20785 blocking 02",
        "21180 blocking 02",
        "21180 one 02",
        "21575 two 02",
        "21970 one 02",
        "22365 two 02",
    ];
    check(&ran.lines(), &expected);
    assert_eq!(ran.verdict, "passed");
}
