//! A byte-level test bench, and recorded runs as lists of lines.
//!
//! The recordings of the original were made on a bench of their own: time in whole microseconds, steps and
//! callbacks at a fixed price, bytes that arrive at the end of their stop bit, no wires. This is that bench for
//! our event loop: [`run`] drives a program on it and lists what happened, one line each, in the form in which
//! [`recorded`] gives a recording's lines. Two lists can then be compared as they are.

mod board;
mod drive;
mod judge;
mod lines;
mod no_i2c;
mod pin;
mod uart;

pub use board::TestBoard;
pub use drive::{End, Prices, Settings, run};
pub use judge::{Comparison, ERROR, WELL, ending, judge};
pub use lines::{anonymous, label, recorded};
pub use uart::TestUart;
