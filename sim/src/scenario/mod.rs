//! The scenario format: from text to a value that can be run, or to diagnostics.
//!
//! Knows neither world nor board: the names that a board and its programs know are handed in.
//! [`parse()`] reads a file with the help of a [`Vocabulary`]; [`render`] shows what is wrong with it; a [`Builder`] writes
//! one in Rust.
//!
//! ```text
//! text ── toml ──> tree ── variant::overlay ──> a tree per variant ── lower ──> Scenario
//!                                                                      │
//!                  Problems <── table, value, words <── bench, objects, tasks, script, actors, expects
//! ```

pub mod model;

mod actors;
mod bench;
mod bound;
mod builder;
mod buttons;
mod counters;
mod csv;
mod devices;
mod diagnostic;
mod events;
mod expects;
mod explain;
mod faults;
mod infrared;
mod lexicon;
mod logic;
mod lower;
mod names;
mod network;
mod objects;
mod one_event;
mod parse;
mod problems;
mod script;
mod seeds;
mod serial;
mod table;
mod tasks;
mod time;
mod transcript;
mod value;
mod variant;
mod vocabulary;
mod wires;
mod words;

pub use builder::{Builder, Fields, Item, Refused, with};
pub use diagnostic::{Diagnostic, code, render};
pub use explain::{Unsaid, explain};
pub use faults::fault_words;
pub use lexicon::Lexicon;
pub use one_event::parse_event;
pub use parse::parse;
pub use vocabulary::{ProgramWords, UnitPin, Vocabulary};
