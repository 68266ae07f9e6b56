//! D. Virtual time: what one event costs that wakes one task, and what a whole byte over a wire costs.
//!
//! Owns what is compared and what is aimed at: an hour of 9600 baud is as many such events as it has bytes.

use crate::executors::tasks::Pauses;
use crate::executors::{embassy_timers, heap, simulators, tokio, vpyb_pauses};
use crate::harness::{Aim, Case, Measured, Unit, Work};
use crate::wire;

pub const WORK: Work = Work {
    letter: 'D',
    name: "baud",
    heading: "Throughput of virtual time: nanoseconds per byte of a line of 9600 baud",
    setting: "one task, one timer for each byte; over the wire it is all that happens on the board, with its trace",
    unit: Unit::Nanoseconds,
    sizes: &[1],
    of: "line",
    // 36 seconds of such a line.
    events: 34_560,
    turns: 1,
    rounds: 60,
    measured: Measured::Timed(cases),
    aims: &[
        Aim::of(1, "vpyb-core step(), sleep_ms").case(embassy_timers::NAME, 1.3),
        // What tokio takes for a timer.
        Aim::of(1, wire::NAME).case(tokio::PAUSED, 1.0),
    ],
};

fn cases() -> Vec<Case> {
    let mut cases = vec![
        heap::pauses(Pauses::of_bytes),
        embassy_timers::pauses(Pauses::of_bytes),
        tokio::pauses(Pauses::of_bytes),
    ];
    cases.extend(simulators::bytes());
    cases.extend(vpyb_pauses::pauses(Pauses::of_bytes));
    cases.push(wire::case());
    cases
}
