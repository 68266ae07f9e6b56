//! Devices: turns that a read takes, and readers that are forgotten.

use std::rc::Rc;

use embedded_hal::digital::OutputPin;
use vpyb_core::drivers::PinCall;
use vpyb_core::stream::{Pollable, Readiness};
use vpyb_core::{Board, PinMode, Pull, StreamReader};

use crate::trial::{Gate, Said, main_task, says, says_with};

#[test]
fn a_read_takes_a_turn_more_under_fast_io() {
    let main = main_task!(|bench| {
        let gate = Gate::new("gate");
        gate.give(1);
        bench.spawn("reader", |b| async move {
            b.tell("read", gate.reader(&b).read(1).await);
            Ok(())
        });
        bench.spawn("turns", |b| async move {
            for turn in 1..=3 {
                b.say(format_args!("turn {turn}"));
                b.ev.sleep_ms(0).await?;
            }
            Ok(())
        });
        Ok(bench.ev.sleep_ms(1).await?)
    });
    says(
        main,
        Said {
            v2: &["0 turn 1", "0 turn 2", "0 read: ok", "0 turn 3"],
            fast: &["0 turn 1", "0 turn 2", "0 turn 3", "0 read: ok"],
            // All of it before the next entry of the run queue.
            fast_io: &["0 read: ok", "0 turn 1", "0 turn 2", "0 turn 3"],
            v3: &["0 turn 1", "0 read: ok", "0 turn 2", "0 turn 3"],
        },
    );
}

/// Nothing can be taken, and nobody has asked.
#[test]
fn the_first_part_is_written_without_asking_the_device() {
    let main = main_task!(|bench| {
        let gate = Gate::new("gate");
        let device = gate.clone();
        bench.spawn_telling("written", |b| async move { device.writer(&b).awrite(b"12").await });
        bench.ev.sleep_ms(5).await?;
        bench.say(format_args!("{} in vain", gate.writes.get()));
        gate.make_room(2);
        bench.ev.sleep_ms(5).await?;
        bench.say(format_args!("{} in all", gate.writes.get()));
        Ok(())
    });
    says(
        main,
        Said::before_v3(
            &["5 1 in vain", "5 written: ok", "10 2 in all"],
            &["5 0 in vain", "5 written: ok", "10 1 in all"],
        ),
    );
}

/// The writer is told that there is room, and cancelled before its turn, so that it does not wait for the device again.
/// A byte comes at 20 ms. Under `uasyncio-v2` the reader was forgotten before, as the writer took its place. With an I/O
/// queue the writer has its turn before it is cancelled, and asks for both again.
#[test]
fn a_device_that_was_reported_is_not_asked_for_the_other_direction() {
    let main = main_task!(|bench| {
        let gate = Gate::new("gate");
        let device = gate.clone();
        bench.spawn_telling("read", |b| async move { device.reader(&b).read(1).await.map(drop) });
        let device = gate.clone();
        let writer = bench.spawn_telling("written", |b| async move { device.writer(&b).awrite(b"12").await });
        bench.ev.sleep_ms(10).await?;
        gate.make_room(1);
        bench.ev.yield_now().await?;
        bench.ev.cancel(&writer)?;
        bench.ev.sleep_ms(10).await?;
        gate.give(1);
        bench.tell("slept", bench.ev.sleep_ms(10).await);
        Ok(())
    });
    let silent = &["10 written: cancelled", "30 slept: ok"];
    let heard = &["10 written: cancelled", "20 read: ok", "30 slept: ok"];
    says(main, Said { v2: silent, fast: silent, fast_io: heard, v3: heard });
}

/// The tutorial's `iorw`: one place for both directions.
#[test]
fn a_writer_that_waits_makes_the_loop_forget_the_reader() {
    let main = main_task!(|bench| {
        let gate = Gate::new("gate");
        let device = gate.clone();
        bench.spawn_telling("read", |b| async move { device.reader(&b).read(1).await.map(drop) });
        let device = gate.clone();
        bench.spawn_telling("written", |b| async move { device.writer(&b).awrite(b"12").await });
        bench.ev.sleep_ms(10).await?;
        gate.make_room(2);
        bench.ev.sleep_ms(10).await?;
        gate.give(1);
        bench.tell("slept", bench.ev.sleep_ms(10).await);
        Ok(())
    });
    let both = &["10 written: ok", "20 read: ok", "30 slept: ok"];
    says(main, Said { v2: &["10 written: ok", "30 slept: ok"], fast: both, fast_io: both, v3: both });
}

/// X1 drives X2, which is watched. The reader waits for the second edge, too, but the loop does not get to ask for it.
#[test]
fn a_watched_pin_loses_its_edge_to_whoever_asks() {
    let main = main_task!(|bench| {
        let mut drives = bench.board.pin("X1", PinMode::Output)?;
        let watched = bench.board.pin("X2", PinMode::Input(Pull::None))?;
        let pin = Rc::new(PinCall::new("X2", watched));
        let reader = StreamReader::new(&bench.ev, pin.clone());
        bench.spawn("reader", |b| async move {
            for edge in 1..=2 {
                b.tell(format_args!("edge {edge}"), reader.read(1).await);
            }
            Ok(())
        });
        bench.ev.sleep_ms(10).await?;
        drives.set_high().ok();
        bench.ev.sleep_ms(10).await?;
        drives.set_low().ok();
        assert_eq!(pin.poll(Readiness::READ), Readiness::READ);
        bench.tell("slept", bench.ev.sleep_ms(10).await);
        Ok(())
    });
    says_with(
        |scenario| scenario.board.links = vec![["X1".into(), "X2".into()]],
        main,
        Said::by_all(&["10 edge 1: ok", "30 slept: ok"]),
    );
}
