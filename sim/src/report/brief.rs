//! Spans for the eye: three digits that matter.
//!
//! Owns that one form, for columns and lists. Where a number is compared with a limit, the exact one is printed.

use vpyb_core::time::Duration;

/// `1.04ms` for 1.041 667 ms: rounded to three significant digits, and whole seconds in full.
pub fn brief(span: Duration) -> String {
    let ns = span.as_nanos();
    if ns == 0 {
        return "0s".into();
    }
    let units = [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000_u64)];
    for (unit, scale) in units {
        let decimals = match ns / scale {
            0..10 => 2,
            10..100 => 1,
            _ => 0,
        };
        // How many nanoseconds the last digit shown stands for.
        let digit = (scale / 10_u64.pow(decimals)).max(1);
        let rounded = ns.saturating_add(digit / 2) / digit * digit;
        if rounded < scale.saturating_mul(1_000) || unit == "s" {
            return shortest(rounded, scale) + unit;
        }
    }
    unreachable!("seconds have no upper end")
}

fn shortest(ns: u64, scale: u64) -> String {
    let (whole, rest) = (ns / scale, ns % scale);
    if rest == 0 {
        return whole.to_string();
    }
    let width = scale.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_matter() {
        let brief = |ns| brief(Duration::from_nanos(ns));
        assert_eq!(brief(0), "0s");
        assert_eq!(brief(7), "7ns");
        assert_eq!(brief(1_041_667), "1.04ms");
        assert_eq!(brief(31_250_000), "31.3ms");
        assert_eq!(brief(104_166), "104us");
        assert_eq!(brief(8_000_000), "8ms");
        // Rounded up into the next unit.
        assert_eq!(brief(999_999), "1ms");
        assert_eq!(brief(12_345_000_000), "12.3s");
        assert_eq!(brief(3_600_400_000_000), "3600s");
    }
}
