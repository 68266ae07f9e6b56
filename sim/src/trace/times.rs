//! Instants as people read and type them: `1.018 750`.
//!
//! Owns both directions, [`show_instant`] and [`parse_instant`], so that what a report prints can be
//! typed back. Spans print themselves (`Duration`'s `Display`).

use std::fmt;

use vpyb_core::time::Instant;

/// Seconds, then groups of three digits down to microseconds; nanoseconds only if there are any.
pub fn show_instant(at: Instant) -> String {
    let ns = at.as_nanos();
    let (seconds, rest) = (ns / 1_000_000_000, ns % 1_000_000_000);
    let (ms, us, ns) = (rest / 1_000_000, rest / 1_000 % 1_000, rest % 1_000);
    match ns {
        0 => format!("{seconds}.{ms:03} {us:03}"),
        _ => format!("{seconds}.{ms:03} {us:03} {ns:03}"),
    }
}

/// Why a text is not an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum InstantError {
    /// It is not a number with or without a unit.
    Form(String),
    /// It is finer than a nanosecond.
    TooFine(String),
    /// It is later than the last instant that can be expressed.
    TooLate(String),
}

impl fmt::Display for InstantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text) => write!(
                f,
                "read the instant `{text}`: expected seconds as reports print them (`1.018 750`) \
                 or a number with a unit (`2min`, `1.5s`, `20ms`, `300us`, `7ns`)"
            ),
            Self::TooFine(text) => write!(f, "read the instant `{text}`: it is finer than a nanosecond"),
            Self::TooLate(text) => write!(f, "read the instant `{text}`: it is later than 584 years"),
        }
    }
}

impl std::error::Error for InstantError {}

/// Reads an instant: seconds as reports print them (`1.018 750`), or a number and its unit.
///
/// # Errors
/// [`InstantError`] says what was expected.
pub fn parse_instant(text: &str) -> Result<Instant, InstantError> {
    let form = || InstantError::Form(text.to_owned());
    let trimmed = text.trim();
    let digits_end =
        trimmed.find(|c: char| !matches!(c, '0'..='9' | '.' | ' ' | '_')).unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(digits_end);
    // How many decimal places make a nanosecond, and how many of those the unit is.
    let (places, times) = match unit {
        "min" => (9, 60),
        "" | "s" => (9, 1),
        "ms" => (6, 1),
        "us" | "µs" => (3, 1),
        "ns" => (0, 1),
        _ => return Err(form()),
    };
    let number: String = number.chars().filter(|c| !matches!(c, ' ' | '_')).collect();
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if whole.is_empty() || fraction.contains('.') || number.ends_with('.') {
        return Err(form());
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > places {
        return Err(InstantError::TooFine(text.to_owned()));
    }
    let ns = format!("{whole}{fraction:0<places$}");
    let ns = ns.parse().ok().and_then(|ns: u64| ns.checked_mul(times));
    ns.map(Instant::from_nanos).ok_or_else(|| InstantError::TooLate(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed_back() {
        for ns in [0, 7, 1_000, 1_018_750_000, 1_018_750_001, 59_999_999_999, u64::MAX] {
            let at = Instant::from_nanos(ns);
            assert_eq!(parse_instant(&show_instant(at)), Ok(at));
        }
        assert_eq!(show_instant(Instant::from_micros(1_018_750)), "1.018 750");
        assert_eq!(show_instant(Instant::from_nanos(5)), "0.000 000 005");
    }

    #[test]
    fn units_are_accepted() {
        let ns = |text| parse_instant(text).map(Instant::as_nanos);
        assert_eq!(ns("1.5min"), Ok(90_000_000_000));
        assert_eq!(ns("1.5s"), Ok(1_500_000_000));
        assert_eq!(ns(" 20 ms "), Ok(20_000_000));
        assert_eq!(ns("104.166us"), Ok(104_166));
        assert_eq!(ns("104.166µs"), Ok(104_166));
        assert_eq!(ns("7ns"), Ok(7));
        assert_eq!(ns("2"), Ok(2_000_000_000));
        assert_eq!(ns("1.50"), Ok(1_500_000_000));
    }

    #[test]
    fn the_error_says_what_is_wrong() {
        for text in ["", "s", "soon", "1.5h", "-1s", "1..5", "1.", ".5", "1e3"] {
            assert!(matches!(parse_instant(text), Err(InstantError::Form(_))), "{text}");
        }
        assert!(matches!(parse_instant("0.5ns"), Err(InstantError::TooFine(_))));
        assert!(matches!(parse_instant("99999999999s"), Err(InstantError::TooLate(_))));
        assert!(matches!(parse_instant("9999999999min"), Err(InstantError::TooLate(_))));
    }
}
