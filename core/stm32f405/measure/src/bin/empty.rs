//! A firmware without an event loop: start-up, clock, a line on the console, and a heap in which something comes and goes.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::hint::black_box;

use cortex_m_rt::entry;
use vpyb_measure::begin;

#[entry]
fn main() -> ! {
    begin();
    drop(black_box(Box::new(0_u32)));
    semihosting::println!("empty");
    semihosting::process::exit(0)
}
