//! Nets: pins that share a level.
//!
//! Owns the wires, which pin is on which net, what each pin does to it, and the level that results. It schedules
//! nothing and tells nobody: [`Bench`](super::Bench) makes records and events of what it returns.
//!
//! Invariants: **smallest-pin** — a net has the number of the first of its pins, so that a net that is taken apart
//! and put together again is the same one; **told-once** — a listener is told a level only if it was told another one
//! before.

mod wires;

use vpyb_core::Pull;
use vpyb_core::time::Instant;
use wires::Wire;

use super::DeviceId;
use super::listeners::{Change, Listener};
use super::pushes::Pushes;
use crate::trace::Seq;
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
}

#[derive(Clone, PartialEq, Debug)]
struct NetState {
    net: Net,
    pins: Vec<PinId>,
    /// Who listens on its pins, in their order.
    listeners: Vec<Listener>,
    /// The last level that was recorded.
    level: NetLevel,
    contended: bool,
    /// A glitch holds it there, whatever drives it.
    forced: Option<NetLevel>,
    pushes: Pushes,
}

/// What a change did to a net.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// The net.
    pub net: Net,
    /// Its level.
    pub level: NetLevel,
    /// Whether that is a new one.
    pub changed: bool,
    /// Two pins began to push it in opposite directions.
    pub contention: bool,
}

/// What plugging or unplugging a wire did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rewired {
    /// Pins that are on another net now.
    pub moved: Vec<PinId>,
    /// The nets whose pins are not what they were.
    pub resolved: Vec<Resolved>,
}

/// All pins and nets of a world. Every pin begins on a net of its own.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Nets {
    pins: Vec<Pin>,
    nets: Vec<NetState>,
    wires: Vec<Wire>,
}

impl Nets {
    /// Adds a pin on a net of its own.
    pub fn add(&mut self, name: Name) -> PinId {
        let pin = PinId(self.pins.len() as u16);
        let net = Net(pin.0);
        self.pins.push(Pin { name, net, drive: Drive::Released, pull: Pull::None });
        let level = NetLevel::Floating;
        let mut pushes = Pushes::default();
        pushes.add_drive(Drive::Released, 1);
        pushes.add_pull(Pull::None, 1);
        self.nets.push(NetState {
            net,
            pins: vec![pin],
            listeners: Vec::new(),
            level,
            contended: false,
            forced: None,
            pushes,
        });
        pin
    }

    fn pin(&self, pin: PinId) -> &Pin {
        &self.pins[usize::from(pin.0)]
    }

    fn net(&self, net: Net) -> &NetState {
        &self.nets[usize::from(net.0)]
    }

    fn net_mut(&mut self, net: Net) -> &mut NetState {
        &mut self.nets[usize::from(net.0)]
    }

    // ---- what is so ------------------------------------------------------------------------------

    /// The net of a pin.
    pub fn net_of(&self, pin: PinId) -> Net {
        self.pin(pin).net
    }

    /// The pin's name.
    pub fn name_of(&self, pin: PinId) -> Name {
        self.pin(pin).name
    }

    /// All pins with their nets, in order.
    pub fn pins(&self) -> impl Iterator<Item = (PinId, Name, Net)> {
        self.pins.iter().enumerate().map(|(i, pin)| (PinId(i as u16), pin.name, pin.net))
    }

    /// The level of a pin's net.
    pub fn level(&self, pin: PinId) -> NetLevel {
        self.net(self.net_of(pin)).level
    }

    /// What the pin does to its net.
    pub fn drive_of(&self, pin: PinId) -> Drive {
        self.pin(pin).drive
    }

    // ---- listeners -------------------------------------------------------------------------------

    /// Has a device told when the pin's net changes.
    pub fn listen(&mut self, pin: PinId, device: DeviceId) {
        let net = self.net_mut(self.net_of(pin));
        let listener = Listener::new(pin, device, net.level);
        match net.listeners.binary_search_by_key(&pin, |listener| listener.pin) {
            Ok(known) => net.listeners[known] = listener,
            Err(place) => net.listeners.insert(place, listener),
        }
    }

    /// Who listens on a pin.
    pub fn listener(&self, pin: PinId) -> Option<&Listener> {
        self.net(self.net_of(pin)).listeners.iter().find(|listener| listener.pin == pin)
    }

    /// The same, to be changed.
    pub fn listener_mut(&mut self, pin: PinId) -> Option<&mut Listener> {
        self.net_mut(self.net_of(pin)).listeners.iter_mut().find(|listener| listener.pin == pin)
    }

    /// Whether exactly one listens on a net.
    pub fn has_one_listener(&self, net: Net) -> bool {
        self.net(net).listeners.len() == 1
    }

    /// The next listener on a net that is to be told this level: the first from this place in the net's list on, and the
    /// place behind it. It counts as told.
    pub fn tell(&mut self, net: Net, level: NetLevel, place: usize) -> Option<(usize, PinId, DeviceId)> {
        let from = self.net_mut(net).listeners.iter_mut().enumerate().skip(place);
        let (at, listener) = { from }.find_map(|(at, one)| one.is_told(level).then_some((at, one)))?;
        Some((at + 1, listener.pin, listener.device))
    }

    // ---- changes ---------------------------------------------------------------------------------

    /// Sets a pin's pull resistor.
    pub fn pull(&mut self, pin: PinId, pull: Pull) -> Resolved {
        let OnNet { pin, net } = self.on_net(pin);
        net.pushes.add_pull(std::mem::replace(&mut pin.pull, pull), -1);
        net.pushes.add_pull(pull, 1);
        net.resolve()
    }

    /// Holds a pin's net at a level, whatever drives it, or lets it go.
    pub fn force(&mut self, pin: PinId, level: Option<NetLevel>) -> Resolved {
        let net = self.net_mut(self.net_of(pin));
        net.forced = level;
        net.resolve()
    }

    /// A pin with its net.
    #[inline]
    pub fn on_net(&mut self, pin: PinId) -> OnNet<'_> {
        let pin = &mut self.pins[usize::from(pin.0)];
        let net = &mut self.nets[usize::from(pin.net.0)];
        OnNet { pin, net }
    }

    /// A net has this level, which is a new one or not; as of the net of a pin.
    pub fn show(&mut self, resolved: Resolved, at: Instant, cause: Option<Seq>) -> bool {
        self.net_mut(resolved.net).show(resolved, at, cause)
    }
}

/// A pin with its net: what the pin does, and what the net shows then.
pub struct OnNet<'n> {
    pin: &'n mut Pin,
    net: &'n mut NetState,
}

impl OnNet<'_> {
    /// The pin's name.
    pub fn name(&self) -> Name {
        self.pin.name
    }

    /// What the pin does to its net.
    pub fn drive_of(&self) -> Drive {
        self.pin.drive
    }

    /// Whether the net shows what this pin drives, whatever that is, and nobody has to be told: no other pin drives it,
    /// nothing holds it, and who listens collects.
    pub fn leads(&self) -> bool {
        let NetState { forced, pushes, listeners, .. } = &*self.net;
        let alone = self.pin.drive != Drive::Released && pushes.drivers() == 1 && forced.is_none();
        alone && listeners.iter().all(Listener::collects)
    }

    /// Sets what the pin does to its net.
    #[inline]
    pub fn drive(&mut self, drive: Drive) -> Resolved {
        self.set(drive);
        self.net.resolve()
    }

    /// The same of a pin that [leads](Self::leads) and goes on driving; gives the net and its level, which is new.
    #[inline]
    pub fn lead(&mut self, drive: Drive) -> (Net, NetLevel) {
        self.set(drive);
        self.net.level = if drive == Drive::High { NetLevel::High } else { NetLevel::Low };
        (self.net.net, self.net.level)
    }

    #[inline]
    fn set(&mut self, drive: Drive) {
        self.net.pushes.add_drive(std::mem::replace(&mut self.pin.drive, drive), -1);
        self.net.pushes.add_drive(drive, 1);
    }

    /// Who listens has a change from now on; all of them collect.
    #[inline]
    pub fn collect(&mut self, change: Change) {
        self.net.listeners.iter_mut().for_each(|listener| listener.learn(change));
    }

    /// The net has this level, which is a new one or not: who collects changes has it from now on. Gives whether anybody
    /// else has to be told: who was not told it, or will have been told another one by then. After a change that
    /// is everybody, since the change before may still be on its way at the same instant.
    #[inline]
    pub fn show(&mut self, resolved: Resolved, at: Instant, cause: Option<Seq>) -> bool {
        self.net.show(resolved, at, cause)
    }
}

impl NetState {
    #[inline]
    fn resolve(&mut self) -> Resolved {
        let level = self.forced.unwrap_or(self.pushes.level());
        let before = std::mem::replace(&mut self.level, level);
        let contends = self.pushes.contend();
        let contended = std::mem::replace(&mut self.contended, contends);
        Resolved { net: self.net, level, changed: before != level, contention: contends && !contended }
    }

    #[inline]
    fn show(&mut self, Resolved { level, changed, .. }: Resolved, at: Instant, cause: Option<Seq>) -> bool {
        let mut is_to_be_told = false;
        for listener in &mut self.listeners {
            is_to_be_told |= listener.is_to_be_told(Change { at, level, cause }, changed);
        }
        is_to_be_told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_joined() -> (Nets, PinId, PinId) {
        let mut nets = Nets::default();
        let (a, b) = (nets.add(Name::from(0)), nets.add(Name::from(1)));
        nets.join(b, a);
        (nets, a, b)
    }

    fn drive(nets: &mut Nets, pin: PinId, drive: Drive) -> Resolved {
        nets.on_net(pin).drive(drive)
    }

    /// The level, if it is a new one.
    fn new_level(resolved: Resolved) -> Option<NetLevel> {
        resolved.changed.then_some(resolved.level)
    }

    #[test]
    fn a_driver_wins_over_a_pull() {
        let (mut nets, a, b) = two_joined();
        assert_eq!(nets.level(a), NetLevel::Floating);
        assert_eq!(new_level(nets.pull(a, Pull::Up)), Some(NetLevel::High));
        assert_eq!(new_level(drive(&mut nets, b, Drive::Low)), Some(NetLevel::Low));
        assert_eq!(nets.level(a), NetLevel::Low);
        assert_eq!(new_level(drive(&mut nets, b, Drive::Released)), Some(NetLevel::High));
    }

    #[test]
    fn two_pulls_that_disagree_hold_nothing() {
        let (mut nets, a, b) = two_joined();
        nets.pull(a, Pull::Up);
        assert_eq!(new_level(nets.pull(b, Pull::Down)), Some(NetLevel::Floating));
        assert_eq!(new_level(nets.pull(a, Pull::None)), Some(NetLevel::Low));
    }

    #[test]
    fn two_drivers_that_disagree_contend_once() {
        let (mut nets, a, b) = two_joined();
        drive(&mut nets, a, Drive::High);
        let resolved = drive(&mut nets, b, Drive::Low);
        assert_eq!((new_level(resolved), resolved.contention), (Some(NetLevel::Low), true));
        assert!(!nets.pull(a, Pull::Up).contention, "it goes on, it does not begin again");
        assert_eq!(new_level(drive(&mut nets, b, Drive::High)), Some(NetLevel::High));
    }

    #[test]
    fn a_glitch_is_stronger_than_a_driver_and_leaves_no_trace() {
        let (mut nets, a, b) = two_joined();
        drive(&mut nets, a, Drive::Low);
        let glitch = nets.force(b, Some(NetLevel::High));
        assert_eq!((new_level(glitch), glitch.contention), (Some(NetLevel::High), false));
        assert_eq!(new_level(nets.force(b, None)), Some(NetLevel::Low));
    }

    /// `a`, `b` and `c` in a row; the wire between `b` and `c` is pulled out and put back.
    #[test]
    fn a_net_that_is_taken_apart_and_put_together_is_the_same_one() {
        let (mut nets, a, b) = two_joined();
        let c = nets.add(Name::from(2));
        nets.join(b, c);
        drive(&mut nets, a, Drive::High);
        nets.pull(c, Pull::Down);
        assert_eq!([a, b, c].map(|pin| nets.net_of(pin)), [Net(0); 3]);
        let apart = nets.plug(c, b, false);
        assert_eq!(apart.moved, [c]);
        let low = Resolved { net: Net(2), level: NetLevel::Low, changed: true, contention: false };
        let high = Resolved { net: Net(0), level: NetLevel::High, changed: false, contention: false };
        assert_eq!(apart.resolved, [high, low]);
        assert_eq!(nets.plug(b, c, false), Rewired::default(), "it is out already");
        assert_eq!(nets.plug(a, c, true), Rewired::default(), "there is no such wire");
        assert_eq!(nets.plug(b, c, true), Rewired { moved: vec![c], resolved: vec![high] });
        assert_eq!(nets.level(c), NetLevel::High);
    }

    #[test]
    fn a_listener_is_told_what_is_new_to_it() {
        let (mut nets, a, b) = two_joined();
        nets.pull(a, Pull::Up);
        nets.listen(a, DeviceId(0));
        nets.listen(b, DeviceId(1));
        let net = nets.net_of(a);
        let mut is_to_be_told = |level, changed| {
            let resolved = Resolved { net, level, changed, contention: false };
            nets.show(resolved, Instant::ZERO, None)
        };
        assert!(!is_to_be_told(NetLevel::High, false));
        assert!(is_to_be_told(NetLevel::Low, false));
        assert!(is_to_be_told(NetLevel::High, true), "that it was low is on its way");
        drive(&mut nets, a, Drive::Low);
        assert_eq!(nets.tell(net, NetLevel::Low, 0), Some((1, a, DeviceId(0))));
        assert_eq!(nets.tell(net, NetLevel::Low, 1), Some((2, b, DeviceId(1))));
        assert_eq!(nets.tell(net, NetLevel::Low, 0), None);
    }
}
