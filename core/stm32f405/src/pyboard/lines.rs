//! The lines of the UARTs: the chip's own.
//!
//! Owns what the driver needs beside the registers: the interrupt of a unit that is opened, and how its pins are made
//! its own.

use cortex_m::peripheral::NVIC;
use critical_section::CriticalSection;

use crate::registers::{Status, UNITS};

/// The alternate function by which the pins of each unit are its own.
pub const FUNCTIONS: [u8; UNITS.len()] = [7, 7, 7, 8, 8];

/// The driver's way to the registers.
pub struct Lines;

impl Lines {
    /// Opens a unit.
    pub fn open(_: CriticalSection<'_>, unit: usize, divider: u16) {
        UNITS[unit].open(divider);
        // SAFETY: the handler is in the vector table, and what it shares with the loop is behind critical sections.
        unsafe { NVIC::unmask(UNITS[unit].interrupt) };
    }

    /// Whether a full register is an interrupt.
    pub fn listen(_: CriticalSection<'_>, unit: usize, on: bool) {
        UNITS[unit].listen(on);
    }

    /// What the receiver has.
    pub fn status(_: CriticalSection<'_>, unit: usize) -> Status {
        UNITS[unit].status()
    }

    /// Takes the frame.
    pub fn take(_: CriticalSection<'_>, unit: usize) -> u8 {
        UNITS[unit].take()
    }

    /// Sends a frame as soon as there is room.
    pub fn send(unit: usize, byte: u8) {
        UNITS[unit].send(byte);
    }

    /// Keeps the CPU until the last frame has left.
    pub fn finish(unit: usize) {
        UNITS[unit].finish();
    }
}
