//! A humidity and temperature sensor HTU21D(F) on an I2C bus.
//!
//! Owns its commands, its user register, what it measures, and how long that takes: the longest times of the data
//! sheet, so that a driver that waits less meets its refusal. Source: HTU21D(F) data sheet of Measurement
//! Specialties. It knows neither bus nor supply.
//!
//! Where the data sheet is silent: a write during a conversion is refused, a soft reset too. A read with nothing to
//! read is refused, so a result can be read once. Bytes after the checksum are 0xFF. What is measured is what the air
//! was when the command came. The heater warms by 1 degree, which makes the relative humidity 6 % less.

use std::collections::VecDeque;

use vpyb_core::time::{Duration, Instant};

use super::climate::Climate;
use super::htu21d_code::{crc8, humidity_code, resolution, temperature_code};
use super::i2c_target::Answers;
use super::sensor::{Model, Sensor, note};
use crate::trace::Name;
use crate::world::Bench;

/// The model.
pub const MODEL: Model = Model { kind: "htu21d", address: 0x40, new: |name| Box::new(Chip::new(name)) };

/// From supply, and from a soft reset, until it answers.
const START_UP: Duration = Duration::from_millis(15);

const USER_DEFAULT: u8 = 0x02;
const HEATER: u8 = 1 << 2;
/// What a write to the user register changes: resolution, heater, and the disabling of the OTP reload.
const USER_WRITABLE: u8 = 0b1000_0111;

/// What the chip was made with: eight bytes of serial number, in the order in which the two commands give them.
const SERIAL: [u8; 8] = [0x48, 0x54, 0x55, 0x32, 0x31, 0x44, 0x00, 0x01];

/// What is behind the bus.
#[derive(Debug)]
struct Chip {
    name: Name,
    /// From when on it answers.
    awake_from: Instant,
    climate: Climate,
    user: u8,
    /// The measurement under way, or ready to be read.
    measured: Option<Measured>,
    /// A command was sent in this transfer.
    commanded: bool,
    /// The command that waits for its second byte.
    command: Option<u8>,
    /// What is left to be read, and whether that has begun.
    reply: VecDeque<u8>,
    reading: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Measured {
    word: u16,
    ready: Instant,
    hold: bool,
}

impl Chip {
    fn new(name: Name) -> Self {
        Self {
            name,
            awake_from: Instant::ZERO,
            climate: Climate::ROOM,
            user: USER_DEFAULT,
            measured: None,
            commanded: false,
            command: None,
            reply: VecDeque::new(),
            reading: false,
        }
    }
    /// A measurement begins.
    fn measure(&mut self, humidity: bool, hold: bool, bench: &mut Bench) {
        let air = if self.user & HEATER != 0 { self.climate.heated() } else { self.climate };
        let resolution = resolution(self.user);
        let (word, took, what) = if humidity {
            (humidity_code(air, resolution.humidity_bits), resolution.humidity_time, "humidity")
        } else {
            (temperature_code(air, resolution.temperature_bits), resolution.temperature_time, "temperature")
        };
        self.measured = Some(Measured { word, ready: bench.now() + took, hold });
        note(self.name, &format!("measures the {what}, {took}"), bench);
    }

    /// The measurement that is not ready yet.
    fn converting(&self, now: Instant) -> Option<Measured> {
        self.measured.filter(|measured| measured.ready > now)
    }

    fn command(&mut self, byte: u8, bench: &mut Bench) -> bool {
        match byte {
            0xE3 => self.measure(false, true, bench),
            0xE5 => self.measure(true, true, bench),
            0xF3 => self.measure(false, false, bench),
            0xF5 => self.measure(true, false, bench),
            0xE7 => self.reply = [self.user].into(),
            0xE6 | 0xFA | 0xFC => self.command = Some(byte),
            0xFE => {
                // All but the heater's bit.
                self.user = USER_DEFAULT | self.user & HEATER;
                self.awake_from = bench.now() + START_UP;
                note(self.name, "soft reset", bench);
            }
            _ => return false,
        }
        true
    }

    /// The second byte of a command.
    fn second(&mut self, command: u8, byte: u8) -> bool {
        match (command, byte) {
            (0xE6, user) => self.user = self.user & !USER_WRITABLE | user & USER_WRITABLE,
            // Four bytes of the serial number, each with its checksum.
            (0xFA, 0x0F) => self.reply = SERIAL[..4].iter().flat_map(|&byte| [byte, crc8(&[byte])]).collect(),
            // The other four, two by two.
            (0xFC, 0xC9) => {
                let pairs = SERIAL[4..].chunks(2);
                self.reply = pairs.flat_map(|pair| [pair[0], pair[1], crc8(pair)]).collect();
            }
            _ => return false,
        }
        true
    }
}

impl Answers for Chip {
    fn addressed(&mut self, read: bool, bench: &mut Bench) -> bool {
        let now = bench.now();
        self.stopped();
        if now < self.awake_from {
            return false;
        }
        let converting = self.converting(now);
        if read {
            // Holding the master, it answers at once and lets it wait.
            let ready = converting.is_none_or(|measured| measured.hold);
            return ready && (self.measured.is_some() || !self.reply.is_empty());
        }
        if converting.is_none() {
            (self.measured, self.reply, self.commanded) = (None, VecDeque::new(), false);
        }
        converting.is_none()
    }

    fn received(&mut self, byte: u8, bench: &mut Bench) -> bool {
        match self.command.take() {
            Some(command) => self.second(command, byte),
            // One command a transfer.
            None if self.commanded => false,
            None => {
                self.commanded = true;
                self.command(byte, bench)
            }
        }
    }

    fn next_byte(&mut self, bench: &mut Bench) -> (u8, Instant) {
        let mut from = bench.now();
        if let Some(measured) = self.measured.take() {
            let word = measured.word.to_be_bytes();
            self.reply = [word[0], word[1], crc8(&word)].into();
            from = measured.ready;
        }
        self.reading = true;
        (self.reply.pop_front().unwrap_or(0xFF), from)
    }

    /// What was not read of an answer is lost; an answer of which nothing was read is kept.
    fn stopped(&mut self) {
        self.command = None;
        if self.reading {
            (self.reply, self.reading) = (VecDeque::new(), false);
        }
    }
}

impl Sensor for Chip {
    fn supplied(&mut self, bench: &mut Bench) {
        *self = Self { climate: self.climate, ..Self::new(self.name) };
        self.awake_from = bench.now() + START_UP;
    }

    fn exposed(&mut self, to: Climate, _bench: &mut Bench) {
        self.climate = to;
    }
}
