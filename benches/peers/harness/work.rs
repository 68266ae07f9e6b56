//! What is compared, and with what it is to compare well.
//!
//! Owns [`Work`] and [`Aim`]. The aims are ratios within one run, for no machine's nanoseconds are another's.

use super::{Case, Role};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Nanoseconds,
    Bytes,
}

/// How a work is measured.
pub enum Measured {
    /// In rounds of all cases.
    Timed(fn() -> Vec<Case>),
    /// Once, and always the same: names, roles and figures.
    Counted(fn() -> Vec<(&'static str, Role, f64)>),
}

/// Something that is done, by all cases alike.
pub struct Work {
    /// Its letter in the table of all works.
    pub letter: char,
    /// Its name on the command line and that of its file.
    pub name: &'static str,
    pub heading: &'static str,
    /// What the clock sees.
    pub setting: &'static str,
    pub unit: Unit,
    /// How many of what `of` says there are, one column each.
    pub sizes: &'static [usize],
    pub of: &'static str,
    /// How often it is done in a round of one case, and how often each of `of` does it at the least.
    pub events: usize,
    pub turns: usize,
    pub rounds: usize,
    pub measured: Measured,
    pub aims: &'static [Aim],
}

/// What a case of ours is to reach.
pub struct Aim {
    pub size: usize,
    pub case: &'static str,
    /// The largest ratio to the limit.
    pub to_limit: Option<f64>,
    /// The largest ratio to another case.
    pub to_case: Option<(&'static str, f64)>,
    /// The largest figure, where it is no time.
    pub most: Option<f64>,
}

impl Aim {
    /// An aim that asks nothing yet.
    pub const fn of(size: usize, case: &'static str) -> Self {
        Self { size, case, to_limit: None, to_case: None, most: None }
    }

    /// At most so many times the limit.
    pub const fn limit(self, ratio: f64) -> Self {
        Self { to_limit: Some(ratio), ..self }
    }

    /// At most so many times another case.
    pub const fn case(self, case: &'static str, ratio: f64) -> Self {
        Self { to_case: Some((case, ratio)), ..self }
    }

    /// At most so much.
    pub const fn most(self, figure: f64) -> Self {
        Self { most: Some(figure), ..self }
    }
}
