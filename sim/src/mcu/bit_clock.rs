//! The length of a bit.
//!
//! Owns the baud rate generator of the chip (an integer divider of its bus clock) and exact bit edges: a
//! sum of bits never drifts, because every edge is computed from the first one.

use std::{fmt, iter};

use vpyb_core::time::{Duration, Instant};

/// A bit's length as a fraction of nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BitClock {
    numerator: u64,
    denominator: u64,
}

/// A baud rate that the divider cannot make within 5 %.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BaudError {
    /// What was asked for.
    pub baud: u32,
    /// The bus clock in hertz.
    pub clock: u32,
}

impl fmt::Display for BaudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self.clock.div_ceil(0xFFFF);
        write!(f, "a clock of {} MHz makes {least} to {} baud", self.clock / 1_000_000, self.clock / 16)?;
        write!(f, ", not {}", self.baud)
    }
}

impl BitClock {
    /// Exactly this speed: a peer on the bench.
    ///
    /// # Panics
    ///
    /// If `baud` is 0.
    pub fn exact(baud: u32) -> Self {
        assert!(baud > 0, "a speed is not 0");
        Self { numerator: 1_000_000_000, denominator: baud.into() }
    }

    /// What the chip's divider makes of a speed: `clock / BRR`, with 16 bits of BRR and 16 at the least.
    ///
    /// # Errors
    ///
    /// If the nearest divider is more than 5 % off, as MicroPython refuses it.
    pub fn divided(baud: u32, clock: u32) -> Result<Self, BaudError> {
        let error = BaudError { baud, clock };
        if baud == 0 {
            return Err(error);
        }
        let divider = Self::divider(baud.into(), clock.into());
        if !(16..=0xFFFF).contains(&divider) {
            return Err(error);
        }
        let made = u64::from(clock) / divider;
        if made.abs_diff(baud.into()) * 20 > baud.into() {
            return Err(error);
        }
        Ok(Self { numerator: divider * 1_000_000_000, denominator: clock.into() })
    }

    /// BRR as ST's library computes it: hundredths of a sixteenth, truncated, then rounded to sixteenths.
    fn divider(baud: u64, clock: u64) -> u64 {
        let hundredths = clock * 25 / (4 * baud);
        let (whole, rest) = (hundredths / 100, hundredths % 100);
        whole * 16 + (rest * 16 + 50) / 100
    }

    /// The instant `halves` half bits after `base`, rounded down.
    pub fn at(self, base: Instant, halves: u64) -> Instant {
        self.at_parts(base, halves, 2)
    }

    /// The instant so many parts of a bit after `base`, rounded down; there are `of` parts in a bit.
    pub fn at_parts(self, base: Instant, parts: u64, of: u64) -> Instant {
        // A division of 128 bits takes ten times as long, and only very long runs of frames need it.
        let nanos = match (parts.checked_mul(self.numerator), of.checked_mul(self.denominator)) {
            (Some(product), Some(divisor)) => product / divisor,
            _ => {
                (u128::from(parts) * u128::from(self.numerator)
                    / (u128::from(of) * u128::from(self.denominator))) as u64
            }
        };
        base + Duration::from_nanos(nanos)
    }

    /// The instants at which bits begin that follow each other, from the one `first` bits after `base` on.
    pub fn bits(self, base: Instant, first: u64) -> impl Iterator<Item = Instant> {
        let Self { numerator, denominator } = self;
        let next = u128::from(first) * u128::from(numerator);
        let (whole, part) = match u64::try_from(next) {
            Ok(next) => (next / denominator, next % denominator),
            Err(_) => ((next / u128::from(denominator)) as u64, (next % u128::from(denominator)) as u64),
        };
        let (length, rest) = (numerator / denominator, numerator % denominator);
        let mut next = (base + Duration::from_nanos(whole), part);
        iter::repeat_with(move || {
            let (at, part) = next;
            let carry = part + rest >= denominator;
            next = (
                at + Duration::from_nanos(length + u64::from(carry)),
                if carry { part + rest - denominator } else { part + rest },
            );
            at
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_bits_do_not_drift() {
        let clock = BitClock::exact(9600);
        assert_eq!(clock.at(Instant::ZERO, 2).as_nanos(), 104_166);
        assert_eq!(clock.at(Instant::ZERO, 2 * 9600), Instant::from_millis(1000));
    }

    #[test]
    fn bits_that_follow_each_other_begin_where_each_of_them_does() {
        let clocks = [BitClock::exact(115_200), BitClock::divided(9600, 42_000_000).unwrap()];
        for (clock, first) in clocks.into_iter().flat_map(|clock| [(clock, 0), (clock, 7), (clock, 1 << 40)])
        {
            let bits: Vec<Instant> = clock.bits(Instant::from_nanos(5), first).take(1000).collect();
            let each = (first..first + 1000).map(|bit| clock.at(Instant::from_nanos(5), 2 * bit));
            assert_eq!(bits, each.collect::<Vec<_>>());
        }
    }

    /// The dividers of the reference manual: 9600 exact, 115 200 at 42 MHz 0.16 % off, 1200 impossible at 84 MHz.
    #[test]
    fn the_divider_rounds_as_the_chip_does() {
        let at_42 =
            |baud| BitClock::divided(baud, 42_000_000).unwrap().at(Instant::ZERO, 2_000_000).as_nanos();
        assert_eq!(at_42(9600), 104_166_666_666);
        assert_eq!(at_42(115_200), 8_666_666_666);
        assert!(BitClock::divided(1200, 84_000_000).is_err());
        assert!(BitClock::divided(0, 84_000_000).is_err());
        assert!(BitClock::divided(4_000_000, 42_000_000).is_err());
    }
}
