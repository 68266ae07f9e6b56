//! E. Recording: what one event costs that is kept, and how many bytes it leaves behind.
//!
//! Owns the events, the same for all: steps of sixteen tasks, each a few microseconds after the one before, with the record
//! that caused it. Ours are records of the simulator's trace; the others have the same fields.

mod encoders;
mod events;
mod ours;
mod tracing_peers;

use crate::harness::{Aim, Case, Measured, Unit, Work};

pub const WORK: Work = Work {
    letter: 'E',
    name: "recording",
    heading: "Recording: nanoseconds to keep one event, and the bytes it leaves behind",
    setting: "on the thread of the run; making the event is inside",
    unit: Unit::Nanoseconds,
    sizes: &[1],
    of: "thread",
    events: events::COUNT,
    turns: 1,
    rounds: 40,
    measured: Measured::Timed(cases),
    aims: &[
        Aim::of(1, ours::KEPT).limit(4.0),
        // In the file.
        Aim::of(1, ours::WRITTEN).most(8.0),
    ],
};

fn cases() -> Vec<Case> {
    let mut cases = encoders::cases();
    cases.extend(tracing_peers::cases());
    cases.extend(ours::cases());
    cases
}
