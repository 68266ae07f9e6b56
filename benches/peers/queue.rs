//! C. Messages: what a queue of one place between two tasks costs.
//!
//! Owns what is compared and what is aimed at. Two queues, so that each message is a switch from one task to the other.

use crate::executors::{async_executor, embassy, limit, tokio, vpyb_queue};
use crate::harness::{Aim, Case, Measured, Unit, Work};

pub const WORK: Work = Work {
    letter: 'C',
    name: "queue",
    heading: "Ping-pong: nanoseconds per message between two tasks over queues of one place",
    setting: "a message is half a round trip",
    unit: Unit::Nanoseconds,
    // Messages are counted, not tasks.
    sizes: &[2],
    of: "tasks",
    events: 40_000,
    turns: 1,
    rounds: 200,
    measured: Measured::Timed(cases),
    aims: &[
        Aim::of(2, "vpyb-core step(), sync::Queue").case(embassy::MESSAGES, 1.0),
        Aim::of(2, "vpyb-core run_pass(), sync::Queue").case(embassy::MESSAGES, 1.0),
    ],
};

fn cases() -> Vec<Case> {
    let mut cases =
        vec![limit::exchange(), embassy::exchange(), tokio::exchange(), async_executor::exchange()];
    cases.extend(vpyb_queue::exchange());
    cases
}
