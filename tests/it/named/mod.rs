//! The recordings with a name, replayed: the tutorial's programs, tests of the scheduler, and the demos.
//!
//! Each recording under `tests/oracle` that is not a random program's has its program here, written against the
//! core as an author of firmware would. It runs on the byte-level bench under each discipline it was recorded
//! under, and every line has to agree: creations, steps with what they yielded, callbacks, cancellations, waits and
//! what was printed, to the microsecond.
//!
//! Three recordings have no program, for they test Python itself or nothing of the loop: `sched_yield_values` (values
//! of odd types are yielded), `tut_7_5_genfunc` (a function is passed in place of a coroutine) and
//! `lib_test_full_wait` (a clock and a wait of its own making).
//!
//! | file | owns |
//! |---|---|
//! | `env` | what the programs have in common with Python's globals |
//! | `replay` | one recording: set up, run, filtered, compared |
//! | others | the programs, by group, each with its list |

#[macro_use]
mod env;
mod replay;

mod asyntest;
mod benchmarks;
mod cantest;
mod demo;
mod io;
mod lib;
mod sched;
mod tut2;
mod tut3;
mod tut4;
mod tut5;
mod tut6;
mod waitfor;

use replay::agree;

#[test]
fn tutorial_2_to_4() {
    agree(&[tut2::CASES, tut3::CASES, tut4::CASES]);
}

#[test]
fn tutorial_5() {
    agree(&[tut5::CASES, waitfor::CASES]);
}

#[test]
fn scheduler() {
    agree(&[sched::CASES]);
}

#[test]
fn library_and_streams() {
    agree(&[lib::CASES, io::CASES]);
}

#[test]
fn tutorial_6_to_8() {
    agree(&[tut6::CASES]);
}

#[test]
fn demos() {
    agree(&[demo::CASES, asyntest::CASES, cantest::CASES]);
}

#[test]
fn benchmarks() {
    agree(&[benchmarks::CASES]);
}
