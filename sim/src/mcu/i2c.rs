//! An I2C unit of the chip: two open-drain pins and a master on them.
//!
//! Owns the unit as the board opens it. It is a master only, as in the tutorial. It knows its pins and nothing of
//! who else is on the bus.

use vpyb_core::Pull;

use super::i2c_clock::I2cClock;
use super::i2c_master::Master;
use super::i2c_transfer::{I2cOutcome, I2cSegment, I2cTicket};
use crate::trace::record::NetLevel;
use crate::trace::{Name, Seq};
use crate::world::{Bench, Device, DeviceId, PinId};

/// The pins of an I2C unit or device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct I2cPins {
    /// The clock.
    pub scl: PinId,
    /// Data.
    pub sda: PinId,
}

/// An I2C unit, closed until the program opens it.
#[derive(Clone, PartialEq, Debug)]
pub struct I2c {
    name: Name,
    pins: I2cPins,
    master: Option<Master>,
}

impl I2c {
    /// A closed unit.
    pub fn new(name: Name, pins: I2cPins) -> Self {
        Self { name, pins, master: None }
    }

    /// Its name in records.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Its pins.
    pub fn pins(&self) -> I2cPins {
        self.pins
    }

    /// Whether the program has opened it.
    pub fn is_open(&self) -> bool {
        self.master.is_some()
    }

    /// Opens it: both pins are pulled up and listened to. It gives up a transfer that is held up for `patience`
    /// milliseconds. Opened again, its settings change; a transfer that is under way is lost.
    pub fn open(&mut self, me: DeviceId, clock: I2cClock, patience: u32, bench: &mut Bench) {
        for pin in [self.pins.scl, self.pins.sda] {
            // Listened to first: that its pins rise looks like a STOP to it, from which on the bus is free.
            bench.listen(pin, me);
            bench.pull(pin, Pull::Up);
        }
        self.master = Some(Master::new(self.name, self.pins, clock, patience, bench));
    }

    /// How many bytes were read in the transfer that is on the bus; `None` if there is none.
    pub fn on_bus(&self) -> Option<usize> {
        self.master.as_ref()?.job.as_ref()?.on_bus()
    }

    /// Begins a transfer; none may be under way.
    pub fn begin(
        &mut self,
        address: u8,
        segments: &[I2cSegment],
        me: DeviceId,
        bench: &mut Bench,
    ) -> I2cTicket {
        self.opened().begin(address, segments, me, bench)
    }

    /// Begins the recovery of a stuck bus: clocks until SDA is free, nine at the most, and a STOP.
    pub fn begin_recovery(&mut self, me: DeviceId, bench: &mut Bench) -> I2cTicket {
        self.opened().begin_recovery(me, bench)
    }

    /// Nobody asks for a transfer any more. If it is under way it ends with a STOP after the present byte.
    pub fn abandon(&mut self, ticket: I2cTicket) {
        self.opened().abandon(ticket);
    }

    /// Whether no transfer is under way.
    pub fn is_idle(&self) -> bool {
        self.master.as_ref().is_none_or(Master::is_idle)
    }

    /// The record by which the last transfer ended.
    pub fn ended_by(&self) -> Option<Seq> {
        self.master.as_ref().and_then(Master::ended_by)
    }

    /// How a transfer ended, once; `None` while it is under way.
    pub fn take_outcome(&mut self, ticket: I2cTicket) -> Option<I2cOutcome> {
        self.opened().take_outcome(ticket)
    }

    fn opened(&mut self) -> &mut Master {
        self.master.as_mut().expect("the unit is open")
    }
}

impl Device for I2c {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        if let Some(master) = &mut self.master {
            master.on_alarm(number, me, bench);
        }
    }

    fn edge(&mut self, me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench) {
        if let Some(master) = &mut self.master {
            master.on_edge(pin, level, me, bench);
        }
    }
}
