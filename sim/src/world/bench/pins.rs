//! What is done with pins: wires, levels, who listens, and what a pin does to its net now and later.
//!
//! Owns that each change is recorded, that what it led to is caused by it, and who has to be told.

use vpyb_core::Pull;
use vpyb_core::time::Instant;

use super::Bench;
use crate::trace::record::{Drive, Net, NetLevel};
use crate::trace::{Kind, Name};
use crate::world::listeners::Change;
use crate::world::nets::{PinId, Resolved};
use crate::world::waves::{Next, Then};
use crate::world::{DeviceId, What};

impl Bench {
    /// Adds a pin on a net of its own.
    pub fn add_pin(&mut self, name: &str) -> PinId {
        let name = self.trace.name(name);
        self.nets.add(name)
    }

    /// Joins two pins by a wire, before the run begins.
    pub fn join(&mut self, a: PinId, b: PinId) {
        self.nets.join(a, b);
    }

    /// Plugs the wire between two pins in, or pulls it out.
    pub fn plug(&mut self, a: PinId, b: PinId, plugged: bool) {
        let rewired = self.nets.plug(a, b, plugged);
        if rewired.resolved.is_empty() {
            return;
        }
        let (a, b) = (self.pin_name(a), self.pin_name(b));
        let seq = self.record(Kind::Wire { a, b, plugged });
        let context = self.cause_is(Some(seq));
        // Edges first: a pin that is moved has had one only if it shows something else then.
        for resolved in rewired.resolved {
            self.settle(resolved);
        }
        for pin in rewired.moved {
            self.record_net(pin);
        }
        self.cause_is(context);
    }

    /// Records which pin is on which net.
    pub fn record_nets(&mut self) {
        let pins: Vec<_> = self.nets.pins().collect();
        for (_, pin, net) in pins {
            self.record(Kind::NetPin { net, pin });
        }
    }

    /// Records which net a pin is on that was put there after the others.
    pub fn record_net(&mut self, pin: PinId) {
        self.record(Kind::NetPin { net: self.nets.net_of(pin), pin: self.nets.name_of(pin) });
    }

    /// All pins with their names and nets, in order.
    pub fn pins(&self) -> impl Iterator<Item = (PinId, Name, Net)> {
        self.nets.pins()
    }

    /// The other ends of the wires at a pin.
    pub fn wired_to(&self, pin: PinId) -> Vec<PinId> {
        self.nets.wired_to(pin)
    }

    /// The level of a pin's net.
    pub fn level(&self, pin: PinId) -> NetLevel {
        self.nets.level(pin)
    }

    /// What a pin does to its net.
    pub fn drive_of(&self, pin: PinId) -> Drive {
        self.nets.drive_of(pin)
    }

    /// The name of a pin.
    pub fn pin_name(&self, pin: PinId) -> Name {
        self.nets.name_of(pin)
    }

    /// Has `device` told when the pin's net changes.
    pub fn listen(&mut self, pin: PinId, device: DeviceId) {
        self.nets.listen(pin, device);
    }

    /// Has who listens on a pin told nothing from now on; changes are collected for it.
    pub fn collect(&mut self, pin: PinId) {
        let present = Change { at: self.now, level: self.level(pin), cause: self.cause };
        if let Some(listener) = self.nets.listener_mut(pin) {
            listener.collect(present);
        }
    }

    /// The changes of a pin's net that were collected, as far as they came before this instant.
    pub fn collected(&self, pin: PinId) -> &[Change] {
        self.nets.listener(pin).map_or(&[], |listener| listener.collected(self.now))
    }

    /// Forgets what [`collected`](Self::collected) gives, and, if it is `over`, has the listener told again.
    pub fn forget_collected(&mut self, pin: PinId, over: bool) {
        let net = self.nets.net_of(pin);
        let Some(listener) = self.nets.listener_mut(pin) else { return };
        listener.forget(self.now);
        if over {
            for change in listener.be_told() {
                self.agenda.schedule(self.now, change.cause, What::Edge(net, change.level));
            }
        }
    }

    /// Has a pin do something at instants to come, and `then` an alarm sound, unless it is [cut](Self::cut) off before.
    pub fn wave(&mut self, pin: PinId, changes: impl Iterator<Item = (Instant, Drive)>, then: Then) {
        let number = self.waves.begin(pin, changes, then);
        if let Some(at) = self.next_change(number) {
            self.agenda.schedule(at, self.cause, What::Wave(number));
        }
    }

    /// Forgets what a pin was going to do.
    pub fn cut(&mut self, pin: PinId) {
        self.waves.cut(pin);
    }

    /// A change of a wave is due, and with it those that come before everything else, up to `unseen`.
    pub(in crate::world) fn go_on(&mut self, number: u16, unseen: Instant) {
        while let Some((pin, drive)) = self.waves.take(number, self.now) {
            self.drive(pin, drive);
            let Some(at) = self.next_change(number) else { return };
            if at > unseen || self.agenda.first_due().is_some_and(|due| due <= at) {
                return self.agenda.schedule(at, self.cause, What::Wave(number));
            }
            self.set_now(at);
        }
    }

    /// When the next change of a wave is due; if it is over, its alarm is entered.
    fn next_change(&mut self, number: u16) -> Option<Instant> {
        match self.waves.next(number) {
            Next::Change(at) => Some(at),
            Next::Then((at, device, alarm)) => {
                self.alarm_at(at, device, alarm);
                None
            }
        }
    }

    /// Sets a pin's pull resistor.
    pub fn pull(&mut self, pin: PinId, pull: Pull) {
        let resolved = self.nets.pull(pin, pull);
        self.settle(resolved);
        self.offer_net(resolved);
    }

    /// Sets what a pin does to its net. A change is recorded; listeners are told by an event at this instant.
    pub fn drive(&mut self, pin: PinId, drive: Drive) {
        if self.nets.drive_of(pin) == drive {
            return;
        }
        let kind = Kind::Driven { pin: self.nets.name_of(pin), drive };
        let driven = self.record(kind);
        let resolved = self.nets.drive(pin, drive);
        let context = self.cause_is(Some(driven));
        self.settle(resolved);
        self.offer_net(resolved);
        self.cause_is(context);
    }

    /// Holds a pin's net at a level, whatever drives it, or lets it go.
    pub fn force(&mut self, pin: PinId, level: Option<NetLevel>) {
        let resolved = self.nets.force(pin, level);
        self.settle(resolved);
    }

    fn settle(&mut self, resolved: Resolved) {
        let Resolved { net, level, changed, contention } = resolved;
        if contention {
            self.record(Kind::Contention { net });
        }
        let mut cause = self.cause;
        if changed {
            cause = Some(self.record(Kind::Edge { net, level }));
        }
        if level != NetLevel::Floating && self.nets.show(resolved, self.now, cause) {
            self.agenda.schedule(self.now, cause, What::Edge(net, level));
        }
    }

    pub(in crate::world) fn tell(
        &mut self,
        net: Net,
        level: NetLevel,
        place: usize,
    ) -> Option<(usize, PinId, DeviceId)> {
        self.nets.tell(net, level, place)
    }
}
