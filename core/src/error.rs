//! What an await, a task and a run may end with.
//!
//! Owns the error types that programs meet. Knows nothing of the loop that makes them.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::error::Error;
use core::fmt;
use core::ops::Deref;

use crate::event_loop::TaskName;

/// Raised at a task's innermost `await` (tutorial section 5.2).
///
/// `?` propagates it, `match` traps it, and code after it may clean up with further awaits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
// A word, as whatever else a task may end with.
#[repr(usize)]
pub enum Interrupt {
    /// [`cancel`](crate::EventLoop::cancel) was called on the task.
    Cancelled,
    /// A [`wait_for`](crate::EventLoop::wait_for) around the await ran out.
    TimedOut,
    /// A leftover queue entry met the marker of a new wait. The original dies of a `TypeError` here:
    /// clean-up runs, then the loop stops.
    Corrupt,
}

impl Interrupt {
    /// Whether a handler for cancellation traps it. As in the original, a time-out is a kind of
    /// cancellation.
    pub const fn is_cancelled(self) -> bool {
        matches!(self, Self::Cancelled | Self::TimedOut)
    }
}

impl fmt::Display for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed out",
            Self::Corrupt => "resumed by a leftover entry while waiting for something else",
        })
    }
}

impl Error for Interrupt {}

impl embedded_io::Error for Interrupt {
    fn kind(&self) -> embedded_io::ErrorKind {
        match self {
            Self::Cancelled => embedded_io::ErrorKind::Interrupted,
            Self::TimedOut => embedded_io::ErrorKind::TimedOut,
            Self::Corrupt => embedded_io::ErrorKind::Other,
        }
    }
}

/// A queue of the event loop had no place left. A word, as all that a task may end with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct QueueFull(usize);

impl QueueFull {
    /// Of a queue that holds so many entries at the most.
    pub(crate) const fn new(queue: Queue, capacity: u32) -> Self {
        Self((capacity as usize) << 2 | queue as usize)
    }

    /// Which queue.
    pub const fn queue(self) -> Queue {
        match self.0 & 3 {
            0 => Queue::Run,
            1 => Queue::Wait,
            2 => Queue::Io,
            _ => Queue::LowPriority,
        }
    }

    /// How many entries it holds at the most: less than 2^30.
    pub const fn capacity(self) -> usize {
        self.0 >> 2
    }
}

impl fmt::Debug for QueueFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueueFull({:?}, {})", self.queue(), self.capacity())
    }
}

/// The queues of the event loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Queue {
    /// Entries that are ready.
    Run,
    /// Entries that are due at a tick.
    Wait,
    /// Tasks whose device is ready; only under `FastIo`.
    Io,
    /// Entries that are due at a tick and run when nothing else does; only under `FastIo`.
    LowPriority,
}

impl Queue {
    /// The name in messages and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run queue",
            Self::Wait => "wait queue",
            Self::Io => "I/O queue",
            Self::LowPriority => "low-priority queue",
        }
    }
}

impl fmt::Display for QueueFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.capacity() {
            0 => write!(f, "no {} exists", self.queue().name()),
            capacity => write!(f, "{} of {capacity} entries is full", self.queue().name()),
        }
    }
}

impl Error for QueueFull {}

/// What a task may end with instead of success. Whatever it is, one word holds it, so that what a task's poll gives fits two
/// registers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// An interrupt that nothing trapped. `Cancelled` and `TimedOut` end this task only.
    Interrupted(Interrupt),
    /// A queue was full. Stops the loop.
    QueueFull(QueueFull),
    /// A cancellation was refused. Stops the loop.
    NotCancelled(Rc<CancelError>),
    /// A run of the loop ended so. Stops the loop, which can be run again.
    Run(Rc<RunError>),
    /// Any other error. Stops the loop, which can be run again (tutorial section 5.1).
    Failed(Rc<Failure>),
}

impl TaskError {
    /// An error of the program's own.
    pub fn failed(error: impl Into<Box<dyn Error>>) -> Self {
        Self::Failed(Rc::new(Failure(error.into())))
    }

    /// True if only the task ends, and the loop goes on.
    pub fn ends_task_only(&self) -> bool {
        matches!(self, Self::Interrupted(interrupt) if interrupt.is_cancelled())
    }

    /// The interrupt, if that is what it is.
    pub fn interrupt(&self) -> Option<Interrupt> {
        match self {
            Self::Interrupted(interrupt) => Some(*interrupt),
            _ => None,
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted(interrupt) => interrupt.fmt(f),
            Self::QueueFull(full) => full.fmt(f),
            Self::NotCancelled(error) => error.fmt(f),
            Self::Run(error) => error.fmt(f),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl Error for TaskError {}

/// An error of a program's own. It can be used as the `dyn Error` that it is.
pub struct Failure(Box<dyn Error>);

impl Deref for Failure {
    type Target = dyn Error;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Interrupt> for TaskError {
    fn from(interrupt: Interrupt) -> Self {
        Self::Interrupted(interrupt)
    }
}

impl From<QueueFull> for TaskError {
    fn from(full: QueueFull) -> Self {
        Self::QueueFull(full)
    }
}

/// Why a run of the event loop ended otherwise than by the success of what it ran.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// A task or a callback failed. The loop keeps its state and can be run again.
    Failed {
        /// Who failed: the task's name, or `callback`.
        by: TaskName,
        /// With what.
        error: TaskError,
    },
    /// Another stop request ended the run: `stop`, or the leftover of an earlier run.
    Stopped,
    /// Somebody pressed Ctrl-C (tutorial section 5.1). The loop keeps its state and can be run again.
    KeyboardInterrupt,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { by, error } => write!(f, "{by}: {error}"),
            Self::Stopped => f.write_str("stopped before it was complete"),
            Self::KeyboardInterrupt => f.write_str("interrupted by Ctrl-C"),
        }
    }
}

impl Error for RunError {}

impl From<RunError> for TaskError {
    fn from(error: RunError) -> Self {
        Self::Run(Rc::new(error))
    }
}

/// Why a task could not be cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CancelError {
    /// It has not had its first step. The original raises `TypeError` ("can't pend throw to
    /// just-started generator"); the task runs normally.
    NotStarted,
    /// It waits for a device and the queue has no place for it. The cancellation stays pending.
    QueueFull(QueueFull),
    /// Under `FastIo`: an interrupt is pending already, or the task has ended or cancels itself. The
    /// original raises `AssertionError`; the later interrupt replaces the earlier.
    AlreadyInterrupted,
    /// Under `Asyncio3`: it is the task that runs. The original raises `RuntimeError`.
    Itself,
}

impl fmt::Display for CancelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted => f.write_str("a task that has not started cannot be cancelled"),
            Self::QueueFull(full) => full.fmt(f),
            Self::Itself => f.write_str("can't cancel self"),
            Self::AlreadyInterrupted => {
                f.write_str("the task is interrupted already, has ended, or is itself")
            }
        }
    }
}

impl Error for CancelError {}

impl From<CancelError> for TaskError {
    fn from(error: CancelError) -> Self {
        Self::NotCancelled(Rc::new(error))
    }
}
