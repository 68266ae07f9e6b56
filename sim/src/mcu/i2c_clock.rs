//! The halves of an I2C clock.
//!
//! Owns the divider of the chip's I2C units as MicroPython sets it (CCR of RM0090, with ST's rounding): a frequency
//! that is asked for becomes the nearest one that is not faster. Knows no bus.

use std::fmt;

use vpyb_core::time::Duration;

/// The bus clock of both units: APB1, in hertz.
const APB1: u64 = 42_000_000;

/// How long SCL is low and high in each bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct I2cClock {
    /// The low half.
    pub low: Duration,
    /// The high half.
    pub high: Duration,
    /// Clocks a second, as made.
    pub hertz: u32,
}

/// A frequency that the divider cannot make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrequencyError {
    /// What was asked for, in hertz.
    pub hertz: u32,
}

impl fmt::Display for FrequencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an I2C clock is {} to 400000 Hz, not {}", Self::LEAST, self.hertz)
    }
}

impl FrequencyError {
    /// The slowest clock: CCR has 12 bits.
    const LEAST: u32 = 5129;
}

impl I2cClock {
    /// The clock that frees a stuck bus: 100 kHz, slow enough for every device.
    pub const RECOVERY: Self =
        Self { low: Duration::from_micros(5), high: Duration::from_micros(5), hertz: 100_000 };

    /// SDA changes a quarter of the low period after SCL fell: later than the 300 ns for which a device must take it for
    /// unchanged, and in time to be set up.
    pub(super) fn settle(self) -> Duration {
        Duration::from_nanos(self.low.as_nanos() / 4)
    }

    /// What the divider makes of a frequency. Up to 100 kHz both halves are equal; beyond, low to high is 16 to 9, and
    /// the step is coarse: 400 kHz becomes 336 kHz.
    ///
    /// # Errors
    ///
    /// If it is more than 400 kHz, or too slow for the divider.
    pub fn divided(hertz: u32) -> Result<Self, FrequencyError> {
        if !(FrequencyError::LEAST..=400_000).contains(&hertz) {
            return Err(FrequencyError { hertz });
        }
        let (low, high) = if hertz <= 100_000 { (1, 1) } else { (16, 9) };
        let divider = (APB1 - 1) / (u64::from(hertz) * (low + high)) + 1;
        let half = |cycles: u64| Duration::from_nanos(cycles * divider * 1_000_000_000 / APB1);
        let made = APB1 / ((low + high) * divider);
        Ok(Self { low: half(low), high: half(high), hertz: made as u32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CCR 210, and CCR 5 with a duty of 16 to 9: 1.905 and 1.071 us.
    #[test]
    fn fast_mode_on_this_board_is_336_khz() {
        let halves = |hertz| {
            let clock = I2cClock::divided(hertz).unwrap();
            (clock.low.as_nanos(), clock.high.as_nanos(), clock.hertz)
        };
        assert_eq!(halves(100_000), (5_000, 5_000, 100_000));
        assert_eq!(halves(400_000), (1_904, 1_071, 336_000));
        // One step further, where the low half grows by 0.381 us.
        assert_eq!(halves(300_000), (2_285, 1_285, 280_000));
    }

    #[test]
    fn what_the_divider_cannot_make_is_refused() {
        assert_eq!(I2cClock::divided(5_129).unwrap().hertz, 5_128);
        for hertz in [0, 5_128, 400_001] {
            assert_eq!(I2cClock::divided(hertz), Err(FrequencyError { hertz }));
        }
    }
}
