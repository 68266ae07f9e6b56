//! The numbers of interrupt requests: which goes first.
//!
//! Owns the order of those that wait together, which is MicroPython's: timers, then pins by their lines, then the
//! real-time clock. Knows no peripheral.

use crate::world::Irq;

/// The request of a timer.
pub const fn timer(number: u8) -> Irq {
    Irq(number as u16)
}

/// The request of a pin's line.
pub const fn line(line: u8) -> Irq {
    Irq(32 + line as u16)
}

/// The line of a pin's request.
pub const fn line_of(irq: Irq) -> Option<u8> {
    match irq.0 {
        number @ 32..48 => Some((number - 32) as u8),
        _ => None,
    }
}

/// The request of the timer that wakes whoever waits for an instant.
pub const ALARM: Irq = Irq(62);

/// The request of the real-time clock.
pub const RTC: Irq = Irq(63);
