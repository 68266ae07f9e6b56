//! The wires and the tasks of a run as a VCD file, for GTKWave, Surfer and sigrok.
//!
//! Owns [`write_vcd`]. One wire for each named pin that ever changed, showing its net's level:
//! `0`, `1`, or `z` for floating; and one text for each task, which says what it does. Knows nothing of what the
//! edges mean.
//!
//! sigrok makes one sample of every unit of time, so the unit is as coarse as the edges allow: the
//! greatest power of ten that every edge is a multiple of, or 100 ns if that is finer and no two
//! edges of a pin would fall together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value, VarType, Writer};
use vpyb_core::time::Instant;

use super::lanes::{Change, Lane, lanes};
use super::record::{Kind, Name, NetLevel, Task};
use super::words::Words;
use super::{Levels, Trace};

/// The finest unit that edges are rounded to, if that keeps them apart: 100 ns.
const ROUNDED_UNIT: u64 = 100;
/// The coarsest unit: 1 ms.
const COARSEST_UNIT: u64 = 1_000_000;

/// Writes the levels of all pins that ever changed, and what each task does.
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
    let lanes = lanes(trace);
    let tasks = declare_tasks(trace, &lanes, &mut writer)?;
    writer.enddefinitions()?;
    let begin = rounded(trace.begin(), unit);
    writer.timestamp(begin)?;
    writer.begin(SimulationCommand::Dumpvars)?;
    let before = Levels::before(trace);
    for (&pin, &id) in &wires {
        writer.change_scalar(id, value(before.level(pin)))?;
    }
    for &id in tasks.values() {
        writer.change_string(id, "none")?;
    }
    writer.end()?;
    let mut changes: Vec<Shown<'_>> = edges.iter().map(|edge| (edge.at, Err(edge))).collect();
    for (task, own) in &lanes {
        changes.extend(own.iter().map(|change| (change.at, Ok((tasks[task], change.lane)))));
    }
    changes.sort_by_key(|(at, _)| *at);
    let mut now = begin;
    for (at, change) in changes {
        let at = rounded(at, unit);
        if at > now {
            writer.timestamp(at)?;
            now = at;
        }
        match change {
            Err(edge) => writer.change_scalar(wires[&edge.pin], value(edge.level))?,
            Ok((id, lane)) => writer.change_string(id, &does(trace, lane))?,
        }
    }
    let end = rounded(trace.end(), unit);
    if end > now {
        writer.timestamp(end)?;
    }
    writer.flush()
}

/// At an instant a task does something else, or a pin shows something else.
type Shown<'e> = (Instant, Result<(IdCode, Lane), &'e Edge>);

/// What a task does, as one word.
fn does(trace: &Trace, lane: Lane) -> String {
    match lane {
        Lane::Waiting(device) => format!("waiting_{}", one_word(trace.text(device))),
        lane => lane.word().to_owned(),
    }
}

/// Declares a text for each task, in the order of creation.
fn declare_tasks(
    trace: &Trace,
    lanes: &BTreeMap<Task, Vec<Change>>,
    writer: &mut Writer<&mut impl Write>,
) -> io::Result<BTreeMap<Task, IdCode>> {
    let words = Words::new(trace);
    let mut tasks = BTreeMap::new();
    if lanes.is_empty() {
        return Ok(tasks);
    }
    writer.add_module("tasks")?;
    for &task in lanes.keys() {
        tasks.insert(task, writer.add_var(VarType::String, 1, &one_word(&words.task(task)), None)?);
    }
    writer.upscope()?;
    Ok(tasks)
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
        let changed = levels.apply(&record).to_vec();
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
    let known = trace.before().into_iter().flat_map(|before| &before.state.wires.pins);
    let known = known.filter_map(|(&pin, state)| Some((state.net?, pin)));
    let joined = trace.records().iter().filter_map(|record| match record.kind {
        Kind::NetPin { net, pin } => Some((net, pin)),
        _ => None,
    });
    let mut declared = BTreeSet::new();
    let mut order: Vec<_> =
        known.chain(joined).filter(|(_, pin)| changing.contains(pin) && declared.insert(*pin)).collect();
    order.sort_by_key(|(net, _)| *net);
    writer.add_module("board")?;
    let mut wires = BTreeMap::new();
    for (_, pin) in order {
        wires.insert(pin, writer.add_wire(1, &one_word(trace.text(pin)))?);
    }
    writer.upscope()?;
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
