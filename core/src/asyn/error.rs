//! What the primitives of this library (tutorial section 3) fail with.
//!
//! Owns [`Error`]. In the original these are `RuntimeError` and `ValueError` with a text.

use alloc::borrow::Cow;
use core::fmt;

use crate::error::{CancelError, Interrupt, QueueFull, TaskError};

/// Why an operation of this library failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A lock that nobody holds was released.
    NotLocked,
    /// A condition was notified while nobody held its lock.
    NotifyWithoutLock,
    /// A condition was waited for while nobody held its lock.
    WaitWithoutLock,
    /// More tasks came to a barrier than it has participants.
    TooManyTasks,
    /// A bounded semaphore was released more often than it was acquired.
    ReleasedTooOften,
    /// The granularity of a sleep was not more than 0.
    Granularity,
    /// A task of this name is registered.
    NameTaken(Cow<'static, str>),
    /// A member could not be cancelled.
    Cancel(CancelError),
    /// The operation was interrupted.
    Interrupted(Interrupt),
    /// A queue of the event loop was full.
    QueueFull(QueueFull),
    /// A callback failed.
    Callback(TaskError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotLocked => "a lock that nobody holds was released",
            Self::NotifyWithoutLock => "a condition was notified without its lock",
            Self::WaitWithoutLock => "a condition was waited for without its lock",
            Self::TooManyTasks => "more tasks came to a barrier than it has participants",
            Self::ReleasedTooOften => "a semaphore was released more often than acquired",
            Self::Granularity => "the granularity of a sleep must be more than 0",
            Self::NameTaken(name) => return write!(f, "a task named `{name}` already exists"),
            Self::Cancel(error) => return error.fmt(f),
            Self::Interrupted(interrupt) => return interrupt.fmt(f),
            Self::QueueFull(full) => return full.fmt(f),
            Self::Callback(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for Error {}

impl From<Interrupt> for Error {
    fn from(interrupt: Interrupt) -> Self {
        Self::Interrupted(interrupt)
    }
}

impl From<QueueFull> for Error {
    fn from(full: QueueFull) -> Self {
        Self::QueueFull(full)
    }
}

impl From<Error> for TaskError {
    fn from(error: Error) -> Self {
        match error {
            Error::Interrupted(interrupt) => interrupt.into(),
            Error::QueueFull(full) => full.into(),
            Error::Callback(error) => error,
            error => Self::failed(error),
        }
    }
}
