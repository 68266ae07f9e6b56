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
//! Three alarms a frame: at the last of the start bit's early samples, at its last one, and at the last sample of the stop bit;
//! only the last of them, if nothing happens during the start bit. What the line was meanwhile is known from the edges,
//! which the bench has collected by then.

use vpyb_core::UartFrame;
use vpyb_core::time::{Duration, Instant};

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
    frame: UartFrame,
    /// When a start bit is sampled early, counted from the beginning of its frame.
    early: [Duration; 3],
    /// The samples that decide, of each bit from the start bit to the first stop bit.
    deciding: Box<[[Duration; 3]]>,
    /// How long a frame lasts.
    lasts: Duration,
    /// The number of its alarms.
    alarm: u32,
    taking: Option<Taking>,
    /// The level of the line, high or not, before what was collected.
    before: bool,
}

impl Sampler {
    /// One on a line at rest, at this pin, on which its device listens.
    pub fn new(pin: PinId, clock: BitClock, frame: UartFrame, alarm: u32) -> Self {
        let span = |parts, of| clock.at_parts(Instant::ZERO, parts, of) - Instant::ZERO;
        // The first low sample comes half a sample's time after the edge.
        let sample = |bit: u8, sample: u64| span(PARTS * u64::from(bit) + 2 * sample - 1, PARTS);
        Self {
            pin,
            frame,
            early: EARLY.map(|number| sample(0, number)),
            deciding: (0..=stop_bit(frame)).map(|bit| DECIDING.map(|number| sample(bit, number))).collect(),
            lasts: span(frame_bits(frame).into(), 1),
            alarm,
            taking: None,
            before: true,
        }
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
        start + self.lasts
    }

    /// The line changed. A falling edge at rest seems to begin a start bit, and while a frame is taken nothing is told.
    pub fn on_edge(&mut self, high: bool, me: DeviceId, bench: &mut Bench) {
        self.before = high;
        if !high {
            let start = bench.now();
            bench.collect(self.pin);
            // A start bit is one if nothing happens until its last sample.
            let next = if bench.reaches(self.due(start, Look::Start)) { Look::Rest } else { Look::Early };
            self.await_samples(Taking { start, next, noise: false }, me, bench);
        }
    }

    fn await_samples(&mut self, taking: Taking, me: DeviceId, bench: &mut Bench) {
        bench.alarm_at(self.due(taking.start, taking.next), me, self.alarm);
        self.taking = Some(taking);
    }

    /// The alarm's instant; gives the start of the frame, too.
    pub fn on_alarm(&mut self, me: DeviceId, bench: &mut Bench) -> (Instant, Sampled) {
        let Some(taking) = self.taking else { return (bench.now(), Sampled::Nothing) };
        let Taking { start, next, noise } = taking;
        let Levels { high, mixed } = self.levels(taking, bench.collected(self.pin));
        // A line that is low again by now has its next start bit at its next falling edge.
        let sampled = match next {
            Look::Rest => Sampled::Character(self.character(high, mixed, noise)),
            _ if high & 1 == 1 => Sampled::NoStart,
            Look::Early | Look::Start => {
                let next = if next == Look::Early { Look::Start } else { Look::Rest };
                let noise = noise || mixed & 1 == 1;
                self.await_samples(Taking { start, next, noise }, me, bench);
                return (start, Sampled::Nothing);
            }
        };
        self.taking = None;
        // What follows begins with the level that the line has now.
        self.before = bench.be_told(self.pin).map_or(self.before, |level| level == NetLevel::High);
        (start, sampled)
    }

    /// What is looked at, and when the last of it is there.
    fn samples(&self, look: Look) -> &[[Duration; 3]] {
        match look {
            Look::Early => std::slice::from_ref(&self.early),
            Look::Start => &self.deciding[..1],
            Look::Rest => &self.deciding,
        }
    }

    /// When samples are looked at.
    fn due(&self, start: Instant, look: Look) -> Instant {
        start + self.samples(look).last().map_or(Duration::ZERO, |[.., last]| *last)
    }

    /// The character of a frame whose samples were so.
    fn character(&self, high: u16, mixed: u16, noise: bool) -> Character {
        let stop = stop_bit(self.frame);
        let (word, right) = decode(self.frame, high >> 1 & digits(stop - 1));
        let noise = noise || mixed >> 1 & digits(stop) != 0;
        Character { word, framing: high >> stop & 1 == 0, parity: !right, noise }
    }

    /// What samples are on a line that has changed so since the beginning of a frame.
    fn levels(&self, taking: Taking, changes: &[Change]) -> Levels {
        let samples = self.samples(taking.next);
        let (mut before, mut bit) = (self.before, 0);
        let (mut last, mut earlier) = (if before { u16::MAX } else { 0 }, [0; 2]);
        for change in changes {
            let high = change.level == NetLevel::High;
            if std::mem::replace(&mut before, high) == high {
                continue;
            }
            // The first bit whose last sample comes behind it: that is turned over, and those of all bits behind.
            let at = change.at - taking.start;
            while samples.get(bit).is_some_and(|[.., last]| *last < at) {
                bit += 1;
            }
            let Some([first, middle, _]) = samples.get(bit) else { break };
            last ^= u16::MAX << bit;
            // So are mostly the others of it.
            if *first < at {
                earlier[0] ^= 1 << bit;
                earlier[1] ^= u16::from(*middle < at) << bit;
            }
        }
        let [a, b] = earlier.map(|differs| last ^ differs);
        Levels { high: a & b | b & last | a & last, mixed: (a | b | last) & !(a & b & last) }
    }
}

/// What samples were, one binary digit for each bit of a frame, the start bit lowest.
struct Levels {
    /// Two of three were high.
    high: u16,
    /// They differed.
    mixed: u16,
}

/// The number of the first stop bit; the start bit is 0.
fn stop_bit(frame: UartFrame) -> u8 {
    checked_bits(frame) + 1
}

/// So many digits, the lowest ones.
fn digits(count: u8) -> u16 {
    (1 << count) - 1
}
