//! The wires, and which pins they put on one net.
//!
//! Owns what plugging a wire in or pulling it out moves. Levels are resolved by the nets.

use super::{Nets, PinId, Rewired};
use crate::trace::record::Net;
use crate::world::pushes::Pushes;

/// What joins two pins.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Wire {
    ends: (PinId, PinId),
    plugged: bool,
}

impl Nets {
    /// Joins two pins by a wire, which is plugged in.
    pub fn join(&mut self, a: PinId, b: PinId) -> Rewired {
        self.wires.push(Wire { ends: (a, b), plugged: true });
        self.regroup(a, b)
    }

    /// Plugs the wire between two pins in, or pulls it out; nothing if there is none, or it is so already.
    pub fn plug(&mut self, a: PinId, b: PinId, plugged: bool) -> Rewired {
        let same = |wire: &&mut Wire| wire.ends == (a, b) || wire.ends == (b, a);
        match self.wires.iter_mut().find(same) {
            Some(wire) if wire.plugged != plugged => wire.plugged = plugged,
            _ => return Rewired::default(),
        }
        self.regroup(a, b)
    }

    /// Puts the pins of two nets, which may be one, where their wires say.
    fn regroup(&mut self, a: PinId, b: PinId) -> Rewired {
        let (net_a, net_b) = (self.net_of(a), self.net_of(b));
        let mut left = std::mem::take(&mut self.net_mut(net_a).pins);
        let mut listeners = std::mem::take(&mut self.net_mut(net_a).listeners);
        if net_a != net_b {
            left.append(&mut self.net_mut(net_b).pins);
            listeners.append(&mut self.net_mut(net_b).listeners);
        }
        left.sort();
        listeners.sort_by_key(|listener| listener.pin);
        let mut rewired = Rewired::default();
        while let Some(&first) = left.first() {
            let group = self.joined_to(first);
            left.retain(|pin| !group.contains(pin));
            let net = Net(first.0);
            for &pin in &group {
                let own = &mut self.pins[usize::from(pin.0)].net;
                if std::mem::replace(own, net) != net {
                    rewired.moved.push(pin);
                }
            }
            let mut pushes = Pushes::default();
            for pin in group.iter().map(|&pin| self.pin(pin)) {
                pushes.add_drive(pin.drive, 1);
                pushes.add_pull(pin.pull, 1);
            }
            let state = self.net_mut(net);
            state.listeners = listeners.extract_if(.., |listener| group.contains(&listener.pin)).collect();
            (state.pins, state.pushes) = (group, pushes);
            rewired.resolved.push(state.resolve());
        }
        rewired.moved.sort();
        rewired
    }

    /// All pins that wires join to this one, itself among them, in order.
    fn joined_to(&self, pin: PinId) -> Vec<PinId> {
        let mut group = vec![pin];
        let mut next = 0;
        while let Some(&pin) = group.get(next) {
            for Wire { ends: (a, b), plugged } in &self.wires {
                let other = if *a == pin { *b } else { *a };
                if *plugged && (*a == pin || *b == pin) && !group.contains(&other) {
                    group.push(other);
                }
            }
            next += 1;
        }
        group.sort();
        group
    }

    /// The other ends of the wires at a pin, plugged in or not.
    pub fn wired_to(&self, pin: PinId) -> Vec<PinId> {
        let others = self.wires.iter().filter_map(|Wire { ends: (a, b), .. }| match pin {
            pin if pin == *a => Some(*b),
            pin if pin == *b => Some(*a),
            _ => None,
        });
        others.collect()
    }
}
