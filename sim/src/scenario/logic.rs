//! Sources of levels: their parts, and where their edges come from.
//!
//! Owns the three ways to write edges: a list, a CSV file with the columns `time` and `level`, and a VCD file, such as
//! a logic analyser or `vpyb trace export` writes. Files belong to the scenario as its text does.

use std::io;

use vcd::{Command, IdCode, Parser, Scope, ScopeItem, TimescaleUnit};
use vpyb_core::time::Instant;

use super::csv::{self, Problem};
use super::diagnostic::{Diagnostic, code};
use super::model::{Level, Part};
use super::names::only_key;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::wires::Wires;
use super::words::{Words, quoted};

/// A longer VCD file is refused.
const LONGEST: u64 = 16 << 20;
/// Where edges can come from.
const SOURCES: [&str; 3] = ["edges", "csv", "vcd"];

type Edges = Vec<(Instant, Option<Level>)>;

/// A part of kind `logic-source`. Where a key is wrong its default stands.
pub fn source(
    table: &mut Table<'_>,
    name: Value<'_>,
    vocabulary: &Vocabulary,
    wires: &mut Wires,
    path: &str,
) -> Part {
    let place = table.need("pin", "\"X3\"");
    let pin = place.and_then(|value| Some((value, vocabulary.pin(value)?)));
    if let Some((place, pin)) = &pin
        && wires.reaches(pin, *place, vocabulary)
    {
        wires.driver(pin, &format!("part {}", quoted(name.key)), *place);
    }
    let chosen = only_key(table, &SOURCES, "this part", "keep one of them");
    let [list, csv, vcd] = SOURCES.map(|source| table.key(source));
    let signal = table.key("signal");
    let edges = match (chosen, list, csv, vcd) {
        (Err(()), ..) => None,
        (_, Some(list), ..) => listed(list),
        (_, _, Some(file), _) => read(file, |name| from_csv(path, name)),
        (_, _, _, Some(file)) => {
            let signal = signal.and_then(Value::text);
            read(file, |name| from_vcd(&csv::load(path, name, LONGEST)?, name, signal))
        }
        _ => {
            let problem = Diagnostic::new(code::MISSING, table.span(), "this source has no edges");
            table.problems().add(problem.help("add `edges = [[\"1ms\", \"high\"]]`, or `csv`, or `vcd`"));
            None
        }
    };
    if let Some(signal) = signal.filter(|_| vcd.is_none()) {
        let problem = Diagnostic::new(code::MISSING, signal.key_span(), "`signal` is here, but no `vcd`");
        signal.report(problem.help("`signal` says which wire of a VCD file is meant"));
    }
    Part::LogicSource { pin: pin.map(|(_, pin)| pin).unwrap_or_default(), edges: edges.unwrap_or_default() }
}

fn listed(list: Value<'_>) -> Option<Edges> {
    let levels = [("low", Some(Level::Low)), ("high", Some(Level::High)), ("float", None)];
    let mut edges = Edges::new();
    let mut good = true;
    for item in list.items()? {
        let pair: Vec<Value<'_>> = item.items()?.collect();
        let [at, level] = pair[..] else {
            item.refuse(
                code::MALFORMED,
                "an edge has a time and a level",
                "write it as `[\"1ms\", \"high\"]`",
            );
            return None;
        };
        let (Some(instant), Some(level)) = (at.instant(), level.word("level", &levels, &[])) else {
            good = false;
            continue;
        };
        if edges.last().is_some_and(|&(before, _)| before >= instant) {
            at.refuse(
                code::MALFORMED,
                "this edge is not later than the one before",
                "edges are in order of time",
            );
            return None;
        }
        edges.push((instant, level));
    }
    good.then_some(edges)
}

fn read(file: Value<'_>, from: impl FnOnce(&str) -> Result<Edges, Problem>) -> Option<Edges> {
    let refuse = |problem: Problem| file.refuse(problem.code, problem.message, problem.help);
    from(file.text()?).map_err(refuse).ok()
}

fn from_csv(path: &str, file: &str) -> Result<Edges, Problem> {
    let rows = csv::read(path, file, &["level"])?;
    rows.iter().map(|row| Ok((Instant::ZERO + row.after, csv::level(row)?))).collect()
}

/// The changes of one wire; an unknown level lets go.
fn from_vcd(text: &str, file: &str, signal: Option<&str>) -> Result<Edges, Problem> {
    // What the parser says tells the line.
    let malformed = |error: io::Error| Problem {
        code: code::MALFORMED,
        message: format!("{}: {error}", quoted(file)),
        help: "it must be a value change dump".into(),
    };
    let mut parser = Parser::new(text.as_bytes());
    let header = parser.parse_header().map_err(malformed)?;
    let wire = wire(&header.items, file, signal)?;
    let (count, unit) = header.timescale.unwrap_or((1, TimescaleUnit::S));
    let mut edges = Edges::new();
    let mut now = Instant::ZERO;
    while let Some(command) = parser.next() {
        match command.map_err(malformed)? {
            Command::Timestamp(units) => {
                let nanos =
                    u128::from(units) * u128::from(count) * 1_000_000_000 / u128::from(unit.divisor());
                let then = Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
                if then < now {
                    let back = format!("time goes back at line {}", parser.line());
                    return Err(malformed(io::Error::new(io::ErrorKind::InvalidData, back)));
                }
                now = then;
            }
            Command::ChangeScalar(id, value) if id == wire => {
                let level = match value {
                    vcd::Value::V0 => Some(Level::Low),
                    vcd::Value::V1 => Some(Level::High),
                    vcd::Value::X | vcd::Value::Z => None,
                };
                edges.push((now, level));
            }
            _ => {}
        }
    }
    Ok(edges)
}

/// The wire that is meant: by its name, or the only one.
fn wire(items: &[ScopeItem], file: &str, signal: Option<&str>) -> Result<IdCode, Problem> {
    let mut wires = Vec::new();
    collect(items, "", &mut wires);
    let names: Vec<&str> = wires.iter().map(|(name, _)| name.as_str()).collect();
    let refuse = |code, message, help: Option<String>| {
        Err(Problem { code, message, help: help.unwrap_or_else(|| "it has no wire of one bit".into()) })
    };
    match signal {
        None if names.len() == 1 => Ok(wires[0].1),
        None => {
            let example = names.first().map(|name| format!("add `signal = \"{name}\"`"));
            let message = format!("{} has {} wires of one bit", quoted(file), names.len());
            refuse(code::MISSING, message, example)
        }
        Some(signal) => {
            let is_meant = |name: &str| name == signal || name.rsplit('.').next() == Some(signal);
            let mut meant = wires.iter().filter(|(name, _)| is_meant(name));
            match (meant.next(), meant.next()) {
                (Some((_, id)), None) => Ok(*id),
                (Some(_), Some((other, _))) => {
                    let message = format!("{} has several wires {}", quoted(file), quoted(signal));
                    refuse(code::MALFORMED, message, Some(format!("say the whole name, as in `{other}`")))
                }
                _ => {
                    let problem = Words::new("wire", names.iter().copied()).refuse(0..0, signal);
                    let message = format!("{} has no wire {}", quoted(file), quoted(signal));
                    refuse(code::UNKNOWN_NAME, message, problem.help)
                }
            }
        }
    }
}

/// All wires of one bit, by their names with their scopes.
fn collect(items: &[ScopeItem], scope: &str, wires: &mut Vec<(String, IdCode)>) {
    for item in items {
        match item {
            ScopeItem::Var(var) if var.size == 1 => {
                wires.push((format!("{scope}{}", var.reference), var.code));
            }
            ScopeItem::Scope(Scope { identifier, items, .. }) => {
                collect(items, &format!("{scope}{identifier}."), wires);
            }
            _ => {}
        }
    }
}
