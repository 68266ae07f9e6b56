//! The tutorial's examples as programs for any board.
//!
//! Each module is one program: `main`, the firmware's top level, and `ARGS`, what it can be told. Its
//! scenario files lie beside this crate's `src`, in a folder of the same name.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

mod text;

pub mod round_robin;
pub mod uart_loopback;
pub mod uart_reader;
