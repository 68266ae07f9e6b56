//! A. Round robin: what a task's turn costs.
//!
//! Owns what is compared and what is aimed at. How a case is driven stands in `executors`; `benches/README.md` says what
//! each figure means.

use crate::executors::{
    async_executor, async_task, embassy, futures_buffered, limit, local_pool, nostd_async, simulators, tokio,
    vpyb,
};
use crate::harness::{Aim, Case, Measured, Unit, Work};

const STEP: &str = "vpyb-core step(), yield_now";
const PASS: &str = "vpyb-core run_pass(), yield_now";

pub const WORK: Work = Work {
    letter: 'A',
    name: "round_robin",
    heading: "Round robin: nanoseconds per yield of tasks that only take turns",
    setting: "tasks are made before the clock starts and end inside it",
    unit: Unit::Nanoseconds,
    // The tutorial's three, a firmware's ten, and what no board holds.
    sizes: &[3, 10, 100, 1000, 10_000],
    of: "tasks",
    // A few hundred microseconds for a fast executor.
    events: 30_000,
    turns: 30,
    rounds: 100,
    measured: Measured::Timed(cases),
    aims: &[
        Aim::of(3, STEP).limit(1.7).case(embassy::TURNS, 1.35),
        Aim::of(10, STEP).limit(1.7).case(embassy::TURNS, 1.35),
        Aim::of(100, STEP).limit(1.7).case(embassy::TURNS, 1.35),
        Aim::of(3, PASS).limit(1.0),
        Aim::of(10, PASS).limit(1.0),
        Aim::of(100, PASS).limit(1.0),
        Aim::of(10_000, STEP).case(embassy::TURNS, 1.0),
        Aim::of(10_000, PASS).case(embassy::TURNS, 1.0),
    ],
};

fn cases() -> Vec<Case> {
    let mut cases = vec![
        limit::turns(),
        embassy::turns(),
        nostd_async::turns(),
        futures_buffered::turns(),
        async_task::turns(),
        local_pool::turns(),
    ];
    cases.extend(async_executor::turns());
    cases.extend(tokio::turns());
    cases.extend(simulators::turns());
    cases.extend(vpyb::turns());
    cases
}
