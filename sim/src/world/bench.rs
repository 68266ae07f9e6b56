//! Everything of a world but its devices: what a device may use.
//!
//! Owns the clock, and that every record carries its cause: whatever is recorded or scheduled while an
//! event is delivered was caused by what caused the event.

use vpyb_core::Pull;
use vpyb_core::time::{Duration, Instant};

use super::agenda::{Agenda, Event};
use super::interrupts::{Interrupts, Irq, Take};
use super::nets::{Nets, PinId};
use super::{DeviceId, What};
use crate::trace::record::{Drive, Net, NetLevel};
use crate::trace::{Kind, Name, Seq, Trace};

/// Clock, agenda, nets and trace.
#[derive(Clone, PartialEq, Debug)]
pub struct Bench {
    now: Instant,
    agenda: Agenda,
    nets: Nets,
    /// The record of the run.
    pub trace: Trace,
    cause: Option<Seq>,
    interrupts: Interrupts,
    served: u64,
}

impl Bench {
    /// A bench without pins at instant 0.
    pub fn new(trace: Trace) -> Self {
        Self {
            now: Instant::ZERO,
            agenda: Agenda::default(),
            nets: Nets::default(),
            trace,
            cause: None,
            interrupts: Interrupts::default(),
            served: 0,
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

    /// Joins the nets of two pins, before the run begins.
    pub fn join(&mut self, a: PinId, b: PinId) {
        self.nets.join(a, b);
    }

    /// Records which pin is on which net.
    pub fn record_nets(&mut self) {
        let pins: Vec<_> = self.nets.pins().collect();
        for (_, pin, net) in pins {
            self.record(Kind::NetPin { net, pin });
        }
    }

    /// All pins with their names and nets, in order.
    pub fn pins(&self) -> impl Iterator<Item = (PinId, Name, Net)> {
        self.nets.pins()
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

    /// Sets a pin's pull resistor.
    pub fn pull(&mut self, pin: PinId, pull: Pull) {
        let resolved = self.nets.pull(pin, pull);
        self.settle(resolved);
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
        self.cause_is(context);
    }

    fn settle(&mut self, resolved: super::nets::Resolved) {
        if resolved.contention {
            self.record(Kind::Contention { net: resolved.net });
        }
        if let Some(level) = resolved.level {
            let edge = self.record(Kind::Edge { net: resolved.net, level });
            if level != NetLevel::Floating && self.nets.is_listened_to(resolved.net) {
                self.agenda.schedule(self.now, Some(edge), What::Edge(resolved.net, level));
            }
        }
    }

    pub(super) fn listener_from(&self, net: Net, place: usize) -> Option<(usize, PinId, DeviceId)> {
        self.nets.listener_from(net, place)
    }
}
