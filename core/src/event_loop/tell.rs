//! What awaits tell of themselves.
//!
//! Owns the way from a primitive or a pause to the observer. Knows no primitive.

use super::shared::Shared;
use crate::observer::{Event, Object, TaskId, Use};

impl Shared {
    /// Tells the observer that the current task, if there is one, used something.
    pub(crate) fn tell_use(&self, object: Object<'_>, how: Use) {
        if self.closed.get() {
            return;
        }
        self.observe(|| Event::Used { task: self.current_id(), object, how });
    }

    /// The task whose step is under way, as observers know it.
    pub(crate) fn current_id(&self) -> Option<TaskId> {
        self.current_task().map(|task| task.id.get())
    }

    /// Tells the observer that a part of a task was cancelled.
    pub(crate) fn tell_part_cancelled(&self, task: Option<TaskId>, part: &str) {
        self.observe(|| Event::PartCancelled { task, part });
    }

    /// Tells the observer that something was made to be awaited, and dropped.
    #[cold]
    pub(crate) fn tell_unawaited(&self, what: &'static str) {
        if !self.closed.get() {
            self.observe(|| Event::Unawaited { task: self.current_id(), what });
        }
    }

    /// Whether the owner of the loop is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }
}
