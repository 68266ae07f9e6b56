//! The executor core.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

pub mod time;
