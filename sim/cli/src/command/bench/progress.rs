//! How far the command has come, on a terminal.
//!
//! Owns one line of the standard error, which is written over and in the end taken away. Where nobody looks, or only a
//! program, there is none.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr};

/// How long the bar is, in columns.
const LENGTH: usize = 20;

/// The line.
pub struct Progress {
    shown: bool,
    done: usize,
    of: usize,
}

impl Progress {
    /// For so many things to do; shown if it is `wanted` and there is a terminal.
    pub fn new(of: usize, wanted: bool) -> Self {
        Self { shown: wanted && stderr().is_terminal(), done: 0, of }
    }

    /// The next thing begins.
    pub fn goes_on(&mut self, what: impl Display) {
        if self.shown {
            self.write(format_args!(
                "\r\x1b[K{} {}/{} {what}",
                bar(self.done, self.of),
                self.done + 1,
                self.of
            ));
        }
        self.done += 1;
    }

    /// Takes the line away, so that something else can be printed.
    pub fn clear(&self) {
        if self.shown {
            self.write("\r\x1b[K");
        }
    }

    fn write(&self, text: impl Display) {
        let mut out = stderr().lock();
        // A line that cannot be shown is no reason to stop.
        let _ = write!(out, "{text}").and_then(|()| out.flush());
    }
}

fn bar(done: usize, of: usize) -> String {
    let full = done * LENGTH / of.max(1);
    format!("[{}{}]", "=".repeat(full), " ".repeat(LENGTH - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_from_nothing_to_all() {
        assert_eq!(bar(0, 4), format!("[{}]", " ".repeat(20)));
        assert_eq!(bar(1, 4), format!("[{}{}]", "=".repeat(5), " ".repeat(15)));
        assert_eq!(bar(4, 4), format!("[{}]", "=".repeat(20)));
        assert_eq!(bar(0, 0), format!("[{}]", " ".repeat(20)));
    }
}
