//! The wires of a run as a VCD file, for GTKWave and sigrok.
//!
//! Owns [`write_vcd`]. One wire for each named pin whose net had an edge, showing the net's level:
//! `0`, `1`, or `z` for floating. Knows nothing of what the edges mean.
//!
//! sigrok makes one sample of every unit of time, so the unit is as coarse as the edges allow: the
//! greatest power of ten that every edge is a multiple of, or 100 ns if that is finer and no two
//! edges of a net would fall together.

use std::collections::BTreeMap;
use std::io::{self, Write};

use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value, Writer};
use vpyb_core::time::Instant;

use super::Trace;
use super::record::{Kind, Name, Net, NetLevel};

/// The finest unit that edges are rounded to, if that keeps them apart: 100 ns.
const ROUNDED_UNIT: u64 = 100;
/// The coarsest unit: 1 ms.
const COARSEST_UNIT: u64 = 1_000_000;

/// Writes the levels of all nets that had an edge.
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
    for id in wires.values().flatten() {
        writer.change_scalar(*id, Value::Z)?;
    }
    writer.end()?;
    let mut now = 0;
    for edge in &edges {
        let at = rounded(edge.at, unit);
        if at > now {
            writer.timestamp(at)?;
            now = at;
        }
        for &id in wires.get(&edge.net).into_iter().flatten() {
            writer.change_scalar(id, value(edge.level))?;
        }
    }
    let end = rounded(trace.end(), unit);
    if end > now {
        writer.timestamp(end)?;
    }
    writer.flush()
}

/// An edge of a net.
struct Edge {
    at: Instant,
    net: Net,
    level: NetLevel,
}

fn edges(trace: &Trace) -> Vec<Edge> {
    let edges = trace.records().iter().filter_map(|record| match record.kind {
        Kind::Edge { net, level } => Some(Edge { at: record.at, net, level }),
        _ => None,
    });
    edges.collect()
}

/// Declares the wires in the order of the nets, and of the pins of each.
fn declare(
    trace: &Trace,
    edges: &[Edge],
    writer: &mut Writer<&mut impl Write>,
) -> io::Result<BTreeMap<Net, Vec<IdCode>>> {
    let mut pins: BTreeMap<Net, Vec<Name>> = edges.iter().map(|edge| (edge.net, Vec::new())).collect();
    for record in trace.records() {
        if let Kind::NetPin { net, pin } = record.kind
            && let Some(pins) = pins.get_mut(&net)
        {
            pins.push(pin);
        }
    }
    let mut wires: BTreeMap<Net, Vec<IdCode>> = BTreeMap::new();
    writer.add_module("board")?;
    for (net, pins) in pins {
        let ids = wires.entry(net).or_default();
        for pin in pins {
            ids.push(writer.add_wire(1, &one_word(trace.text(pin)))?);
        }
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

/// True if two edges of one net at different instants would get the same time.
fn falls_together(edges: &[Edge], unit: u64) -> bool {
    let mut before: BTreeMap<Net, Instant> = BTreeMap::new();
    edges.iter().any(|edge| {
        before
            .insert(edge.net, edge.at)
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
