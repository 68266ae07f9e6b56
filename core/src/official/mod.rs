//! What tasks share, as the official library has it: [`Lock`] and [`Queue`] (tutorial sections 3.1 and 3.5).
//!
//! Behaviour is that of `uasyncio.synchro` and `uasyncio.queues`, their weaknesses included: a lock is handed
//! over in two steps, and a queue is asked ten times a second. The `asyn` library has other ones: see
//! [`asyn`](crate::asyn).

pub mod lock;
pub mod queue;

pub use lock::{Lock, ReleaseError};
pub use queue::{Empty, Full, Queue};
