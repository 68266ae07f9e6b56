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

use super::prices;
use crate::clock;
use crate::registers::{Status, UNITS};

/// Bits of a frame, those that begin and end it included.
const FRAME: u64 = 10;

/// What the model knows of a unit.
struct Line {
    /// The frame in the register.
    frame: Cell<Option<u8>>,
    overrun: Cell<bool>,
    listening: Cell<bool>,
    /// When the frame in the register came, if its interrupt waits for its time.
    waits: Cell<Option<Instant>>,
    /// Cycles of the unit's clock that a bit takes; 0 until the unit is opened.
    divider: Cell<u16>,
    /// When the first of the frames began that are sent without a gap, and how many bits of them are over.
    begun: Cell<Instant>,
    bits: Cell<u64>,
    /// Whose RX this TX is wired to.
    to: Cell<Option<usize>>,
}

static LINES: [Mutex<Line>; UNITS.len()] = [const {
    Mutex::new(Line {
        frame: Cell::new(None),
        overrun: Cell::new(false),
        listening: Cell::new(false),
        waits: Cell::new(None),
        divider: Cell::new(0),
        begun: Cell::new(Instant::ZERO),
        bits: Cell::new(0),
        to: Cell::new(None),
    })
}; UNITS.len()];

/// Wires one unit's TX to another one's RX, or to its own.
pub fn link(from: usize, to: usize) {
    critical_section::with(|cs| LINES[from].borrow(cs).to.set(Some(to)));
}

/// Parts of a bit in which a receiver places its samples; the last one of a frame is so many after the frame's beginning, in
/// the tenth bit.
const PARTS: u64 = 32;
const LAST_SAMPLE: u64 = 9 * PARTS + 19;

/// How long so many parts of a bit take.
fn parts(unit: usize, line: &Line, parts: u64) -> Duration {
    let cycles = u128::from(parts) * u128::from(line.divider.get());
    let nanos = cycles * 1_000_000_000 / u128::from(u64::from(UNITS[unit].clock) * PARTS);
    Duration::from_nanos(nanos as u64)
}

/// When so many bits of the frames under way are over.
fn over(unit: usize, line: &Line, bits: u64) -> Instant {
    line.begun.get() + parts(unit, line, bits * PARTS)
}

/// A frame has come over the RX line at an instant. A unit that is not open does not see it.
pub fn receive(cs: CriticalSection<'_>, unit: usize, byte: u8, at: Instant) {
    let line = LINES[unit].borrow(cs);
    if line.divider.get() == 0 || line.overrun.get() {
        return;
    }
    if line.frame.get().is_some() {
        line.overrun.set(true);
        return;
    }
    line.frame.set(Some(byte));
    if line.listening.get() {
        request(cs, unit, at);
    }
}

/// Requests a unit's interrupt for a frame that came at an instant, or notes that it has to wait.
fn request(cs: CriticalSection<'_>, unit: usize, came: Instant) {
    if prices::frame_waits(cs, came) {
        LINES[unit].borrow(cs).waits.set(Some(came));
    } else {
        NVIC::pend(UNITS[unit].interrupt);
    }
}

/// Requests the interrupts that need wait no longer.
pub(super) fn on_wrap() {
    critical_section::with(|cs| {
        for (unit, line) in LINES.iter().enumerate() {
            if let Some(came) = line.borrow(cs).waits.take() {
                request(cs, unit, came);
            }
        }
    });
}

/// The driver's way to the registers.
pub struct Lines;

impl Lines {
    /// Opens a unit.
    pub fn open(cs: CriticalSection<'_>, unit: usize, divider: u16) {
        LINES[unit].borrow(cs).divider.set(divider);
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
        UNITS[unit].send(byte);
        // The receiver has the frame with the last sample of its stop bit.
        let (to, came) = critical_section::with(|cs| {
            let (line, now) = (LINES[unit].borrow(cs), clock::now());
            if over(unit, line, line.bits.get()) <= now {
                line.begun.set(now);
                line.bits.set(0);
            }
            let start = over(unit, line, line.bits.get());
            line.bits.set(line.bits.get() + FRAME);
            let to = line.to.get();
            (to, start + parts(to.unwrap_or(unit), LINES[to.unwrap_or(unit)].borrow(cs), LAST_SAMPLE))
        });
        clock::wait_until(came);
        if let Some(to) = to {
            critical_section::with(|cs| receive(cs, to, byte, came));
        }
    }

    /// Keeps the CPU until the last frame has left.
    pub fn finish(unit: usize) {
        UNITS[unit].finish();
        let sent = critical_section::with(|cs| {
            let line = LINES[unit].borrow(cs);
            over(unit, line, line.bits.get())
        });
        clock::wait_until(sent);
    }
}
