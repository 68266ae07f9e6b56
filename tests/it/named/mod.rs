//! The recordings with a name, replayed: the tutorial's programs, tests of the scheduler, and the demos.
//!
//! Each recording under `tests/oracle` that is not a random program's has its program: one of the scenarios crate's
//! examples, or a probe of the loop that is written here. It runs on the byte-level bench under each discipline it was
//! recorded under, and every line has to agree: creations, steps with what they yielded, callbacks, cancellations, waits
//! and what was printed, to the microsecond.
//!
//! Recordings that test Python's own types (`python`) go as far as they mean something; where they stop agreeing is
//! held to the line (`replay`).
//!
//! | file | owns |
//! |---|---|
//! | `case` | a recording and its program |
//! | `examples` | which example is recorded as what |
//! | `replay` | one recording: set up, run, filtered, compared |
//! | `transcripts` | scenario files that replay a recording |
//! | `env` | what the probes have in common with Python's globals |
//! | others | the probes, by group, each with its list |

#[macro_use]
mod env;
mod replay;

mod case;
mod examples;
mod transcripts;

mod demos;
mod io;
mod iorw;
mod lib;
mod python;
mod sched;

use crate::oracle::recorded_in;
use case::Case;
pub use replay::DIFFER;
use replay::agree;

/// What is replayed here: each case's recordings, with the folder that they are in.
pub fn recordings() -> impl Iterator<Item = (String, &'static str)> {
    let cases = EXAMPLES.iter().chain(OTHERS).copied().flatten();
    cases.flat_map(|case| {
        recorded_in(case.recording).into_iter().map(|folder| (case.recording.into(), folder))
    })
}

/// Recordings of the examples.
const EXAMPLES: &[&[Case]] = &[
    examples::BASICS,
    examples::ENDINGS,
    examples::HARDWARE,
    examples::DEVICES,
    examples::DEMOS,
    examples::BENCHMARKS,
];

/// All others.
const OTHERS: &[&[Case]] = &[demos::CASES, io::CASES, iorw::CASES, lib::CASES, python::CASES, sched::CASES];

#[test]
fn tutorial_2_to_4() {
    agree(&[examples::BASICS]);
}

#[test]
fn tutorial_5() {
    agree(&[examples::ENDINGS]);
}

#[test]
fn scheduler() {
    agree(&[python::CASES, sched::CASES]);
}

#[test]
fn library_and_streams() {
    agree(&[lib::CASES, io::CASES]);
}

#[test]
fn tutorial_6_to_8() {
    agree(&[examples::HARDWARE]);
}

#[test]
fn demos() {
    agree(&[examples::DEMOS]);
}

#[test]
fn every_demo_of_a_device_is_replayed() {
    agree(&[examples::DEVICES, demos::CASES, iorw::CASES]);
}

#[test]
fn benchmarks() {
    agree(&[examples::BENCHMARKS]);
}
