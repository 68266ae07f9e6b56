//! The I2C buses of the bench: the chip's units, the accelerometer, and what a scenario wires beside it.
//!
//! Owns which device is on which bus, and the way of a scenario's values to its devices.

use std::task::Waker;

use vpyb_core::time::Duration;

use super::machine::Machine;
use super::part::Part;
use super::pyboard::BUSES;
use crate::devices::{AccelPins, Air, Htu21d, Mma7660, Vector};
use crate::mcu::{I2c, I2cPins};
use crate::scenario::model::{self, Exposure, Scenario};
use crate::world::{Bench, DeviceId};

/// The name of the board's accelerometer.
pub const ACCEL: &str = "accel";

/// Lying still on its back: 1 g is 21.33 counts.
const AT_REST: [i8; 3] = [0, 0, 21];

/// A device whose pins are on their nets.
pub(super) struct Soldered {
    name: String,
    pins: Pins,
    first: Exposure,
    rows: Vec<model::Row>,
}

enum Pins {
    Accel(AccelPins),
    Htu21d(I2cPins),
}

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

    /// Puts the pins of all devices on the nets of their buses.
    pub(super) fn solder_devices(&mut self, scenario: &Scenario) -> Vec<Soldered> {
        let mut soldered = Vec::new();
        let bus = self.solder_bus(ACCEL, BUSES[0].name);
        let [supply, interrupt] = [("avdd", "PB5"), ("int", "PB2")].map(|(own, board)| {
            let pin = self.world.bench.add_pin(&format!("{ACCEL}.{own}"));
            self.world.bench.join(self.pins[board], pin);
            pin
        });
        let pins = Pins::Accel(AccelPins { bus, supply, interrupt });
        let (vector, rows) = match scenario.parts.get(ACCEL) {
            Some(model::Part::Mma7660 { vector, rows }) => (vector.unwrap_or(AT_REST), rows.clone()),
            _ => (AT_REST, Vec::new()),
        };
        soldered.push(Soldered { name: ACCEL.to_owned(), pins, first: Exposure::Vector(vector), rows });
        for (name, part) in &scenario.parts {
            if let model::Part::Htu21d { bus, temperature, humidity, rows } = part {
                let pins = Pins::Htu21d(self.solder_bus(name, bus));
                let first = Exposure::Air { temperature: Some(*temperature), humidity: Some(*humidity) };
                soldered.push(Soldered { name: name.clone(), pins, first, rows: rows.clone() });
            }
        }
        soldered
    }

    fn solder_bus(&mut self, name: &str, bus: &str) -> I2cPins {
        let unit = BUSES.iter().find(|unit| unit.name == bus).expect("checked names");
        let bench = &mut self.world.bench;
        let pins = I2cPins {
            scl: bench.add_pin(&format!("{name}.scl")),
            sda: bench.add_pin(&format!("{name}.sda")),
        };
        bench.join(self.pins[unit.scl], pins.scl);
        bench.join(self.pins[unit.sda], pins.sda);
        pins
    }

    /// Places the devices behind their pins.
    pub(super) fn place_devices(&mut self, soldered: Vec<Soldered>) {
        for Soldered { name, pins, first, rows } in soldered {
            let me = DeviceId(self.world.devices.len() as u16);
            let bench = &mut self.world.bench;
            let text = bench.trace.name(&name);
            let part = match pins {
                Pins::Accel(pins) => Part::Mma7660(Mma7660::new(text, pins, vector(first), me, bench)),
                Pins::Htu21d(pins) => Part::Htu21d(Htu21d::new(text, pins, air(first), me, bench)),
            };
            self.place(part);
            self.parts.insert(name.clone(), me);
            self.feed(&name, &rows);
        }
    }

    /// Hands rows to a device, one after the other from now on.
    pub(super) fn feed(&mut self, part: &str, rows: &[model::Row]) {
        let me = self.parts[part];
        let bench = &mut self.world.bench;
        match &mut self.world.devices[usize::from(me.0)] {
            Part::Mma7660(accel) => accel.feed(timed(rows, vector), me, bench),
            Part::Htu21d(sensor) => sensor.feed(timed(rows, air), me, bench),
            _ => unreachable!("checked parts: `{part}` takes no rows"),
        }
    }

    /// Changes what a device is exposed to.
    pub(super) fn expose(&mut self, part: &str, to: Exposure) {
        let me = self.parts[part];
        let bench = &mut self.world.bench;
        match &mut self.world.devices[usize::from(me.0)] {
            Part::Mma7660(accel) => accel.set(vector(to), me, bench),
            Part::Htu21d(sensor) => sensor.set(air(to), bench),
            _ => unreachable!("checked parts: `{part}` is not exposed to anything"),
        }
    }

    /// Gives a device its supply, or takes it.
    pub(super) fn power(&mut self, part: &str, on: bool) {
        let me = self.parts[part];
        let bench = &mut self.world.bench;
        match &mut self.world.devices[usize::from(me.0)] {
            Part::Mma7660(accel) => accel.power(on, bench),
            Part::Htu21d(sensor) => sensor.power(on, bench),
            _ => unreachable!("checked parts: `{part}` has no supply of its own"),
        }
    }
}

fn timed<V>(rows: &[model::Row], value: impl Fn(Exposure) -> V) -> Vec<(Duration, V)> {
    rows.iter().map(|row| (row.after, value(row.to))).collect()
}

fn vector(to: Exposure) -> Vector {
    match to {
        Exposure::Vector(vector) => vector,
        Exposure::Air { .. } => unreachable!("checked parts: an accelerometer has a vector"),
    }
}

fn air(to: Exposure) -> Air {
    match to {
        Exposure::Air { temperature, humidity } => Air { temperature, humidity },
        Exposure::Vector(_) => unreachable!("checked parts: a sensor of air has no vector"),
    }
}
