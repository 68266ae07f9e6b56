//! Something to be launched (tutorial section 3.3): a function to be called, or a task to be made.
//!
//! Owns [`Launch`]. The original decides when the function has returned; here the program says which it is.

use alloc::boxed::Box;
use core::future::Future;

use crate::error::TaskError;
use crate::event_loop::{EventLoop, Outcome};

type Function = dyn FnMut(&EventLoop) -> Result<(), TaskError>;

/// A callback or a task, as barriers and switches launch them.
pub struct Launch(Box<Function>);

impl Launch {
    /// A function, which is called at once.
    pub fn function<R: Outcome>(mut function: impl FnMut() -> R + 'static) -> Self {
        Self(Box::new(move |_| function().into_result()))
    }

    /// A task, which is only queued. It is named after the function that makes it.
    pub fn task<F>(mut make: impl FnMut() -> F + 'static) -> Self
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        Self(Box::new(move |event_loop| Ok(event_loop.create_task(make()).map(drop)?)))
    }

    /// Calls the function, or makes the task.
    ///
    /// # Errors
    ///
    /// What the function failed with; `QueueFull` if the run queue has no place for the task.
    pub fn launch(&mut self, event_loop: &EventLoop) -> Result<(), TaskError> {
        (self.0)(event_loop)
    }
}
