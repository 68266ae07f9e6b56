//! The scenario format: from text to a value that can be run, or to diagnostics.
//!
//! Knows neither world nor board: the names that a board and its programs know are handed in.

pub mod model;
