//! Everything of a world but its devices: what a device may use.
//!
//! Owns the clock, and that every record carries its cause: whatever is recorded or scheduled while an
//! event is delivered was caused by what caused the event.

use vpyb_core::Pull;
use vpyb_core::time::{Duration, Instant};

use super::agenda::{Agenda, Event};
use super::chance::Chance;
use super::faults::{FaultKind, Faults, Place};
use super::interrupts::{Interrupts, Irq, Take};
use super::listeners::Change;
use super::nets::{Nets, PinId, Resolved};
use super::waves::{Next, Then, Waves};
use super::{DeviceId, What};
use crate::trace::record::{Drive, Net, NetLevel};
use crate::trace::{Kind, Name, Seq, Trace};

/// Clock, agenda, nets and trace.
#[derive(Clone, PartialEq, Debug)]
pub struct Bench {
    now: Instant,
    agenda: Agenda,
    nets: Nets,
    waves: Waves,
    /// The record of the run.
    pub trace: Trace,
    cause: Option<Seq>,
    interrupts: Interrupts,
    served: u64,
    chance: Chance,
    /// What goes wrong.
    pub faults: Faults,
}

impl Bench {
    /// A bench without pins at instant 0.
    pub fn new(trace: Trace) -> Self {
        Self {
            now: Instant::ZERO,
            agenda: Agenda::default(),
            nets: Nets::default(),
            waves: Waves::default(),
            chance: Chance::new(trace.meta().seed),
            trace,
            cause: None,
            interrupts: Interrupts::default(),
            served: 0,
            faults: Faults::default(),
        }
    }

    // ---- time ----------------------------------------------------------------------------------

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.now
    }

    pub(super) fn set_now(&mut self, now: Instant) {
        debug_assert!(now >= self.now, "time does not go back");
        self.now = now;
    }

    /// When the next event is due.
    pub fn next_due(&self) -> Option<Instant> {
        self.agenda.first_due()
    }

    pub(super) fn take_due(&mut self, until: Instant) -> Option<Event> {
        let event = self.agenda.take_due(until)?;
        self.set_now(event.at);
        Some(event)
    }

    /// Has `device` told at an instant that is not past.
    pub fn alarm_at(&mut self, at: Instant, device: DeviceId, number: u32) {
        self.agenda.schedule(at.max(self.now), self.cause, What::Alarm(device, number));
    }

    /// Has `device` told after a span.
    pub fn alarm_after(&mut self, span: Duration, device: DeviceId, number: u32) {
        self.alarm_at(self.now + span, device, number);
    }

    /// Has an actor act at an instant.
    pub fn actor_at(&mut self, at: Instant, actor: u16) {
        self.agenda.schedule(at.max(self.now), self.cause, What::Actor(actor));
    }

    /// Has what was planned under a number done at an instant.
    pub fn planned_at(&mut self, at: Instant, planned: u32) {
        self.agenda.schedule(at.max(self.now), self.cause, What::Planned(planned));
    }

    // ---- records and causes ----------------------------------------------------------------------

    /// Records something, caused by the present cause.
    pub fn record(&mut self, kind: Kind) -> Seq {
        tracing::trace!(at = self.now.as_nanos(), ?kind);
        self.trace.push(self.now, self.cause, kind)
    }

    /// Records something that becomes the cause of what follows in this delivery.
    pub fn record_cause(&mut self, kind: Kind) -> Seq {
        let seq = self.record(kind);
        self.cause = Some(seq);
        seq
    }

    /// The present cause.
    pub fn cause(&self) -> Option<Seq> {
        self.cause
    }

    /// Sets the present cause; gives the former one.
    pub fn cause_is(&mut self, cause: Option<Seq>) -> Option<Seq> {
        std::mem::replace(&mut self.cause, cause)
    }

    // ---- interrupts ------------------------------------------------------------------------------

    /// Asks the CPU to call a handler, `latency` from now or as soon as it has done with others.
    pub fn request_interrupt(&mut self, irq: Irq, latency: Duration) {
        let at = self.interrupts.request(irq, self.now + latency, self.cause);
        self.agenda.schedule(at, self.cause, What::Interrupts);
    }

    /// Takes a request back that has not been served.
    pub fn withdraw_interrupt(&mut self, irq: Irq) {
        self.interrupts.withdraw(irq);
    }

    pub(super) fn take_interrupt(&mut self) -> Take {
        let taken = self.interrupts.take(self.now);
        if let Take::Later(at) = taken {
            self.agenda.schedule(at, None, What::Interrupts);
        }
        taken
    }

    /// A handler begins now and runs until then; others wait.
    pub fn handler_runs_until(&mut self, until: Instant) {
        self.interrupts.busy_until = until;
    }

    /// Until when the handler runs that began last.
    pub fn handler_until(&self) -> Instant {
        self.interrupts.busy_until
    }

    /// Notes that an interrupt handler ran: the CPU wakes if it idles.
    pub fn interrupt_served(&mut self) {
        self.served += 1;
    }

    /// How many interrupt handlers have run.
    pub fn interrupts(&self) -> u64 {
        self.served
    }

    // ---- pins and nets ---------------------------------------------------------------------------

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
        self.go_on_with(number);
    }

    /// Forgets what a pin was going to do.
    pub fn cut(&mut self, pin: PinId) {
        self.waves.cut(pin);
    }

    /// A change of a wave is due.
    pub(super) fn go_on(&mut self, number: u16) {
        if let Some((pin, drive)) = self.waves.take(number, self.now) {
            self.drive(pin, drive);
            self.go_on_with(number);
        }
    }

    fn go_on_with(&mut self, number: u16) {
        match self.waves.next(number) {
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

    pub(super) fn tell(
        &mut self,
        net: Net,
        level: NetLevel,
        place: usize,
    ) -> Option<(usize, PinId, DeviceId)> {
        self.nets.tell(net, level, place)
    }

    // ---- faults ----------------------------------------------------------------------------------

    /// There is an opportunity for a fault at a place. Gives how long it lasts if one strikes: then it is recorded, and
    /// the cause of what follows.
    pub fn fault(&mut self, kind: FaultKind, place: Place) -> Option<Duration> {
        let number = self.strikes(kind, |here| here == place)?;
        let (kind, lasts) = self.fault_record(number);
        self.record_cause(kind);
        Some(lasts.unwrap_or(Duration::ZERO))
    }

    /// There is an opportunity for faults that the owner of the world carries out, at this instant.
    pub fn offer(&mut self, kinds: &[FaultKind], place: Place) {
        self.offer_where(kinds, |here| here == place);
    }

    /// A request for an interrupt: how much later its handler begins, or `None` if the request is lost.
    pub fn late_interrupt(&mut self, irq: Name) -> Option<Duration> {
        let place = Place::Named(irq);
        if self.fault(FaultKind::LostIrq, place).is_some() {
            return None;
        }
        Some(self.fault(FaultKind::LateIrq, place).unwrap_or(Duration::ZERO))
    }

    /// An edge of a net, unless a fault made it.
    fn offer_net(&mut self, Resolved { net, changed, .. }: Resolved) {
        if changed && self.faults.at_nets {
            let at_net: Vec<_> = self.nets.pins().filter(|pin| pin.2 == net).map(|pin| pin.0).collect();
            let kinds = [FaultKind::Glitch, FaultKind::BounceStorm, FaultKind::Unplug, FaultKind::StuckLow];
            self.offer_where(&kinds, |here| matches!(here, Place::Pin(pin) if at_net.contains(&pin)));
        }
    }

    fn offer_where(&mut self, kinds: &[FaultKind], here: impl Fn(Place) -> bool) {
        for &kind in kinds {
            if let Some(number) = self.strikes(kind, &here) {
                let (kind, _) = self.fault_record(number);
                let cause = Some(self.record(kind));
                self.agenda.schedule(self.now, cause, What::Fault(number as u32));
            }
        }
    }

    fn strikes(&mut self, kind: FaultKind, here: impl Fn(Place) -> bool) -> Option<usize> {
        if self.faults.is_empty() {
            return None;
        }
        self.faults.strike(kind, here, self.now, &mut self.chance)
    }

    fn fault_record(&mut self, number: usize) -> (Kind, Option<Duration>) {
        let fault = self.faults.fault(number);
        let (place, lasts, word) = (fault.shown, fault.lasts, fault.kind.word());
        (Kind::Fault { what: self.trace.name(word), place, lasts }, lasts)
    }

    // ---- chance ----------------------------------------------------------------------------------

    /// A random number from 0 to `bound - 1`, of the stream of this name.
    pub fn random(&mut self, stream: &str, bound: u64) -> u64 {
        self.chance.below(bound, stream)
    }

    /// What a pin reads: high or low. Of a floating net it is chance, which is recorded.
    pub fn reads_high(&mut self, pin: PinId) -> bool {
        match self.level(pin) {
            NetLevel::High => true,
            NetLevel::Low => false,
            NetLevel::Floating => {
                let pin = self.pin_name(pin);
                let stream = format!("{}.floating", self.trace.text(pin));
                let high = self.random(&stream, 2) == 1;
                self.record(Kind::FloatingRead { pin, high });
                high
            }
        }
    }
}
