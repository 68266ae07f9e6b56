//! How a new task comes into the loop: at once, or after a delay.
//!
//! Owns the entry of a task that has not run. Its future goes to the owner by the inbox.

use alloc::rc::Rc;

use super::entry::RawEntry;
use super::shared::{Shared, TaskFuture};
use super::task::{Header, Place, State, TaskHandle, TaskName};
use crate::error::{QueueFull, TaskError};
use crate::observer::{Entry, Event, Why};

impl Shared {
    pub(super) fn create(
        &self,
        name: Result<TaskName, &'static str>,
        future: TaskFuture,
    ) -> Result<TaskHandle, QueueFull> {
        let header = self.register(name);
        self.admit(&header, future, self.push_task(&header, Why::Created))?;
        Ok(TaskHandle { header })
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
        let header = self.register(name);
        let armed = self.arm(delay_ms, RawEntry::task(header.slot), Some(Entry::Task(header.id.get())));
        self.admit(&header, future, armed.as_ref().map(drop).map_err(|full| *full))?;
        header.count_entry();
        header.place.set(Place::Timer(armed?));
        if self.fast { Err(not_started()) } else { Ok(TaskHandle { header }) }
    }

    fn register(&self, name: Result<TaskName, &'static str>) -> Rc<Header> {
        let (header, id) = {
            let mut registry = self.registry.borrow_mut();
            let id = registry.next_id();
            let name = name.unwrap_or_else(|base| registry.numbered(base));
            let header = registry.free_slot();
            header.renew(id, name);
            (header, id)
        };
        if let Some(observer) = &self.observer {
            observer.observe(Event::TaskCreated { task: id, name: &header.name.borrow() });
        }
        header
    }

    /// Hands a new task over to the owner if it was queued; otherwise it is as if ended.
    fn admit(
        &self,
        header: &Header,
        future: TaskFuture,
        queued: Result<(), QueueFull>,
    ) -> Result<(), QueueFull> {
        if let Err(full) = queued {
            header.state.set(State::Finished);
            self.registry.borrow_mut().retire(header.slot);
            return Err(full);
        }
        self.inbox.borrow_mut().push((header.slot, future));
        self.has_new.set(true);
        Ok(())
    }
}

/// A task that never ran is not to be queued with a delay under `FastIo`.
#[cold]
pub(super) fn not_started() -> TaskError {
    TaskError::failed("TypeError: a task that has not started cannot be queued with a delay under fast-io")
}
