//! How long a timer takes: nanoseconds of the host for each pause that ends, in virtual time.
//!
//! Owns the table's form. How a case is driven stands in `executors`, how it is timed and compared in `harness`;
//! `README.md` says what each figure means.

mod executors;
mod harness;

use std::process::ExitCode;

use executors::{heap, tokio, vpyb};
use harness::Table;

const TABLE: Table = Table {
    name: "timers",
    heading: "Timers: nanoseconds per pause of tasks that pause for 1 to 1000 ms again and again",
    setting: "tasks are made before the clock starts; time goes on to the next timer at once",
    limit: heap::NAME,
    peer: ("tokio", tokio::PAUSED),
    tasks: &[10, 1000, 100_000],
    // Of the most tasks, three pauses each.
    events: 300_000,
    rounds: 60,
};

fn main() -> ExitCode {
    let mut cases = vec![heap::case(), tokio::pauses()];
    cases.extend(vpyb::pauses());
    harness::run(&TABLE, cases)
}
