//! `infrared` decodes what the remote control of the bench sends, edge by edge in the handler of the pin.

use std::sync::{Arc, Mutex};

use embedded_hal::digital::PinState;
use infrared::Receiver;
use infrared::protocol::Nec;
use vpyb_core::sync::IrqFlag;
use vpyb_core::ticks::ticks_diff;
use vpyb_core::{Board, Edge, Gpio, PinMode, Pull};
use vpyb_sim::runner::{Outcome, boxed};

use super::{run, said};
use crate::runs::check;
use crate::trial::{Bench, TopLevel};

const MAIN: TopLevel = |top, _| {
    boxed(async move {
        let bench = Bench::of(&top);
        top.run_until_complete(async move {
            let read = Arc::new((Mutex::new(Vec::new()), IrqFlag::new()));
            let mut pin = bench.board.pin("X3", PinMode::Input(Pull::Up))?;
            // Microseconds. A mark is low.
            let mut receiver = Receiver::<Nec>::new(1_000_000);
            let (noted, mut before) = (read.clone(), bench.board.ticks_us());
            pin.on_edge(Edge::Both, move |irq, level| {
                let now = irq.ticks_us();
                let span = ticks_diff(now, before).unsigned_abs();
                before = now;
                let told = match receiver.event_edge(span, level == PinState::Low) {
                    Ok(None) => return,
                    Ok(Some(command)) => format!("{command:?}"),
                    Err(error) => format!("{error:?}"),
                };
                noted.0.lock().expect("not poisoned").push(told);
                noted.1.set();
            })?;
            loop {
                bench.ev.interruptible(read.1.wait()).await?;
                for told in read.0.lock().expect("not poisoned").drain(..) {
                    bench.say(told);
                }
            }
        })
        .named("main")
        .await?;
        Ok(())
    })
};

fn sent(steps: &str) -> Outcome {
    let rest = format!(
        "run.until = \"3s\"\n[parts.remote]\nkind = \"nec-remote\"\npin = \"X3\"\n\
         [[actor]]\nname = \"thumb\"\nsteps = [{steps}]"
    );
    run(&rest, MAIN)
}

/// A frame is 67.5 ms long and told with the edge that ends its last space; a repeat code, 108 ms after the frame and after
/// the one before, is 11.25 ms long to that edge.
#[test]
fn keys_and_repeat_codes_are_read() {
    let outcome = sent(
        "{ at = \"100ms\", ir = { part = \"remote\", nec = { address = 0x40, command = 0x15, repeats = 2 } } }, \
         { at = \"1s\", ir = { part = \"remote\", nec = { address = 0x21, command = 1 }, stretch = \"3%\" } }",
    );
    check(
        "keys",
        &said(&outcome),
        &[
            "167500000 main prints \"NecCommand { addr: 64, cmd: 21, repeat: false }\"",
            "219250000 main prints \"NecCommand { addr: 64, cmd: 21, repeat: true }\"",
            "327250000 main prints \"NecCommand { addr: 64, cmd: 21, repeat: true }\"",
            "1069525000 main prints \"NecCommand { addr: 33, cmd: 1, repeat: false }\"",
        ],
    );
}

/// The glitch is 20 ms after the beginning, within the space of a bit.
#[test]
fn what_is_no_frame_is_none() {
    let outcome = sent(
        "{ at = \"100ms\", ir = { part = \"remote\", nec = { address = 0x40, command = 5 }, extra_edge = \"20ms\" } }, \
         { at = \"1s\", ir = { part = \"remote\", nec = { address = 0x40, command = 6 } } }",
    );
    check(
        "disturbed",
        &said(&outcome),
        &[
            "120000000 main prints \"Data\"",
            "1067500000 main prints \"NecCommand { addr: 64, cmd: 6, repeat: false }\"",
        ],
    );
}
