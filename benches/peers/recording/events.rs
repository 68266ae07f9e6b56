//! The events that are recorded.
//!
//! Owns their fields and their stream, which has no end and is the same each time.

/// How many are recorded in a round.
pub const COUNT: usize = 100_000;

/// A step of a task.
#[derive(Clone, Copy)]
pub struct Event {
    /// Nanoseconds.
    pub at: u64,
    /// The number of the event that caused it.
    pub cause: u32,
    pub task: u16,
    pub kind: u8,
    /// How long the step took, in nanoseconds.
    pub took: u32,
}

/// The stream.
pub struct Events {
    seed: u32,
    number: u32,
    at: u64,
}

impl Events {
    pub fn new() -> Self {
        Self { seed: 1, number: 0, at: 0 }
    }

    /// The next event. About 28 bits of it cannot be foreseen.
    #[inline(always)]
    pub fn next(&mut self) -> Event {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let chance = self.seed >> 4;
        self.at += u64::from(chance & 0xfff);
        self.number += 1;
        Event {
            at: self.at,
            cause: self.number - 1 - (chance >> 12 & 1).min(self.number - 1),
            task: (chance >> 13 & 0xf) as u16,
            kind: (chance >> 17 & 0x3) as u8,
            took: 1000 + (chance >> 19 & 0xff),
        }
    }
}
