//! Devices on the bench beside the board: the accelerometer that is always there, and what a scenario wires.
//!
//! Owns which device hangs on which net, and the way of a scenario's values to its devices.

use vpyb_core::time::{Duration, Instant};

use super::machine::Machine;
use super::part::Part;
use super::pyboard::BUSES;
use crate::devices::{AccelPins, Air, I2cSensor, Mma7660, NecRemote, SENSORS, Vector};
use crate::mcu::I2cPins;
use crate::scenario::model::{self, Exposure, Row, Scenario};
use crate::world::{DeviceId, PinId};

/// The name of the board's accelerometer.
pub const ACCEL: &str = "accel";

/// Lying still on its back: 1 g is 21.33 counts.
const AT_REST: Vector = [0, 0, 21];

/// A device whose pins are on their nets.
pub(super) struct Soldered {
    name: String,
    what: What,
    /// What changes by itself from power-on.
    rows: Vec<Row>,
}

enum What {
    Accel(AccelPins, Vector),
    Sensor(String, I2cPins, Air),
    Remote(PinId, Duration),
}

impl Machine {
    /// Puts the pins of all devices on their nets.
    pub(super) fn solder_devices(&mut self, scenario: &Scenario) -> Vec<Soldered> {
        let mut soldered = vec![self.solder_accel(scenario)];
        for (name, part) in &scenario.parts {
            let (what, rows) = match part {
                model::Part::Sensor { kind, bus, temperature, humidity, rows } => {
                    let air = Air { temperature: Some(*temperature), humidity: Some(*humidity) };
                    (What::Sensor(kind.clone(), self.solder_bus(name, bus), air), rows.clone())
                }
                model::Part::NecRemote { pin, jitter } => {
                    (What::Remote(self.solder(name, "out", pin), *jitter), Vec::new())
                }
                _ => continue,
            };
            soldered.push(Soldered { name: name.clone(), what, rows });
        }
        soldered
    }

    fn solder_accel(&mut self, scenario: &Scenario) -> Soldered {
        let bus = self.solder_bus(ACCEL, BUSES[0].name);
        let supply = self.solder(ACCEL, "avdd", "PB5");
        let interrupt = self.solder(ACCEL, "int", "PB2");
        let (vector, rows) = match scenario.parts.get(ACCEL) {
            Some(model::Part::Mma7660 { vector, rows }) => (vector.unwrap_or(AT_REST), rows.clone()),
            _ => (AT_REST, Vec::new()),
        };
        let pins = AccelPins { bus, supply, interrupt };
        Soldered { name: ACCEL.to_owned(), what: What::Accel(pins, vector), rows }
    }

    /// A pin of a device on the net of a pin of the board.
    fn solder(&mut self, device: &str, own: &str, board: &str) -> PinId {
        let pin = self.world.bench.add_pin(&format!("{device}.{own}"));
        self.world.bench.join(self.pins[board], pin);
        pin
    }

    fn solder_bus(&mut self, name: &str, bus: &str) -> I2cPins {
        let unit = BUSES.iter().find(|unit| unit.name == bus).expect("checked names");
        I2cPins { scl: self.solder(name, "scl", unit.scl), sda: self.solder(name, "sda", unit.sda) }
    }

    /// Places the devices behind their pins.
    pub(super) fn place_devices(&mut self, soldered: Vec<Soldered>) {
        for Soldered { name, what, rows } in soldered {
            let me = DeviceId(self.world.devices.len() as u16);
            let bench = &mut self.world.bench;
            let text = bench.trace.name(&name);
            let part = match what {
                What::Accel(pins, vector) => Part::Mma7660(Mma7660::new(text, pins, vector, me, bench)),
                What::Sensor(kind, pins, air) => {
                    let model = SENSORS.iter().find(|model| model.kind == kind).expect("checked kinds");
                    Part::Sensor(I2cSensor::new(model, text, pins, air, me, bench))
                }
                What::Remote(pin, jitter) => Part::NecRemote(NecRemote::new(&name, pin, jitter, bench)),
            };
            self.place(part);
            self.parts.insert(name.clone(), me);
            if !rows.is_empty() {
                self.feed(&name, &rows);
            }
        }
    }

    /// Has a remote control send edges from now on; gives the instant of the last one.
    pub(super) fn send_infrared(
        &mut self,
        part: &str,
        edges: &[Duration],
        jitter: Option<Duration>,
    ) -> Instant {
        let me = self.parts[part];
        match &mut self.world.devices[usize::from(me.0)] {
            Part::NecRemote(remote) => remote.send(edges, jitter, me, &mut self.world.bench),
            _ => unreachable!("checked parts: `{part}` is no remote control"),
        }
    }

    /// Hands rows to a device, one after the other from now on.
    pub(super) fn feed(&mut self, part: &str, rows: &[Row]) {
        let me = self.parts[part];
        let bench = &mut self.world.bench;
        match &mut self.world.devices[usize::from(me.0)] {
            Part::Mma7660(accel) => accel.feed(timed(rows, vector), me, bench),
            Part::Sensor(sensor) => sensor.feed(timed(rows, air), me, bench),
            _ => unreachable!("checked parts: `{part}` takes no rows"),
        }
    }

    /// Changes what a device is exposed to.
    pub(super) fn expose(&mut self, part: &str, to: Exposure) {
        let me = self.parts[part];
        let bench = &mut self.world.bench;
        match &mut self.world.devices[usize::from(me.0)] {
            Part::Mma7660(accel) => accel.set(vector(to), me, bench),
            Part::Sensor(sensor) => sensor.set(air(to), bench),
            _ => unreachable!("checked parts: `{part}` is not exposed to anything"),
        }
    }

    /// Gives a device its supply, or takes it.
    pub(super) fn power(&mut self, me: DeviceId, on: bool) {
        let bench = &mut self.world.bench;
        match &mut self.world.devices[usize::from(me.0)] {
            Part::Mma7660(accel) => accel.power(on, bench),
            Part::Sensor(sensor) => sensor.power(on, bench),
            Part::SerialPeer(peer) => peer.power(on, bench),
            _ => unreachable!("checked parts: it has no supply of its own"),
        }
    }
}

fn timed<V>(rows: &[Row], value: impl Fn(Exposure) -> V) -> Vec<(Duration, V)> {
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
