//! Times as a scenario file writes them: a decimal number with a unit.
//!
//! Owns [`nanoseconds`] and its refusals. Knows neither TOML nor what a time is for.

/// The longest time that a file may name: 1000 h. Well below what nanoseconds can count.
pub const LONGEST: u64 = 1_000 * 3_600 * 1_000_000_000;

/// The units, each with its length in nanoseconds.
pub const UNITS: [(&str, u64); 5] =
    [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000)];

/// Why a text was refused, and what to write instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// True if the text is well formed but the value is too large.
    pub range: bool,
}

impl Refusal {
    /// The text is not well formed.
    pub fn malformed(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), range: false }
    }

    /// The value cannot be used.
    pub fn range(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), range: true }
    }
}

/// A time in nanoseconds: `1.5s`, `20 ms`. At most [`LONGEST`].
pub fn nanoseconds(text: &str) -> Result<u64, Refusal> {
    use super::words::quoted;
    let text = text.trim();
    if text.starts_with('-') {
        return Err(Refusal::range(format!("{} is negative", quoted(text)), "a time is zero or more"));
    }
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..digits], text[digits..].trim());
    if number.is_empty() {
        let message = format!("{} is not a time", quoted(text));
        return Err(Refusal::malformed(message, "write a number with a unit, such as `10ms` or `1.5s`"));
    }
    if unit.is_empty() {
        let help = format!("write `{0}ms` or `{0}s`; the units are ns, us, ms, s and min", clip(number));
        return Err(Refusal::malformed(format!("{} has no unit", quoted(text)), help));
    }
    let Some(&(_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let help = unit_help(unit, number);
        return Err(Refusal::malformed(format!("{} is not a unit of time", quoted(unit)), help));
    };
    scaled(number, scale).map_err(|problem| problem.refusal(text))
}

/// What was meant by a unit that is none.
fn unit_help(unit: &str, number: &str) -> String {
    let meant = match unit.to_lowercase().as_str() {
        "µs" | "μs" | "usec" => "us",
        "msec" => "ms",
        "sec" | "secs" | "seconds" => "s",
        "m" | "mins" | "minutes" => "min",
        "ns" => "ns",
        "us" => "us",
        "ms" => "ms",
        "s" => "s",
        _ => return "the units are ns, us, ms, s and min".into(),
    };
    format!("did you mean `{}{meant}`? the units are ns, us, ms, s and min", clip(number))
}

/// Enough of a number to show it.
fn clip(number: &str) -> &str {
    &number[..number.len().min(24)]
}

/// Why a decimal number is no number of nanoseconds.
enum Misfit {
    Shape,
    TooFine,
    TooLong,
}

impl Misfit {
    fn refusal(&self, text: &str) -> Refusal {
        let text = super::words::quoted(text);
        match self {
            Self::Shape => {
                Refusal::malformed(format!("{text} is not a time"), "write it as `10ms` or `1.5s`")
            }
            Self::TooFine => {
                Refusal::range(format!("{text} is finer than a nanosecond"), "time runs in whole nanoseconds")
            }
            Self::TooLong => {
                Refusal::range(format!("{text} is too long"), "a time is at most 1000 h (`60000min`)")
            }
        }
    }
}

/// `number` times `scale`, exactly.
fn scaled(number: &str, scale: u64) -> Result<u64, Misfit> {
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return Err(Misfit::Shape),
        Some((whole, fraction)) => (whole, fraction.trim_end_matches('0')),
        None => (number, ""),
    };
    if whole.is_empty() || fraction.contains('.') {
        return Err(Misfit::Shape);
    }
    if fraction.len() > 11 {
        return Err(Misfit::TooFine);
    }
    let whole: u64 = whole.parse().map_err(|_| Misfit::TooLong)?;
    let whole = whole.checked_mul(scale).filter(|&ns| ns <= LONGEST).ok_or(Misfit::TooLong)?;
    let mut rest = u128::from(scale);
    let numerator: u128 =
        if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| Misfit::Shape)? };
    let denominator = 10_u128.pow(fraction.len() as u32);
    rest *= numerator;
    if !rest.is_multiple_of(denominator) {
        return Err(Misfit::TooFine);
    }
    let total = u128::from(whole) + rest / denominator;
    u64::try_from(total).ok().filter(|&ns| ns <= LONGEST).ok_or(Misfit::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_decimals_with_a_unit() {
        assert_eq!(nanoseconds("1.5s"), Ok(1_500_000_000));
        assert_eq!(nanoseconds("20 ms"), Ok(20_000_000));
        assert_eq!(nanoseconds("104.166us"), Ok(104_166));
        assert_eq!(nanoseconds("7ns"), Ok(7));
        assert_eq!(nanoseconds("1.50min"), Ok(90_000_000_000));
        assert_eq!(nanoseconds("60000min"), Ok(LONGEST));
    }

    #[test]
    fn what_is_not_a_time_says_why() {
        let message = |text| nanoseconds(text).expect_err("refused").message;
        assert_eq!(message("10"), "`10` has no unit");
        assert_eq!(message("10sec"), "`sec` is not a unit of time");
        assert_eq!(message("-1s"), "`-1s` is negative");
        assert_eq!(message("0.5ns"), "`0.5ns` is finer than a nanosecond");
        assert_eq!(message("60001min"), "`60001min` is too long");
        assert_eq!(message("99999999999999999999s"), "`99999999999999999999s` is too long");
        assert_eq!(message("1..5s"), "`1..5s` is not a time");
        assert_eq!(message("1.s"), "`1.s` is not a time");
        assert_eq!(message("soon"), "`soon` is not a time");
        assert_eq!(message(""), "`` is not a time");
    }

    #[test]
    fn a_unit_of_another_spelling_is_recognised() {
        let help = nanoseconds("5µs").expect_err("refused").help;
        assert_eq!(help, "did you mean `5us`? the units are ns, us, ms, s and min");
    }
}
