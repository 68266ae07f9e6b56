//! An instant as reports and transcripts write it: seconds, then groups of three digits.
//!
//! Owns that one form. Spans have their own, [`Duration`](vpyb_core::time::Duration)'s `Display`.

use vpyb_core::time::Instant;

/// `1.018 750`: seconds, milliseconds, microseconds; what is below a microsecond is cut off.
pub fn clock(at: Instant) -> String {
    let micros = at.as_micros();
    format!("{}.{:03} {:03}", micros / 1_000_000, micros / 1_000 % 1_000, micros % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_groups_of_three() {
        assert_eq!(clock(Instant::from_nanos(1_018_750_999)), "1.018 750");
        assert_eq!(clock(Instant::ZERO), "0.000 000");
        assert_eq!(clock(Instant::from_millis(3_600_005)), "3600.005 000");
    }
}
