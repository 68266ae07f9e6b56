//! The executors that are compared: each as one or more cases of the harness.
//!
//! Each file drives one executor the way its own users do, and says what of that is inside the clock. What its tasks do
//! stands in `tasks`.

pub mod async_executor;
pub mod async_task;
pub mod embassy;
pub mod embassy_timers;
pub mod futures_buffered;
pub mod heap;
pub mod limit;
pub mod local_pool;
pub mod nostd_async;
pub mod simulators;
pub mod tasks;
pub mod tokio;
pub mod vpyb;
pub mod vpyb_pauses;
pub mod vpyb_queue;
