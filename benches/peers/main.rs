//! Beside the others: what turns, timers, messages, virtual time, recording and tasks cost, here and elsewhere.
//!
//! Owns the list of works. `benches/README.md` says what each figure means, and how fair it is.

mod baud;
// Memory is counted, not its peak.
#[allow(dead_code)]
mod counting;
mod executors;
mod harness;
mod memory;
mod queue;
mod recording;
mod timers;
mod turns;
mod wire;

use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(&[turns::WORK, timers::WORK, queue::WORK, baud::WORK, recording::WORK, memory::WORK])
}
