//! How long a task's turn takes: nanoseconds per yield of tasks that only take turns.
//!
//! Owns the table's form. How a case is driven stands in `executors`, how it is timed and compared in `harness`;
//! `README.md` says what each figure means.

mod executors;
mod harness;

use std::process::ExitCode;

use executors::{embassy, limit, tokio, vpyb};
use harness::Table;

const TABLE: Table = Table {
    name: "round_robin",
    heading: "Round robin: nanoseconds per yield of tasks that only take turns",
    setting: "tasks are made before the clock starts and end inside it",
    limit: limit::NAME,
    peer: ("embassy", embassy::NAME),
    // The tutorial's three, a firmware's ten, and what no board holds.
    tasks: &[3, 10, 100, 1000],
    // A few hundred microseconds for a fast executor.
    events: 30_000,
    rounds: 400,
};

fn main() -> ExitCode {
    let mut cases = vec![limit::case(), embassy::case()];
    cases.extend(vpyb::turns());
    cases.extend(tokio::turns());
    harness::run(&TABLE, cases)
}
