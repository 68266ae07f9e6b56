//! How a run of the loop ends.
//!
//! Owns [`Ended`], from when it is known until who awaits the run is told. It does not end runs: the owner of the loop
//! does.

use super::name::TaskName;
use super::shared::Shared;
use crate::error::{QueueFull, RunError, TaskError};

/// How a run ended.
pub(super) enum Ended {
    /// A stop request was met.
    Stopped,
    /// Ctrl-C.
    Interrupted,
    /// Somebody failed: the task in a slot, or one of the two below.
    Failed { by: u32, error: TaskError },
}

/// In the place of a slot: a callback failed.
pub(super) const CALLBACK: u32 = u32::MAX;
/// In the place of a slot: a queue of the event loop was full.
pub(super) const EVENT_LOOP: u32 = u32::MAX - 1;

/// The run is over; how lies in [`Shared::ending`].
pub(super) struct Halt;

pub(super) type Stop = Result<(), Halt>;

impl Shared {
    /// The run ends so.
    #[cold]
    #[inline(never)]
    pub(super) fn halt(&self, ended: Ended) -> Halt {
        let before = self.ending.replace(Some(ended));
        drop(before);
        Halt
    }

    /// The run ends because somebody failed.
    #[cold]
    #[inline(never)]
    pub(super) fn failed(&self, by: u32, error: TaskError) -> Halt {
        self.halt(Ended::Failed { by, error })
    }

    /// The loop could not move an entry of somebody's: it is lost, with a record, and the run ends.
    #[cold]
    #[inline(never)]
    pub(super) fn lost(&self, by: u32, full: QueueFull) -> Halt {
        self.failed(by, full.into())
    }

    /// What who awaits a run is told of its end.
    pub(super) fn told(&self, ended: Ended) -> Result<(), RunError> {
        let (by, error) = match ended {
            Ended::Stopped => return Ok(()),
            Ended::Interrupted => return Err(RunError::KeyboardInterrupt),
            Ended::Failed { by, error } => (by, error),
        };
        let by = match by {
            CALLBACK => TaskName::given("callback"),
            EVENT_LOOP => TaskName::given("event loop"),
            slot => self.name_of(self.task(slot)),
        };
        Err(RunError::Failed { by, error })
    }

    /// How the run that was awaited ended, once it has.
    pub(super) fn take_end(&self) -> Option<Result<(), RunError>> {
        if self.is_running() { None } else { self.ending.take().map(|ended| self.told(ended)) }
    }
}
