//! A firmware without an event loop: start-up, heap, clock and a line on the console.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use vpyb_measure::begin;

#[entry]
fn main() -> ! {
    begin();
    semihosting::println!("empty");
    semihosting::process::exit(0)
}
