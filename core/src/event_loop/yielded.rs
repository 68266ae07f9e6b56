//! What a step yields.
//!
//! Owns [`Yielded`], and its form as two words, in which a leaf hands it to the loop. What the loop does with it stands
//! in `owner`.

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

/// The same in two words. Codes are even; those of turns, which are yields without a delay, have no bits but [`TURN`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word {
    pub code: u32,
    pub value: u32,
}

/// The bits of a turn's code. It stays a turn if [`CAREFUL`] is added.
const TURN: u32 = 6;
/// Marks that something else was met in the step.
pub(super) const CAREFUL: u32 = 8;
/// No yield.
pub(super) const NOTHING: u32 = 16;

const BARE: u32 = 0;
const DELAY: u32 = 2;
const SLEEP_MS: u32 = 4;
/// What is added where there is a delay.
const DELAYED: u32 = 32;
const IO_READ: u32 = 64;
const IO_WRITE: u32 = 66;
const IO_READ_DONE: u32 = 68;
const IO_WRITE_DONE: u32 = 70;
const AFTER_MS: u32 = 128;
const AFTER: u32 = 130;
const PARK: u32 = 132;

impl Yielded {
    #[inline(always)]
    pub(crate) const fn word(self) -> Word {
        let (code, value) = match self {
            Self::Nothing => (NOTHING, 0),
            Self::Bare => (BARE, 0),
            Self::Delay(0) => (DELAY, 0),
            Self::Delay(ms) => (DELAY | DELAYED, ms as u32),
            Self::SleepMs(0) => (SLEEP_MS, 0),
            Self::SleepMs(ms) => (SLEEP_MS | DELAYED, ms as u32),
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
    /// Whether `code` is that of a turn, and nothing else was met.
    #[inline(always)]
    pub const fn is_plain_turn(code: u32) -> bool {
        code & !TURN == 0
    }

    pub const fn yielded(self) -> Yielded {
        let ms = self.value as i32;
        match self.code & !(CAREFUL | DELAYED) {
            BARE => Yielded::Bare,
            DELAY => Yielded::Delay(ms),
            SLEEP_MS => Yielded::SleepMs(ms),
            IO_READ => Yielded::IoRead(self.value),
            IO_WRITE => Yielded::IoWrite(self.value),
            IO_READ_DONE => Yielded::IoReadDone(self.value),
            IO_WRITE_DONE => Yielded::IoWriteDone(self.value),
            AFTER_MS => Yielded::AfterMs(ms),
            AFTER => Yielded::After(ms),
            PARK => Yielded::Park,
            _ => Yielded::Nothing,
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
            assert!(code % 2 == 0 && Word::is_plain_turn(code) == (i < turns.len()));
            assert!(!Word::is_plain_turn(code | CAREFUL) && !Word::is_plain_turn(code | 1));
        }
    }
}
