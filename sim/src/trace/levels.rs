//! What each pin shows, followed record by record.
//!
//! Owns [`Levels`]. A pin shows its net's level, and may be moved to another net when a wire is plugged or pulled out;
//! a change of the net is a change of the pin only if the pin shows something else by it.

use std::collections::BTreeMap;

use vpyb_core::time::Instant;

use super::record::{Kind, Name, Net, NetLevel, Record};
use super::{Seq, Trace};

/// Nets, pins and what they show; floating before the first record says otherwise.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    nets: BTreeMap<Net, Shown>,
    pins: BTreeMap<Name, Net>,
}

#[derive(Clone, Debug)]
struct Shown {
    level: NetLevel,
    pins: Vec<Name>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { level: NetLevel::Floating, pins: Vec::new() }
    }
}

impl Levels {
    /// What the pins show before a trace's first record.
    pub fn before(trace: &Trace) -> Self {
        let mut levels = Self::default();
        let Some(before) = trace.before() else { return levels };
        let wires = &before.state.wires;
        for (&net, state) in &wires.nets {
            let pins = wires.pins_of(net).map(|(pin, _)| pin).collect();
            levels.nets.insert(net, Shown { level: state.level, pins });
        }
        levels.pins = wires.pins.iter().filter_map(|(&pin, state)| Some((pin, state.net?))).collect();
        levels
    }

    /// What a pin shows.
    pub fn level(&self, pin: Name) -> NetLevel {
        let net = self.pins.get(&pin).and_then(|net| self.nets.get(net));
        net.map_or(NetLevel::Floating, |net| net.level)
    }

    /// The pins of a net.
    pub fn pins(&self, net: Net) -> &[Name] {
        self.nets.get(&net).map_or(&[], |net| &net.pins)
    }

    /// Takes in a record; gives the pins that show something else by it.
    pub fn apply(&mut self, record: &Record) -> &[Name] {
        match record.kind {
            Kind::Edge { net, level } => {
                let net = self.nets.entry(net).or_default();
                if std::mem::replace(&mut net.level, level) != level { &net.pins } else { &[] }
            }
            Kind::NetPin { net, pin } => {
                let before = self.level(pin);
                if let Some(left) = self.pins.insert(pin, net).and_then(|left| self.nets.get_mut(&left)) {
                    left.pins.retain(|&other| other != pin);
                }
                let net = self.nets.entry(net).or_default();
                net.pins.push(pin);
                let moved = net.pins.len() - 1..;
                if net.level != before { &net.pins[moved] } else { &[] }
            }
            _ => &[],
        }
    }
}

/// Every change of what a pin shows, in order.
pub fn pin_levels(trace: &Trace, pin: &str) -> Vec<(Seq, Instant, NetLevel)> {
    let Some(pin) = trace.names().find(pin) else { return Vec::new() };
    let mut levels = Levels::before(trace);
    let mut changes = Vec::new();
    for (seq, record) in trace.iter() {
        if levels.apply(&record).contains(&pin) {
            changes.push((seq, record.at, levels.level(pin)));
        }
    }
    changes
}
