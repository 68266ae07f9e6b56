//! A handle on a task.
//!
//! Owns [`TaskHandle`]. What it names stands in the table of tasks.

use alloc::rc::Rc;
use core::fmt;

use super::name::TaskName;
use super::shared::{NOBODY, Shared};
use super::slot::Task;
use crate::observer::TaskId;

/// Names a task, so that it can be cancelled or asked about. Dropping it changes nothing.
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

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.task().is_finished()
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
