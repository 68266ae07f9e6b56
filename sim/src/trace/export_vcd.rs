//! The wires of a run as a VCD file, for GTKWave and sigrok.
//!
//! Owns [`write_vcd`]. One wire for each named pin that ever changed, showing its net's level:
//! `0`, `1`, or `z` for floating. Knows nothing of what the edges mean.
//!
//! sigrok makes one sample of every unit of time, so the unit is as coarse as the edges allow: the
//! greatest power of ten that every edge is a multiple of, or 100 ns if that is finer and no two
//! edges of a pin would fall together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value, Writer};
use vpyb_core::time::Instant;

use super::record::{Kind, Name, NetLevel};
use super::{Levels, Trace};

/// The finest unit that edges are rounded to, if that keeps them apart: 100 ns.
const ROUNDED_UNIT: u64 = 100;
/// The coarsest unit: 1 ms.
const COARSEST_UNIT: u64 = 1_000_000;

/// Writes the levels of all pins that ever changed.
///
/// # Errors
/// What `out` says.
pub fn write_vcd(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    let edges = edges(trace);
    let unit = unit(&edges);
    let mut writer = Writer::new(out);
    writer.version("vpyb")?;
    writer.comment(&format!("{} seed {}", one_line(&trace.meta().scenario), trace.meta().seed))?;
    let (count, scale) = timescale(unit);
    writer.timescale(count, scale)?;
    let wires = declare(trace, &edges, &mut writer)?;
    writer.timestamp(0)?;
    writer.begin(SimulationCommand::Dumpvars)?;
    for &id in wires.values() {
        writer.change_scalar(id, Value::Z)?;
    }
    writer.end()?;
    let mut now = 0;
    for edge in &edges {
        let at = rounded(edge.at, unit);
        if at > now {
            writer.timestamp(at)?;
            now = at;
        }
        writer.change_scalar(wires[&edge.pin], value(edge.level))?;
    }
    let end = rounded(trace.end(), unit);
    if end > now {
        writer.timestamp(end)?;
    }
    writer.flush()
}

/// A pin shows something else.
struct Edge {
    at: Instant,
    pin: Name,
    level: NetLevel,
}

fn edges(trace: &Trace) -> Vec<Edge> {
    let (mut levels, mut edges) = (Levels::before(trace), Vec::new());
    for record in trace.records() {
        let changed = levels.apply(record).to_vec();
        edges.extend(changed.into_iter().map(|pin| Edge { at: record.at, pin, level: levels.level(pin) }));
    }
    edges
}

/// Declares the wires in the order of the nets that their pins are on first, and of the pins of each.
fn declare(
    trace: &Trace,
    edges: &[Edge],
    writer: &mut Writer<&mut impl Write>,
) -> io::Result<BTreeMap<Name, IdCode>> {
    let changing: BTreeSet<Name> = edges.iter().map(|edge| edge.pin).collect();
    let (mut known, mut order) = (BTreeSet::new(), Vec::new());
    for record in trace.records() {
        if let Kind::NetPin { net, pin } = record.kind
            && known.insert(pin)
            && changing.contains(&pin)
        {
            order.push((net, pin));
        }
    }
    order.sort_by_key(|(net, _)| *net);
    writer.add_module("board")?;
    let mut wires = BTreeMap::new();
    for (_, pin) in order {
        wires.insert(pin, writer.add_wire(1, &one_word(trace.text(pin)))?);
    }
    writer.upscope()?;
    writer.enddefinitions()?;
    Ok(wires)
}

/// The unit of time in nanoseconds: see the head of this file.
fn unit(edges: &[Edge]) -> u64 {
    let mut exact = COARSEST_UNIT;
    while exact > 1 && edges.iter().any(|edge| !edge.at.as_nanos().is_multiple_of(exact)) {
        exact /= 10;
    }
    let mut unit = exact.max(ROUNDED_UNIT);
    while unit > exact && falls_together(edges, unit) {
        unit /= 10;
    }
    unit
}

/// True if two edges of one pin at different instants would get the same time.
fn falls_together(edges: &[Edge], unit: u64) -> bool {
    let mut before: BTreeMap<Name, Instant> = BTreeMap::new();
    edges.iter().any(|edge| {
        before
            .insert(edge.pin, edge.at)
            .is_some_and(|before| before != edge.at && rounded(before, unit) == rounded(edge.at, unit))
    })
}

fn rounded(at: Instant, unit: u64) -> u64 {
    at.as_nanos().saturating_add(unit / 2) / unit
}

/// A power of ten of nanoseconds in VCD's words.
fn timescale(unit: u64) -> (u32, TimescaleUnit) {
    match unit {
        COARSEST_UNIT => (1, TimescaleUnit::MS),
        1_000.. => ((unit / 1_000) as u32, TimescaleUnit::US),
        _ => (unit as u32, TimescaleUnit::NS),
    }
}

fn value(level: NetLevel) -> Value {
    match level {
        NetLevel::Low => Value::V0,
        NetLevel::High => Value::V1,
        NetLevel::Floating => Value::Z,
    }
}

/// A text without line breaks and without `$`, which would end a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '$' { '_' } else { c }).collect()
}

/// A text that VCD takes as one word.
fn one_word(text: &str) -> String {
    one_line(text).replace(char::is_whitespace, "_")
}
