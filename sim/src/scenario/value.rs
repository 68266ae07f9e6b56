//! One value of a file, read as what it should be.
//!
//! Owns [`Value`]: each getter gives the value or reports why it cannot. Knows no key and no name
//! of the format.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::DeValue;
use vpyb_core::time::{Duration, Instant};

use super::bound::{self, Quantity};
use super::diagnostic::{Diagnostic, code};
use super::model::Bound;
use super::problems::Problems;
use super::table::{self, Table};
use super::time::{Refusal, nanoseconds};
use super::words::{Words, quoted};

/// Names are at most so long.
const LONGEST_NAME: usize = 64;

/// A value, its key and its place.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    /// The key under which it stands; for an element of an array, the array's.
    pub key: &'a str,
    key_start: usize,
    key_end: usize,
    element: bool,
    spanned: &'a Spanned<DeValue<'a>>,
    problems: &'a Problems,
}

impl<'a> Value<'a> {
    /// A value under its key.
    pub fn new(
        key: &'a str,
        key_span: Range<usize>,
        spanned: &'a Spanned<DeValue<'a>>,
        problems: &'a Problems,
    ) -> Self {
        Self { key, key_start: key_span.start, key_end: key_span.end, element: false, spanned, problems }
    }

    /// Where it stands.
    pub fn span(self) -> Range<usize> {
        self.spanned.span()
    }

    /// Where its key stands.
    pub fn key_span(self) -> Range<usize> {
        self.key_start..self.key_end
    }

    /// The value as TOML has it.
    pub fn raw(self) -> &'a DeValue<'a> {
        self.spanned.get_ref()
    }

    /// Notes a problem with this value.
    pub fn refuse(self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        self.problems.add(Diagnostic::new(code, self.span(), message).help(help));
    }

    /// True if no further problem will be kept.
    pub fn is_futile(self) -> bool {
        self.problems.is_full()
    }

    /// Notes words of the format at a place, if anybody wants to know.
    pub fn hear<'w>(
        self,
        place: &str,
        known: impl IntoIterator<Item = &'w str>,
        used: impl IntoIterator<Item = &'w str>,
    ) {
        self.problems.hear(place, known, used);
    }

    /// Notes any problem.
    pub fn report(self, problem: Diagnostic) {
        self.problems.add(problem);
    }

    /// `example` is a value of the wanted type.
    fn wrong_type(self, wanted: &str, example: &str) {
        let key = quoted(self.key);
        let (what, example) = if self.element {
            (format!("each element of {key}"), format!("{} = [ {example}, … ]", self.key))
        } else {
            (key, format!("{} = {example}", self.key))
        };
        let message = format!("{what} must be {wanted}, not {}", kind(self.raw()));
        self.refuse(code::WRONG_TYPE, message, format!("write it as in `{example}`"));
    }

    /// A text.
    pub fn text(self) -> Option<&'a str> {
        let text = self.raw().as_str();
        if text.is_none() {
            let number = number(self.raw()).unwrap_or_else(|| "…".into());
            self.wrong_type("a text", &format!("\"{number}\""));
        }
        text
    }

    /// `true` or `false`.
    pub fn flag(self) -> Option<bool> {
        let flag = self.raw().as_bool();
        if flag.is_none() {
            self.wrong_type("`true` or `false`", "true");
        }
        flag
    }

    /// A whole number within limits.
    pub fn integer(self, allowed: RangeInclusive<i64>) -> Option<i64> {
        let Some(integer) = self.raw().as_integer() else {
            self.wrong_type("a whole number", &whole_example(self.key, self.raw(), &allowed));
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| allowed.contains(number));
        if number.is_none() {
            let message =
                format!("{} is out of range for {}", quoted(&integer.to_string()), quoted(self.key));
            let help = format!("it may be {} to {}", allowed.start(), allowed.end());
            self.refuse(code::OUT_OF_RANGE, message, help);
        }
        number
    }

    /// Seconds as a script writes them: whole or with a fraction, at most what a millisecond delay holds.
    pub fn seconds(self) -> Option<f64> {
        let number = match self.raw() {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number as f64)
            }
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => {
                self.wrong_type("a number of seconds", "0.5");
                return None;
            }
        };
        let limit = f64::from(i32::MAX) / 1000.0;
        let number = number.filter(|number: &f64| number.abs() <= limit);
        if number.is_none() {
            let message = format!("{} is out of range", quoted(self.key));
            self.refuse(code::OUT_OF_RANGE, message, format!("it may be -{limit} to {limit} seconds"));
        }
        number
    }

    /// A percentage within limits: `"3%"`.
    pub fn percent(self, allowed: RangeInclusive<f64>) -> Option<f64> {
        let text = self.text()?;
        let number = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        match number {
            None => self.refuse(
                code::MALFORMED,
                format!("{} is no percentage", quoted(text)),
                "write it as in `\"3%\"`",
            ),
            Some(number) if !allowed.contains(&number) => {
                let help = format!("it may be {}% to {}%", allowed.start(), allowed.end());
                self.refuse(code::OUT_OF_RANGE, format!("{} is out of range", quoted(text)), help);
            }
            Some(number) => return Some(number),
        }
        None
    }

    /// A number within limits, in thousandths.
    pub fn thousandths(self, [least, most]: [f64; 2]) -> Option<i32> {
        let number = match self.raw() {
            DeValue::Integer(_) | DeValue::Float(_) => number(self.raw()).and_then(|text| text.parse().ok()),
            _ => {
                self.wrong_type("a number", "21.5");
                return None;
            }
        };
        let number = number.filter(|number: &f64| (least..=most).contains(number));
        if number.is_none() {
            let message = format!("{} is out of range", quoted(self.key));
            self.refuse(code::OUT_OF_RANGE, message, format!("it may be {least} to {most}"));
        }
        number.map(|number| (number * 1000.0).round() as i32)
    }

    /// A table; messages call it by its key.
    pub fn table(self) -> Option<Table<'a>> {
        match table::open(self.spanned, quoted(self.key), self.problems) {
            Ok(table) => Some(table),
            Err(_) => {
                self.wrong_type("a table", "{ … }");
                None
            }
        }
    }

    /// The elements of an array; none further once enough is wrong.
    pub fn items(self) -> Option<impl Iterator<Item = Self> + use<'a>> {
        let Some(array) = self.raw().as_array() else {
            self.wrong_type("an array", "[ … ]");
            return None;
        };
        let elements = array.iter().map(move |spanned| Self { element: true, spanned, ..self });
        Some(elements.take_while(move |_| !self.problems.is_full()))
    }

    /// The tables of `[[key]]`.
    pub fn tables(self) -> Vec<Table<'a>> {
        if self.raw().is_table() {
            let message = format!("{} is a list of tables", quoted(self.key));
            let help = format!("write `[[{}]]`, with two brackets", self.key);
            self.refuse(code::WRONG_TYPE, message, help);
            return Vec::new();
        }
        let Some(items) = self.items() else { return Vec::new() };
        items.filter_map(Self::table).map(|table| table.called(format!("`[[{}]]`", self.key))).collect()
    }

    /// A span of time.
    pub fn duration(self) -> Option<Duration> {
        let text = match self.raw() {
            DeValue::String(text) => text,
            DeValue::Integer(_) | DeValue::Float(_) => {
                let number = number(self.raw()).unwrap_or_default();
                let message = format!("the time {} has no unit", quoted(&number));
                let help = format!(
                    "write it as a text with a unit: {} or {}",
                    unit(&number, "ms"),
                    unit(&number, "s")
                );
                self.refuse(code::MALFORMED, message, help);
                return None;
            }
            _ => {
                self.wrong_type("a time", "\"10ms\"");
                return None;
            }
        };
        self.accept(nanoseconds(text)).map(Duration::from_nanos)
    }

    /// A span of time that is not zero.
    pub fn lasting(self) -> Option<Duration> {
        let span = self.duration()?;
        if span.is_zero() {
            let message = format!("`{}` must be more than zero", self.key);
            let help = format!("write it as in `{} = \"10s\"`", self.key);
            self.refuse(code::OUT_OF_RANGE, message, help);
            return None;
        }
        Some(span)
    }

    /// A point in time, counted from power-on.
    pub fn instant(self) -> Option<Instant> {
        self.duration().map(|span| Instant::ZERO + span)
    }

    /// A bound; a count may also be a bare number.
    pub fn bound(self, quantity: Quantity) -> Option<Bound> {
        match self.raw() {
            DeValue::String(text) => self.accept(bound::bound(text, quantity)),
            DeValue::Integer(integer) if quantity != Quantity::Time => {
                self.accept(bound::bound(&integer.to_string(), quantity))
            }
            DeValue::Integer(_) | DeValue::Float(_) if quantity == Quantity::Time => {
                self.duration();
                None
            }
            _ => {
                let example = if quantity == Quantity::Time { "< 20ms" } else { ">= 1" };
                self.wrong_type("a bound", &format!("\"{example}\""));
                None
            }
        }
    }

    fn accept<T>(self, read: Result<T, Refusal>) -> Option<T> {
        read.map_err(|refusal| {
            let code = if refusal.range { code::OUT_OF_RANGE } else { code::MALFORMED };
            self.refuse(code, refusal.message, refusal.help);
        })
        .ok()
    }

    /// One of the words that stand for something.
    pub fn word<T: Copy>(self, noun: &str, meanings: &[(&str, T)], later: &[&'static str]) -> Option<T> {
        let text = self.text()?;
        if let Some((word, meaning)) = meanings.iter().find(|(word, _)| *word == text) {
            self.problems.hear(noun, meanings.iter().map(|(word, _)| *word), [*word]);
            return Some(*meaning);
        }
        let words = Words::new(noun, meanings.iter().map(|(word, _)| *word)).later(later);
        self.report(words.refuse(self.span(), text));
        None
    }

    /// One of the names of the vocabulary.
    pub fn known(self, noun: &str, names: &[String], later: &[&'static str]) -> Option<String> {
        let text = self.text()?;
        if names.iter().any(|name| name == text) {
            return Some(text.to_owned());
        }
        let words = Words::new(noun, names.iter().map(String::as_str)).later(later);
        self.report(words.refuse(self.span(), text));
        None
    }

    /// A name that the file gives to something.
    pub fn name(self) -> Option<&'a str> {
        self.text().filter(|text| self.check_name(text, self.span()))
    }

    /// The key itself as such a name.
    pub fn key_name(self) -> Option<&'a str> {
        Some(self.key).filter(|text| self.check_name(text, self.key_span()))
    }

    fn check_name(self, text: &str, span: Range<usize>) -> bool {
        let length = text.chars().count();
        let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let good = plain && (1..=LONGEST_NAME).contains(&length);
        if !good {
            let help = format!("a name is 1 to {LONGEST_NAME} letters, digits, `_` and `-`");
            let message = format!("{} cannot be a name", quoted(text));
            self.report(Diagnostic::new(code::MALFORMED, span, message).help(help));
        }
        good
    }
}

/// What TOML calls the type of a value, as a newcomer would.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// A number as it was written.
fn number(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(integer) => Some(integer.to_string()),
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        _ => None,
    }
}

/// A whole number that may serve as an example: the one in the text, if there is one. A time is
/// converted for a key that says its unit.
fn whole_example(key: &str, value: &DeValue<'_>, allowed: &RangeInclusive<i64>) -> String {
    let text = value.as_str().unwrap_or_default();
    let scale = match key.rsplit_once('_') {
        Some((_, "ms")) => Some(1_000_000),
        Some((_, "us")) => Some(1_000),
        _ => None,
    };
    let converted = scale.and_then(|scale| i64::try_from(nanoseconds(text).ok()? / scale).ok());
    let meant = text.parse().ok().or(converted).filter(|number| allowed.contains(number));
    meant.unwrap_or(if allowed.contains(&10) { 10 } else { *allowed.start() }).to_string()
}

fn unit(number: &str, unit: &str) -> String {
    quoted(&format!("\"{number}{unit}\""))
}
