//! How an event loop is set up.
//!
//! Owns [`Config`] and the list of scheduling disciplines. What a discipline does stands where it is
//! done: in the steps of the loop.

/// The rules by which the loop schedules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Discipline {
    /// The official library, version 2.0: run queue and wait queue of fixed lengths, I/O polled once at
    /// the end of each pass, interrupts delivered when the task is next scheduled.
    #[default]
    UasyncioV2,
}

impl Discipline {
    /// The name in scenario files and traces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UasyncioV2 => "uasyncio-v2",
        }
    }

    /// The discipline of this name, if it is built.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|discipline| discipline.name() == name)
    }

    /// All that are built.
    pub const ALL: &[Self] = &[Self::UasyncioV2];
}

/// How an event loop is set up: `get_event_loop(runq_len=16, waitq_len=16)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// The scheduling discipline.
    pub discipline: Discipline,
    /// Places in the run queue. A task takes one, a callback two.
    pub runq_len: usize,
    /// Entries in the wait queue.
    pub waitq_len: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { discipline: Discipline::UasyncioV2, runq_len: 16, waitq_len: 16 }
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
}

impl Overrides {
    /// What takes effect.
    pub fn apply(&self, config: Config) -> Config {
        Config {
            discipline: self.discipline.unwrap_or(config.discipline),
            runq_len: self.runq_len.unwrap_or(config.runq_len),
            waitq_len: self.waitq_len.unwrap_or(config.waitq_len),
        }
    }
}
