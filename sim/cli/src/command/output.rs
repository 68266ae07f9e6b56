//! Standard output, as the commands write it.
//!
//! Owns what happens when it cannot be written. A reader that has seen enough, such as `head`, closes the
//! pipe: that is no error, and the exit status stays that of the work.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints a line.
pub fn say(line: impl Display) {
    if let Err(message) = quiet_pipe(writeln!(io::stdout().lock(), "{line}")) {
        eprintln!("error: {message}");
    }
}

/// The sentence for an error of writing; none for a pipe that was closed.
pub fn quiet_pipe(result: io::Result<()>) -> Result<(), String> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}
