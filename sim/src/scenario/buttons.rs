//! Buttons: their parts, and what presses them.
//!
//! Owns their keys and how a bounce is written. Those of the board need no part; their names are in the vocabulary.

use std::ops::Range;

use litemap::LiteMap;
use vpyb_core::time::Duration;

use super::diagnostic::{Diagnostic, code};
use super::model::{Bounce, Level, Part};
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::wires::Wires;
use super::words::{Words, quoted};

/// A contact cannot bounce for less time, nor for longer.
const BOUNCE: [Duration; 2] = [Duration::from_micros(1), Duration::from_secs(1)];
/// A listed bounce has at most so many instants.
const LONGEST_LIST: usize = 1_000;

/// A part of kind `button`. Where a key is wrong its default stands, so that what names the part is not wrong, too.
pub fn button(table: &mut Table<'_>, name: Value<'_>, vocabulary: &Vocabulary, wires: &mut Wires) -> Part {
    let own = vocabulary.switches.get(name.key);
    let place = if own.is_some() { table.key("pin") } else { table.need("pin", "\"X3\"") };
    let pin = place.and_then(|value| Some((value, vocabulary.pin(value)?)));
    if let Some((place, pin)) = &pin {
        match own {
            Some(own) if own != pin => {
                let message = format!("the board's switch {} is on `{own}`", quoted(name.key));
                place.refuse(code::CONFLICT, message, "leave `pin` out, or give the button another name");
            }
            _ => drop(wires.reaches(pin, *place, vocabulary)),
        }
    }
    let rails = [("gnd", Level::Low), ("3v3", Level::High)];
    let to = table.key("to").and_then(|value| value.word("rail", &rails, &[]));
    let bounce = table.key("bounce").and_then(bounce);
    Part::Button {
        pin: pin.map(|(_, pin)| pin).or(own.cloned()).unwrap_or_default(),
        to: to.unwrap_or(Level::Low),
        bounce: bounce.unwrap_or(Bounce::Listed(Vec::new())),
    }
}

/// The names of the board's switches belong to them.
pub fn refuse_name(name: Value<'_>, vocabulary: &Vocabulary) {
    if vocabulary.switches.contains_key(name.key) {
        let message = format!("{} is a switch of the board", quoted(name.key));
        let problem = Diagnostic::new(code::CONFLICT, name.key_span(), message);
        name.report(problem.help("write `kind = \"button\"`, or give the part another name"));
    }
}

/// `"off"`, a length, or a list of spans after the true instant.
fn bounce(value: Value<'_>) -> Option<Bounce> {
    if value.raw().is_array() {
        return listed(value).map(Bounce::Listed);
    }
    if value.raw().as_str() == Some("off") {
        return Some(Bounce::Listed(Vec::new()));
    }
    let length = value.duration()?;
    let [least, most] = BOUNCE;
    if !(least..=most).contains(&length) {
        let message = format!("a contact does not bounce for {length}");
        value.refuse(code::OUT_OF_RANGE, message, format!("it may be {least} to {most}, or `\"off\"`"));
        return None;
    }
    Some(Bounce::Seeded(length))
}

fn listed(value: Value<'_>) -> Option<Vec<Duration>> {
    let spans: Vec<Option<Duration>> = value.items()?.map(Value::lasting).collect();
    let spans: Vec<Duration> = spans.into_iter().collect::<Option<_>>()?;
    let help = "it opens, closes, opens, … so long after the press, as in `bounce = [\"1ms\", \"1.5ms\"]`";
    if !spans.is_sorted_by(|a, b| a < b) {
        value.refuse(code::MALFORMED, "each bounce comes later than the one before", help);
    } else if spans.len() % 2 == 1 {
        value.refuse(code::MALFORMED, "a contact that bounces so ends at the wrong level", help);
    } else if spans.len() > LONGEST_LIST {
        let message = format!("this bounce has {} instants", spans.len());
        value.refuse(code::OUT_OF_RANGE, message, format!("it has at most {LONGEST_LIST}"));
    } else {
        return Some(spans);
    }
    None
}

/// The button of this name.
pub fn named(
    name: &str,
    span: Range<usize>,
    value: Value<'_>,
    parts: &LiteMap<String, Part>,
    vocabulary: &Vocabulary,
) -> Option<String> {
    let own = parts.iter().filter(|(_, part)| matches!(part, Part::Button { .. })).map(|(name, _)| name);
    let mut names: Vec<&str> = own.chain(vocabulary.switches.keys()).map(String::as_str).collect();
    if names.contains(&name) {
        return Some(name.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    value.report(Words::new("button", names).refuse(span, name));
    None
}
