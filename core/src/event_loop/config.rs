//! How an event loop is set up.
//!
//! Owns [`Config`] and the list of scheduling disciplines. What a discipline does stands where it is
//! done: in the steps of the loop.

/// The rules by which the loop schedules. The tutorial is about `UasyncioV2`; the others are not in the tutorial.
///
/// A firmware has those whose features of this package are on: `uasyncio-v2`,
/// `fast-io` and `asyncio-v3`. What only the others need is left out of it. The first of these that it has is the default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Discipline {
    /// The official library, version 2.0: run queue and wait queue of fixed lengths, I/O polled once at
    /// the end of each pass, interrupts delivered when the task is next scheduled.
    #[cfg(feature = "uasyncio-v2")]
    UasyncioV2,
    /// The `fast_io` variant, version 0.24: an interrupt of a sleeping task arrives at once, tasks may wait at low
    /// priority, and with an I/O queue the devices are asked before every step.
    #[cfg(feature = "fast-io")]
    FastIo {
        /// Entries in the I/O queue; 0: there is none, and I/O is polled once a pass.
        ioq_len: usize,
        /// Entries in the low-priority queue; 0: there is none.
        lp_len: usize,
        /// A low-priority entry that is overdue by more than this many milliseconds runs although others are
        /// ready; 0: never.
        max_overdue_ms: i32,
    },
    /// MicroPython's present-day asyncio: one queue ordered by time, in which a task that is ready has the present
    /// tick. It grows; interrupts arrive at once and leave nothing behind; tasks can be awaited, and an error
    /// that nobody awaits does not stop the loop.
    #[cfg(feature = "asyncio-v3")]
    Asyncio3,
}

impl Discipline {
    /// The name in scenario files and traces.
    pub const fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "uasyncio-v2")]
            Self::UasyncioV2 => "uasyncio-v2",
            #[cfg(feature = "fast-io")]
            Self::FastIo { .. } => "fast-io",
            #[cfg(feature = "asyncio-v3")]
            Self::Asyncio3 => "asyncio-v3",
        }
    }

    /// The discipline of this name, if it is built.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|discipline| discipline.name() == name)
    }

    /// The lengths of I/O queue and low-priority queue, and the overdue limit.
    pub(super) const fn lengths(self) -> (usize, usize, i32) {
        match self {
            #[cfg(feature = "fast-io")]
            Self::FastIo { ioq_len, lp_len, max_overdue_ms } => (ioq_len, lp_len, max_overdue_ms),
            #[allow(unreachable_patterns, reason = "there may be no other")]
            _ => (0, 0, 0),
        }
    }

    /// All that are built, without optional queues.
    pub const ALL: &[Self] = &[
        #[cfg(feature = "uasyncio-v2")]
        Self::UasyncioV2,
        #[cfg(feature = "fast-io")]
        Self::FastIo { ioq_len: 0, lp_len: 0, max_overdue_ms: 0 },
        #[cfg(feature = "asyncio-v3")]
        Self::Asyncio3,
    ];
}

impl Default for Discipline {
    fn default() -> Self {
        Self::ALL[0]
    }
}

#[cfg(not(any(feature = "uasyncio-v2", feature = "fast-io", feature = "asyncio-v3")))]
compile_error!("choose a discipline: a feature `uasyncio-v2`, `fast-io` or `asyncio-v3`");

/// How an event loop is set up: `get_event_loop(runq_len=16, waitq_len=16)` (tutorial section 7.7).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// The scheduling discipline.
    pub discipline: Discipline,
    /// Places in the run queue. A task takes one, a callback two. `Asyncio3` has none.
    pub runq_len: usize,
    /// Entries in the wait queue; under `Asyncio3`, for how many its one queue has room before it grows.
    pub waitq_len: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { discipline: Discipline::default(), runq_len: 16, waitq_len: 16 }
    }
}

/// What the owner of a board sets in place of what the program asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    /// Instead of the program's discipline.
    pub discipline: Option<Discipline>,
    /// Instead of the program's length of the run queue.
    pub runq_len: Option<usize>,
    /// Instead of the program's length of the wait queue.
    pub waitq_len: Option<usize>,
    /// Instead of the length of the I/O queue, under `FastIo`.
    pub ioq_len: Option<usize>,
    /// Instead of the length of the low-priority queue, under `FastIo`.
    pub lp_len: Option<usize>,
    /// Instead of the overdue limit, under `FastIo`.
    pub max_overdue_ms: Option<i32>,
}

impl Overrides {
    /// What takes effect.
    pub fn apply(&self, config: Config) -> Config {
        // A discipline that is set in place of the same one keeps the program's queues.
        let set = self.discipline.filter(|set| set.name() != config.discipline.name());
        let discipline = match set.unwrap_or(config.discipline) {
            #[cfg(feature = "fast-io")]
            Discipline::FastIo { ioq_len, lp_len, max_overdue_ms } => Discipline::FastIo {
                ioq_len: self.ioq_len.unwrap_or(ioq_len),
                lp_len: self.lp_len.unwrap_or(lp_len),
                max_overdue_ms: self.max_overdue_ms.unwrap_or(max_overdue_ms),
            },
            #[allow(unreachable_patterns, reason = "there may be no other")]
            other => other,
        };
        Config {
            discipline,
            runq_len: self.runq_len.unwrap_or(config.runq_len),
            waitq_len: self.waitq_len.unwrap_or(config.waitq_len),
        }
    }
}
