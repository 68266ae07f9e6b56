//! Checks of the port where it runs: clock, idle rule, timers, UART driver, I2C master. Prints a line for each.
//!
//! Owns the list of checks. A check is a function that says what is wrong.
#![no_std]
#![no_main]

extern crate alloc;

mod bus;
mod clocks;
mod sleeps;
mod target;
mod timers;
mod uarts;

use alloc::string::String;

use cortex_m_rt::entry;
use semihosting::println;

/// What a check found.
type Found = Result<(), String>;

/// A name that says what holds, and the check.
type Check = (&'static str, fn() -> Found);

const CHECKS: &[Check] = &[
    ("the clock agrees with another one while periods are cut short", clocks::agrees),
    ("the alarm comes when it is wanted", clocks::alarm_is_exact),
    ("instants are longer than 32 bits of nanoseconds", clocks::goes_beyond_32_bits),
    ("time that does not count is not counted", clocks::stands_still),
    ("an interrupt between the last look and the sleep is not lost", sleeps::is_roused),
    ("a waker called between the last look and the sleep is not lost", sleeps::is_woken),
    ("a timer's handler is called every so often until it is stopped", timers::are_called),
    ("what is no timer is refused", timers::are_refused),
    ("a byte that finds the ring full is held, and the next one lost", uarts::holds_and_overruns),
    ("I2C: what was written is read back", bus::writes_and_reads),
    ("I2C: a byte takes as long as its clocks", bus::keeps_its_speed),
    ("I2C: a wrong address, and a byte too many", bus::tells_who_does_not_acknowledge),
    ("I2C: a device that holds the clock", bus::waits_for_the_clock),
    ("I2C: a stuck bus is freed", bus::is_recovered),
    ("I2C: a dropped transfer leaves the bus free", bus::is_left_free),
];

#[entry]
fn main() -> ! {
    vpyb_measure::begin();
    let mut status = 0;
    for (name, check) in CHECKS {
        match check() {
            Ok(()) => println!("{name}: ok"),
            Err(wrong) => {
                println!("{name}: {wrong}");
                status = 1;
            }
        }
    }
    semihosting::process::exit(status)
}

/// Says what is wrong, unless something holds.
fn expect(holds: bool, wrong: impl FnOnce() -> String) -> Found {
    if holds { Ok(()) } else { Err(wrong()) }
}
