//! Firmware that runs on a chip and, unchanged, on the virtual Pyboard.
//!
//! Owns no code that knows a simulator: that is in `main.rs` and in the tests.
#![no_std]

pub mod thermostat;
