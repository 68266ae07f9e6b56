//! Comparing a number with its limits.
//!
//! Owns [`Value`] and [`holds`]. Like is compared with like: a count with counts, a time with times. Knows
//! nothing of what the numbers mean.

use std::fmt;

use vpyb_core::time::{Duration, Instant};

use super::Counters;
use crate::scenario::model::{Amount, Bound, Limit};

/// A number of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Value {
    /// How often.
    Count(i64),
    /// How long or when, in nanoseconds.
    Time(i64),
    /// Which part, in hundredths of a percent.
    Share(i64),
}

impl Value {
    /// What kind of number it is, and the number.
    fn told(self) -> String {
        let kind = match self {
            Self::Count(_) => "a count",
            Self::Time(_) => "a time",
            Self::Share(_) => "a share",
        };
        format!("{kind} ({self})")
    }
}

impl Value {
    /// A length as a count.
    pub fn count(n: usize) -> Self {
        Self::Count(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// True for no time and no count at all.
    pub const fn is_zero(self) -> bool {
        matches!(self, Self::Count(0) | Self::Time(0) | Self::Share(0))
    }
}

impl From<Duration> for Value {
    fn from(span: Duration) -> Self {
        Self::Time(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl From<Instant> for Value {
    fn from(at: Instant) -> Self {
        at.since(Instant::ZERO).into()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Time(ns) => {
                let sign = if ns < 0 { "-" } else { "" };
                write!(f, "{sign}{}", Duration::from_nanos(ns.unsigned_abs()))
            }
            Self::Share(n) if n % 100 == 0 => write!(f, "{}%", n / 100),
            Self::Share(n) => write!(f, "{}.{:02}%", n / 100, n % 100),
        }
    }
}

/// Whether `value` lies within `bound`.
///
/// # Errors
///
/// A sentence, if a limit names a counter that does not exist or is of the other kind.
pub fn holds(bound: &Bound, value: Value, counters: &Counters) -> Result<bool, String> {
    let above = side(bound.min.as_ref(), value, counters, |value, limit| value > limit)?;
    let below = side(bound.max.as_ref(), value, counters, |value, limit| value < limit)?;
    Ok(above && below)
}

fn side(
    limit: Option<&Limit>,
    value: Value,
    counters: &Counters,
    inside: impl Fn(i64, i64) -> bool,
) -> Result<bool, String> {
    let Some(limit) = limit else { return Ok(true) };
    let edge = match &limit.amount {
        Amount::Count(n) => Value::Count(*n),
        Amount::Time(ns) => Value::Time(*ns),
        Amount::Share(n) => Value::Share(*n),
        Amount::Counter(name) => counters.value(name)?,
    };
    match (value, edge) {
        (Value::Count(value), Value::Count(edge))
        | (Value::Time(value), Value::Time(edge))
        | (Value::Share(value), Value::Share(edge)) => {
            Ok(inside(value, edge) || (limit.inclusive && value == edge))
        }
        _ => Err(format!("{} is compared with {}", value.told(), edge.told())),
    }
}

/// The bound as it was written, with the values of the counters it names.
pub(super) fn spelt(bound: &Bound, counters: &Counters) -> String {
    let mut text = bound.text.clone();
    let named: Vec<&str> = [&bound.min, &bound.max]
        .into_iter()
        .flatten()
        .filter_map(|limit| match &limit.amount {
            Amount::Counter(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    for (i, name) in named.iter().enumerate() {
        if let (false, Ok(value)) = (named[..i].contains(name), counters.value(name)) {
            text = format!("{text} ({value})");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at_least, below, exactly};
    use super::*;

    #[test]
    fn a_bound_decides_at_its_edges() {
        let counters = Counters::default();
        let below = below(Value::Time(10));
        assert_eq!(holds(&below, Value::Time(9), &counters), Ok(true));
        assert_eq!(holds(&below, Value::Time(10), &counters), Ok(false));
        let at_least = at_least(Value::Count(3));
        assert_eq!(holds(&at_least, Value::Count(3), &counters), Ok(true));
        assert_eq!(holds(&at_least, Value::Count(2), &counters), Ok(false));
        let exactly = exactly(Value::Count(3));
        assert_eq!(holds(&exactly, Value::Count(3), &counters), Ok(true));
        assert_eq!(holds(&exactly, Value::Count(4), &counters), Ok(false));
    }

    #[test]
    fn like_is_compared_with_like() {
        let error = holds(&below(Value::Time(10)), Value::Count(9), &Counters::default());
        assert_eq!(error, Err("a count (9) is compared with a time (10ns)".into()));
    }
}
