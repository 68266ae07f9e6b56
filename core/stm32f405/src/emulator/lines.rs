//! The lines of the UARTs: what stands in for wires and their speed.
//!
//! Owns the time that a frame takes, wires from TX to RX, and a data register in front of the emulator's own, into
//! which frames come by these wires and from outside. A frame that comes so is an interrupt as any other: its request
//! is set pending in the interrupt controller, and the handler finds the frame in the register. What is sent goes to
//! the emulator's register as well, and what its host sends is received.

use core::cell::Cell;

use cortex_m::peripheral::NVIC;
use critical_section::{CriticalSection, Mutex};
use vpyb_core::time::{Duration, Instant};

use crate::clock;
use crate::registers::{Status, UNITS};

/// What the model knows of a unit.
struct Line {
    /// The frame in the register.
    frame: Cell<Option<u8>>,
    overrun: Cell<bool>,
    listening: Cell<bool>,
    /// Nanoseconds that a bit takes; 0 until the unit is opened.
    bit: Cell<u64>,
    /// When the frame that was sent last has left.
    sent: Cell<Instant>,
    /// Whose RX this TX is wired to.
    to: Cell<Option<usize>>,
}

static LINES: [Mutex<Line>; UNITS.len()] = [const {
    Mutex::new(Line {
        frame: Cell::new(None),
        overrun: Cell::new(false),
        listening: Cell::new(false),
        bit: Cell::new(0),
        sent: Cell::new(Instant::ZERO),
        to: Cell::new(None),
    })
}; UNITS.len()];

/// Wires one unit's TX to another one's RX, or to its own.
pub fn link(from: usize, to: usize) {
    critical_section::with(|cs| LINES[from].borrow(cs).to.set(Some(to)));
}

/// A frame comes over the RX line. A unit that is not open does not see it.
pub fn receive(cs: CriticalSection<'_>, unit: usize, byte: u8) {
    let line = LINES[unit].borrow(cs);
    if line.bit.get() == 0 || line.overrun.get() {
        return;
    }
    if line.frame.get().is_some() {
        line.overrun.set(true);
        return;
    }
    line.frame.set(Some(byte));
    if line.listening.get() {
        NVIC::pend(UNITS[unit].interrupt);
    }
}

/// The driver's way to the registers.
pub struct Lines;

impl Lines {
    /// Opens a unit.
    pub fn open(cs: CriticalSection<'_>, unit: usize, divider: u16) {
        let clock = u64::from(UNITS[unit].clock);
        LINES[unit].borrow(cs).bit.set(u64::from(divider) * 1_000_000_000 / clock);
        UNITS[unit].open(divider);
        // SAFETY: the handler is in the vector table, and what it shares with the loop is behind critical sections.
        unsafe { NVIC::unmask(UNITS[unit].interrupt) };
    }

    /// Whether a full register is an interrupt.
    pub fn listen(cs: CriticalSection<'_>, unit: usize, on: bool) {
        let line = LINES[unit].borrow(cs);
        line.listening.set(on);
        UNITS[unit].listen(on);
        if on && line.frame.get().is_some() {
            NVIC::pend(UNITS[unit].interrupt);
        }
    }

    /// What the receiver has.
    pub fn status(cs: CriticalSection<'_>, unit: usize) -> Status {
        let line = LINES[unit].borrow(cs);
        match line.frame.get() {
            Some(_) => Status { full: true, overrun: line.overrun.get(), framing: false },
            None => UNITS[unit].status(),
        }
    }

    /// Takes the frame.
    pub fn take(cs: CriticalSection<'_>, unit: usize) -> u8 {
        let line = LINES[unit].borrow(cs);
        match line.frame.take() {
            Some(byte) => {
                line.overrun.set(false);
                byte
            }
            None => UNITS[unit].take(),
        }
    }

    /// Sends a frame when the one before has left, and keeps the CPU until its stop bit.
    pub fn send(unit: usize, byte: u8) {
        let (start, bit, to) = critical_section::with(|cs| {
            let line = LINES[unit].borrow(cs);
            (line.sent.get().max(clock::now()), line.bit.get(), line.to.get())
        });
        UNITS[unit].send(byte);
        // The receiver has the frame in the middle of its stop bit.
        clock::wait_until(start + Duration::from_nanos(bit * 19 / 2));
        critical_section::with(|cs| {
            LINES[unit].borrow(cs).sent.set(start + Duration::from_nanos(bit * 10));
            if let Some(to) = to {
                receive(cs, to, byte);
            }
        });
    }

    /// Keeps the CPU until the last frame has left.
    pub fn finish(unit: usize) {
        UNITS[unit].finish();
        clock::wait_until(critical_section::with(|cs| LINES[unit].borrow(cs).sent.get()));
    }
}
