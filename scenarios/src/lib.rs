//! The tutorial.
#![no_std]
#![warn(missing_docs)]
