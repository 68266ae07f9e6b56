//! Where the event loop reads the time.
//!
//! Owns the trait [`Clock`] and nothing else: the core keeps no time of its own.
//! It is not in the tutorial.

use crate::time::Instant;

/// A source of time.
///
/// # For board authors
///
/// - `now` MUST never go back: due times are compared with it.
/// - `now` MUST be readable at any moment, also inside a task's step: a step may be busy for long,
///   and the loop reads the clock again at each use.
/// - `now` MUST NOT call back into the event loop.
pub trait Clock {
    /// The present instant.
    fn now(&self) -> Instant;
}
