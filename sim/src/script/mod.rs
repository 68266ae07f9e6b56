//! Scripted tasks: operations from a scenario file, run as tasks on the core's event loop.
//!
//! Owns what each operation means. It sees a board only through the core's `Board` and [`Notes`], so it
//! runs on any; it knows neither worlds nor files.
//!
//! Each operation that ends leaves a note: where it stands in its script, its word and its result. Paths
//! are those of the recorded runs: `3` the fourth operation, `3.0` the first of its body, `3!0` of its
//! handler, `3[2].0` of its third turn.

mod error;
mod i2c;
mod interrupts;
mod members;
mod objects;
mod phases;
mod repr;
mod run;
mod sharing;
mod word;

pub use error::ScriptError;
pub use interrupts::{ScriptEvent, ScriptPin};
pub use objects::Objects;
pub use run::Scripts;

/// Takes the notes of scripted operations.
pub trait Notes {
    /// An operation at the path `at` has ended. `task` is false for a callback, which belongs to no task.
    fn note(&self, task: bool, at: &str, op: &str, result: Option<&str>);
}
