//! The drivers of the tutorial's devices, tested three ways.
//!
//! | file | against |
//! |---|---|
//! | `recorded` | recordings of the original drivers, on the simulated board |
//! | `contacts` | the exact reads and writes of a pin, and its errors |
//! | `mock` | the exact transfers on a bus, and its errors |
//! | `serial` | the exact bytes on a serial line, and its errors |
//! | `lines` | the simulated board: records and silence on serial lines |
//! | `cutting` | anything: records and lines in pieces |
//! | `sampling` | anything: what samples make of a contact |
//! | `decoding` | anything: what is decoded from edges and bytes |

mod contacts;
mod cutting;
mod decoding;
mod lines;
mod mock;
mod recorded;
mod recording;
mod sampling;
mod serial;

pub use recorded::recordings;
