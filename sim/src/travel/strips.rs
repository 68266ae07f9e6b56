//! A run as strips along the time: what each task did, what each pin showed, what went over each line and bus.
//!
//! Owns which strips there are and in which order. How a strip is drawn is not known here.

use std::collections::BTreeMap;

use vpyb_core::time::{Duration, Instant};

use crate::trace::record::{I2cEvent, Kind, NetLevel};
use crate::trace::{Change, Levels, Name, Seq, Trace, Words, lanes, nec_blocks};

/// One strip of a picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Strip {
    /// What it is of: a task, a pin, a UART and its direction, a bus, a device.
    pub label: String,
    /// What is on it.
    pub marks: Marks,
}

/// What is on a strip, in order of time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Marks {
    /// A task.
    Task(Vec<Change>),
    /// A pin: each change of what it shows.
    Pin(Vec<Edge>),
    /// Words, each with the time it takes.
    Words(Vec<Word>),
}

/// A pin shows something else from here on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Since when.
    pub at: Instant,
    /// What.
    pub level: NetLevel,
    /// The record that says so.
    pub by: Seq,
}

/// Something in words: a byte, a line of the console.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// When it began.
    pub from: Instant,
    /// When it was over.
    pub to: Instant,
    /// What it was.
    pub text: String,
    /// The record that says so.
    pub by: Seq,
}

impl Marks {
    /// The records on the strip, in order of time.
    pub fn records(&self) -> Vec<Seq> {
        match self {
            Self::Task(changes) => changes.iter().map(|change| change.by).collect(),
            Self::Pin(edges) => edges.iter().map(|edge| edge.by).collect(),
            Self::Words(words) => words.iter().map(|word| word.by).collect(),
        }
    }
}

/// All strips: tasks in order of creation, pins that changed, what is decoded, the console.
pub fn strips(trace: &Trace) -> Vec<Strip> {
    let words = Words::new(trace);
    let tasks = lanes(trace).into_iter();
    let mut strips: Vec<Strip> =
        tasks.map(|(task, changes)| Strip { label: words.task(task), marks: Marks::Task(changes) }).collect();
    strips.extend(pins(trace));
    strips.extend(decoded(trace));
    strips
}

/// Pins on one net change together; each has its strip.
fn pins(trace: &Trace) -> Vec<Strip> {
    let mut levels = Levels::before(trace);
    let mut pins: BTreeMap<Name, Vec<Edge>> = BTreeMap::new();
    for (seq, record) in trace.iter() {
        for pin in levels.apply(&record).to_vec() {
            let edge = Edge { at: record.at, level: levels.level(pin), by: seq };
            pins.entry(pin).or_default().push(edge);
        }
    }
    let before = Levels::before(trace);
    let strip = |(pin, mut edges): (Name, Vec<Edge>)| {
        edges.insert(0, Edge { at: trace.begin(), level: before.level(pin), by: trace.first() });
        Strip { label: trace.text(pin).to_owned(), marks: Marks::Pin(edges) }
    };
    pins.into_iter().map(strip).collect()
}

/// Where something decoded belongs: its device, and which side of it.
type Side = (Name, &'static str);

fn decoded(trace: &Trace) -> Vec<Strip> {
    let mut found: BTreeMap<Side, Vec<Word>> = BTreeMap::new();
    let mut console = Vec::new();
    let (mut frames, mut begun) = (BTreeMap::new(), BTreeMap::new());
    for (seq, record) in trace.iter() {
        let at = record.at;
        let mut word = |side: Side, from: Instant, to: Instant, text: String| {
            found.entry(side).or_default().push(Word { from, to, text, by: seq });
        };
        match record.kind {
            Kind::UartOpened { uart, baud, .. } => {
                frames.insert(uart, Duration::from_nanos(10_000_000_000 / u64::from(baud.max(1))));
            }
            Kind::UartStart { uart } => drop(begun.insert(uart, at)),
            Kind::UartTx { uart, byte } => {
                let frame = frames.get(&uart).copied().unwrap_or(Duration::ZERO);
                word((uart, " tx"), at, at + frame, glyph(byte));
            }
            Kind::UartRx { uart, byte, framing } => {
                let text = if framing { format!("{}!", glyph(byte)) } else { glyph(byte) };
                word((uart, " rx"), begun.remove(&uart).unwrap_or(at), at, text);
            }
            Kind::UartOverrun { uart, byte } => {
                word((uart, " rx"), begun.remove(&uart).unwrap_or(at), at, format!("LOST {}", glyph(byte)));
            }
            Kind::I2c { bus, event } => {
                if let Some(text) = on_bus(event) {
                    word((bus, ""), at, at, text);
                }
            }
            Kind::Device { device, state } => word((device, ""), at, at, trace.text(state).to_owned()),
            Kind::Handler { irq, took } => word((irq, " handler"), at, at + took, "irq".into()),
            Kind::Stimulus { actor, step, mark } => {
                let text = mark.map_or(format!("step {step}"), |mark| trace.text(mark).to_owned());
                word((actor, ""), at, at, text);
            }
            Kind::Line { text, .. } => {
                console.push(Word { from: at, to: at, text: trace.text(text).to_owned(), by: seq });
            }
            _ => {}
        }
    }
    for (pin, blocks) in nec_blocks(trace) {
        let word = |block: crate::trace::NecBlock| Word {
            from: block.from,
            to: block.to,
            text: block.text(),
            by: block.by,
        };
        found.insert((pin, " IR"), blocks.into_iter().map(word).collect());
    }
    let label = |(name, side): Side| format!("{}{side}", trace.text(name));
    let strips =
        found.into_iter().map(|(side, words)| Strip { label: label(side), marks: Marks::Words(words) });
    let console =
        (!console.is_empty()).then(|| Strip { label: "console".into(), marks: Marks::Words(console) });
    strips.chain(console).collect()
}

/// A byte as one sign if it has one, else as a number.
fn glyph(byte: u8) -> String {
    if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("{byte:02x}") }
}

fn on_bus(event: I2cEvent) -> Option<String> {
    let ack = |ack: bool| if ack { "" } else { "n" };
    Some(match event {
        I2cEvent::Start { repeated } => if repeated { "Sr" } else { "S" }.into(),
        I2cEvent::Address { address, read, ack: acked } => {
            format!("{address:02x}{}{}", if read { 'r' } else { 'w' }, ack(acked))
        }
        I2cEvent::Byte { byte, ack: acked, .. } => format!("{byte:02x}{}", ack(acked)),
        I2cEvent::Stop => "P".into(),
        I2cEvent::Failed { .. } => "failed".into(),
        _ => return None,
    })
}
