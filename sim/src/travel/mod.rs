//! How one moves in a recorded run: by steps, by events, by causes, and beside another run.
//!
//! Owns what the verbs of `vpyb trace` find and how that reads as text. Knows traces and judgements; neither files
//! nor the terminal.

mod ahead;
mod change;
mod checkpoints;
mod diff;
mod find;
mod percentile;
mod rows;
mod stats;
mod step;
mod strips;
mod why;

pub use ahead::{Ahead, ahead_of};
pub use change::{Subject, last_change};
pub use checkpoints::Checkpoints;
pub use diff::{Divergence, diff, render_divergence};
pub use find::find;
pub use percentile::percentile;
pub use rows::rows;
pub use stats::{TaskStats, render_stats, task_stats};
pub use step::{Filter, Walk, walk};
pub use strips::{Edge, Marks, Strip, Word, strips};
pub use why::render_why;
