//! The tutorial's examples as programs for any board.
//!
//! Each module is one program: `main`, the firmware's top level; `ARGS`, what it can be told; `TASKS`, the names of
//! the tasks that it makes. Its scenario files lie beside this crate's `src`, in a folder of the same name. A module
//! opens with its wiring, what you should see and how it works.
//!
//! | module | tutorial | shows |
//! |---|---|---|
//! | [`round_robin`] | 2.2 | tasks that take turns, and what a turn costs |
//! | [`uart_loopback`] | 6.3 | a line that is sent and received on one UART |
//! | [`uart_reader`] | 6.1 | a reader beside tasks that hog the CPU |
//! | [`waiting`] | 3 | waiters that ask again and again, and waiters that are woken |
//!
//! A program knows the core only. It never names the simulator, so that what runs on a laptop runs on the chip.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

mod text;

pub mod round_robin;
pub mod uart_loopback;
pub mod uart_reader;
pub mod waiting;
