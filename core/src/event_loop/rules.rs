//! What distinguishes the disciplines.
//!
//! Owns [`Rules`]: one answer for each question that the loop asks where disciplines differ. How the loops differ as a
//! whole stands in `pass` and `timeline`.
//!
//! A firmware may be built with some disciplines only, by features of this package. An answer that is the same for all
//! that are built is a constant, and the compiler leaves out what only the others need.

use super::config::Discipline;
use super::poller::Keeping;

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    V2,
    Fast,
    V3,
}

impl Kind {
    const fn is_built(self) -> bool {
        match self {
            Self::V2 => cfg!(feature = "uasyncio-v2"),
            Self::Fast => cfg!(feature = "fast-io"),
            Self::V3 => cfg!(feature = "asyncio-v3"),
        }
    }
}

/// Whether there is a choice.
const SEVERAL: bool = Kind::V2.is_built() as u8 + Kind::Fast.is_built() as u8 + Kind::V3.is_built() as u8 > 1;

/// The answers of one discipline. What is not said of the others is `UasyncioV2`'s.
#[derive(Clone, Copy, Default)]
pub(super) struct Rules {
    kind: Kind,
    low_priority: bool,
}

impl Rules {
    pub const fn of(discipline: Discipline) -> Self {
        match discipline {
            #[cfg(feature = "uasyncio-v2")]
            Discipline::UasyncioV2 => Self { kind: Kind::V2, low_priority: false },
            #[cfg(feature = "fast-io")]
            Discipline::FastIo { lp_len, .. } => Self { kind: Kind::Fast, low_priority: lp_len > 0 },
            #[cfg(feature = "asyncio-v3")]
            Discipline::Asyncio3 => Self { kind: Kind::V3, low_priority: false },
        }
    }

    #[inline(always)]
    const fn is(self, kind: Kind) -> bool {
        kind.is_built() && (!SEVERAL || self.kind as u8 == kind as u8)
    }

    /// `Asyncio3`: the wait queue holds what is ready, too, under the present tick. There are no passes, an interrupt
    /// brings its task forward and leaves nothing behind, and an error that nobody awaits stops nothing.
    #[inline(always)]
    pub const fn one_queue(self) -> bool {
        self.is(Kind::V3)
    }

    /// `FastIo`: a timed wait is marked in the pending slot. An interrupt that finds the mark ends the wait at once, and
    /// the timed entry is discarded when it is due.
    #[inline(always)]
    pub const fn marks_timed_waits(self) -> bool {
        self.is(Kind::Fast)
    }

    /// `FastIo`: an interrupt of a task that runs, has ended or is interrupted already is an error.
    #[inline(always)]
    pub const fn asserts_interrupts(self) -> bool {
        self.is(Kind::Fast)
    }

    /// `FastIo`: a task whose first step is delayed is an error, which stops the loop when it is due.
    #[inline(always)]
    pub const fn fails_late_starts(self) -> bool {
        self.is(Kind::Fast)
    }

    /// `FastIo`: who was told that a device is ready is not its waiter any more.
    #[inline(always)]
    pub const fn forgets_who_was_told(self) -> bool {
        self.is(Kind::Fast)
    }

    /// `UasyncioV2`: to give up reading a device that nobody waits for is an error.
    #[inline(always)]
    pub const fn fails_unknown_readers(self) -> bool {
        !self.is(Kind::Fast)
    }

    /// `FastIo`: readers and writers give the device up after each call.
    #[inline(always)]
    pub const fn gives_up_after_calls(self) -> bool {
        self.is(Kind::Fast)
    }

    /// All but `Asyncio3`: they give it up at the end of the stream.
    #[inline(always)]
    pub const fn gives_up_at_the_end(self) -> bool {
        !self.is(Kind::V3)
    }

    /// `FastIo` with a low-priority queue.
    #[inline(always)]
    pub const fn low_priority(self) -> bool {
        self.is(Kind::Fast) && self.low_priority
    }

    /// `FastIo`: there may be an I/O queue.
    #[inline(always)]
    pub const fn may_queue_io(self) -> bool {
        self.is(Kind::Fast)
    }

    /// How the waiters of a device are kept.
    #[inline(always)]
    pub const fn keeping(self) -> Keeping {
        if self.is(Kind::Fast) {
            Keeping::Joined
        } else if self.is(Kind::V3) {
            Keeping::Apart
        } else {
            Keeping::One
        }
    }
}
