//! The command `vpyb`, as a library: a crate with firmware of its own has the whole command line.
//!
//! [`main`] is called with the list of programs that scenarios may name; [`testing`] makes a test of each scenario file.
//! What the command does with runs and traces is `vpyb-sim`'s.
//!
//! # Modules
//!
//! | module | owns | uses |
//! |---|---|---|
//! | [`view`] | a run on a terminal's screen, and its keys | |
//! | `lint` (a feature, on by default) | asynchronous functions in MicroPython sources that nobody awaits | |
//! | `command` | arguments, files, terminal: everything of the host | both |
//!
//! Nothing is used against this order.

mod command;
#[cfg(feature = "lint")]
pub mod lint;
pub mod view;

pub use command::{
    EXIT_ABNORMAL, EXIT_FAILED, EXIT_HELD, EXIT_USAGE, PROGRAMS, explained, main, testing, trace_told,
    virtual_turns,
};
