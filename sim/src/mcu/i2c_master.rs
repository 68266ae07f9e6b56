//! The sending and clocking half of an I2C unit: a transfer in, edges on two open-drain pins out.
//!
//! Owns the bus at bit times: conditions, bits, acknowledges; the wait for a device that stretches the clock; the
//! loss of arbitration. It drives its pins, sees edges, asks for alarms, and knows no device. Sources: UM10204 for
//! the bus, RM0090 for what the unit notices, MicroPython's `i2c.c` for the time after which it gives up.
//!
//! Each clock of the bus goes round once:
//!
//! ```text
//!            STEP                  STEP                     edge: SCL is high
//!   Low ─────────────▶ Set ─────────────────▶ Rising ───────────────────────────▶ High
//!    ▲  SDA is set          SCL is let go          (somebody may hold it low)       │ STEP, or another pulls SCL low:
//!    └──────────────────────────── fall: SCL low, next bit ◀───────────────────────┘ SDA is sampled
//!
//!   begin ──▶ Waiting ──bus free──▶ Held ──STEP──▶ Low          High of a STOP ──▶ Stopping ──edge: SDA is high──▶ end
//!                      SDA low: START                             SDA is let go
//! ```
//!
//! Invariant **open-drain**: a pin is driven low or let go, never high.

use std::collections::VecDeque;

use vpyb_core::time::{Duration, Instant};

use super::i2c::I2cPins;
use super::i2c_clock::I2cClock;
use super::i2c_job::{Job, Phase};
use super::i2c_transfer::{Bits, I2cOutcome, I2cSegment, I2cTicket, Item, plan, recovery};
use crate::trace::record::{Drive, I2cEvent, I2cFault, NetLevel};
use crate::trace::{Kind, Name, Seq};
use crate::world::{Bench, DeviceId, FaultKind, PinId, Place};

/// Alarms: the next thing to do, and the time to give up. The rest of the number tells stale ones.
const STEP: u32 = 0;
const GIVE_UP: u32 = 1;

/// The master of a unit that is open.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Master {
    name: Name,
    pins: I2cPins,
    clock: I2cClock,
    /// So many milliseconds it waits: for a free bus, or for SCL to rise.
    patience: u32,
    /// The lines, as the edges told.
    scl: bool,
    sda: bool,
    /// A line was low, and no STOP has been seen since.
    busy: bool,
    /// The earliest instant of the next START.
    free_from: Instant,
    pub(super) job: Option<Job>,
    /// How transfers ended that somebody still asks for.
    outcomes: Vec<(I2cTicket, I2cOutcome)>,
    /// How many transfers were begun.
    begun: u32,
    /// The record by which the last transfer ended.
    ended_by: Option<Seq>,
    /// Alarms of other generations are stale.
    generation: u32,
}

impl Master {
    /// A master at rest, on a bus as it stands.
    pub(super) fn new(name: Name, pins: I2cPins, clock: I2cClock, patience: u32, bench: &Bench) -> Self {
        let high = |pin| bench.level(pin) == NetLevel::High;
        let (scl, sda) = (high(pins.scl), high(pins.sda));
        Self {
            name,
            pins,
            clock,
            patience,
            scl,
            sda,
            busy: !scl || !sda,
            free_from: Instant::ZERO,
            job: None,
            outcomes: Vec::new(),
            begun: 0,
            ended_by: None,
            generation: 0,
        }
    }

    /// Whether no transfer is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.job.is_none()
    }

    /// How a transfer ended, once; `None` while it is under way.
    pub(super) fn take_outcome(&mut self, ticket: I2cTicket) -> Option<I2cOutcome> {
        let place = self.outcomes.iter().position(|(of, _)| *of == ticket)?;
        Some(self.outcomes.remove(place).1)
    }

    /// The record by which the last transfer ended.
    pub(super) fn ended_by(&self) -> Option<Seq> {
        self.ended_by
    }

    /// Begins a transfer, caused by the bench's present cause.
    pub(super) fn begin(
        &mut self,
        address: u8,
        segments: &[I2cSegment],
        me: DeviceId,
        bench: &mut Bench,
    ) -> I2cTicket {
        let context = bench.cause();
        let ticket = self.enter(plan(address, segments), self.clock, None, bench);
        self.wait_for_bus(me, bench);
        bench.cause_is(context);
        ticket
    }

    /// Begins the recovery of a bus that is stuck.
    pub(super) fn begin_recovery(&mut self, me: DeviceId, bench: &mut Bench) -> I2cTicket {
        let context = bench.cause();
        let ticket = self.enter(recovery(), I2cClock::RECOVERY, Some(0), bench);
        self.next_item(me, bench);
        bench.cause_is(context);
        ticket
    }

    fn enter(
        &mut self,
        items: VecDeque<Item>,
        clock: I2cClock,
        clocks: Option<u8>,
        bench: &Bench,
    ) -> I2cTicket {
        debug_assert!(self.job.is_none(), "a unit has one transfer at a time");
        self.begun = self.begun.wrapping_add(1);
        let ticket = I2cTicket(self.begun);
        let give_up = self.patience_ends(bench);
        self.job = Some(Job::new(ticket, items, clock, clocks, bench.cause(), give_up));
        ticket
    }

    /// Nobody asks for a transfer's outcome any more. If it is under way it ends after the present byte, with a STOP; one
    /// that waits for the bus is forgotten.
    pub(super) fn abandon(&mut self, ticket: I2cTicket) {
        self.take_outcome(ticket);
        let Some(job) = self.job.as_mut().filter(|job| job.ticket == Some(ticket)) else { return };
        job.abandon();
        if job.phase == Phase::Waiting {
            self.job = None;
            self.next_generation();
        }
    }

    // ---- what the bus does -----------------------------------------------------------------------

    /// The net of one of its pins changed.
    pub(super) fn on_edge(&mut self, pin: PinId, level: NetLevel, me: DeviceId, bench: &mut Bench) {
        let high = level == NetLevel::High;
        if pin == self.pins.scl {
            self.scl = high;
            self.busy |= !high;
            self.on_clock(high, me, bench);
            return;
        }
        self.sda = high;
        self.busy |= !high;
        if !high || !self.scl {
            return;
        }
        // SDA rises while SCL is high: a STOP, ours or another's.
        self.busy = false;
        self.free_from = bench.now() + self.clock.low;
        match self.phase() {
            Some(Phase::Waiting) => self.wait_for_bus(me, bench),
            Some(Phase::Stopping) => self.stopped(bench),
            _ => {}
        }
    }

    fn on_clock(&mut self, high: bool, me: DeviceId, bench: &mut Bench) {
        match self.phase() {
            Some(Phase::Rising { since }) if high => {
                let span = bench.now() - since;
                if !span.is_zero() {
                    let event = I2cEvent::Stretched { span };
                    let seq = bench.record_cause(Kind::I2c { bus: self.name, event });
                    self.job_mut().cause = Some(seq);
                }
                let clock = self.job_mut().clock;
                self.enter_phase(Phase::High, clock.high, me, bench);
            }
            // Another master is faster: its low period is also ours.
            Some(Phase::High) if !high => self.sample(true, me, bench),
            Some(Phase::Held) if !high => self.next_item(me, bench),
            _ => {}
        }
    }

    /// An alarm that it asked for.
    pub(super) fn on_alarm(&mut self, number: u32, me: DeviceId, bench: &mut Bench) {
        if number >> 1 != self.generation {
            return;
        }
        let Some(job) = &self.job else { return };
        bench.cause_is(job.cause);
        match (number & 1, job.phase) {
            (GIVE_UP, phase) => self.give_up(phase, bench),
            (_, Phase::Waiting) => self.wait_for_bus(me, bench),
            (_, Phase::Held) => self.next_item(me, bench),
            (_, Phase::Low) => {
                let release = job.releases_sda();
                let rest = job.clock.low.saturating_sub(job.clock.settle());
                self.enter_phase(Phase::Set, rest, me, bench);
                self.drive(self.pins.sda, release, bench);
            }
            (_, Phase::Set) => {
                let since = bench.now();
                self.await_rise(Phase::Rising { since }, self.pins.scl, me, bench);
            }
            (_, Phase::High) => self.sample(false, me, bench),
            (_, Phase::Rising { .. } | Phase::Stopping) => {}
        }
    }

    // ---- what it does itself -----------------------------------------------------------------------

    /// Sends the START if the bus is free, or waits until it is.
    fn wait_for_bus(&mut self, me: DeviceId, bench: &mut Bench) {
        let now = bench.now();
        let job = self.job_mut();
        bench.cause_is(job.cause);
        if self.busy {
            let give_up = self.job_mut().give_up;
            self.next_generation();
            self.alarm(GIVE_UP, give_up, me, bench);
        } else if now < self.free_from {
            self.next_generation();
            self.alarm(STEP, self.free_from, me, bench);
        } else {
            self.job_mut().items.pop_front();
            self.start(false, me, bench);
        }
    }

    fn start(&mut self, repeated: bool, me: DeviceId, bench: &mut Bench) {
        self.note(I2cEvent::Start { repeated }, bench);
        bench.offer(&[FaultKind::Arbitration], Place::Named(self.name));
        let clock = self.job_mut().clock;
        self.enter_phase(Phase::Held, clock.high, me, bench);
        self.drive(self.pins.sda, false, bench);
    }

    /// Takes up the next item and pulls SCL low for its first bit.
    fn next_item(&mut self, me: DeviceId, bench: &mut Bench) {
        let job = self.job_mut();
        bench.cause_is(job.cause);
        job.item = job.items.pop_front().expect("what ends a transfer is its last item");
        job.bits = Bits::of(job.item);
        self.fall(me, bench);
    }

    fn fall(&mut self, me: DeviceId, bench: &mut Bench) {
        let wait = self.job_mut().clock.settle();
        self.enter_phase(Phase::Low, wait, me, bench);
        self.drive(self.pins.scl, false, bench);
    }

    /// The high period is over: what SDA shows counts. `pulled`: another one has ended it.
    fn sample(&mut self, pulled: bool, me: DeviceId, bench: &mut Bench) {
        let high = bench.level(self.pins.sda) == NetLevel::High;
        let job = self.job_mut();
        bench.cause_is(job.cause);
        match job.item {
            Item::Stop if !pulled => {
                self.await_rise(Phase::Stopping, self.pins.sda, me, bench);
            }
            Item::Clock => self.try_stop(me, bench),
            Item::Start if high && !pulled => self.start(true, me, bench),
            Item::Start | Item::Stop => self.lose(I2cFault::Arbitration, I2cOutcome::Arbitration, bench),
            _ => self.take_bit(high, me, bench),
        }
    }

    fn take_bit(&mut self, high: bool, me: DeviceId, bench: &mut Bench) {
        let job = self.job_mut();
        if job.is_our_bit() && job.bits.releases() && !high {
            self.lose(I2cFault::Arbitration, I2cOutcome::Arbitration, bench);
        } else if job.bits.take(high) {
            let event = job.byte_over();
            self.note(event, bench);
            self.next_item(me, bench);
        } else {
            self.fall(me, bench);
        }
    }

    fn stopped(&mut self, bench: &mut Bench) {
        bench.cause_is(self.job_mut().cause);
        self.note(I2cEvent::Stop, bench);
        if let Some(clocks) = self.job_mut().clocks {
            self.note(I2cEvent::Recovered { clocks, free: true }, bench);
        }
        self.end(bench);
    }

    /// Lets SDA go in a clock of a recovery: if it rises, that is a STOP, which every device heeds.
    fn try_stop(&mut self, me: DeviceId, bench: &mut Bench) {
        let job = self.job_mut();
        let clocks = job.clocks.unwrap_or(0) + 1;
        (job.clocks, job.phase) = (Some(clocks), Phase::Stopping);
        let last = job.items.is_empty();
        self.drive(self.pins.sda, true, bench);
        if bench.level(self.pins.sda) == NetLevel::High {
            self.next_generation();
        } else if last {
            self.note(I2cEvent::Recovered { clocks, free: false }, bench);
            self.job_mut().failed = Some(I2cOutcome::Stuck);
            self.end(bench);
        } else {
            self.next_item(me, bench);
        }
    }

    fn give_up(&mut self, phase: Phase, bench: &mut Bench) {
        let (fault, outcome) = match phase {
            Phase::Waiting => (I2cFault::Busy, I2cOutcome::Busy),
            Phase::Rising { .. } => (I2cFault::Stretch, I2cOutcome::Stretch),
            _ => (I2cFault::Stuck, I2cOutcome::Stuck),
        };
        self.lose(fault, outcome, bench);
    }

    /// Lets both lines go in the middle of a transfer.
    fn lose(&mut self, fault: I2cFault, outcome: I2cOutcome, bench: &mut Bench) {
        self.note(I2cEvent::Failed { fault }, bench);
        self.drive(self.pins.sda, true, bench);
        self.drive(self.pins.scl, true, bench);
        self.job_mut().failed = Some(outcome);
        self.end(bench);
    }

    fn end(&mut self, bench: &mut Bench) {
        self.next_generation();
        let Some(job) = self.job.take() else { return };
        self.ended_by = job.cause;
        if let Some(ticket) = job.ticket {
            self.outcomes.push((ticket, job.failed.unwrap_or(I2cOutcome::Done(job.read))));
        }
        // Also of an abandoned one: the next may wait for the unit.
        bench.interrupt_served();
    }

    // ---- small things ------------------------------------------------------------------------------

    fn phase(&self) -> Option<Phase> {
        self.job.as_ref().map(|job| job.phase)
    }

    fn job_mut(&mut self) -> &mut Job {
        self.job.as_mut().expect("a transfer is under way")
    }

    fn note(&mut self, event: I2cEvent, bench: &mut Bench) {
        let seq = bench.record_cause(Kind::I2c { bus: self.name, event });
        self.job_mut().cause = Some(seq);
    }

    fn enter_phase(&mut self, phase: Phase, lasts: Duration, me: DeviceId, bench: &mut Bench) {
        self.job_mut().phase = phase;
        self.next_generation();
        self.alarm(STEP, bench.now() + lasts, me, bench);
    }

    /// Lets a line go, and enters a phase that only its rising edge ends, or the end of patience.
    fn await_rise(&mut self, phase: Phase, pin: PinId, me: DeviceId, bench: &mut Bench) {
        self.job_mut().phase = phase;
        self.next_generation();
        self.drive(pin, true, bench);
        if bench.level(pin) != NetLevel::High {
            let give_up = self.patience_ends(bench);
            self.alarm(GIVE_UP, give_up, me, bench);
        }
    }

    fn next_generation(&mut self) {
        self.generation = (self.generation + 1) & (u32::MAX >> 1);
    }

    /// The driver counts millisecond ticks, so the present one is not whole.
    fn patience_ends(&self, bench: &Bench) -> Instant {
        Instant::from_millis(bench.now().as_millis() + u64::from(self.patience))
    }

    fn alarm(&self, kind: u32, at: Instant, me: DeviceId, bench: &mut Bench) {
        bench.alarm_at(at, me, self.generation << 1 | kind);
    }

    fn drive(&self, pin: PinId, release: bool, bench: &mut Bench) {
        bench.drive(pin, if release { Drive::Released } else { Drive::Low });
    }
}
