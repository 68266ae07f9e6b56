//! What of the benchmark beside the others is counted, too: the same tasks of our core.

#[path = "../executors/tasks.rs"]
pub mod tasks;
#[path = "../executors/vpyb.rs"]
pub mod vpyb;
#[path = "../executors/vpyb_pauses.rs"]
pub mod vpyb_pauses;
#[path = "../executors/vpyb_queue.rs"]
pub mod vpyb_queue;
