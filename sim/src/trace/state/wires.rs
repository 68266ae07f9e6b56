//! Nets and pins, as records tell them.
//!
//! Owns [`Wires`]. Knows no drive strengths: the level of a net is what its last edge said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use crate::trace::record::{Drive, Kind, Mode, Name, Net, NetLevel, Pulled, Record, Seq};

/// A net at an instant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NetState {
    /// What it shows; floating before its first edge.
    pub level: NetLevel,
    /// Since when.
    pub since: Instant,
    /// The edge that says so.
    pub by: Option<Seq>,
    /// How many edges it had.
    pub edges: u64,
    /// The record of two pins that disagree, until one of its pins changes.
    pub contention: Option<Seq>,
}

impl Default for NetState {
    fn default() -> Self {
        Self { level: NetLevel::Floating, since: Instant::ZERO, by: None, edges: 0, contention: None }
    }
}

/// A pin at an instant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PinState {
    /// The net it is on; none if no record says.
    pub net: Option<Net>,
    /// What it does to its net; released before it first drove.
    pub drive: Drive,
    /// The record that says so.
    pub by: Option<Seq>,
    /// How the program set it up, if it did.
    pub mode: Option<(Mode, Pulled)>,
}

/// All nets and pins.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Wires {
    /// Nets by number.
    pub nets: BTreeMap<Net, NetState>,
    /// Pins by name.
    pub pins: BTreeMap<Name, PinState>,
}

impl Wires {
    /// The pins of a net in the order of their first use.
    pub fn pins_of(&self, net: Net) -> impl Iterator<Item = (Name, &PinState)> {
        self.pins.iter().filter(move |(_, pin)| pin.net == Some(net)).map(|(&name, pin)| (name, pin))
    }

    /// Takes in a record about wires; others are ignored.
    pub fn apply(&mut self, seq: Seq, record: &Record) {
        match record.kind {
            Kind::NetPin { net, pin } => {
                self.nets.entry(net).or_default();
                self.pin(pin).net = Some(net);
            }
            Kind::Driven { pin, drive } => {
                let pin = self.pin(pin);
                (pin.drive, pin.by) = (drive, Some(seq));
                if let Some(net) = pin.net {
                    self.nets.entry(net).or_default().contention = None;
                }
            }
            Kind::Edge { net, level } => {
                let net = self.nets.entry(net).or_default();
                (net.level, net.since, net.by) = (level, record.at, Some(seq));
                net.edges = net.edges.saturating_add(1);
            }
            Kind::PinMode { pin, mode, pull } => self.pin(pin).mode = Some((mode, pull)),
            Kind::Contention { net } => self.nets.entry(net).or_default().contention = Some(seq),
            _ => {}
        }
    }

    fn pin(&mut self, pin: Name) -> &mut PinState {
        self.pins.entry(pin).or_insert(PinState { net: None, drive: Drive::Released, by: None, mode: None })
    }
}
