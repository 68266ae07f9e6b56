//! The Pyboard's accelerometer, an MMA7660FC on I2C unit 1, with its supply on a pin of the chip.
//!
//! Owns when it has supply and answers, and the way of its registers over the bus: a pointer that counts on and that
//! every STOP sets back to 0. Source: MMA7660FC data sheet of Freescale; `accel.c` of MicroPython for the wiring.
//! What the registers mean is in `mma7660_chip`.
//!
//! Where the data sheet is silent: with its supply it answers after the same 12 ms as it needs to wake; a pointer
//! past the last register stays there.

use vpyb_core::time::Duration;

use super::feed::Feed;
use super::i2c_target::{Answers, Target};
use super::mma7660_chip::{Chip, Vector};
use crate::mcu::I2cPins;
use crate::trace::record::{Drive, NetLevel};
use crate::trace::{Kind, Name, POWER_OFF, POWER_ON};
use crate::world::{Bench, Device, DeviceId, PinId};

/// Its address on the bus.
const ADDRESS: u8 = 0x4C;

const FEED: u32 = 16;
const INTERRUPT: u32 = 17;

/// The wires of the accelerometer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AccelPins {
    /// The bus.
    pub bus: I2cPins,
    /// Its supply: high is on.
    pub supply: PinId,
    /// Its interrupt output.
    pub interrupt: PinId,
}

/// The accelerometer.
#[derive(Clone, PartialEq, Debug)]
pub struct Mma7660 {
    name: Name,
    pins: AccelPins,
    target: Target,
    side: Side,
    feed: Feed<Vector>,
    /// Somebody outside has cut its supply.
    cut: bool,
}

/// The bus's view of the chip.
#[derive(Clone, PartialEq, Debug)]
struct Side {
    chip: Chip,
    pointer: u8,
    /// The next byte that is sent to it is the pointer.
    pointing: bool,
}

impl Mma7660 {
    /// An accelerometer on these wires, at rest in this field.
    pub fn new(name: Name, pins: AccelPins, vector: Vector, me: DeviceId, bench: &mut Bench) -> Self {
        bench.listen(pins.supply, me);
        let target = Target::new(name, pins.bus, ADDRESS, me, bench);
        let side = Side { chip: Chip::new(vector), pointer: 0, pointing: false };
        Self { name, pins, target, side, feed: Feed::new(FEED), cut: false }
    }

    /// Its name in records.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Whether it has its supply.
    pub fn has_supply(&self) -> bool {
        self.side.chip.has_supply()
    }

    /// Changes the field that it is in.
    pub fn set(&mut self, vector: Vector, me: DeviceId, bench: &mut Bench) {
        let [x, y, z] = vector;
        let state = bench.trace.name(&format!("[{x}, {y}, {z}]"));
        bench.record(Kind::Device { device: self.name, state });
        self.side.chip.set(vector, bench.now());
        self.ask_interrupt(me, bench);
    }

    /// Changes the field as these rows say, from now on.
    pub fn feed(&mut self, rows: Vec<(Duration, Vector)>, me: DeviceId, bench: &mut Bench) {
        self.feed.start(rows, me, bench);
    }

    /// Cuts its supply, whatever the board does, or gives it back.
    pub fn power(&mut self, on: bool, bench: &mut Bench) {
        self.cut = !on;
        let supplied = bench.level(self.pins.supply) == NetLevel::High;
        self.supply(supplied, bench);
    }

    fn supply(&mut self, high: bool, bench: &mut Bench) {
        let on = high && !self.cut;
        if on == self.side.chip.has_supply() {
            return;
        }
        let state = bench.trace.name(if on { POWER_ON } else { POWER_OFF });
        bench.record(Kind::Device { device: self.name, state });
        self.side.chip.supply(on, bench.now());
        self.side.stopped();
        self.target.release(bench);
        self.drive_interrupt(bench);
    }

    /// Has itself told when the next interrupt can come, if any is on.
    fn ask_interrupt(&mut self, me: DeviceId, bench: &mut Bench) {
        if let Some(at) = self.side.chip.next_interrupt(bench.now()) {
            bench.alarm_at(at, me, INTERRUPT);
        }
    }

    fn drive_interrupt(&mut self, bench: &mut Bench) {
        let drive = match self.side.chip.interrupt_level() {
            Some(true) => Drive::High,
            Some(false) => Drive::Low,
            None => Drive::Released,
        };
        bench.drive(self.pins.interrupt, drive);
    }
}

impl Answers for Side {
    fn addressed(&mut self, read: bool, bench: &mut Bench) -> bool {
        self.pointing = !read;
        self.chip.answers(bench.now())
    }

    fn received(&mut self, byte: u8, bench: &mut Bench) -> bool {
        if self.pointing {
            (self.pointer, self.pointing) = (byte, false);
        } else {
            self.chip.write(self.pointer, byte, bench.now());
            self.count_on();
        }
        true
    }

    fn next_byte(&mut self, bench: &mut Bench) -> (u8, vpyb_core::time::Instant) {
        let byte = self.chip.read(self.pointer, bench.now());
        self.count_on();
        (byte, bench.now())
    }

    fn stopped(&mut self) {
        (self.pointer, self.pointing) = (0, false);
    }
}

impl Side {
    fn count_on(&mut self) {
        self.pointer = self.pointer.saturating_add(1).min(Chip::LAST_REGISTER);
    }
}

impl Device for Mma7660 {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        match number {
            FEED => {
                if let Some(vector) = self.feed.take(me, bench) {
                    self.set(vector, me, bench);
                }
            }
            INTERRUPT => {
                if self.side.chip.sampled(bench.now()) {
                    self.ask_interrupt(me, bench);
                }
                self.drive_interrupt(bench);
            }
            _ => self.target.alarm(me, number, bench),
        }
    }

    fn edge(&mut self, me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench) {
        if pin == self.pins.supply {
            self.supply(level == NetLevel::High, bench);
            return;
        }
        let before = self.side.chip.interrupts();
        let side = self.side.chip.has_supply().then_some(&mut self.side);
        self.target.edge(me, pin, level, side, bench);
        if self.side.chip.interrupts() != before {
            self.ask_interrupt(me, bench);
        }
        // Reading TILT releases it.
        self.drive_interrupt(bench);
    }
}
