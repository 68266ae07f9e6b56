//! A handle on a task.
//!
//! Owns [`TaskHandle`]. What it names stands in the table of tasks.

use alloc::rc::Rc;
use core::fmt;
use core::future::IntoFuture;

use super::EventLoop;
use super::join::Join;
use super::name::TaskName;
use super::shared::{NOBODY, Shared};
use super::slot::Task;
use crate::error::{CancelError, TaskError};
use crate::observer::TaskId;

/// Names a task, so that it can be cancelled (tutorial section 5.2.1) or asked about. Dropping it changes nothing.
pub struct TaskHandle {
    shared: Rc<Shared>,
    slot: u32,
}

impl TaskHandle {
    pub(super) fn new(shared: Rc<Shared>, slot: u32) -> Self {
        debug_assert!(slot != NOBODY, "a handle names a task");
        shared.task(slot).hold();
        Self { shared, slot }
    }

    pub(super) fn task(&self) -> Task<'_> {
        self.shared.task(self.slot)
    }

    /// The task's number.
    pub fn id(&self) -> TaskId {
        self.task().id.get()
    }

    /// The task's name.
    pub fn name(&self) -> TaskName {
        self.shared.name_of(self.task())
    }

    /// As [`EventLoop::cancel`] (tutorial section 5.2.1): `Task.cancel` of MicroPython's present asyncio.
    ///
    /// # Errors
    ///
    /// As for [`EventLoop::cancel`].
    pub fn cancel(&self) -> Result<(), CancelError> {
        EventLoop { shared: self.shared.clone() }.cancel(self)
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.task().is_finished()
    }
}

/// `await task` of MicroPython's present asyncio: `(&task).await?` is [`EventLoop::join`].
impl<'a> IntoFuture for &'a TaskHandle {
    type Output = Result<(), TaskError>;
    type IntoFuture = Join<'a>;

    fn into_future(self) -> Join<'a> {
        Join::new(&self.shared, self)
    }
}

impl Clone for TaskHandle {
    fn clone(&self) -> Self {
        Self::new(self.shared.clone(), self.slot)
    }
}

impl Drop for TaskHandle {
    fn drop(&mut self) {
        self.task().release();
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskHandle({})", self.name())
    }
}
