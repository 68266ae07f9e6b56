//! Devices on I2C: their parts, and what the outside does to them.
//!
//! Owns their keys and ranges, and the way of a value from degrees, percent and counts to an [`Exposure`]. Knows no
//! model of a device.

use litemap::LiteMap;

use super::csv;
use super::diagnostic::{Diagnostic, code};
use super::model::{Action, Exposure, Part, Row};
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::words::{Words, quoted};

/// The board's accelerometer, which needs no part.
pub const ACCEL: &str = "accel";

/// Degrees Celsius that a sensor measures, percent of relative humidity, and counts of an axis.
const TEMPERATURES: [f64; 2] = [-40.0, 125.0];
const HUMIDITIES: [f64; 2] = [0.0, 100.0];
const COUNTS: std::ops::RangeInclusive<i64> = -32..=31;

/// What a device is exposed to, by the part's name.
#[derive(Clone, Copy, PartialEq)]
enum Senses {
    Air,
    Vector,
}

/// A part that is a sensor of air. Where a key is wrong its default stands, so that what names the part is not wrong, too.
pub fn sensor(table: &mut Table<'_>, kind: &str, vocabulary: &Vocabulary, path: &str) -> Part {
    let bus = table.need("bus", "\"i2c1\"");
    let bus = bus.and_then(|value| value.known("I2C unit", &vocabulary.buses, &[]));
    let temperature = table.key("temperature").and_then(|value| value.thousandths(TEMPERATURES));
    let humidity = table.key("humidity").and_then(|value| value.thousandths(HUMIDITIES));
    let rows = table.key("csv").and_then(|value| rows(value, Senses::Air, path));
    Part::Sensor {
        kind: kind.to_owned(),
        bus: bus.unwrap_or_default(),
        temperature: temperature.unwrap_or(20_000),
        humidity: humidity.unwrap_or(50_000),
        rows: rows.unwrap_or_default(),
    }
}

/// A part of kind `mma7660`: the board has one, so it only says what it is exposed to.
pub fn mma7660(table: &mut Table<'_>, name: Value<'_>, path: &str) -> Part {
    let vector = table.key("vector").and_then(vector);
    let rows = table.key("csv").and_then(|value| rows(value, Senses::Vector, path));
    if name.key != ACCEL {
        let message = format!("the board's only MMA7660 is `{ACCEL}`, not {}", quoted(name.key));
        let problem = Diagnostic::new(code::CONFLICT, name.key_span(), message);
        name.report(problem.help(format!("write `[parts.{ACCEL}]`")));
    }
    Part::Mma7660 { vector, rows: rows.unwrap_or_default() }
}

/// What the part of this name is exposed to.
fn senses(name: &str, parts: &LiteMap<String, Part>) -> Option<Senses> {
    match parts.get(name) {
        Some(Part::Sensor { .. }) => Some(Senses::Air),
        Some(Part::Mma7660 { .. }) => Some(Senses::Vector),
        None if name == ACCEL => Some(Senses::Vector),
        _ => None,
    }
}

/// A part that is exposed to something, named by `value` with the place `span`.
fn part(
    name: &str,
    span: std::ops::Range<usize>,
    value: Value<'_>,
    parts: &LiteMap<String, Part>,
) -> Option<Senses> {
    let known = senses(name, parts);
    if known.is_none() {
        let names = parts.keys().map(String::as_str).filter(|name| senses(name, parts).is_some());
        let names: Vec<&str> = names.chain([ACCEL]).collect();
        value.report(Words::new("sensor", names).refuse(span, name));
    }
    known
}

/// `set = { accel = [0, 0, 20] }`, `set = { htu.temperature = 21.5 }`.
pub fn set(value: Value<'_>, parts: &LiteMap<String, Part>) -> Option<Action> {
    let mut table = value.table()?;
    let entries: Vec<Value<'_>> = table.entries().collect();
    let [entry] = entries[..] else {
        value.refuse(
            code::MALFORMED,
            "`set` changes one part",
            "write it as in `set = { accel = [0, 0, 20] }`",
        );
        return None;
    };
    let to = match part(entry.key, entry.key_span(), entry, parts)? {
        Senses::Vector => Exposure::Vector(vector(entry)?),
        Senses::Air => {
            let mut table = entry.table()?.of("what `set` changes");
            let span = table.span();
            let temperature = table.key("temperature").map(|value| value.thousandths(TEMPERATURES));
            let humidity = table.key("humidity").map(|value| value.thousandths(HUMIDITIES));
            let clean = table.close();
            if temperature.is_none() && humidity.is_none() && clean {
                let problem = Diagnostic::new(code::MISSING, span, "this changes nothing");
                value.report(problem.help("say `temperature`, `humidity`, or both"));
            }
            let given = |value: Option<Option<i32>>| value.map_or(Some(None), |value| value.map(Some));
            Exposure::Air { temperature: given(temperature)?, humidity: given(humidity)? }
        }
    };
    Some(Action::Set { part: entry.key.to_owned(), to })
}

/// `feed = { part = "accel", csv = "shake.csv" }`.
pub fn feed(value: Value<'_>, parts: &LiteMap<String, Part>, path: &str) -> Option<Action> {
    let mut table = value.table()?;
    let name = table.need("part", "\"accel\"");
    let file = table.need("csv", "\"shake.csv\"");
    table.close();
    let (name, file) = (name?, file?);
    let text = name.text()?;
    let senses = part(text, name.span(), name, parts)?;
    Some(Action::Feed { part: text.to_owned(), rows: rows(file, senses, path)? })
}

/// `power = { part = "htu", to = "off" }`.
pub fn power(value: Value<'_>, parts: &LiteMap<String, Part>) -> Option<Action> {
    let mut table = value.table()?;
    let name = table.need("part", "\"accel\"");
    let to =
        table.need("to", "\"off\"").and_then(|to| to.word("state", &[("on", true), ("off", false)], &[]));
    table.close();
    let name = name?;
    let text = name.text()?;
    if !matches!(parts.get(text), Some(Part::SerialPeer { .. })) {
        part(text, name.span(), name, parts)?;
    }
    Some(Action::Power { part: text.to_owned(), on: to? })
}

/// Three counts.
fn vector(value: Value<'_>) -> Option<[i8; 3]> {
    let axes: Vec<Value<'_>> = value.items()?.collect();
    let [x, y, z] = axes[..] else {
        value.refuse(code::MALFORMED, "a vector has three axes", "write it as in `[0, 0, 20]`");
        return None;
    };
    let [x, y, z] = [x, y, z].map(|axis| axis.integer(COUNTS).map(|count| count as i8));
    Some([x?, y?, z?])
}

/// The rows of a CSV file beside the scenario.
fn rows(value: Value<'_>, senses: Senses, path: &str) -> Option<Vec<Row>> {
    let columns: &[&str] = match senses {
        Senses::Air => &["temperature", "humidity"],
        Senses::Vector => &["x", "y", "z"],
    };
    let read = csv::read(path, value.text()?, columns).and_then(|rows| {
        let exposed = rows.into_iter().map(|row| {
            let to = match senses {
                Senses::Air => csv::air(&row, TEMPERATURES, HUMIDITIES)?,
                Senses::Vector => csv::vector(&row, COUNTS)?,
            };
            Ok(Row { after: row.after, to })
        });
        exposed.collect()
    });
    match read {
        Ok(rows) => Some(rows),
        Err(problem) => {
            value.refuse(problem.code, problem.message, problem.help);
            None
        }
    }
}
