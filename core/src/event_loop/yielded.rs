//! What a step yields.
//!
//! Owns [`Yielded`], and its form as two words, in which a leaf hands it to the loop. What the loop does with it stands
//! in `owner`.

use super::shared::Timed;

/// What a leaf leaves for the loop when its step ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Yielded {
    /// No leaf of this loop was reached: the task waits for a waker.
    Nothing,
    Bare,
    Delay(i32),
    SleepMs(i32),
    IoRead(u32),
    IoWrite(u32),
    IoReadDone(u32),
    IoWriteDone(u32),
    /// Low priority, milliseconds.
    AfterMs(i32),
    /// Low priority, from seconds; in milliseconds.
    After(i32),
    /// In no queue: only `requeue` or a delivered interrupt can make it ready.
    Park,
}

/// The same in two words. Codes are divisible by 4. All yields without a delay have the code [`TURN`], and are told apart
/// by the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word {
    pub code: u32,
    pub value: u32,
}

/// The code of a turn.
pub(super) const TURN: u32 = 0;
/// Added to a code: something else was met in the step.
pub(super) const CAREFUL: u32 = 2;

const DELAY: u32 = 4;
const SLEEP_MS: u32 = 8;
const IO_READ: u32 = 12;
const IO_WRITE: u32 = 16;
const IO_READ_DONE: u32 = 20;
const IO_WRITE_DONE: u32 = 24;
const AFTER_MS: u32 = 28;
const AFTER: u32 = 32;
const PARK: u32 = 36;
/// No yield.
const NOTHING: u32 = 60;

/// What the loop has to do with a yield.
pub(super) enum Kind {
    Nothing,
    Park,
    Turn,
    /// An entry in this queue, after as many milliseconds as the value says.
    Timed(Timed),
    Device,
}

impl Yielded {
    #[inline(always)]
    pub(crate) const fn word(self) -> Word {
        let (code, value) = match self {
            Self::Nothing => (NOTHING, 0),
            Self::Bare => (TURN, 0),
            Self::Delay(0) => (TURN, DELAY),
            Self::Delay(ms) => (DELAY, ms as u32),
            Self::SleepMs(0) => (TURN, SLEEP_MS),
            Self::SleepMs(ms) => (SLEEP_MS, ms as u32),
            Self::IoRead(device) => (IO_READ, device),
            Self::IoWrite(device) => (IO_WRITE, device),
            Self::IoReadDone(device) => (IO_READ_DONE, device),
            Self::IoWriteDone(device) => (IO_WRITE_DONE, device),
            Self::AfterMs(ms) => (AFTER_MS, ms as u32),
            Self::After(ms) => (AFTER, ms as u32),
            Self::Park => (PARK, 0),
        };
        Word { code, value }
    }
}

impl Word {
    /// More than any code.
    pub(crate) const MORE_THAN_CODES: u32 = 64;

    /// Whether it is an entry in the wait queue, and nothing else was met.
    pub(super) const fn is_sleep(self) -> bool {
        matches!(self.code, DELAY | SLEEP_MS)
    }

    pub(super) const fn kind(self) -> Kind {
        match self.code & !CAREFUL {
            TURN => Kind::Turn,
            DELAY | SLEEP_MS => Kind::Timed(Timed::Waiting),
            AFTER_MS | AFTER => Kind::Timed(Timed::LowPriority),
            IO_READ..=IO_WRITE_DONE => Kind::Device,
            PARK => Kind::Park,
            _ => Kind::Nothing,
        }
    }

    pub(crate) const fn yielded(self) -> Yielded {
        let ms = self.value as i32;
        match (self.code & !CAREFUL, self.value) {
            (TURN, DELAY) => Yielded::Delay(0),
            (TURN, SLEEP_MS) => Yielded::SleepMs(0),
            (TURN, _) => Yielded::Bare,
            (DELAY, _) => Yielded::Delay(ms),
            (SLEEP_MS, _) => Yielded::SleepMs(ms),
            (IO_READ, device) => Yielded::IoRead(device),
            (IO_WRITE, device) => Yielded::IoWrite(device),
            (IO_READ_DONE, device) => Yielded::IoReadDone(device),
            (IO_WRITE_DONE, device) => Yielded::IoWriteDone(device),
            (AFTER_MS, _) => Yielded::AfterMs(ms),
            (AFTER, _) => Yielded::After(ms),
            (PARK, _) => Yielded::Park,
            _ => Yielded::Nothing,
        }
    }
}

impl Yielded {
    /// The method that a program calls for it.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Nothing | Self::Bare => "yield_now",
            Self::Delay(_) => "sleep",
            Self::SleepMs(_) => "sleep_ms",
            Self::IoRead(_) | Self::IoReadDone(_) => "read",
            Self::IoWrite(_) | Self::IoWriteDone(_) => "awrite",
            Self::AfterMs(_) => "after_ms",
            Self::After(_) => "after",
            Self::Park => "park",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let turns = [Yielded::Bare, Yielded::Delay(0), Yielded::SleepMs(0)];
        let waits = [
            Yielded::Nothing,
            Yielded::Delay(-1),
            Yielded::SleepMs(7),
            Yielded::IoRead(1),
            Yielded::IoWrite(2),
            Yielded::IoReadDone(3),
            Yielded::IoWriteDone(4),
            Yielded::AfterMs(0),
            Yielded::After(-5),
            Yielded::Park,
        ];
        for (i, yielded) in turns.into_iter().chain(waits).enumerate() {
            let Word { code, value } = yielded.word();
            assert_eq!(Word { code, value }.yielded(), yielded);
            assert_eq!(Word { code: code | CAREFUL, value }.yielded(), yielded);
            assert!(code % 4 == 0 && (code == TURN) == (i < turns.len()));
            assert!(code < Word::MORE_THAN_CODES);
        }
    }
}
