//! A push button between a pin and a rail.
//!
//! Owns its contact, and how the contact bounces. The first touch is the true time of a press, the first gap that of
//! a release; what comes after is bounce. It knows no resistor: whoever reads the pin pulls it.

use vpyb_core::time::{Duration, Instant};

use crate::trace::record::{Drive, NetLevel};
use crate::trace::{Kind, Name};
use crate::world::{Bench, Device, DeviceId, PinId};

/// How many times a contact opens and closes again by chance, at least and at most.
const FLICKERS: [u64; 2] = [2, 6];

/// How a contact bounces.
#[derive(Clone, PartialEq, Debug)]
pub enum Bounce {
    /// By chance; the last time so long after the true instant.
    Seeded(Duration),
    /// It opens and closes so long after the true instant: an even number of times, in ascending order.
    Listed(Vec<Duration>),
}

/// A push button.
#[derive(Clone, PartialEq, Debug)]
pub struct Button {
    name: Name,
    contact: PinId,
    /// What the contact does to its pin while it is closed.
    rail: Drive,
    bounce: Bounce,
    pressed: bool,
    /// When the contact will open or close of itself, latest first.
    toggles: Vec<Instant>,
}

impl Button {
    /// A button that is not pressed.
    pub fn new(name: Name, contact: PinId, rail: Drive, bounce: Bounce) -> Self {
        Self { name, contact, rail, bounce, pressed: false, toggles: Vec::new() }
    }

    /// Its name in records.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Whether it is pressed.
    pub fn is_pressed(&self) -> bool {
        self.pressed
    }

    /// Presses it, or lets it go; without effect if that was done before. What was left of a bounce is over.
    pub fn press(&mut self, pressed: bool, me: DeviceId, bench: &mut Bench) {
        if std::mem::replace(&mut self.pressed, pressed) == pressed {
            return;
        }
        let context = bench.cause();
        let state = bench.trace.name(if pressed { "pressed" } else { "released" });
        bench.record_cause(Kind::Device { device: self.name, state });
        bench.drive(self.contact, if pressed { self.rail } else { Drive::Released });
        self.toggles = self.bounces(bench);
        self.ask(me, bench);
        bench.cause_is(context);
    }

    /// The instants of a bounce that begins now, latest first.
    fn bounces(&self, bench: &mut Bench) -> Vec<Instant> {
        let now = bench.now();
        let after = match &self.bounce {
            Bounce::Listed(after) => after.clone(),
            Bounce::Seeded(length) => seeded(*length, bench.pin_name(self.contact), bench),
        };
        after.into_iter().rev().map(|after| now + after).collect()
    }

    fn ask(&self, me: DeviceId, bench: &mut Bench) {
        if let Some(&next) = self.toggles.last() {
            bench.alarm_at(next, me, 0);
        }
    }
}

/// As many spans as there are bounces, one at chance in each of so many equal parts of `length`, the last at its end.
fn seeded(length: Duration, contact: Name, bench: &mut Bench) -> Vec<Duration> {
    let stream = format!("{}.bounce", bench.trace.text(contact));
    let [least, most] = FLICKERS;
    let toggles = 2 * (least + bench.random(&stream, most - least + 1));
    let mut spans: Vec<Duration> = (1..toggles)
        .map(|part| {
            let [begin, end] = [part - 1, part].map(|edge| length.as_nanos() / toggles * edge);
            Duration::from_nanos(begin + 1 + bench.random(&stream, end - begin))
        })
        .collect();
    spans.push(length);
    spans
}

impl Device for Button {
    fn alarm(&mut self, me: DeviceId, _number: u32, bench: &mut Bench) {
        // An alarm of a bounce that was cut short finds another instant here.
        if self.toggles.pop_if(|at| *at == bench.now()).is_none() {
            return;
        }
        let other = if bench.drive_of(self.contact) == self.rail { Drive::Released } else { self.rail };
        bench.drive(self.contact, other);
        self.ask(me, bench);
    }

    fn edge(&mut self, _me: DeviceId, _pin: PinId, _level: NetLevel, _bench: &mut Bench) {}
}
