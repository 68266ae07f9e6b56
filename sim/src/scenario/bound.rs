//! Bounds as a scenario file writes them: `< 5ms`, `20ms ± 1ms`, `2..4`, `<= sched.bound`.
//!
//! Owns [`bound`]. Knows neither TOML nor the run in which a counter has a value.

use super::model::{Amount, Bound, Limit};
use super::time::{Refusal, nanoseconds};
use super::words::quoted;

/// What is bounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantity {
    /// How often.
    Count,
    /// When or how long.
    Time,
    /// Which part of a whole, in percent.
    Share,
    /// A count or a time; the text decides.
    Any,
}

impl Quantity {
    /// An example of each form for what is bounded.
    fn forms(self) -> &'static str {
        match self {
            Self::Count => "a count is bounded as in `3`, `>= 1`, `< 5` or `2..4`",
            Self::Time => "a time is bounded as in `< 20ms`, `20ms ± 1ms` or `10ms..12ms`",
            Self::Share => "a share is bounded as in `50%`, `< 10%`, `50% ± 5%` or `45%..55%`",
            Self::Any => "write a bound such as `3`, `<= 5ms`, `20ms ± 1ms`, `2..4` or `<= sched.bound`",
        }
    }
}

/// The bound that a text says. It keeps the text.
pub fn bound(text: &str, quantity: Quantity) -> Result<Bound, Refusal> {
    let (min, max) = limits(text.trim(), quantity)?;
    if let (Some(min), Some(max)) = (&min, &max)
        && let (Some(low), Some(high)) = (number(&min.amount), number(&max.amount))
        && low > high
    {
        let message = format!("{} ends before it begins", quoted(text));
        return Err(Refusal::range(message, "write the smaller value first"));
    }
    let nothing = matches!(&max, Some(Limit { amount, inclusive: false }) if number(amount) == Some(0));
    if nothing {
        return Err(Refusal::range("nothing is less than zero", "write `0`, or `<= 0` and the like"));
    }
    Ok(Bound { min, max, text: text.to_owned() })
}

/// Both limits of a text.
fn limits(text: &str, quantity: Quantity) -> Result<(Option<Limit>, Option<Limit>), Refusal> {
    for (sign, upper, inclusive) in
        [("<=", true, true), (">=", false, true), ("<", true, false), (">", false, false)]
    {
        if let Some(rest) = text.strip_prefix(sign) {
            let limit = Some(Limit { amount: amount(rest, quantity)?, inclusive });
            return Ok(if upper { (None, limit) } else { (limit, None) });
        }
    }
    for sign in ["±", "+-"] {
        if let Some((centre, tolerance)) = text.split_once(sign) {
            return around(amount(centre, quantity)?, amount(tolerance, quantity)?, quantity);
        }
    }
    if let Some((low, high)) = text.split_once("..") {
        let (low, high) = (amount(low, quantity)?, amount(high, quantity)?);
        return pair(low, high, quantity);
    }
    let amount = amount(text, quantity)?;
    Ok((Some(inclusive(amount.clone())), Some(inclusive(amount))))
}

fn inclusive(amount: Amount) -> Limit {
    Limit { amount, inclusive: true }
}

/// `centre ± tolerance`; what is below zero counts as zero.
fn around(
    centre: Amount,
    tolerance: Amount,
    quantity: Quantity,
) -> Result<(Option<Limit>, Option<Limit>), Refusal> {
    match (centre, tolerance) {
        (Amount::Count(centre), Amount::Count(tolerance)) => Ok((
            Some(inclusive(Amount::Count(centre.saturating_sub(tolerance).max(0)))),
            Some(inclusive(Amount::Count(centre.saturating_add(tolerance)))),
        )),
        (Amount::Time(centre), Amount::Time(tolerance)) => Ok((
            Some(inclusive(Amount::Time(centre.saturating_sub(tolerance).max(0)))),
            Some(inclusive(Amount::Time(centre.saturating_add(tolerance)))),
        )),
        (Amount::Share(centre), Amount::Share(tolerance)) => Ok((
            Some(inclusive(Amount::Share(centre.saturating_sub(tolerance).max(0)))),
            Some(inclusive(Amount::Share(centre.saturating_add(tolerance)))),
        )),
        _ => Err(Refusal::malformed("the value and its tolerance are of different kinds", quantity.forms())),
    }
}

/// `low..high`, both included.
fn pair(low: Amount, high: Amount, quantity: Quantity) -> Result<(Option<Limit>, Option<Limit>), Refusal> {
    match (&low, &high) {
        (Amount::Count(_), Amount::Count(_))
        | (Amount::Time(_), Amount::Time(_))
        | (Amount::Share(_), Amount::Share(_)) => Ok((Some(inclusive(low)), Some(inclusive(high)))),
        _ => Err(Refusal::malformed("the ends of a range are of different kinds", quantity.forms())),
    }
}

/// A count, a time, or the name of a counter.
fn amount(text: &str, quantity: Quantity) -> Result<Amount, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::malformed("a value is missing", quantity.forms()));
    }
    if text.starts_with('-') {
        return Err(Refusal::range(format!("{} is negative", quoted(text)), quantity.forms()));
    }
    let first_is_letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if first_is_letter
        && text.contains('.')
        && text.chars().all(|c| c.is_alphanumeric() || "._-#".contains(c))
    {
        return Ok(Amount::Counter(text.to_owned()));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Refusal::malformed(format!("{} is not a value", quoted(text)), quantity.forms()));
    }
    let whole = text.bytes().all(|b| b.is_ascii_digit());
    match quantity {
        Quantity::Count => count(text, whole),
        Quantity::Share => share(text),
        Quantity::Any if whole => count(text, whole),
        Quantity::Time | Quantity::Any => {
            nanoseconds(text).map(|ns| Amount::Time(i64::try_from(ns).expect("at most 1000 h")))
        }
    }
}

/// A whole number.
fn count(text: &str, whole: bool) -> Result<Amount, Refusal> {
    if !whole {
        let message = format!("{} is not a count", quoted(text));
        return Err(Refusal::malformed(message, Quantity::Count.forms()));
    }
    text.parse().map(Amount::Count).map_err(|_| {
        Refusal::range(format!("{} is too large", quoted(text)), "a count has at most 18 digits")
    })
}

/// A part of a whole: `12.5%`.
fn share(text: &str) -> Result<Amount, Refusal> {
    let malformed =
        || Refusal::malformed(format!("{} is not a share of a whole", quoted(text)), Quantity::Share.forms());
    let number = text.strip_suffix('%').ok_or_else(malformed)?.trim_end();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !digits(whole) || !digits(part) {
        return Err(malformed());
    }
    let hundredths: i64 = format!("{whole}{part:0<2}").parse().map_err(|_| malformed())?;
    if hundredths > 10_000 {
        return Err(Refusal::range(
            format!("{} is more than the whole", quoted(text)),
            Quantity::Share.forms(),
        ));
    }
    Ok(Amount::Share(hundredths))
}

/// The number in an amount, if it is known before the run.
fn number(amount: &Amount) -> Option<i64> {
    match amount {
        Amount::Count(number) | Amount::Time(number) | Amount::Share(number) => Some(*number),
        Amount::Counter(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn time(ms: i64, inclusive: bool) -> Option<Limit> {
        Some(Limit { amount: Amount::Time(ms * MS), inclusive })
    }

    fn ends(text: &str, quantity: Quantity) -> (Option<Limit>, Option<Limit>) {
        let bound = bound(text, quantity).expect("a bound");
        assert_eq!(bound.text, text);
        (bound.min, bound.max)
    }

    #[test]
    fn times_are_bounded_on_one_side_or_on_both() {
        assert_eq!(ends("< 5ms", Quantity::Time), (None, time(5, false)));
        assert_eq!(ends("<=5ms", Quantity::Time), (None, time(5, true)));
        assert_eq!(ends("> 1s", Quantity::Time), (time(1000, false), None));
        assert_eq!(ends("20ms ± 1ms", Quantity::Time), (time(19, true), time(21, true)));
        assert_eq!(ends("20ms +- 1ms", Quantity::Time), (time(19, true), time(21, true)));
        assert_eq!(ends("1ms ± 2ms", Quantity::Time), (time(0, true), time(3, true)));
        assert_eq!(ends("10ms..12ms", Quantity::Time), (time(10, true), time(12, true)));
    }

    #[test]
    fn counts_are_whole_and_a_range_has_both_ends() {
        let count = |n| Some(inclusive(Amount::Count(n)));
        assert_eq!(ends("3", Quantity::Count), (count(3), count(3)));
        assert_eq!(ends(">= 1", Quantity::Count), (count(1), None));
        assert_eq!(ends("2..4", Quantity::Any), (count(2), count(4)));
    }

    #[test]
    fn shares_are_in_percent_with_up_to_two_places() {
        let share = |n| Some(inclusive(Amount::Share(n)));
        assert_eq!(ends("50% ± 5%", Quantity::Share), (share(4500), share(5500)));
        assert_eq!(ends("12.5%..100%", Quantity::Share), (share(1250), share(10_000)));
        let message = |text| bound(text, Quantity::Share).expect_err("refused").message;
        assert_eq!(message("50"), "`50` is not a share of a whole");
        assert_eq!(message("101%"), "`101%` is more than the whole");
        assert_eq!(message("0.125%"), "`0.125%` is not a share of a whole");
    }

    #[test]
    fn a_bound_may_be_another_counter_of_the_run() {
        let counter = Some(inclusive(Amount::Counter("task.x.max_step".into())));
        assert_eq!(ends("<= task.x.max_step", Quantity::Any), (None, counter));
    }

    #[test]
    fn what_is_not_a_bound_says_why() {
        let message = |text, quantity| bound(text, quantity).expect_err("refused").message;
        assert_eq!(message("10ms..3", Quantity::Any), "the ends of a range are of different kinds");
        assert_eq!(message("4..2", Quantity::Count), "`4..2` ends before it begins");
        assert_eq!(message("3ms", Quantity::Count), "`3ms` is not a count");
        assert_eq!(message("3", Quantity::Time), "`3` has no unit");
        assert_eq!(message("< 0", Quantity::Count), "nothing is less than zero");
        assert_eq!(message("<", Quantity::Any), "a value is missing");
        assert_eq!(message("=> 3", Quantity::Any), "`=> 3` is not a value");
        assert_eq!(message("-3", Quantity::Count), "`-3` is negative");
        assert_eq!(message("99999999999999999999", Quantity::Any), "`99999999999999999999` is too large");
    }
}
