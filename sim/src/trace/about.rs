//! What a record is about.
//!
//! Owns which task a record names, for everything that follows one task.

use super::record::{Entry, Kind, Task};

impl Kind {
    /// The task that it is about, if it is about one.
    pub fn task(&self) -> Option<Task> {
        match *self {
            Self::TaskCreated { task, .. }
            | Self::Ready { entry: Entry::Task(task), .. }
            | Self::Step { task, .. }
            | Self::TimerArmed { entry: Entry::Task(task), .. }
            | Self::IoWait { task, .. }
            | Self::CancelRequested { task }
            | Self::Interrupted { task, .. }
            | Self::Finished { task }
            | Self::NeverStarted { task } => Some(task),
            Self::TimeoutExpired { task }
            | Self::QueueFull { task, .. }
            | Self::Op { task, .. }
            | Self::Line { task, .. }
            | Self::Used { task, .. }
            | Self::PartCancelled { task, .. }
            | Self::Unawaited { task, .. } => task,
            _ => None,
        }
    }
}
