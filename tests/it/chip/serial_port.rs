//! A line through the emulator's own serial port: registers, interrupts and driver as on the chip, without a model.
//!
//! Owns that test. What the firmware sends on UART 4 goes into a pipe of the host and comes back from it. When it comes is
//! up to the host, so that lines are compared, and no ticks.

use std::process::Command;

use vpyb_cli::PROGRAMS;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::Kind;

use super::{Chip, SHIFT};
use crate::checked_in::scenarios;

#[test]
fn a_line_comes_back_through_the_serial_port() {
    let Some(chip) = Chip::find() else { return };
    let hello = "scenarios/uart_loopback/hello.toml";
    let scenario = scenarios().into_iter().find(|scenario| scenario.name == hello).expect("a scenario");
    let trace = runner::run(&scenario, PROGRAMS, Options::default()).trace;
    let lines = trace.records().iter().filter_map(|record| match record.kind {
        Kind::Line { text, .. } => Some(trace.text(text)),
        _ => None,
    });
    let pipe = chip.requests.join("loop");
    let ends = ["loop.in", "loop.out"].map(|end| chip.requests.join(end));
    // The emulator reads from one name and writes to the other, and both are the same pipe.
    let made = Command::new("sh")
        .args(["-c", r#"rm -f "$0" "$1" "$2" && mkfifo "$0" && ln -s loop "$1" && ln -s loop "$2""#])
        .args([&pipe, &ends[0], &ends[1]])
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a pipe is made");
    let port = format!("pipe:{}", pipe.display());
    let serial = ["-serial", "null", "-serial", "null", "-serial", "null", "-serial", &port];
    let printed = chip.emulator.run(&chip.firmware, SHIFT, &["uart_loopback", "--until_ms=10000"], &serial);
    let printed = printed.expect("the firmware ends well");
    let expected: Vec<_> = lines.collect();
    assert_eq!(printed.lines().take(expected.len()).collect::<Vec<_>>(), expected);
    assert_eq!(printed.lines().count(), expected.len() + 1, "and how it ended");
}
