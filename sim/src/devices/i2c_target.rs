//! The bus side of a device on an I2C bus.
//!
//! Owns bits: it sees START and STOP, takes the address and bytes in, acknowledges, sends bytes, and holds SCL low
//! where its device needs time. What the bytes mean is the device's business ([`Answers`]). Source: UM10204.
//!
//! ```text
//!            START           own address, or not                byte taken, or refused
//!   Ignore ───────▶ Address ──────────────────▶ Acknowledge ◀───────────────────────── Receive
//!     ▲                │ not ours                 │ written to: ─────────────────────▶ Receive
//!     │                ▼                          │ read from: next byte
//!     ├──────────── Ignore                        ▼
//!     └─── STOP, from everywhere                 Send ──refused──▶ Ignore
//! ```
//!
//! Invariant **open-drain**: a pin is driven low or let go, never high.

use vpyb_core::time::{Duration, Instant};

use crate::mcu::I2cPins;
use crate::trace::Name;
use crate::trace::record::{Drive, NetLevel};
use crate::world::{Bench, DeviceId, FaultKind, PinId, Place};

/// SDA changes so long after SCL fell: for 300 ns after it a device must take SDA for unchanged.
const HOLD: Duration = Duration::from_nanos(300);

/// A device that has lost count of its bits lets go of SDA after so many clocks at the latest: nine of a recovery.
const STUCK_FOR: u8 = 9;

const SET: u32 = 0;
const STRETCHED: u32 = 1;
const FREE: u32 = 2;

/// What a device answers on the bus.
pub trait Answers {
    /// Its address was called. True: it acknowledges.
    fn addressed(&mut self, read: bool, bench: &mut Bench) -> bool;

    /// A byte was sent to it. True: it acknowledges.
    fn received(&mut self, byte: u8, bench: &mut Bench) -> bool;

    /// The next byte that is read from it, and the instant before which it holds SCL low.
    fn next_byte(&mut self, bench: &mut Bench) -> (u8, Instant);

    /// A STOP ended the transfer.
    fn stopped(&mut self);
}

/// The bus side of a device.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    name: Name,
    pins: I2cPins,
    address: u8,
    /// The lines, as the edges told.
    scl: bool,
    sda: bool,
    state: State,
    /// Bits of the byte under way, and how many of them are over.
    byte: u8,
    bits: u8,
    /// What SDA is about to show, and when.
    due: Option<(Instant, bool)>,
    /// Until when SCL is held low.
    held_until: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    Ignore,
    Address,
    Receive,
    /// The ninth bit of a byte that was taken; then the master sends, or reads.
    Acknowledge {
        then_read: bool,
    },
    /// A byte is sent; whether the master has acknowledged it.
    Send {
        acknowledged: bool,
    },
    /// A fault: SDA is held low until so many clocks are over.
    Stuck {
        clocks: u8,
    },
}

impl Target {
    /// A device at this seven-bit address that listens on its two pins.
    pub fn new(name: Name, pins: I2cPins, address: u8, me: DeviceId, bench: &mut Bench) -> Self {
        bench.listen(pins.scl, me);
        bench.listen(pins.sda, me);
        let high = |pin| bench.level(pin) == NetLevel::High;
        Self {
            name,
            pins,
            address,
            scl: high(pins.scl),
            sda: high(pins.sda),
            state: State::Ignore,
            byte: 0,
            bits: 0,
            due: None,
            held_until: None,
        }
    }

    /// Whether an alarm of this number is its own.
    pub fn owns(number: u32) -> bool {
        number <= FREE
    }

    /// Lets go of the bus and forgets the transfer: its supply is gone.
    pub fn release(&mut self, bench: &mut Bench) {
        self.ignore();
        self.held_until = None;
        bench.drive(self.pins.sda, Drive::Released);
        bench.drive(self.pins.scl, Drive::Released);
    }

    fn ignore(&mut self) {
        self.state = State::Ignore;
        self.due = None;
    }

    /// The net of one of its pins changed. A device without supply has no `answers`.
    pub fn edge(
        &mut self,
        me: DeviceId,
        pin: PinId,
        level: NetLevel,
        answers: Option<&mut (impl Answers + ?Sized)>,
        bench: &mut Bench,
    ) {
        let high = level == NetLevel::High;
        let clock = pin == self.pins.scl;
        if clock {
            self.scl = high;
        } else {
            self.sda = high;
        }
        let Some(answers) = answers else { return };
        match (clock, high) {
            (true, true) => self.rise(),
            (true, false) => self.fall(me, answers, bench),
            (false, _) if !self.scl => {}
            // SDA changes while SCL is high: a STOP, or a START.
            (false, true) => {
                self.ignore();
                answers.stopped();
            }
            (false, false) => {
                self.ignore();
                (self.state, self.bits) = (State::Address, 0);
            }
        }
    }

    /// SCL is high: SDA counts.
    fn rise(&mut self) {
        match self.state {
            State::Address | State::Receive if self.bits < 8 => {
                self.byte = self.byte << 1 | u8::from(self.sda);
                self.bits += 1;
            }
            State::Send { .. } if self.bits == 8 => {
                self.state = State::Send { acknowledged: !self.sda };
                self.bits = 9;
            }
            _ => {}
        }
    }

    /// SCL is low: SDA may change.
    fn fall(&mut self, me: DeviceId, answers: &mut (impl Answers + ?Sized), bench: &mut Bench) {
        match self.state {
            State::Address if self.bits == 8 => {
                let read = self.byte & 1 == 1;
                let ours = self.byte >> 1 == self.address && self.is_well(bench);
                let ours = ours && answers.addressed(read, bench);
                self.answer(ours, read, me, bench);
            }
            State::Receive if self.bits == 8 => {
                let taken = self.is_well(bench) && answers.received(self.byte, bench);
                self.answer(taken, false, me, bench);
            }
            State::Acknowledge { then_read: false } => {
                (self.state, self.bits) = (State::Receive, 0);
                self.set(true, me, bench);
            }
            State::Acknowledge { then_read: true } => self.send(me, answers, bench),
            State::Send { .. } if self.bits < 7 => {
                self.bits += 1;
                self.set(self.bit(), me, bench);
            }
            State::Send { .. } if self.bits == 7 => {
                self.bits = 8;
                self.set(true, me, bench);
            }
            State::Send { acknowledged: true } if self.bits == 9 => self.send(me, answers, bench),
            State::Send { .. } if self.bits == 9 => self.ignore(),
            State::Stuck { clocks: 0 } => {
                self.ignore();
                self.set(true, me, bench);
            }
            State::Stuck { clocks } => self.state = State::Stuck { clocks: clocks - 1 },
            _ => {}
        }
    }

    /// Whether it takes notice of a byte: not if that is where it fails, or loses its supply.
    fn is_well(&self, bench: &mut Bench) -> bool {
        let place = Place::Named(self.name);
        bench.offer(&[FaultKind::PowerOff], place);
        bench.fault(FaultKind::Nack, place).is_none()
    }

    fn answer(&mut self, ack: bool, then_read: bool, me: DeviceId, bench: &mut Bench) {
        if !ack {
            return self.ignore();
        }
        let place = Place::Named(self.name);
        self.state = match bench.fault(FaultKind::StuckLow, place) {
            Some(_) => State::Stuck { clocks: STUCK_FOR },
            None => State::Acknowledge { then_read },
        };
        self.set(false, me, bench);
        if let Some(span) = bench.fault(FaultKind::Stretch, place) {
            self.hold(bench.now() + span, me, bench);
        }
    }

    /// Holds SCL low until then.
    fn hold(&mut self, until: Instant, me: DeviceId, bench: &mut Bench) {
        self.held_until = Some(until);
        bench.drive(self.pins.scl, Drive::Low);
        bench.alarm_at(until, me, STRETCHED);
    }

    /// Begins to send the next byte, now or when the device has it.
    fn send(&mut self, me: DeviceId, answers: &mut (impl Answers + ?Sized), bench: &mut Bench) {
        let (byte, from) = answers.next_byte(bench);
        let wrong = bench.fault(FaultKind::Crc, Place::Named(self.name)).is_some();
        (self.state, self.byte, self.bits) = (State::Send { acknowledged: false }, byte ^ u8::from(wrong), 0);
        if from <= bench.now() {
            self.set(self.bit(), me, bench);
            return;
        }
        self.set(true, me, bench);
        self.hold(from, me, bench);
    }

    /// The bit that is to be sent.
    fn bit(&self) -> bool {
        self.byte << self.bits & 0x80 != 0
    }

    fn set(&mut self, high: bool, me: DeviceId, bench: &mut Bench) {
        self.due = Some((bench.now() + HOLD, high));
        bench.alarm_after(HOLD, me, SET);
    }

    /// An alarm that it asked for.
    pub fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        let now = bench.now();
        match number {
            SET => {
                if let Some((_, high)) = self.due.take_if(|(at, _)| *at <= now) {
                    bench.drive(self.pins.sda, if high { Drive::Released } else { Drive::Low });
                }
            }
            STRETCHED if self.held_until == Some(now) => {
                let low = match self.state {
                    State::Send { .. } => !self.bit(),
                    State::Acknowledge { .. } | State::Stuck { .. } => true,
                    _ => false,
                };
                bench.drive(self.pins.sda, if low { Drive::Low } else { Drive::Released });
                bench.alarm_after(HOLD, me, FREE);
            }
            FREE if self.held_until.is_some() => {
                self.held_until = None;
                bench.drive(self.pins.scl, Drive::Released);
            }
            _ => {}
        }
    }
}
