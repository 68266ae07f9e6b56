//! Why bytes were not accepted as a trace.
//!
//! Owns [`ReadError`] and its sentences.

use std::borrow::Cow;
use std::fmt;

use super::VERSION;

/// Why bytes were not accepted as a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The first bytes are not those of a trace file.
    NotATrace,
    /// The file was written by another version of the format.
    Version {
        /// What stands in the file; this reader knows [`VERSION`].
        found: u16,
    },
    /// The file ends before the description of the run is whole.
    NoHeader {
        /// The length of the file.
        len: usize,
    },
    /// The bytes are not what was written.
    Damaged {
        /// Where the block begins that was refused, in bytes from the file's start.
        offset: u64,
        /// What is wrong with it.
        reason: Cow<'static, str>,
    },
    /// The file system has failed.
    Io(String),
}

/// An error of damage at an offset.
pub(super) fn damaged(offset: u64, reason: impl Into<Cow<'static, str>>) -> ReadError {
    ReadError::Damaged { offset, reason: reason.into() }
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATrace => f.write_str("read the trace: it does not begin like a trace file of vpyb"),
            Self::Version { found } => write!(
                f,
                "read the trace: its format is version {found}, this program reads {VERSION}; \
                 run its scenario again with `--trace`"
            ),
            Self::NoHeader { len } => {
                write!(f, "read the trace: it ends at byte {len}, before the description of its run")
            }
            Self::Damaged { offset, reason } => {
                write!(f, "read the trace: it is damaged at byte {offset}: {reason}")
            }
            Self::Io(error) => write!(f, "read the trace: {error}"),
        }
    }
}

impl std::error::Error for ReadError {}
