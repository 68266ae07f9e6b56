//! Recognises the events that scenario files speak of.
//!
//! Owns [`Eye`], which looks at a trace's records one after the other. Expectations use it on a trace that is whole,
//! actors on one that grows. Knows nothing of what is expected, or done, when something is seen.
//!
//! A byte is `rx` when it reaches the ring: one that was held in the data register counts when it is moved there,
//! and a lost one never.

mod bus;
mod eye;

pub use eye::{Eye, matches_task};
