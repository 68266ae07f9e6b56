//! Levels in, characters out: the sampling half of a receiver.
//!
//! Owns when a bit is looked at. Facts: reference manuals RM0090 and RM0033, chapter USART: sixteen samples a bit, of
//! which 8, 9 and 10 decide by majority; a start bit must also be low in two of its samples 3, 5 and 7. The first low
//! sample comes half a sample's time after the edge, on the average; here it always does. It knows no registers.
//!
//! ```text
//!           falling edge               samples 3, 5, 7 and 8, 9, 10 low         samples 8, 9, 10 of the stop bit
//!   Idle ────────────────▶ Start bit? ──────────────────────────────▶ Data bits ───────────────────────────────▶ Idle
//!     ▲                         │ high: a glitch                                         a character
//!     └─────────────────────────┘
//! ```
//!
//! One alarm a bit, at its last sample: what the earlier ones were is known from the edges by then.

use vpyb_core::UartFrame;
use vpyb_core::time::Instant;

use super::bit_clock::BitClock;
use super::framing::{Word, checked_bits, decode, frame_bits};
use crate::world::{Bench, DeviceId};

/// Parts of a bit in which samples are placed: sample `n` is `2n - 1` of them after the bit's beginning.
const PARTS: u64 = 32;

/// A character that was received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Character {
    /// Its data bits.
    pub word: Word,
    /// Its stop bit was low.
    pub framing: bool,
    /// Its parity bit was wrong.
    pub parity: bool,
    /// The samples of some bit differed.
    pub noise: bool,
}

impl Character {
    /// One without a flaw.
    pub fn clean(word: Word) -> Self {
        Self { word, framing: false, parity: false, noise: false }
    }
}

/// What an alarm led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sampled {
    /// A bit, or nothing.
    Nothing,
    /// The start bit was none.
    NoStart,
    /// The last bit of a frame.
    Character(Character),
}

/// The frame that is being received.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Taking {
    start: Instant,
    /// Samples are looked at up to this one.
    next: Look,
    /// The data bits so far, and the parity bit.
    bits: u16,
    noise: bool,
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Look {
    /// Samples 3, 5 and 7 of the start bit.
    Early,
    /// Samples 8, 9 and 10 of a bit; the start bit is 0.
    Bit(u8),
}

impl Look {
    fn bit(self) -> u64 {
        match self {
            Self::Early => 0,
            Self::Bit(bit) => bit.into(),
        }
    }

    fn samples(self) -> [u64; 3] {
        if self == Self::Early { [3, 5, 7] } else { [8, 9, 10] }
    }
}

/// Makes characters of levels.
#[derive(Clone, PartialEq, Debug)]
pub struct Sampler {
    clock: BitClock,
    frame: UartFrame,
    /// The number of its alarms.
    alarm: u32,
    taking: Option<Taking>,
    /// The level before the first of `edges`: high or not.
    before: bool,
    /// What changed since then, while a frame is being received.
    edges: Vec<(Instant, bool)>,
}

impl Sampler {
    /// One on a line at rest.
    pub fn new(clock: BitClock, frame: UartFrame, alarm: u32) -> Self {
        Self { clock, frame, alarm, taking: None, before: true, edges: Vec::new() }
    }

    /// The frames that it takes.
    pub fn frame(&self) -> UartFrame {
        self.frame
    }

    /// Whether a frame is on its way in.
    pub fn is_taking(&self) -> bool {
        self.taking.is_some()
    }

    /// Whether the line was high at its last sample, or is by the last edge at rest.
    pub fn is_high(&self) -> bool {
        self.before
    }

    /// When a frame is over that begins then.
    pub fn frame_after(&self, start: Instant) -> Instant {
        self.clock.at(start, 2 * u64::from(frame_bits(self.frame)))
    }

    /// The line changed. A falling edge at rest seems to begin a start bit.
    pub fn on_edge(&mut self, high: bool, me: DeviceId, bench: &mut Bench) {
        if self.taking.is_some() {
            self.edges.push((bench.now(), high));
            return;
        }
        self.before = high;
        if !high {
            let start = bench.now();
            self.await_samples(Taking { start, next: Look::Early, bits: 0, noise: false }, me, bench);
        }
    }

    fn await_samples(&mut self, taking: Taking, me: DeviceId, bench: &mut Bench) {
        let [.., last] = taking.next.samples();
        bench.alarm_at(self.sample(taking, last), me, self.alarm);
        self.taking = Some(taking);
    }

    /// The instant of a sample.
    fn sample(&self, taking: Taking, number: u64) -> Instant {
        self.clock.at_parts(taking.start, PARTS * taking.next.bit() + 2 * number - 1, PARTS)
    }

    fn level_at(&self, at: Instant) -> bool {
        self.edges.iter().rev().find(|(edge, _)| *edge <= at).map_or(self.before, |(_, high)| *high)
    }

    /// The last sample of a bit; gives the start of the frame, too.
    pub fn on_alarm(&mut self, me: DeviceId, bench: &mut Bench) -> (Instant, Sampled) {
        let Some(mut taking) = self.taking.take() else { return (bench.now(), Sampled::Nothing) };
        let samples = taking.next.samples().map(|number| self.level_at(self.sample(taking, number)));
        if let Some((_, last)) = self.edges.last() {
            self.before = *last;
            self.edges.clear();
        }
        let highs = samples.iter().filter(|high| **high).count();
        let high = highs >= 2;
        taking.noise |= matches!(highs, 1 | 2);
        taking.next = match taking.next {
            // A line that is low again by now has its next start bit at its next falling edge.
            Look::Early | Look::Bit(0) if high => return (taking.start, Sampled::NoStart),
            Look::Early => Look::Bit(0),
            Look::Bit(0) => Look::Bit(1),
            Look::Bit(bit) if bit <= checked_bits(self.frame) => {
                taking.bits |= u16::from(high) << (bit - 1);
                Look::Bit(bit + 1)
            }
            // Of two stop bits the first one is looked at.
            Look::Bit(_) => {
                let (word, right) = decode(self.frame, taking.bits);
                let character = Character { word, framing: !high, parity: !right, noise: taking.noise };
                return (taking.start, Sampled::Character(character));
            }
        };
        self.await_samples(taking, me, bench);
        (taking.start, Sampled::Nothing)
    }
}
