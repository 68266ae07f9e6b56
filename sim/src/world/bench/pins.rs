//! What is done with pins: wires, levels, who listens, and what a pin does to its net now and later.
//!
//! Owns that each change is recorded, that what it led to is caused by it, and who has to be told.

use vpyb_core::Pull;
use vpyb_core::time::Instant;

use super::{Bench, write};
use crate::trace::record::{Drive, Net, NetLevel};
use crate::trace::{Kind, Name, Seq, Trace};
use crate::world::listeners::Change;
use crate::world::nets::{OnNet, PinId, Resolved};
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
    #[inline]
    pub fn collected(&self, pin: PinId) -> &[Change] {
        self.nets.listener(pin).map_or(&[], |listener| listener.collected(self.now))
    }

    /// Has who listens on a pin told again, beginning with what was collected and is not in [`collected`](Self::collected).
    /// Gives the last level that is in it.
    pub fn be_told(&mut self, pin: PinId) -> Option<NetLevel> {
        let net = self.nets.net_of(pin);
        let listener = self.nets.listener_mut(pin)?;
        let last = listener.forget(self.now);
        for change in listener.be_told() {
            self.agenda.schedule(self.now, change.cause, What::Edge(net, change.level));
        }
        last
    }

    /// Has a pin drive high or low at instants to come, and `then` an alarm sound, unless it is [cut](Self::cut) off before.
    pub fn wave(&mut self, pin: PinId, changes: impl Iterator<Item = (Instant, bool)>, then: Then) {
        let number = self.waves.begin(pin, changes, then);
        let next = self.waves.get_mut(number).next();
        self.enter(number, next);
    }

    /// Forgets what a pin was going to do.
    pub fn cut(&mut self, pin: PinId) {
        self.waves.cut(pin);
    }

    /// A change of a wave is due, and with it those that come before everything else.
    pub(in crate::world) fn go_on(&mut self, number: u16) {
        while let Some((changed, next)) = self.change_by(number) {
            self.tell_of(changed);
            match next {
                Next::Change(at) if self.reaches(at) => {}
                next => return self.enter(number, next),
            }
        }
    }

    /// Makes the change of a wave that is due, and those behind it up to the next event, if they concern nobody. Gives what
    /// has to be told, and how the wave goes on.
    fn change_by(&mut self, number: u16) -> Option<(Option<Changed>, Next)> {
        let wave = self.waves.get_mut(number);
        let mut pin = self.nets.on_net(wave.pin);
        if !pin.leads() || self.faults.at_nets {
            let &(at, drive) = wave.take(self.now, self.now).first()?;
            let changed = change(&mut pin, drive, at, self.cause, &mut self.trace);
            return Some((changed, wave.next()));
        }
        let until = self.agenda.first_due().map_or(self.unseen, |due| self.unseen.min(due));
        let changes = wave.take(self.now, until);
        self.now = changes.last()?.0;
        for &(at, drive) in changes {
            lead(&mut pin, drive, at, self.cause, &mut self.trace);
        }
        Some((None, wave.next()))
    }

    /// Enters what comes next of a wave.
    fn enter(&mut self, number: u16, next: Next) {
        match next {
            Next::Change(at) => self.agenda.schedule(at, self.cause, What::Wave(number)),
            Next::Then((at, device, alarm)) => self.alarm_at(at, device, alarm),
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
        let changed = change(&mut self.nets.on_net(pin), drive, self.now, self.cause, &mut self.trace);
        self.tell_of(changed);
    }

    /// Has told what a pin did, and offers it to faults.
    #[inline]
    fn tell_of(&mut self, changed: Option<Changed>) {
        let Some(Changed { driven, resolved, shown, is_told }) = changed else { return };
        if is_told {
            self.agenda.schedule(self.now, shown, What::Edge(resolved.net, resolved.level));
        }
        if self.faults.at_nets {
            let context = self.cause_is(Some(driven));
            self.offer_net(resolved);
            self.cause_is(context);
        }
    }

    /// Holds a pin's net at a level, whatever drives it, or lets it go.
    pub fn force(&mut self, pin: PinId, level: Option<NetLevel>) {
        let resolved = self.nets.force(pin, level);
        self.settle(resolved);
    }

    fn settle(&mut self, resolved: Resolved) {
        let shown = write_resolved(resolved, self.now, self.cause, &mut self.trace);
        let Resolved { net, level, .. } = resolved;
        if level != NetLevel::Floating && self.nets.show(resolved, self.now, shown) {
            self.agenda.schedule(self.now, shown, What::Edge(net, level));
        }
    }

    pub(in crate::world) fn has_one_listener(&self, net: Net) -> bool {
        self.nets.has_one_listener(net)
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

/// What a pin did.
#[derive(Clone, Copy)]
struct Changed {
    /// The record of it.
    driven: Seq,
    /// What came of it.
    resolved: Resolved,
    /// The record of what the net shows.
    shown: Option<Seq>,
    /// An event has to tell somebody.
    is_told: bool,
}

/// Has a pin do something, unless it does so already.
#[inline]
fn change(
    pin: &mut OnNet<'_>,
    drive: Drive,
    now: Instant,
    cause: Option<Seq>,
    trace: &mut Trace,
) -> Option<Changed> {
    if pin.drive_of() == drive {
        return None;
    }
    let driven = write(trace, now, cause, Kind::Driven { pin: pin.name(), drive });
    let resolved = pin.drive(drive);
    let shown = write_resolved(resolved, now, Some(driven), trace);
    let is_told = resolved.level != NetLevel::Floating && pin.show(resolved, now, shown);
    Some(Changed { driven, resolved, shown, is_told })
}

/// Has a pin do something that leads its net.
#[inline(always)]
fn lead(pin: &mut OnNet<'_>, drive: Drive, at: Instant, cause: Option<Seq>, trace: &mut Trace) {
    if pin.drive_of() != drive {
        let driven = write(trace, at, cause, Kind::Driven { pin: pin.name(), drive });
        let (net, level) = pin.lead(drive);
        let edge = write(trace, at, Some(driven), Kind::Edge { net, level });
        pin.collect(Change { at, level, cause: Some(edge) });
    }
}

/// Records what became of a net; gives the cause of what it shows from then on.
#[inline(always)]
fn write_resolved(
    Resolved { net, level, changed, contention }: Resolved,
    now: Instant,
    cause: Option<Seq>,
    trace: &mut Trace,
) -> Option<Seq> {
    if contention {
        write(trace, now, cause, Kind::Contention { net });
    }
    if changed { Some(write(trace, now, cause, Kind::Edge { net, level })) } else { cause }
}
