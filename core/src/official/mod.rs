//! What tasks share, as the official library has it: [`Lock`] and [`Queue`] (tutorial sections 3.1 and 3.5).
//!
//! Behaviour is that of `uasyncio.synchro` and `uasyncio.queues`, their weaknesses included: a lock is handed
//! over in two steps, and a queue is asked ten times a second. The `asyn` library has other ones: see
//! [`asyn`](crate::asyn).
//!
//! Their waiters ask by pauses of the loop. So a future of theirs that has to wait can be polled inside a step of that loop
//! only: polled by anything else, as by a test's own executor, it panics. Those of [`sync`](crate::sync) do not.

pub mod lock;
pub mod queue;

pub use lock::{Lock, ReleaseError};
pub use queue::{Empty, Full, Queue};
