//! The wires of a run: what a scenario puts on which pin.
//!
//! Owns which pins are joined, and the devices that stand on a single one of the board's: peers, probes, buttons,
//! sources of levels. Those on buses are placed by `i2c_bench`. All pins are on their nets before the first device
//! acts.

use std::collections::BTreeMap;

use vpyb_core::{UartFlow, UartFrame};

use super::machine::{Line, Machine};
use super::part::Part;
use super::pyboard::SWITCHES;
use crate::devices::{Bounce, Button, LogicSource, PeerPins, PeerReply, SerialPeer};
use crate::mcu::BitClock;
use crate::scenario::model::{self, Action, Level, Scenario};
use crate::trace::record::Drive;
use crate::world::{DeviceId, PinId};

/// A part that stands on one pin, and its own pin.
struct Planted<'s> {
    name: &'s str,
    part: &'s model::Part,
    own: PinId,
}

/// A peer that is to be wired.
struct Peer {
    uart: String,
    name: String,
    baud: u32,
    frame: UartFrame,
    flow: UartFlow,
    replies: Vec<PeerReply>,
}

impl Peer {
    /// One that no part of the file names: its frames are those of the UART, as far as the file says them.
    fn of_itself(uart: &str, scenario: &Scenario) -> Self {
        let object = scenario.objects.uarts.values().find(|object| object.uart == uart);
        let frame = object.map_or(UartFrame::N8, |object| object.line.frame(UartFrame::N8));
        let frame = scenario.uarts.get(uart).map_or(frame, |by| by.line.frame(frame));
        // Each step says its own speed.
        let baud = 9_600;
        let (flow, replies) = (UartFlow::NONE, Vec::new());
        Self { uart: uart.to_owned(), name: format!("{uart}.peer"), baud, frame, flow, replies }
    }
}

fn reply(reply: &model::Reply) -> PeerReply {
    let model::Reply { to, send, pause, times } = reply.clone();
    PeerReply { to, send, pause, times }
}

impl Machine {
    /// Joins what is linked, and puts every part on its pins.
    pub(super) fn wire(&mut self, scenario: &Scenario) {
        for [a, b] in &scenario.board.links {
            self.world.bench.join(self.pins[a.as_str()], self.pins[b.as_str()]);
        }
        let peers = self.plan_lines(scenario);
        self.place_probes(scenario);
        let peers: Vec<_> = peers.into_iter().map(|peer| (self.join_peer(&peer), peer)).collect();
        let switches = switches(scenario);
        let planted = self.plant(scenario.parts.iter().chain(&switches));
        let soldered = self.solder_devices(scenario);
        self.world.bench.record_nets();
        self.place_devices(soldered);
        for (pins, peer) in peers {
            self.place_peer(pins, peer);
        }
        for part in planted {
            self.place_planted(part);
        }
    }

    /// How bytes from outside reach each UART; gives the peers to be wired, in the order of the UARTs.
    fn plan_lines(&mut self, scenario: &Scenario) -> Vec<Peer> {
        let mut peers = BTreeMap::new();
        for (name, part) in &scenario.parts {
            match part {
                model::Part::SerialPeer { uart, baud, line, replies } => {
                    let frame = line.frame(UartFrame::N8);
                    let (flow, replies) =
                        (line.flow.unwrap_or_default(), replies.iter().map(reply).collect());
                    let peer =
                        Peer { uart: uart.clone(), name: name.clone(), baud: *baud, frame, flow, replies };
                    peers.insert(uart.clone(), peer);
                }
                model::Part::UartFeed { uart } => {
                    self.lines.insert(uart.clone(), Line::Feed(self.uarts[uart.as_str()]));
                }
                model::Part::Network(network) => self.place_network(name, network),
                _ => {}
            }
        }
        for action in actions(scenario) {
            if let Action::Send { to, .. } | Action::Break { to, .. } = action
                && !self.lines.contains_key(to)
            {
                peers.entry(to.clone()).or_insert_with(|| Peer::of_itself(to, scenario));
            }
        }
        peers.into_values().collect()
    }

    /// Puts the pins of a peer on the nets of its UART's.
    fn join_peer(&mut self, Peer { uart, name, flow, replies, .. }: &Peer) -> PeerPins {
        let pins = self.uart_pins(uart);
        let bench = &mut self.world.bench;
        let mut join = |own: &str, pin| {
            let own = bench.add_pin(&format!("{name}.{own}"));
            bench.join(pin, own);
            own
        };
        PeerPins {
            tx: join("tx", pins.rx),
            rx: (!replies.is_empty()).then(|| join("rx", pins.tx)),
            ready: pins.cts.filter(|_| flow.cts).map(|cts| join("rts", cts)),
            allowed: pins.rts.filter(|_| flow.rts).map(|rts| join("cts", rts)),
        }
    }

    fn place_peer(&mut self, pins: PeerPins, Peer { uart, name, baud, frame, replies, .. }: Peer) {
        let me = DeviceId(self.world.devices.len() as u16);
        let bench = &mut self.world.bench;
        let text = bench.trace.name(&name);
        let peer = SerialPeer::new(text, pins, BitClock::exact(baud), frame, replies, me, bench);
        self.place(Part::SerialPeer(peer));
        self.lines.insert(uart, Line::Peer(me));
        self.parts.insert(name, me);
    }

    fn place_probes(&mut self, scenario: &Scenario) {
        for action in actions(scenario) {
            if let Action::Drive { pin, .. } | Action::Pulse { pin, .. } = action
                && !self.probes.contains_key(pin)
            {
                let probe = self.world.bench.add_pin(&format!("{pin}.probe"));
                self.world.bench.join(self.pins[pin.as_str()], probe);
                self.probes.insert(pin.clone(), probe);
            }
        }
    }

    /// Puts the pins of what stands on one pin on its net.
    fn plant<'s>(&mut self, parts: impl Iterator<Item = (&'s String, &'s model::Part)>) -> Vec<Planted<'s>> {
        let on_one_pin = parts.filter_map(|(name, part)| match part {
            model::Part::Button { pin, .. } => Some((name, part, pin, "contact")),
            model::Part::LogicSource { pin, .. } => Some((name, part, pin, "out")),
            _ => None,
        });
        let bench = &mut self.world.bench;
        let planted = on_one_pin.map(|(name, part, pin, own)| {
            let own = bench.add_pin(&format!("{name}.{own}"));
            bench.join(self.pins[pin.as_str()], own);
            Planted { name, part, own }
        });
        planted.collect()
    }

    fn place_planted(&mut self, Planted { name, part, own }: Planted<'_>) {
        let me = DeviceId(self.world.devices.len() as u16);
        let bench = &mut self.world.bench;
        let part = match part {
            model::Part::Button { to, bounce, .. } => {
                let bounce = match bounce {
                    model::Bounce::Seeded(length) => Bounce::Seeded(*length),
                    model::Bounce::Listed(after) => Bounce::Listed(after.clone()),
                };
                Part::Button(Button::new(bench.trace.name(name), own, drive(Some(*to)), bounce))
            }
            model::Part::LogicSource { edges, .. } => {
                let edges = edges.iter().map(|&(at, level)| (at, drive(level))).collect();
                Part::LogicSource(LogicSource::new(own, edges, me, bench))
            }
            _ => unreachable!("only these stand on one pin"),
        };
        self.place(part);
        self.parts.insert(name.to_owned(), me);
    }

    /// Presses a button, or lets it go.
    pub(super) fn press(&mut self, me: DeviceId, pressed: bool) {
        match &mut self.world.devices[usize::from(me.0)] {
            Part::Button(button) => button.press(pressed, me, &mut self.world.bench),
            _ => unreachable!("checked parts: only buttons are pressed"),
        }
    }
}

/// What a level is as the drive of a pin.
pub(super) fn drive(level: Option<Level>) -> Drive {
    match level {
        Some(Level::Low) => Drive::Low,
        Some(Level::High) => Drive::High,
        None => Drive::Released,
    }
}

fn actions(scenario: &Scenario) -> impl Iterator<Item = &Action> {
    scenario.actors.iter().flat_map(|actor| &actor.steps).map(|step| &step.action)
}

/// The buttons of the board that somebody presses and no part of the file describes.
fn switches(scenario: &Scenario) -> BTreeMap<String, model::Part> {
    let mut switches = BTreeMap::new();
    for action in actions(scenario) {
        if let Action::Press { part, .. } | Action::Tap { part, .. } = action
            && !scenario.parts.contains_key(part)
            && let Some((name, pin)) = SWITCHES.iter().find(|(name, _)| name == part)
        {
            let (pin, to) = ((*pin).to_owned(), Level::Low);
            let bounce = model::Bounce::Listed(Vec::new());
            switches.insert((*name).to_owned(), model::Part::Button { pin, to, bounce });
        }
    }
    switches
}
