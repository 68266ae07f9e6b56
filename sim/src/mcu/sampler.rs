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
//! Three alarms a frame: at the last of the start bit's early samples, at its last one, and at the last sample of the stop bit.
//! What the line was meanwhile is known from the edges by then.

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
    /// That the start bit is one so far, or nothing.
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
    noise: bool,
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Look {
    /// Samples 3, 5 and 7 of the start bit.
    Early,
    /// Samples 8, 9 and 10 of the start bit.
    Start,
    /// Those of all other bits.
    Rest,
}

/// The samples that decide, and those that a start bit must be low in before.
const DECIDING: [u64; 3] = [8, 9, 10];
const EARLY: [u64; 3] = [3, 5, 7];

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
            self.await_samples(Taking { start, next: Look::Early, noise: false }, me, bench);
        }
    }

    fn await_samples(&mut self, taking: Taking, me: DeviceId, bench: &mut Bench) {
        let (bit, last) = match taking.next {
            Look::Early => (0, EARLY[2]),
            Look::Start => (0, DECIDING[2]),
            // Of two stop bits the first one is looked at.
            Look::Rest => (self.stop_bit(), DECIDING[2]),
        };
        bench.alarm_at(self.sample(taking.start, bit, last), me, self.alarm);
        self.taking = Some(taking);
    }

    /// The number of the first stop bit; the start bit is 0.
    fn stop_bit(&self) -> u8 {
        checked_bits(self.frame) + 1
    }

    /// The instant of a sample of a bit.
    fn sample(&self, start: Instant, bit: u8, number: u64) -> Instant {
        self.clock.at_parts(start, PARTS * u64::from(bit) + 2 * number - 1, PARTS)
    }

    /// The alarm's instant; gives the start of the frame, too.
    pub fn on_alarm(&mut self, me: DeviceId, bench: &mut Bench) -> (Instant, Sampled) {
        let Some(taking) = self.taking.take() else { return (bench.now(), Sampled::Nothing) };
        let sampled = self.look(taking, me, bench);
        // What follows begins with the level that the line has now.
        self.before = self.edges.last().map_or(self.before, |(_, high)| *high);
        self.edges.clear();
        (taking.start, sampled)
    }

    fn look(&mut self, taking: Taking, me: DeviceId, bench: &mut Bench) -> Sampled {
        let Taking { start, next, mut noise } = taking;
        let mut line = Line { before: self.before, edges: &self.edges };
        let mut bit = |bit, numbers: [u64; 3]| {
            let highs = line.highs(numbers.map(|number| self.sample(start, bit, number)));
            noise |= matches!(highs, 1 | 2);
            highs >= 2
        };
        match next {
            Look::Rest => {
                let stop = self.stop_bit();
                let bits =
                    (1..stop).fold(0, |bits, number| bits | u16::from(bit(number, DECIDING)) << (number - 1));
                let framing = !bit(stop, DECIDING);
                let (word, right) = decode(self.frame, bits);
                Sampled::Character(Character { word, framing, parity: !right, noise })
            }
            // A line that is low again by now has its next start bit at its next falling edge.
            Look::Early if bit(0, EARLY) => Sampled::NoStart,
            Look::Start if bit(0, DECIDING) => Sampled::NoStart,
            Look::Early | Look::Start => {
                let next = if next == Look::Early { Look::Start } else { Look::Rest };
                self.await_samples(Taking { start, next, noise }, me, bench);
                Sampled::Nothing
            }
        }
    }
}

/// A line as it was, asked about one instant after the other.
struct Line<'e> {
    before: bool,
    /// What is still to come.
    edges: &'e [(Instant, bool)],
}

impl Line<'_> {
    fn level(&mut self, at: Instant) -> bool {
        while let Some((&(edge, high), rest)) = self.edges.split_first()
            && edge <= at
        {
            (self.before, self.edges) = (high, rest);
        }
        self.before
    }

    /// At how many of three instants it was high.
    fn highs(&mut self, instants: [Instant; 3]) -> usize {
        instants.into_iter().filter(|at| self.level(*at)).count()
    }
}
