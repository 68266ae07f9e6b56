//! The board's millisecond counter, which wraps.
//!
//! Owns the ring arithmetic of `utime.ticks_ms`, `ticks_add` and `ticks_diff`: values count modulo
//! [`PERIOD`], differences lie in half a period on either side. Knows nothing of queues.
//! The tutorial reckons with them throughout, first in section 3.2.1.

use crate::time::Instant;

/// Ticks wrap after 2^30 of them: 12.4 days of milliseconds, 17.9 minutes of microseconds.
pub const PERIOD: u32 = 1 << 30;

/// The millisecond tick that `now` lies in.
#[inline]
pub const fn ticks_ms(now: Instant) -> u32 {
    (now.as_millis() % PERIOD as u64) as u32
}

/// The microsecond tick that `now` lies in.
#[inline]
pub const fn ticks_us(now: Instant) -> u32 {
    (now.as_micros() % PERIOD as u64) as u32
}

/// `delta` ticks after `ticks`; `delta` may be negative.
#[inline]
pub const fn ticks_add(ticks: u32, delta: i32) -> u32 {
    ticks.wrapping_add_signed(delta) % PERIOD
}

/// How far `a` is after `b`, in `-PERIOD/2 .. PERIOD/2`; negative if it is before.
#[inline]
pub const fn ticks_diff(a: u32, b: u32) -> i32 {
    (a.wrapping_sub(b).wrapping_add(PERIOD / 2) % PERIOD) as i32 - (PERIOD / 2) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_wrap() {
        assert_eq!(ticks_diff(5, PERIOD - 5), 10);
        assert_eq!(ticks_diff(PERIOD - 5, 5), -10);
        assert_eq!(ticks_diff(PERIOD / 2, 0), -((PERIOD / 2) as i32));
        assert_eq!(ticks_diff(PERIOD / 2 - 1, 0), (PERIOD / 2) as i32 - 1);
        assert_eq!(ticks_add(PERIOD - 1, 2), 1);
        assert_eq!(ticks_add(1, -2), PERIOD - 1);
    }
}
