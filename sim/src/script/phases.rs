//! A loop that is run more than once (tutorial sections 5.1 and 7.2).
//!
//! Owns the order of the runs and the note that each leaves: `return`, or the class of the error that left it. What a
//! run leaves behind in the loop is there for the next one.

use std::rc::Rc;

use vpyb_core::{Board, RunError, TaskError, Top};

use super::Notes;
use super::error::class_of_task_error;
use super::run::Scripts;
use crate::scenario::model::{Op, Phase};

impl<B: Board + Notes> Scripts<B> {
    /// Runs the loop once for each phase. The script of the first is noted under the task `main1`, and so on.
    ///
    /// # Errors
    ///
    /// If the run queue is full when a phase creates its tasks.
    ///
    /// # Cancellation
    ///
    /// The top level is no task and cannot be cancelled. Dropped, the phases that follow are not run.
    pub async fn run_phases(self: &Rc<Self>, top: &Top<B>, phases: Vec<Phase>) -> Result<(), TaskError> {
        for (number, Phase { gap, create, script }) in (1..).zip(phases) {
            if !gap.is_zero() {
                self.board.delay_us(u32::try_from(gap.as_micros()).unwrap_or(u32::MAX));
            }
            for name in &create {
                self.create(name)?;
            }
            let ended = match script {
                Some(script) => {
                    let name = format!("main{number}");
                    top.run_until_complete(self.clone().phase(name.clone(), script)).named(name).await
                }
                None => top.run_forever().await,
            };
            let result = match &ended {
                Err(RunError::Failed { error, .. }) => class_of_task_error(error),
                Err(RunError::KeyboardInterrupt) => "KeyboardInterrupt",
                // Another stop request ends a run like its own, as in the original.
                _ => "return",
            };
            self.board.note(false, &number.to_string(), "phase", Some(result));
        }
        Ok(())
    }

    async fn phase(self: Rc<Self>, name: String, script: Vec<Op>) -> Result<(), TaskError> {
        Ok(self.body(&name, &script, String::new()).await?)
    }
}
