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
//! What the line was meanwhile is known from the edges, which the bench has collected by then.

use vpyb_core::UartFrame;
use vpyb_core::time::Instant;

use super::bit_clock::BitClock;
use super::framing::{Word, checked_bits, decode, frame_bits};
use crate::trace::record::NetLevel;
use crate::world::{Bench, Change, DeviceId, PinId};

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
    pin: PinId,
    clock: BitClock,
    frame: UartFrame,
    /// The number of its alarms.
    alarm: u32,
    taking: Option<Taking>,
    /// The level of the line, high or not, before what was collected.
    before: bool,
}

impl Sampler {
    /// One on a line at rest, at this pin, on which its device listens.
    pub fn new(pin: PinId, clock: BitClock, frame: UartFrame, alarm: u32) -> Self {
        Self { pin, clock, frame, alarm, taking: None, before: true }
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

    /// The line changed. A falling edge at rest seems to begin a start bit, and while a frame is taken nothing is told.
    pub fn on_edge(&mut self, high: bool, me: DeviceId, bench: &mut Bench) {
        self.before = high;
        if !high {
            let start = bench.now();
            self.taking = Some(Taking { start, next: Look::Early, noise: false });
            self.await_samples(start, Look::Early, me, bench);
            bench.collect(self.pin);
        }
    }

    fn await_samples(&self, start: Instant, next: Look, me: DeviceId, bench: &mut Bench) {
        let (bit, last) = match next {
            Look::Early => (0, EARLY[2]),
            Look::Start => (0, DECIDING[2]),
            // Of two stop bits the first one is looked at.
            Look::Rest => (self.stop_bit(), DECIDING[2]),
        };
        bench.alarm_at(self.clock.at_parts(start, parts(bit, last), PARTS), me, self.alarm);
    }

    /// The number of the first stop bit; the start bit is 0.
    fn stop_bit(&self) -> u8 {
        checked_bits(self.frame) + 1
    }

    /// The alarm's instant; gives the start of the frame, too.
    pub fn on_alarm(&mut self, me: DeviceId, bench: &mut Bench) -> (Instant, Sampled) {
        let Some(taking) = &mut self.taking else { return (bench.now(), Sampled::Nothing) };
        let start = taking.start;
        let changes = bench.collected(self.pin);
        let mut line = Line::new(self.clock, start, self.before, changes);
        let mut high = |bit, samples: [u64; 3]| {
            let highs = line.highs(bit, samples);
            taking.noise |= matches!(highs, 1 | 2);
            highs >= 2
        };
        let sampled = match taking.next {
            // A line that is low again by now has its next start bit at its next falling edge.
            Look::Early if high(0, EARLY) => Sampled::NoStart,
            Look::Start if high(0, DECIDING) => Sampled::NoStart,
            Look::Early => {
                taking.next = Look::Start;
                Sampled::Nothing
            }
            Look::Start => {
                taking.next = Look::Rest;
                Sampled::Nothing
            }
            Look::Rest => {
                let stop = checked_bits(self.frame) + 1;
                let bits = (1..stop).fold(0, |bits, bit| bits | u16::from(high(bit, DECIDING)) << (bit - 1));
                let framing = !high(stop, DECIDING);
                let (word, right) = decode(self.frame, bits);
                Sampled::Character(Character { word, framing, parity: !right, noise: taking.noise })
            }
        };
        let next = taking.next;
        // What follows begins with the level that the line has now.
        self.before = changes.last().map_or(self.before, |change| change.level == NetLevel::High);
        let over = sampled != Sampled::Nothing;
        bench.forget_collected(self.pin, over);
        if over {
            self.taking = None;
        } else {
            self.await_samples(start, next, me, bench);
        }
        (start, sampled)
    }
}

/// Where a sample of a bit lies, in parts of a bit after the beginning of the frame.
fn parts(bit: u8, sample: u64) -> u64 {
    PARTS * u64::from(bit) + 2 * sample - 1
}

/// A line as it was, asked about one sample after the other.
struct Line<'e> {
    clock: BitClock,
    start: Instant,
    high: bool,
    /// The first part of a bit at which the next change is seen.
    next: u64,
    /// What is still to come.
    changes: &'e [Change],
}

impl<'e> Line<'e> {
    fn new(clock: BitClock, start: Instant, high: bool, changes: &'e [Change]) -> Self {
        let mut line = Self { clock, start, high, next: 0, changes };
        line.find_next();
        line
    }

    fn find_next(&mut self) {
        let next = self.changes.first();
        self.next = next.map_or(u64::MAX, |change| self.clock.first_part(change.at - self.start, PARTS));
    }

    /// At how many of three samples of a bit it was high.
    fn highs(&mut self, bit: u8, samples: [u64; 3]) -> usize {
        let [first, middle, last] = samples.map(|sample| parts(bit, sample));
        let high = self.is_high(first);
        if self.next > last {
            return if high { 3 } else { 0 };
        }
        [high, self.is_high(middle), self.is_high(last)].into_iter().filter(|high| *high).count()
    }

    #[inline]
    fn is_high(&mut self, parts: u64) -> bool {
        while self.next <= parts {
            self.go_on();
        }
        self.high
    }

    /// Goes on behind the next change.
    fn go_on(&mut self) {
        if let Some((change, rest)) = self.changes.split_first() {
            (self.high, self.changes) = (change.level == NetLevel::High, rest);
            self.find_next();
        }
    }
}
