//! What a user reads: a run's result as text and as JSON.
//!
//! Owns all the words and their layout. It knows traces, scenarios and judgements, and neither the world that ran
//! nor the terminal: whether there is colour is handed in, and everything is returned as a text.
//!
//! Invariant **same-text**: equal runs give equal text on every machine. Only the summary's wall time
//! is the host's, and that is handed in.
//!
//! A failure is read from the top: what was expected and where it is written, what the parts involved did,
//! who was ahead, what the wires showed, which counters are not zero, and the command that shows it again.

mod ahead;
mod brief;
mod events;
mod failure;
mod json;
mod lines;
mod losses;
mod outcome;
mod paint;
mod seeds;
mod source;
mod summary;
mod table;
mod waiting;
mod waveform;

pub use brief::brief;
pub use failure::failure;
pub use json::{CounterLine, FindingLine, OutcomeLine};
pub use losses::losses;
pub use outcome::Outcome;
pub use paint::Paint;
pub use seeds::Seeds;
pub use source::Position;
pub use summary::{Summary, status_line};
