//! B. Timers: what a pause costs in virtual time.
//!
//! Owns what is compared and what is aimed at. How a case is driven stands in `executors`; `benches/README.md` says what
//! each figure means.

use crate::executors::tasks::Pauses;
use crate::executors::{embassy_timers, heap, simulators, tokio, vpyb_pauses};
use crate::harness::{Aim, Case, Measured, Unit, Work};

const STEP: &str = "vpyb-core step(), sleep_ms";

pub const WORK: Work = Work {
    letter: 'B',
    name: "timers",
    heading: "Timers: nanoseconds per pause of tasks that pause for 1 to 1000 ms again and again",
    setting: "tasks are made before the clock starts; time goes on to the next timer at once",
    unit: Unit::Nanoseconds,
    sizes: &[10, 1000, 100_000],
    of: "tasks",
    events: 100_000,
    turns: 3,
    rounds: 24,
    measured: Measured::Timed(cases),
    aims: &[
        Aim::of(10, STEP).limit(1.73).case(embassy_timers::NAME, 1.09),
        Aim::of(1000, STEP).limit(1.68),
        Aim::of(100_000, STEP).limit(3.6),
    ],
};

fn cases() -> Vec<Case> {
    let mut cases = vec![
        heap::pauses(Pauses::of_task),
        embassy_timers::pauses(Pauses::of_task),
        tokio::pauses(Pauses::of_task),
    ];
    cases.extend(simulators::pauses());
    cases.extend(vpyb_pauses::pauses(Pauses::of_task));
    cases
}
