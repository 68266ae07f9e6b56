//! A scenario that ran with several seeds.
//!
//! Owns how many of its runs failed, and with which seeds.

use serde::Serialize;
use vpyb_core::time::Duration;

/// So many seeds are named.
const NAMED: usize = 8;

/// How the runs with all seeds ended.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Seeds {
    /// How many runs there were.
    pub run: usize,
    /// The seeds of those that failed, in order; the outcome is that of the first of them, if there is one.
    pub failed: Vec<u64>,
    /// The virtual time of all runs.
    #[serde(skip)]
    pub virtual_time: Duration,
}

impl Seeds {
    /// `3 of 256 fail: 17, 31, 40`.
    pub(super) fn sentence(&self) -> String {
        let named = self.failed.iter().take(NAMED).map(u64::to_string).collect::<Vec<_>>().join(", ");
        let more = if self.failed.len() > NAMED { ", …" } else { "" };
        format!("{} of {} fail: {named}{more}", self.failed.len(), self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failing_seeds_are_named() {
        let seeds = |failed: Vec<u64>| Seeds { run: 256, failed, virtual_time: Duration::ZERO };
        assert_eq!(seeds(vec![17, 31]).sentence(), "2 of 256 fail: 17, 31");
        assert_eq!(seeds((0..9).collect()).sentence(), "9 of 256 fail: 0, 1, 2, 3, 4, 5, 6, 7, …");
    }
}
