//! Everything of a world but its devices: what a device may use.
//!
//! Owns the clock, and that every record carries its cause: whatever is recorded or scheduled while an
//! event is delivered was caused by what caused the event. What is done with pins stands in `pins`.

mod pins;

use tracing::level_filters::LevelFilter;
use vpyb_core::time::{Duration, Instant};

use super::agenda::{Agenda, Event};
use super::chance::Chance;
use super::faults::{FaultKind, Faults, Place};
use super::interrupts::{Interrupts, Irq, Take};
use super::nets::{Nets, PinId, Resolved};
use super::waves::Waves;
use super::{DeviceId, What};
use crate::trace::record::{Net, NetLevel};
use crate::trace::{Kind, Name, Record, Seq, Trace};

/// Clock, agenda, nets and trace.
#[derive(Clone, PartialEq, Debug)]
pub struct Bench {
    now: Instant,
    /// Up to when a delivery may go on by itself, since nobody looks meanwhile; zero between deliveries.
    unseen: Instant,
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
            unseen: Instant::ZERO,
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

    /// The delivery under way may go on by itself up to an instant.
    pub(super) fn goes_unseen(&mut self, until: Instant) {
        self.unseen = until;
    }

    /// Goes on to an instant in the delivery under way, if it would be the next one anyway: nothing else is due by then, and
    /// nobody looks meanwhile. For who has nothing left to do at the present instant.
    #[inline]
    pub fn reaches(&mut self, at: Instant) -> bool {
        let reaches = at <= self.unseen && self.agenda.first_due().is_none_or(|due| due > at);
        if reaches {
            self.set_now(at);
        }
        reaches
    }

    /// When the next event is due.
    #[inline]
    pub fn next_due(&self) -> Option<Instant> {
        self.agenda.first_due()
    }

    #[inline]
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
    #[inline]
    pub fn record(&mut self, kind: Kind) -> Seq {
        write(&mut self.trace, self.now, self.cause, kind)
    }

    /// Records something that becomes the cause of what follows in this delivery.
    #[inline]
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

    // ---- faults ----------------------------------------------------------------------------------

    /// There is an opportunity for a fault at a place. Gives how long it lasts if one strikes: then it is recorded, and
    /// the cause of what follows.
    #[inline]
    pub fn fault(&mut self, kind: FaultKind, place: Place) -> Option<Duration> {
        if self.faults.is_empty() { None } else { self.fault_at(kind, place) }
    }

    fn fault_at(&mut self, kind: FaultKind, place: Place) -> Option<Duration> {
        let number = self.strikes(kind, |here| here == place)?;
        let (kind, lasts) = self.fault_record(number);
        self.record_cause(kind);
        Some(lasts.unwrap_or(Duration::ZERO))
    }

    /// There is an opportunity for faults that the owner of the world carries out, at this instant.
    #[inline]
    pub fn offer(&mut self, kinds: &[FaultKind], place: Place) {
        if !self.faults.is_empty() {
            self.offer_where(kinds, |here| here == place);
        }
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
    #[inline]
    fn offer_net(&mut self, resolved: Resolved) {
        if resolved.changed && self.faults.at_nets {
            self.offer_faults_at(resolved.net);
        }
    }

    #[inline(never)]
    fn offer_faults_at(&mut self, net: Net) {
        let at_net: Vec<_> = self.nets.pins().filter(|pin| pin.2 == net).map(|pin| pin.0).collect();
        let kinds = [FaultKind::Glitch, FaultKind::BounceStorm, FaultKind::Unplug, FaultKind::StuckLow];
        self.offer_where(&kinds, |here| matches!(here, Place::Pin(pin) if at_net.contains(&pin)));
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
        self.faults.strike(kind, here, self.now, &mut self.chance)
    }

    fn fault_record(&mut self, number: usize) -> (Kind, Option<Duration>) {
        let fault = self.faults.fault(number);
        let (place, lasts, word) = (fault.shown, fault.lasts, fault.kind.word());
        (Kind::Fault { what: self.trace.name(word), place, lasts: lasts.into() }, lasts)
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

#[inline(always)]
fn write(trace: &mut Trace, at: Instant, cause: Option<Seq>, kind: Kind) -> Seq {
    let seq = trace.push(at, cause, kind);
    // Asked here, so that the way of nearly all records is short.
    if LevelFilter::current() == LevelFilter::TRACE {
        log(trace);
    }
    seq
}

/// Says what was recorded last to whoever reads the simulator's own log.
#[cold]
#[inline(never)]
fn log(trace: &Trace) {
    if let Some(Record { at, kind, .. }) = trace.records().last() {
        tracing::trace!(at = at.as_nanos(), ?kind);
    }
}
