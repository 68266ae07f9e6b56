//! One line a scenario, and one for all.
//!
//! Owns both lines. The wall time is measured by the caller.

use vpyb_core::time::Duration;

use super::{Outcome, Paint, brief};
use crate::expect::Status;

/// `PASS  scenarios/a.toml::fast-io   3s`; names are padded to `width`, the longest of all.
pub fn status_line(outcome: &Outcome, width: usize, paint: Paint) -> String {
    let word = match outcome.judgement.status() {
        Status::Passed => paint.good("PASS"),
        Status::Failed | Status::Abnormal => paint.bad("FAIL"),
    };
    let verdict = match outcome.judgement.verdict.as_str() {
        "passed" => String::new(),
        verdict => format!("  {verdict}"),
    };
    let time = brief(outcome.virtual_time());
    let seeds = outcome.seeds.as_ref().map_or_else(String::new, |seeds| format!("  {} seeds", seeds.run));
    format!("{word}  {:<width$}  {time:>7}{verdict}{seeds}", outcome.scenario.name)
}

/// The sum of many runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// How many passed.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// Their virtual time.
    pub virtual_time: Duration,
    /// The exit status of them all: the largest.
    pub exit_code: u8,
}

impl Summary {
    /// Adds a run.
    pub fn add(&mut self, outcome: &Outcome) {
        let status = outcome.judgement.status();
        match status {
            Status::Passed => self.passed += 1,
            Status::Failed | Status::Abnormal => self.failed += 1,
        }
        self.virtual_time += outcome.virtual_time();
        self.exit_code = self.exit_code.max(status.exit_code());
    }

    /// `7 passed, 1 failed; 12.3s of virtual time in 0.21 s`.
    pub fn line(&self, wall: Duration) -> String {
        let centis = (wall.as_millis() + 5) / 10;
        let wall = format!("{}.{:02} s", centis / 100, centis % 100);
        let time = brief(self.virtual_time);
        format!("{} passed, {} failed; {time} of virtual time in {wall}", self.passed, self.failed)
    }
}

impl Summary {
    /// The sum as one JSON object; `wall_ms` is the host's.
    pub fn to_json(&self, wall_ms: u64) -> String {
        serde_json::json!({
            "kind": "summary",
            "passed": self.passed,
            "failed": self.failed,
            "virtual_ns": self.virtual_time.as_nanos(),
            "wall_ms": wall_ms,
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_sentence() {
        let virtual_time = Duration::from_millis(12_345);
        let summary = Summary { passed: 7, failed: 1, virtual_time, exit_code: 1 };
        let line = summary.line(Duration::from_millis(205));
        assert_eq!(line, "7 passed, 1 failed; 12.3s of virtual time in 0.21 s");
    }
}
