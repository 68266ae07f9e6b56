//! What scripted tasks share.
//!
//! Owns [`Objects`], by the names that scripts use.

use std::collections::BTreeSet;

use litemap::LiteMap;

pub use vpyb_core::{PinMode, Pull};

use super::UartObject;

/// What scripted tasks share, by name.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Objects {
    /// UARTs opened for the scripts: name to unit (`uart4`) and speed.
    pub uarts: LiteMap<String, UartObject>,
    /// Pins opened for the scripts: name to pin and direction.
    pub pins: LiteMap<String, PinObject>,
    /// Locks.
    pub locks: LiteMap<String, LockObject>,
    /// Events, each with the milliseconds after which its waiters ask again.
    pub events: LiteMap<String, i32>,
    /// Semaphores.
    pub semaphores: LiteMap<String, SemaphoreObject>,
    /// Barriers.
    pub barriers: LiteMap<String, BarrierObject>,
    /// Queues, each with its greatest length; 0 is without limit.
    pub queues: LiteMap<String, isize>,
    /// Conditions, each with a lock of its own and a count of its notifications.
    pub conditions: BTreeSet<String>,
}

/// A lock that scripted tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockObject {
    /// The official library's: waiters are parked.
    Official,
    /// The other one: waiters ask again after so many milliseconds.
    Polled {
        /// 0 is at each turn.
        every_ms: i32,
    },
}

/// A semaphore that scripted tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SemaphoreObject {
    /// Its places.
    pub value: u32,
    /// Whether it refuses to be released more often than acquired.
    pub bounded: bool,
}

/// A barrier that scripted tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BarrierObject {
    /// How many tasks it waits for.
    pub participants: u16,
    /// What it launches when it opens.
    pub callback: Option<BarrierCallback>,
}

/// What a barrier launches when it opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BarrierCallback {
    /// A function that notes `barrier_cb`.
    Function,
    /// A task that notes `barrier_coro`, pauses for 5 ms, and notes `barrier_coro_end`.
    Task,
}

/// A pin that scripted tasks share.
#[derive(Clone, PartialEq, Debug)]
pub struct PinObject {
    /// `X3`.
    pub pin: String,
    /// How it is set up.
    pub mode: PinMode,
}

impl PinObject {
    /// Whether scripts may set it.
    pub fn is_output(&self) -> bool {
        !matches!(self.mode, PinMode::Input(_))
    }
}
