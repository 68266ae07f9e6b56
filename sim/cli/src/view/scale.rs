//! Which column of the screen is which stretch of time.
//!
//! Owns [`Scale`].

use vpyb_core::time::{Duration, Instant};

/// A column is never narrower than this.
const FINEST: u64 = 1;

/// The stretch that is shown: where it begins, how long a column lasts, how many there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    /// The instant at the left edge.
    pub begin: Instant,
    /// Nanoseconds of a column.
    pub column: u64,
    /// How many columns.
    pub columns: u16,
}

impl Scale {
    /// All from `begin` to `end` on so many columns.
    pub fn all(begin: Instant, end: Instant, columns: u16) -> Self {
        let span = end.since(begin).as_nanos();
        let columns = columns.max(1);
        Self { begin, column: (span / u64::from(columns) + 1).max(FINEST), columns }
    }

    /// When a column begins.
    pub fn begins(&self, column: u16) -> Instant {
        Instant::from_nanos(self.begin.as_nanos().saturating_add(self.column.saturating_mul(column.into())))
    }

    /// When the last column is over.
    pub fn end(&self) -> Instant {
        self.begins(self.columns)
    }

    /// The column of an instant, if it is shown.
    pub fn column_of(&self, at: Instant) -> Option<u16> {
        let column = at.as_nanos().checked_sub(self.begin.as_nanos())? / self.column;
        u16::try_from(column).ok().filter(|&column| column < self.columns)
    }

    /// Shorter or longer columns; what is at `at` stays in its place, as far as nothing is before time zero.
    pub fn zoomed(&self, at: Instant, nearer: bool) -> Self {
        let before = at.since(self.begin).as_nanos() / self.column;
        let column = if nearer { (self.column / 2).max(FINEST) } else { self.column.saturating_mul(2) };
        let begin = at.as_nanos().saturating_sub(before.saturating_mul(column));
        Self { begin: Instant::from_nanos(begin), column, ..*self }
    }

    /// Moved, if need be, so that an instant is shown: then in the middle.
    pub fn showing(&self, at: Instant) -> Self {
        if self.column_of(at).is_some() {
            return *self;
        }
        let half = self.column.saturating_mul(u64::from(self.columns / 2));
        Self { begin: Instant::from_nanos(at.as_nanos().saturating_sub(half)), ..*self }
    }

    /// How long all of it lasts.
    pub fn span(&self) -> Duration {
        self.end().since(self.begin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_zoomed_at_stays_in_its_column() {
        let scale = Scale::all(Instant::ZERO, Instant::from_millis(100), 50);
        let at = Instant::from_millis(60);
        let column = scale.column_of(at).unwrap();
        assert_eq!(scale.zoomed(at, true).column_of(at), Some(column));
        let late = Scale { begin: Instant::from_millis(5_000), ..scale };
        let at_late = late.begins(column);
        assert_eq!(late.zoomed(at_late, false).column_of(at_late), Some(column));
        assert_eq!(scale.zoomed(at, false).begin, Instant::ZERO, "there is nothing before the beginning");
        let finest = (0..99).fold(scale, |scale, _| scale.zoomed(at, true));
        assert_eq!((finest.column, finest.column_of(at)), (1, Some(column)));
        let coarsest = (0..99).fold(scale, |scale, _| scale.zoomed(at, false));
        assert!(coarsest.column_of(at).is_some());
    }

    #[test]
    fn an_instant_that_is_not_shown_comes_to_the_middle() {
        let scale = Scale { begin: Instant::ZERO, column: 10, columns: 10 };
        assert_eq!(scale.showing(Instant::from_nanos(99)), scale);
        assert_eq!(scale.showing(Instant::from_nanos(100)).begin, Instant::from_nanos(50));
    }
}
