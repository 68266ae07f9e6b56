//! The drivers of the tutorial's devices, tested three ways.
//!
//! | file | against |
//! |---|---|
//! | `recorded` | recordings of the original drivers, on the simulated board |
//! | `contacts` | the exact reads and writes of a pin, and its errors |
//! | `mock` | the exact transfers on a bus, and its errors |
//! | `lines` | the simulated board: records and silence on serial lines |
//! | `decoding` | anything: what is decoded from edges and bytes |

mod contacts;
mod decoding;
mod lines;
mod mock;
mod recorded;
mod recording;

pub use recorded::recordings;
