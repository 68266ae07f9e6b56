//! How a new task comes into the loop: at once, or after a delay.
//!
//! Owns the entry of a task that has not run.

use super::ending::Ended;
use super::entry::RawEntry;
use super::names::Naming;
use super::shared::{Shared, TaskFuture};
use super::slot::Task;
use super::task::Place;
use crate::error::{QueueFull, RunError, TaskError};
use crate::observer::{Entry, Event, Why};

impl Shared {
    /// Makes a task; gives its slot.
    pub(super) fn create(&self, name: Naming, future: TaskFuture) -> Result<u32, QueueFull> {
        let task = self.register(name);
        self.admit(task, future, self.push_task(task, Why::Created))?;
        Ok(task.slot)
    }

    /// Makes a task whose first step is after a delay. Under `FastIo` the entry is made, and is an error.
    pub(super) fn create_later(
        &self,
        name: Naming,
        future: TaskFuture,
        delay_ms: i32,
    ) -> Result<u32, TaskError> {
        if delay_ms == 0 {
            return Ok(self.create(name, future)?);
        }
        self.create_timed(name, future, delay_ms)
    }

    /// The same, always through the wait queue.
    pub(super) fn create_timed(
        &self,
        name: Naming,
        future: TaskFuture,
        delay_ms: i32,
    ) -> Result<u32, TaskError> {
        let task = self.register(name);
        let armed = self.arm(delay_ms, RawEntry::task(task.slot), Some(Entry::Task(task.id.get())));
        self.admit(task, future, armed.as_ref().map(drop).map_err(|full| *full))?;
        task.count_entry();
        task.set_place(Place::Timer(armed?));
        match self.rules.fails_late_starts() {
            true => Err(not_started()),
            false => Ok(task.slot),
        }
    }

    /// Makes the task that a run is for, and begins the run.
    pub(super) fn begin_with(&self, name: Naming, future: TaskFuture) -> Result<(), RunError> {
        let task = self.register(name);
        match self.admit(task, future, self.push_task(task, Why::Created)) {
            Ok(()) => {
                self.begin_run(false, task.slot);
                Ok(())
            }
            Err(full) => self.told(Ended::Failed { by: task.slot, error: full.into() }),
        }
    }

    fn register(&self, name: Naming) -> Task<'_> {
        let task = self.task(self.registry.free_slot(&self.tasks));
        task.renew(self.registry.next_id());
        self.names.call(&task.name, name);
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
            self.registry.retire(&self.tasks, task.slot);
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
