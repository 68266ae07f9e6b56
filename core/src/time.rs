//! Points and spans of time, in whole nanoseconds.
//!
//! Owns [`Instant`], [`Duration`] and the arithmetic of the board's wrapping tick counters. Knows
//! no clock: who has the time implements [`crate::clock::Clock`].
//! They are not in the tutorial, which counts ticks.

use core::fmt;
use core::ops::{Add, AddAssign, Sub};

/// A point in time: nanoseconds since the board was switched on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Instant(u64);

/// A span of time in nanoseconds; never negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Duration(u64);

const fn in_micros(ns: u64) -> u64 {
    if NARROW { micros_by_product(ns) } else { ns / 1_000 }
}

#[cfg_attr(target_pointer_width = "32", inline(never))]
const fn in_millis(ns: u64) -> u64 {
    if NARROW { millis_by_product(ns) } else { ns / 1_000_000 }
}

/// Whether the CPU has no instruction that divides or multiplies numbers of 64 bits. A division is then a loop, unless
/// one does what compilers do where they can: multiply by the reciprocal.
const NARROW: bool = usize::BITS < 64;

/// 2^68 / 125, rounded up: by eight, and then by 125.
const fn micros_by_product(ns: u64) -> u64 {
    upper_half_of_product(ns >> 3, 0x20c4_9ba5_e353_f7cf) >> 4
}

/// 2^82 / 1 000 000, rounded up.
const fn millis_by_product(ns: u64) -> u64 {
    upper_half_of_product(ns, 0x431b_de82_d7b6_34db) >> 18
}

const fn upper_half_of_product(one: u64, other: u64) -> u64 {
    const fn halves(number: u64) -> (u64, u64) {
        (number >> 32, number & u32::MAX as u64)
    }
    let ((one_high, one_low), (other_high, other_low)) = (halves(one), halves(other));
    let (middle, low) = halves(one_low * other_high + ((one_low * other_low) >> 32));
    one_high * other_high + middle + ((one_high * other_low + low) >> 32)
}

impl Instant {
    /// The instant at which the board was switched on.
    pub const ZERO: Self = Self(0);
    /// The last instant that can be expressed, about 584 years after power-on.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `ns` nanoseconds after power-on.
    pub const fn from_nanos(ns: u64) -> Self {
        Self(ns)
    }

    /// The instant `us` microseconds after power-on.
    pub const fn from_micros(us: u64) -> Self {
        Self(us.saturating_mul(1_000))
    }

    /// The instant `ms` milliseconds after power-on.
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// Nanoseconds since power-on.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole microseconds since power-on.
    pub const fn as_micros(self) -> u64 {
        in_micros(self.0)
    }

    /// Whole milliseconds since power-on; the tick that this instant lies in.
    pub const fn as_millis(self) -> u64 {
        in_millis(self.0)
    }

    /// The span since `earlier`, or zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of `ns` nanoseconds.
    pub const fn from_nanos(ns: u64) -> Self {
        Self(ns)
    }

    /// A span of `us` microseconds.
    pub const fn from_micros(us: u64) -> Self {
        Self(us.saturating_mul(1_000))
    }

    /// A span of `ms` milliseconds.
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// A span of `s` seconds.
    pub const fn from_secs(s: u64) -> Self {
        Self(s.saturating_mul(1_000_000_000))
    }

    /// The span in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The span in whole microseconds, rounded down.
    pub const fn as_micros(self) -> u64 {
        in_micros(self.0)
    }

    /// The span in whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        in_millis(self.0)
    }

    /// `n` times this span.
    pub const fn times(self, n: u64) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// This span less `other`, or zero if `other` is longer.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// True for [`Duration::ZERO`].
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", Duration(self.0))
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The shortest exact decimal with a unit: `1.5s`, `31.2ms`, `104.166us`, `7ns`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, scale) = match self.0 {
            0 => return f.write_str("0s"),
            1_000_000_000.. => ("s", 1_000_000_000),
            1_000_000.. => ("ms", 1_000_000),
            1_000.. => ("us", 1_000),
            _ => ("ns", 1),
        };
        let (whole, mut rest) = (self.0 / scale, self.0 % scale);
        write!(f, "{whole}")?;
        if rest > 0 {
            let mut width = match scale {
                1_000_000_000 => 9,
                1_000_000 => 6,
                _ => 3,
            };
            while rest.is_multiple_of(10) {
                rest /= 10;
                width -= 1;
            }
            write!(f, ".{rest:0width$}")?;
        }
        f.write_str(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_product_is_as_good_as_a_division() {
        for (product, by) in [(micros_by_product as fn(u64) -> u64, 1_000), (millis_by_product, 1_000_000)] {
            let greatest = u64::MAX / by;
            let quotients = (0..2_000).chain((0..60).map(|bit| greatest >> bit)).chain([greatest - 1]);
            for quotient in quotients {
                let exact = quotient * by;
                for ns in [exact.saturating_sub(1), exact, exact.saturating_add(by - 1)] {
                    assert_eq!(product(ns), ns / by, "{ns} by {by}");
                }
            }
            assert_eq!(product(u64::MAX), greatest);
        }
    }

    #[test]
    fn a_span_prints_as_the_shortest_exact_decimal() {
        assert_eq!(Duration::from_micros(31_200).to_string(), "31.2ms");
        assert_eq!(Duration::from_nanos(104_166).to_string(), "104.166us");
        assert_eq!(Duration::from_nanos(7).to_string(), "7ns");
        assert_eq!(Duration::from_millis(1_500).to_string(), "1.5s");
        assert_eq!(Duration::ZERO.to_string(), "0s");
    }

    #[test]
    fn an_instant_lies_in_the_tick_that_began_last() {
        assert_eq!(Instant::from_nanos(1_999_999).as_millis(), 1);
    }
}
