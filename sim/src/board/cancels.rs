//! Tasks that the outside wants to be cancelled.
//!
//! Owns the list, and how the loop is told of it. Knows no task.

use std::sync::Arc;

use vpyb_core::sync::IrqFlag;

use super::machine::Machine;

/// Names of tasks, and the flag for which whoever cancels them waits.
#[derive(Default, Debug)]
pub struct Cancels {
    names: Vec<String>,
    /// Set when there are names.
    pub flag: Arc<IrqFlag>,
}

impl Cancels {
    /// The names since they were last taken.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.names)
    }
}

impl Machine {
    /// Asks for the cancellation of these tasks.
    pub(super) fn cancel(&mut self, task: &str) {
        self.cancels.names.push(task.to_owned());
        let before = self.wakes_are_by(self.world.bench.cause());
        self.cancels.flag.set();
        self.wakes_are_by(before);
    }
}
