//! How programs tell interrupts apart.
//!
//! Owns the questions that a handler asks of how an await ended.

use vpyb_core::{Board, Interrupt, TaskError};

use crate::env::{Ended, Env};

/// Whether a handler for cancellation traps it. A time-out is a kind of cancellation.
pub fn is_cancelled<T>(ended: &Result<T, TaskError>) -> bool {
    ended.as_ref().err().and_then(TaskError::interrupt).is_some_and(Interrupt::is_cancelled)
}

/// Whether a handler for time-outs traps it.
pub fn is_timed_out<T>(ended: &Result<T, TaskError>) -> bool {
    ended.as_ref().err().and_then(TaskError::interrupt) == Some(Interrupt::TimedOut)
}

/// Says that a task was cancelled, and traps it.
pub fn trap<B: Board>(env: &Env<B>, ended: Ended, text: &str) -> Ended {
    if is_cancelled(&ended) {
        say!(env, "{text}");
        return Ok(());
    }
    ended
}
