//! How a new task comes into the loop: at once, or after a delay.
//!
//! Owns the entry of a task that has not run.

use super::entry::RawEntry;
use super::handle::TaskHandle;
use super::name::TaskName;
use super::shared::{Shared, TaskFuture};
use super::slot::Task;
use super::task::Place;
use crate::error::{QueueFull, TaskError};
use crate::observer::{Entry, Event, Why};

impl Shared {
    pub(super) fn create(
        &self,
        name: Result<TaskName, &'static str>,
        future: TaskFuture,
    ) -> Result<TaskHandle, QueueFull> {
        let task = self.register(name);
        self.admit(task, future, self.push_task(task, Why::Created))?;
        Ok(TaskHandle::new(self.rc(), task.slot))
    }

    /// Makes a task whose first step is after a delay. Under `FastIo` the entry is made, and is an error.
    pub(super) fn create_later(
        &self,
        name: Result<TaskName, &'static str>,
        future: TaskFuture,
        delay_ms: i32,
    ) -> Result<TaskHandle, TaskError> {
        if delay_ms == 0 {
            return Ok(self.create(name, future)?);
        }
        self.create_timed(name, future, delay_ms)
    }

    /// The same, always through the wait queue.
    pub(super) fn create_timed(
        &self,
        name: Result<TaskName, &'static str>,
        future: TaskFuture,
        delay_ms: i32,
    ) -> Result<TaskHandle, TaskError> {
        let task = self.register(name);
        let armed = self.arm(delay_ms, RawEntry::task(task.slot), Some(Entry::Task(task.id.get())));
        self.admit(task, future, armed.as_ref().map(drop).map_err(|full| *full))?;
        task.count_entry();
        task.set_place(Place::Timer(armed?));
        match self.rules.fails_late_starts() {
            true => Err(not_started()),
            false => Ok(TaskHandle::new(self.rc(), task.slot)),
        }
    }

    fn register(&self, name: Result<TaskName, &'static str>) -> Task<'_> {
        let task = {
            let mut registry = self.registry.borrow_mut();
            let task = self.task(registry.free_slot(&self.tasks));
            task.renew(registry.next_id());
            registry.names.call(task.slot, name);
            task
        };
        if let Some(observer) = self.observer() {
            observer.observe(Event::TaskCreated { task: task.id.get(), name: &self.name_of(task) });
        }
        task
    }

    /// Takes a new task's future if it was queued; otherwise the task is as if ended.
    fn admit(
        &self,
        task: Task<'_>,
        future: TaskFuture,
        queued: Result<(), QueueFull>,
    ) -> Result<(), QueueFull> {
        if let Err(full) = queued {
            task.finish();
            self.registry.borrow_mut().retire(task.slot);
            return Err(full);
        }
        task.future.set(Some(future));
        Ok(())
    }
}

/// A task that never ran is not to be queued with a delay under `FastIo`.
#[cold]
pub(super) fn not_started() -> TaskError {
    TaskError::failed("TypeError: a task that has not started cannot be queued with a delay under fast-io")
}
