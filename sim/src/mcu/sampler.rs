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
            bench.alarm_at(self.due(start, Look::Early), me, self.alarm);
            bench.collect(self.pin);
        }
    }

    /// When samples are looked at.
    fn due(&self, start: Instant, look: Look) -> Instant {
        let (bit, last) = match look {
            Look::Early => (0, EARLY[2]),
            Look::Start => (0, DECIDING[2]),
            // Of two stop bits the first one is looked at.
            Look::Rest => (self.stop_bit(), DECIDING[2]),
        };
        self.clock.at_parts(start, parts(bit, last), PARTS)
    }

    /// The number of the first stop bit; the start bit is 0.
    fn stop_bit(&self) -> u8 {
        checked_bits(self.frame) + 1
    }

    /// The alarm's instant; gives the start of the frame, too.
    pub fn on_alarm(&mut self, me: DeviceId, bench: &mut Bench) -> (Instant, Sampled) {
        let Some(mut taking) = self.taking else { return (bench.now(), Sampled::Nothing) };
        let start = taking.start;
        loop {
            let (sampled, next) = self.look(&mut taking, bench.collected(self.pin));
            let Some(next) = next else {
                // What follows begins with the level that the line has now.
                self.before = bench.be_told(self.pin).map_or(self.before, |level| level == NetLevel::High);
                self.taking = None;
                return (start, sampled);
            };
            taking.next = next;
            let due = self.due(start, next);
            if !bench.reaches(due) {
                self.taking = Some(taking);
                bench.alarm_at(due, me, self.alarm);
                return (start, sampled);
            }
        }
    }

    /// Looks at samples of a frame whose line has changed so since its beginning. Gives what is looked at next, too, if the
    /// frame is not over.
    #[inline]
    fn look(&self, taking: &mut Taking, changes: &[Change]) -> (Sampled, Option<Look>) {
        let samples = if taking.next == Look::Early { EARLY } else { DECIDING };
        let Levels { high, mixed } = match changes {
            [] => self.level(),
            changes => self.levels(taking.start, samples, changes),
        };
        let next = match taking.next {
            Look::Early => Look::Start,
            Look::Start => Look::Rest,
            Look::Rest => {
                let noise = taking.noise || mixed >> 1 & digits(self.stop_bit()) != 0;
                return (Sampled::Character(self.character(high, noise)), None);
            }
        };
        taking.noise |= mixed & 1 == 1;
        // A line that is low again by now has its next start bit at its next falling edge.
        if high & 1 == 1 { (Sampled::NoStart, None) } else { (Sampled::Nothing, Some(next)) }
    }

    /// The character whose bits were so, the start bit lowest.
    fn character(&self, high: u16, noise: bool) -> Character {
        let stop = self.stop_bit();
        let (word, right) = decode(self.frame, high >> 1 & digits(stop - 1));
        Character { word, framing: high >> stop & 1 == 0, parity: !right, noise }
    }

    /// What samples are on a line that does not change.
    fn level(&self) -> Levels {
        Levels { high: if self.before { u16::MAX } else { 0 }, mixed: 0 }
    }

    /// What three samples of each bit are on a line that has changed so since the beginning of a frame.
    #[inline(never)]
    fn levels(&self, start: Instant, [first, middle, last]: [u64; 3], changes: &[Change]) -> Levels {
        let (mut before, mut all) = (self.before, self.level().high);
        let mut others = [0; 2];
        for change in changes {
            let high = change.level == NetLevel::High;
            if std::mem::replace(&mut before, high) == high {
                continue;
            }
            // It turns them over from the first bit on whose sample comes behind it, which mostly are all three of it.
            let part = self.clock.first_part(change.at - start, PARTS) + PARTS - 2 * last;
            let behind = from_bit(part / PARTS);
            all ^= behind;
            if part % PARTS >= PARTS - 2 * (last - first) {
                others[0] ^= from_bit((part + 2 * (last - first)) / PARTS) ^ behind;
                others[1] ^= from_bit((part + 2 * (last - middle)) / PARTS) ^ behind;
            }
        }
        let [a, b, c] = [all ^ others[0], all ^ others[1], all];
        Levels { high: a & b | b & c | a & c, mixed: (a | b | c) & !(a & b & c) }
    }
}

/// What samples were, one binary digit for each bit of a frame, the start bit lowest.
struct Levels {
    /// Two of three were high.
    high: u16,
    /// They differed.
    mixed: u16,
}

/// The digits of a bit and of all that come behind it.
fn from_bit(bit: u64) -> u16 {
    (u32::MAX << bit.min(16)) as u16
}

/// So many digits, the lowest ones.
fn digits(count: u8) -> u16 {
    (1 << count) - 1
}

/// Where a sample of a bit lies, in parts of a bit after the beginning of the frame.
fn parts(bit: u8, sample: u64) -> u64 {
    PARTS * u64::from(bit) + 2 * sample - 1
}
