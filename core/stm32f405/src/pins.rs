//! The Pyboard v1.1 as data: its pins and LEDs, and which of the chip's pins they are.
//!
//! Owns names, and who uses a pin. Source: MicroPython's `pins.csv` for PYBV11.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};

use vpyb_core::BoardError;

/// A pin of the board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pin {
    /// Its name on the board.
    pub name: &'static str,
    /// Its port on the chip, from `'A'`.
    pub port: char,
    /// Its number there.
    pub number: u8,
}

const fn pin(name: &'static str, port: char, number: u8) -> Pin {
    Pin { name, port, number }
}

/// Pins on the headers, of which X17 is the switch's, and those that go to the board's own parts, called as on the chip.
const PINS: &[Pin] = &[
    pin("X1", 'A', 0),
    pin("X2", 'A', 1),
    pin("X3", 'A', 2),
    pin("X4", 'A', 3),
    pin("X5", 'A', 4),
    pin("X6", 'A', 5),
    pin("X7", 'A', 6),
    pin("X8", 'A', 7),
    pin("X9", 'B', 6),
    pin("X10", 'B', 7),
    pin("X11", 'C', 4),
    pin("X12", 'C', 5),
    pin("X17", 'B', 3),
    pin("X18", 'C', 13),
    pin("X19", 'C', 0),
    pin("X20", 'C', 1),
    pin("X21", 'C', 2),
    pin("X22", 'C', 3),
    pin("Y1", 'C', 6),
    pin("Y2", 'C', 7),
    pin("Y3", 'B', 8),
    pin("Y4", 'B', 9),
    pin("Y5", 'B', 12),
    pin("Y6", 'B', 13),
    pin("Y7", 'B', 14),
    pin("Y8", 'B', 15),
    pin("Y9", 'B', 10),
    pin("Y10", 'B', 11),
    pin("Y11", 'B', 0),
    pin("Y12", 'B', 1),
    pin("PB5", 'B', 5),
    pin("PB2", 'B', 2),
    pin("PA8", 'A', 8),
    pin("PA9", 'A', 9),
    pin("PA10", 'A', 10),
    pin("PA11", 'A', 11),
    pin("PA12", 'A', 12),
    pin("PC8", 'C', 8),
    pin("PC9", 'C', 9),
    pin("PC10", 'C', 10),
    pin("PC11", 'C', 11),
    pin("PC12", 'C', 12),
    pin("PD2", 'D', 2),
];

/// The LEDs: red, green, yellow, blue. High is lit.
const LEDS: &[Pin] = &[pin("LED1", 'A', 13), pin("LED2", 'A', 14), pin("LED3", 'A', 15), pin("LED4", 'B', 4)];

/// The LED of this name.
///
/// # Errors
///
/// `Unknown` if the board has none of it.
pub fn led(name: &str) -> Result<Pin, BoardError> {
    find(LEDS, "LED", name)
}

/// The pin of this name.
///
/// # Errors
///
/// As for [`led`].
pub fn named(name: &str) -> Result<Pin, BoardError> {
    find(PINS, "pin", name)
}

fn find(pins: &[Pin], what: &str, name: &str) -> Result<Pin, BoardError> {
    let found = pins.iter().find(|pin| pin.name == name).copied();
    found.ok_or_else(|| BoardError::Unknown { what: format!("{what} `{name}`") })
}

/// Who uses which pin.
#[derive(Default)]
pub struct Users {
    by_pin: BTreeMap<&'static str, String>,
}

impl Users {
    /// Takes a pin for a user, who may take it again.
    ///
    /// # Errors
    ///
    /// `InUse` if another one has it.
    pub fn claim(&mut self, pin: Pin, user: &str) -> Result<(), BoardError> {
        match self.by_pin.get(pin.name) {
            Some(by) if by != user => {
                Err(BoardError::InUse { what: format!("pin {}", pin.name), by: by.clone() })
            }
            _ => {
                self.by_pin.insert(pin.name, user.to_string());
                Ok(())
            }
        }
    }
}
