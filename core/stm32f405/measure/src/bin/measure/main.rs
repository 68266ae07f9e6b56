//! Measures what the event loop costs, and prints a figure a line: its name, and its value.
//!
//! Owns the list of figures. Each is a difference of two runs that differ only in how much is done, so that what they
//! have in common falls out.
#![no_std]
#![no_main]

extern crate alloc;

mod doings;
mod memory;
mod turns;
mod waits;

use cortex_m_rt::entry;
use semihosting::println;
use vpyb_core::Discipline;

const V2: Discipline = Discipline::UasyncioV2;
const WITH_IO_QUEUE: Discipline = Discipline::FastIo { ioq_len: 4, lp_len: 0, max_overdue_ms: 0 };

/// Prints a figure in tenths, if it is not whole.
fn print(name: core::fmt::Arguments<'_>, tenths: u32) {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => println!("{name} {whole}"),
        (whole, rest) => println!("{name} {whole}.{rest}"),
    }
}

#[entry]
fn main() -> ! {
    vpyb_measure::begin();
    for &discipline in Discipline::ALL {
        print(format_args!("switch {}", discipline.name()), turns::per_switch(discipline, 3));
    }
    let turn = turns::per_turn(V2);
    print(format_args!("turn"), turn);
    print(format_args!("pass"), 3 * turns::per_switch(V2, 3) - 3 * turn);
    print(format_args!("poll"), turns::per_turn(WITH_IO_QUEUE) - turn);
    print(format_args!("device"), turns::per_device(V2));
    let (cycle, expiry) = waits::per_expiry(V2);
    print(format_args!("timers"), cycle);
    print(format_args!("expiry"), expiry);
    print(format_args!("wake"), waits::per_wake(V2));
    print(format_args!("cancellation"), doings::per_cancellation(V2));
    print(format_args!("callback"), doings::per_callback(V2));
    print(format_args!("receive"), doings::per_byte());
    print(format_args!("access"), doings::per_access());
    print(format_args!("task"), memory::per_task(V2));
    println!("allocations {}", Discipline::ALL.iter().copied().map(turns::allocations).sum::<u32>());
    semihosting::process::exit(0)
}
