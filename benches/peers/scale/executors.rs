//! What of the benchmark beside the others is measured at all sizes: the same tasks of our core.

#[path = "../executors/tasks.rs"]
pub mod tasks;
#[path = "../executors/vpyb.rs"]
pub mod vpyb;
#[path = "../executors/vpyb_pauses.rs"]
pub mod vpyb_pauses;
