//! A temperature sensor LM75B on an I2C bus.
//!
//! Owns its four registers and its conversions: one follows the other, each as long as the data sheet allows at the most.
//! Source: LM75B data sheet of Texas Instruments. It knows neither bus nor supply.
//!
//! Its output OS is not wired, so the thresholds are only kept. Where the data sheet is silent: a register is read again
//! from its first byte when its last one was read, a byte too many is refused, and so is the temperature register, which
//! cannot be written. A conversion measures the air of the instant at which it ends.

use vpyb_core::time::{Duration, Instant};

use super::climate::Climate;
use super::i2c_target::Answers;
use super::sensor::{Model, Sensor, note};
use crate::trace::Name;
use crate::world::Bench;

/// The model, with its three address pins at ground.
pub const MODEL: Model = Model { kind: "lm75", address: 0x48, new: |name| Box::new(Lm75::new(name)) };

/// How long a conversion takes at the most.
const CONVERSION: Duration = Duration::from_millis(300);
const TEMPERATURE: u8 = 0;
const CONFIGURATION: u8 = 1;
/// What the pointer and the configuration keep of a byte.
const POINTER: u8 = 0b11;
const SETTINGS: u8 = 0b1_1111;
const SHUTDOWN: u8 = 1;

#[derive(Debug)]
struct Lm75 {
    name: Name,
    climate: Climate,
    /// Temperature, hysteresis and threshold, as they are sent.
    words: [[u8; 2]; 3],
    configuration: u8,
    /// When the conversion under way began; `None` in shutdown.
    converting_since: Option<Instant>,
    pointer: u8,
    /// The byte of the transfer that comes next.
    position: usize,
}

impl Lm75 {
    fn new(name: Name) -> Self {
        Self {
            name,
            climate: Climate::ROOM,
            words: [word(0), word(75_000), word(80_000)],
            configuration: 0,
            converting_since: None,
            pointer: TEMPERATURE,
            position: 0,
        }
    }

    /// Ends the conversions that are over.
    fn convert(&mut self, now: Instant) {
        let Some(since) = self.converting_since else { return };
        let under_way = (now - since).as_nanos() % CONVERSION.as_nanos();
        let began = Instant::from_nanos(now.as_nanos() - under_way);
        if began > since {
            self.words[0] = word(self.climate.temperature);
            self.converting_since = Some(began);
        }
    }

    fn configure(&mut self, byte: u8, bench: &mut Bench) {
        self.convert(bench.now());
        self.configuration = byte & SETTINGS;
        match (byte & SHUTDOWN != 0, self.converting_since) {
            (true, Some(_)) => {
                self.converting_since = None;
                note(self.name, "shut down", bench);
            }
            (false, None) => {
                self.converting_since = Some(bench.now());
                note(self.name, "converts", bench);
            }
            _ => {}
        }
    }

    /// The word that the pointer points at, if it is one.
    fn word(&mut self) -> Option<&mut [u8; 2]> {
        match self.pointer {
            CONFIGURATION => None,
            TEMPERATURE => Some(&mut self.words[0]),
            threshold => Some(&mut self.words[usize::from(threshold) - 1]),
        }
    }
}

/// Nine bits, half a degree each, left-aligned; rounded down, as a converter counts.
fn word(thousandths: i32) -> [u8; 2] {
    let halves = thousandths.clamp(-55_000, 125_000).div_euclid(500);
    ((halves << 7) as u16).to_be_bytes()
}

impl Answers for Lm75 {
    fn addressed(&mut self, _read: bool, bench: &mut Bench) -> bool {
        self.convert(bench.now());
        self.position = 0;
        true
    }

    fn received(&mut self, byte: u8, bench: &mut Bench) -> bool {
        let position = self.position;
        self.position += 1;
        match (position, self.pointer) {
            (0, _) => self.pointer = byte & POINTER,
            (1, CONFIGURATION) => self.configure(byte, bench),
            (_, TEMPERATURE | CONFIGURATION) | (3.., _) => return false,
            (position, threshold) => self.words[usize::from(threshold) - 1][position - 1] = byte,
        }
        true
    }

    fn next_byte(&mut self, bench: &mut Bench) -> (u8, Instant) {
        let position = self.position % 2;
        self.position += 1;
        let configuration = self.configuration;
        (self.word().map_or(configuration, |word| word[position]), bench.now())
    }

    fn stopped(&mut self) {}
}

impl Sensor for Lm75 {
    fn supplied(&mut self, bench: &mut Bench) {
        *self = Self { climate: self.climate, ..Self::new(self.name) };
        self.converting_since = Some(bench.now());
    }

    fn exposed(&mut self, to: Climate, bench: &mut Bench) {
        self.convert(bench.now());
        self.climate = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the data sheet.
    #[test]
    fn words_of_the_data_sheet() {
        let words =
            [(125_000, 0x7D00), (25_000, 0x1900), (500, 0x0080), (0, 0), (-500, 0xFF80), (-25_000, 0xE700)];
        for (thousandths, expected) in words {
            assert_eq!(u16::from_be_bytes(word(thousandths)), expected, "{thousandths}");
        }
        assert_eq!(word(-55_000), [0xC9, 0x00]);
        assert_eq!(word(21_999), word(21_500));
    }
}
