//! Runs a scenario: from its lowered form to a trace and a verdict.
//!
//! Owns how a run is driven and how it ends. It judges no expectations and prints nothing.

mod aside;
mod cases;
mod drive;
mod firmware;
mod guard;
mod program;
mod tap;

pub use aside::{Aside, Look, aside};
pub use cases::{Case, cases};
pub use drive::{Options, Outcome, Run, run, run_watched};
pub use guard::{run_guarded, run_tapped};
pub use program::{Around, Main, Program, boxed};
pub use tap::Tap;
