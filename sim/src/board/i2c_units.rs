//! The I2C units of the chip, and who waits for them.
//!
//! Owns their places and the wakers of tasks that await a transfer.

use std::task::Waker;

use super::machine::Machine;
use super::part::Part;
use super::pyboard::BUSES;
use crate::mcu::{I2c, I2cPins};
use crate::world::{Bench, DeviceId};

impl Machine {
    pub(super) fn place_buses(&mut self) {
        for unit in BUSES {
            let pins = I2cPins { scl: self.pins[unit.scl], sda: self.pins[unit.sda] };
            let name = self.world.bench.trace.name(unit.name);
            let device = self.place(Part::I2c(I2c::new(name, pins)));
            self.buses.insert(unit.name, device);
        }
    }

    /// The I2C unit in a place, and the bench.
    pub(super) fn i2c(&mut self, device: DeviceId) -> (&mut I2c, &mut Bench) {
        match &mut self.world.devices[usize::from(device.0)] {
            Part::I2c(unit) => (unit, &mut self.world.bench),
            _ => unreachable!("I2C units are in their places"),
        }
    }

    /// Has a waker called when a unit is at rest.
    pub(super) fn wake_at_rest(&mut self, device: DeviceId, waker: &Waker) {
        if !self.wakers.iter().any(|(of, known)| *of == device && known.will_wake(waker)) {
            self.wakers.push((device, waker.clone()));
        }
    }

    /// Wakes who waits for a unit that is at rest: its transfer is over, or it is free for another one.
    pub(super) fn wake_waiting(&mut self) {
        for (device, waker) in std::mem::take(&mut self.wakers) {
            let (unit, _) = self.i2c(device);
            if !unit.is_idle() {
                self.wakers.push((device, waker));
                continue;
            }
            let ended_by = unit.ended_by();
            let woken_by = self.wakes_are_by(ended_by);
            waker.wake();
            self.wakes_are_by(woken_by);
        }
    }
}
