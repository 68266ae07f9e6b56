//! Sensors of air on an I2C bus.
//!
//! Owns the list of models ([`SENSORS`]), and what they have in common: the bus side, the supply, the air about them and
//! how it changes. A model is what is behind the bus; without supply it is not asked.

use std::fmt::Debug;

use vpyb_core::time::Duration;

use super::climate::{Air, Climate};
use super::feed::Feed;
use super::i2c_target::{Answers, Target};
use super::{htu21d, lm75};
use crate::mcu::I2cPins;
use crate::trace::record::NetLevel;
use crate::trace::{Kind, Name, POWER_OFF, POWER_ON};
use crate::world::{Bench, Device, DeviceId, PinId};

/// Every model: a new one is a file and a line here.
pub const SENSORS: [Model; 2] = [htu21d::MODEL, lm75::MODEL];

const FEED: u32 = 16;

/// A model of a sensor, as scenario files name it.
#[derive(Debug)]
pub struct Model {
    /// What `kind` calls it.
    pub kind: &'static str,
    /// Its address on the bus.
    pub(super) address: u8,
    /// One without supply.
    pub(super) new: fn(Name) -> Box<dyn Sensor>,
}

/// What is behind the bus side.
pub(super) trait Sensor: Answers + Debug {
    /// Its supply came: all that it knew is lost.
    fn supplied(&mut self, bench: &mut Bench);

    /// The air about it is this from now on.
    fn exposed(&mut self, to: Climate, bench: &mut Bench);
}

/// Notes what a sensor does.
pub(super) fn note(sensor: Name, state: &str, bench: &mut Bench) {
    let state = bench.trace.name(state);
    bench.record(Kind::Device { device: sensor, state });
}

/// A sensor on a bus.
#[derive(Debug)]
pub struct I2cSensor {
    name: Name,
    target: Target,
    model: Box<dyn Sensor>,
    has_supply: bool,
    climate: Climate,
    feed: Feed<Air>,
}

impl I2cSensor {
    /// A sensor with supply, in this air.
    pub fn new(model: &Model, name: Name, pins: I2cPins, air: Air, me: DeviceId, bench: &mut Bench) -> Self {
        let climate = Climate::ROOM.changed(air);
        let target = Target::new(name, pins, model.address, me, bench);
        let mut model = (model.new)(name);
        model.exposed(climate, bench);
        model.supplied(bench);
        Self { name, target, model, has_supply: true, climate, feed: Feed::new(FEED) }
    }

    /// Its name in records.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Whether it has its supply.
    pub fn has_supply(&self) -> bool {
        self.has_supply
    }

    /// Changes the air about it.
    pub fn set(&mut self, air: Air, bench: &mut Bench) {
        self.climate = self.climate.changed(air);
        self.model.exposed(self.climate, bench);
        note(self.name, &self.climate.to_string(), bench);
    }

    /// Changes the air as these rows say, from now on.
    pub fn feed(&mut self, rows: Vec<(Duration, Air)>, me: DeviceId, bench: &mut Bench) {
        self.feed.start(rows, me, bench);
    }

    /// Turns its supply on or off. All that it knew is lost.
    pub fn power(&mut self, on: bool, bench: &mut Bench) {
        if on == self.has_supply {
            return;
        }
        self.has_supply = on;
        if on {
            self.model.supplied(bench);
        }
        note(self.name, if on { POWER_ON } else { POWER_OFF }, bench);
        self.target.release(bench);
    }
}

impl Device for I2cSensor {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        if Target::owns(number) {
            self.target.alarm(me, number, bench);
        } else if let Some(air) = self.feed.take(me, bench) {
            self.set(air, bench);
        }
    }

    fn edge(&mut self, me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench) {
        let model = self.has_supply.then_some(self.model.as_mut());
        self.target.edge(me, pin, level, model, bench);
    }
}
