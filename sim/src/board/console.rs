//! The console of a machine.
//!
//! Owns that whole lines are recorded, and what stands on the last line without a newline.

use super::machine::Machine;
use crate::trace::Kind;

impl Machine {
    /// Prints; whole lines are recorded.
    pub(super) fn print(&mut self, text: &str) {
        self.console.push_str(text);
        while let Some(end) = self.console.find('\n') {
            let line: String = self.console.drain(..=end).collect();
            self.print_line(&line[..end]);
        }
    }

    fn print_line(&mut self, line: &str) {
        let text = self.world.bench.trace.name(line);
        self.world.bench.record(Kind::Line { task: self.running, text });
    }

    /// Records what stands on the console without a newline at the end of the run.
    pub fn flush_console(&mut self) {
        if !self.console.is_empty() {
            let line = std::mem::take(&mut self.console);
            self.print_line(&line);
        }
    }
}
