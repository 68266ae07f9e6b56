//! Nets: pins that share a level.
//!
//! Owns which pin is on which net, what each pin does to it, and the level that results. It schedules
//! nothing and tells nobody: [`Bench`](super::Bench) makes records and events of what it returns.

use vpyb_core::Pull;

use super::DeviceId;
use crate::trace::record::{Drive, Name, Net, NetLevel};

/// A pin, by its place in the list of all pins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PinId(pub u16);

#[derive(Clone, PartialEq, Debug)]
struct Pin {
    name: Name,
    net: Net,
    drive: Drive,
    pull: Pull,
    listener: Option<DeviceId>,
}

#[derive(Clone, PartialEq, Debug)]
struct NetState {
    pins: Vec<PinId>,
    level: NetLevel,
    contended: bool,
}

/// What a change did to a net.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// The net.
    pub net: Net,
    /// Its new level, if it changed.
    pub level: Option<NetLevel>,
    /// Two pins began to push it in opposite directions.
    pub contention: bool,
}

/// All pins and nets of a world. Every pin begins on a net of its own.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Nets {
    pins: Vec<Pin>,
    nets: Vec<NetState>,
}

impl Nets {
    /// Adds a pin on a net of its own.
    pub fn add(&mut self, name: Name) -> PinId {
        let pin = PinId(self.pins.len() as u16);
        let net = Net(self.nets.len() as u16);
        self.pins.push(Pin { name, net, drive: Drive::Released, pull: Pull::None, listener: None });
        self.nets.push(NetState { pins: vec![pin], level: NetLevel::Floating, contended: false });
        pin
    }

    /// Joins the nets of two pins; the one of the smaller number remains.
    pub fn join(&mut self, a: PinId, b: PinId) {
        let (a, b) = (self.net_of(a), self.net_of(b));
        let (keep, gone) = if a <= b { (a, b) } else { (b, a) };
        if keep == gone {
            return;
        }
        let moved = std::mem::take(&mut self.nets[usize::from(gone.0)].pins);
        for &pin in &moved {
            self.pins[usize::from(pin.0)].net = keep;
        }
        let pins = &mut self.nets[usize::from(keep.0)].pins;
        pins.extend(moved);
        pins.sort();
    }

    /// The net of a pin.
    pub fn net_of(&self, pin: PinId) -> Net {
        self.pins[usize::from(pin.0)].net
    }

    /// The pin's name.
    pub fn name_of(&self, pin: PinId) -> Name {
        self.pins[usize::from(pin.0)].name
    }

    /// All pins with their nets, in order.
    pub fn pins(&self) -> impl Iterator<Item = (PinId, Name, Net)> {
        self.pins.iter().enumerate().map(|(i, pin)| (PinId(i as u16), pin.name, pin.net))
    }

    /// The level of a pin's net.
    pub fn level(&self, pin: PinId) -> NetLevel {
        self.nets[usize::from(self.net_of(pin).0)].level
    }

    /// What the pin does to its net.
    pub fn drive_of(&self, pin: PinId) -> Drive {
        self.pins[usize::from(pin.0)].drive
    }

    /// Has a device told when the pin's net changes.
    pub fn listen(&mut self, pin: PinId, device: DeviceId) {
        self.pins[usize::from(pin.0)].listener = Some(device);
    }

    /// Who listens on a net: the first from this place in its list of pins on, and the place behind it.
    pub fn listener_from(&self, net: Net, place: usize) -> Option<(usize, PinId, DeviceId)> {
        let pins = self.nets[usize::from(net.0)].pins.iter().enumerate().skip(place);
        let mut listening = pins.filter_map(|(at, &pin)| {
            let device = self.pins[usize::from(pin.0)].listener?;
            Some((at + 1, pin, device))
        });
        listening.next()
    }

    /// Whether anybody listens on a net.
    pub fn is_listened_to(&self, net: Net) -> bool {
        self.listener_from(net, 0).is_some()
    }

    /// Sets a pin's pull resistor.
    pub fn pull(&mut self, pin: PinId, pull: Pull) -> Resolved {
        self.pins[usize::from(pin.0)].pull = pull;
        self.resolve(self.net_of(pin))
    }

    /// Sets what a pin does to its net.
    pub fn drive(&mut self, pin: PinId, drive: Drive) -> Resolved {
        self.pins[usize::from(pin.0)].drive = drive;
        self.resolve(self.net_of(pin))
    }

    /// Drivers win over pulls; of two that disagree the low one wins, and that is a contention. A pull-up
    /// wins over a pull-down, as it does in no circuit worth building.
    fn resolve(&mut self, net: Net) -> Resolved {
        let state = &self.nets[usize::from(net.0)];
        let has = |test: &dyn Fn(&Pin) -> bool| state.pins.iter().any(|p| test(&self.pins[usize::from(p.0)]));
        let low = has(&|pin| pin.drive == Drive::Low);
        let high = has(&|pin| pin.drive == Drive::High);
        let level = match (low, high) {
            (true, _) => NetLevel::Low,
            (_, true) => NetLevel::High,
            _ if has(&|pin| pin.pull == Pull::Up) => NetLevel::High,
            _ if has(&|pin| pin.pull == Pull::Down) => NetLevel::Low,
            _ => NetLevel::Floating,
        };
        let state = &mut self.nets[usize::from(net.0)];
        let before = std::mem::replace(&mut state.level, level);
        let contended = std::mem::replace(&mut state.contended, low && high);
        Resolved { net, level: (before != level).then_some(level), contention: low && high && !contended }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_joined() -> (Nets, PinId, PinId) {
        let mut nets = Nets::default();
        let (a, b) = (nets.add(Name(0)), nets.add(Name(1)));
        nets.join(b, a);
        (nets, a, b)
    }

    #[test]
    fn a_driver_wins_over_a_pull() {
        let (mut nets, a, b) = two_joined();
        assert_eq!(nets.level(a), NetLevel::Floating);
        assert_eq!(nets.pull(a, Pull::Up).level, Some(NetLevel::High));
        assert_eq!(nets.drive(b, Drive::Low).level, Some(NetLevel::Low));
        assert_eq!(nets.level(a), NetLevel::Low);
        assert_eq!(nets.drive(b, Drive::Released).level, Some(NetLevel::High));
    }

    #[test]
    fn two_drivers_that_disagree_contend_once() {
        let (mut nets, a, b) = two_joined();
        nets.drive(a, Drive::High);
        let resolved = nets.drive(b, Drive::Low);
        assert_eq!((resolved.level, resolved.contention), (Some(NetLevel::Low), true));
        assert!(!nets.pull(a, Pull::Up).contention, "it goes on, it does not begin again");
        assert_eq!(nets.drive(b, Drive::High).level, Some(NetLevel::High));
    }
}
