//! A short text that stands for a whole trace, to be kept under version control.
//!
//! Owns [`digest`]. It changes with the format's version as well as with the run.

use sha2::{Digest, Sha256};

use super::{Trace, file};

/// SHA-256 of the trace's file, in hexadecimal.
pub fn digest(trace: &Trace) -> String {
    Sha256::digest(file::to_bytes(trace)).iter().map(|byte| format!("{byte:02x}")).collect()
}
