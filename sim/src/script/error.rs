//! What a script may raise and trap.
//!
//! Owns the errors of the library that scripts imitate, and which handler traps which.

use std::error::Error;
use std::fmt;

use vpyb_core::{CancelError, Interrupt, QueueFull, TaskError, asyn, official};

use crate::scenario::model::ErrorKind;

/// An error on its way up a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ScriptError {
    /// An interrupt of the task.
    Interrupted(Interrupt),
    /// The script raised it.
    Raised {
        /// Its kind.
        kind: ErrorKind,
        /// Its text.
        text: String,
    },
    /// A queue of the event loop was full: Python's `IndexError`.
    QueueFull(QueueFull),
}

impl ScriptError {
    /// The name of the error's class.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Interrupted(Interrupt::Cancelled) => "CancelledError",
            Self::Interrupted(Interrupt::TimedOut) => "TimeoutError",
            Self::Interrupted(Interrupt::Corrupt) => "TypeError",
            Self::Raised { kind, .. } => class_of(*kind),
            Self::QueueFull(_) => "IndexError",
        }
    }

    /// Whether a handler for `kind` traps it: a `TimeoutError` is a `CancelledError`, and all are
    /// `Exception`s.
    pub fn is_a(&self, kind: ErrorKind) -> bool {
        let own = match self {
            Self::Interrupted(Interrupt::Cancelled) => ErrorKind::CancelledError,
            Self::Interrupted(Interrupt::TimedOut) => ErrorKind::TimeoutError,
            Self::Raised { kind, .. } => *kind,
            Self::Interrupted(Interrupt::Corrupt) => ErrorKind::TypeError,
            Self::QueueFull(_) => ErrorKind::Exception,
        };
        own == kind
            || kind == ErrorKind::Exception
            || (own == ErrorKind::TimeoutError && kind == ErrorKind::CancelledError)
    }
}

/// The name of a kind.
pub fn class_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Exception => "Exception",
        ErrorKind::CancelledError => "CancelledError",
        ErrorKind::TimeoutError => "TimeoutError",
        ErrorKind::ValueError => "ValueError",
        ErrorKind::RuntimeError => "RuntimeError",
        ErrorKind::AssertionError => "AssertionError",
        ErrorKind::TypeError => "TypeError",
        ErrorKind::OsError => "OSError",
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted(interrupt) => interrupt.fmt(f),
            Self::Raised { kind, text } => write!(f, "{}: {text}", class_of(*kind)),
            Self::QueueFull(full) => full.fmt(f),
        }
    }
}

impl Error for ScriptError {}

impl From<Interrupt> for ScriptError {
    fn from(interrupt: Interrupt) -> Self {
        Self::Interrupted(interrupt)
    }
}

impl From<QueueFull> for ScriptError {
    fn from(full: QueueFull) -> Self {
        Self::QueueFull(full)
    }
}

/// What the library raises as an exception of a class.
impl From<asyn::Error> for ScriptError {
    fn from(error: asyn::Error) -> Self {
        let kind = match error {
            asyn::Error::Interrupted(interrupt) => return interrupt.into(),
            asyn::Error::QueueFull(full) => return full.into(),
            asyn::Error::Cancel(error) => return error.into(),
            asyn::Error::NotLocked | asyn::Error::NotifyWithoutLock | asyn::Error::WaitWithoutLock => {
                ErrorKind::RuntimeError
            }
            asyn::Error::TooManyTasks
            | asyn::Error::ReleasedTooOften
            | asyn::Error::Granularity
            | asyn::Error::NameTaken(_) => ErrorKind::ValueError,
            _ => ErrorKind::Exception,
        };
        Self::Raised { kind, text: error.to_string() }
    }
}

impl From<official::ReleaseError> for ScriptError {
    fn from(error: official::ReleaseError) -> Self {
        match error {
            official::ReleaseError::QueueFull(full) => full.into(),
            official::ReleaseError::NotLocked => {
                Self::Raised { kind: ErrorKind::AssertionError, text: error.to_string() }
            }
        }
    }
}

impl From<CancelError> for ScriptError {
    fn from(error: CancelError) -> Self {
        let kind = match error {
            CancelError::QueueFull(full) => return full.into(),
            CancelError::NotStarted => ErrorKind::TypeError,
            CancelError::Itself => ErrorKind::RuntimeError,
            _ => ErrorKind::AssertionError,
        };
        Self::Raised { kind, text: error.to_string() }
    }
}

/// The class of an error that a task ended with.
pub(super) fn class_of_task_error(error: &TaskError) -> &'static str {
    match error {
        TaskError::Interrupted(interrupt) => ScriptError::Interrupted(*interrupt).class(),
        TaskError::QueueFull(_) => "IndexError",
        TaskError::Failed(error) => {
            error.downcast_ref::<ScriptError>().map_or("Exception", ScriptError::class)
        }
        _ => "Exception",
    }
}

/// Raised cancellations and time-outs end their task only, as delivered ones do.
impl From<ScriptError> for TaskError {
    fn from(error: ScriptError) -> Self {
        match error {
            ScriptError::Interrupted(interrupt) => interrupt.into(),
            ScriptError::Raised { kind: ErrorKind::CancelledError, .. } => Interrupt::Cancelled.into(),
            ScriptError::Raised { kind: ErrorKind::TimeoutError, .. } => Interrupt::TimedOut.into(),
            ScriptError::QueueFull(full) => full.into(),
            raised @ ScriptError::Raised { .. } => Self::failed(raised),
        }
    }
}
