//! A source of levels that were fixed before the run: a pattern generator, or what was once recorded.
//!
//! Owns when its pin does what. It sees nothing.

use vpyb_core::time::Instant;

use crate::trace::record::{Drive, NetLevel};
use crate::world::{Bench, Device, DeviceId, PinId};

/// A source of levels.
#[derive(Clone, PartialEq, Debug)]
pub struct LogicSource {
    out: PinId,
    /// In the order of time.
    edges: Vec<(Instant, Drive)>,
    next: usize,
}

impl LogicSource {
    /// A source that drives nothing before the first of these edges.
    pub fn new(out: PinId, edges: Vec<(Instant, Drive)>, me: DeviceId, bench: &mut Bench) -> Self {
        let source = Self { out, edges, next: 0 };
        source.ask(me, bench);
        source
    }

    fn ask(&self, me: DeviceId, bench: &mut Bench) {
        if let Some(&(at, _)) = self.edges.get(self.next) {
            bench.alarm_at(at, me, 0);
        }
    }
}

impl Device for LogicSource {
    fn alarm(&mut self, me: DeviceId, _number: u32, bench: &mut Bench) {
        if let Some(&(_, drive)) = self.edges.get(self.next) {
            self.next += 1;
            bench.drive(self.out, drive);
            self.ask(me, bench);
        }
    }

    fn edge(&mut self, _me: DeviceId, _pin: PinId, _level: NetLevel, _bench: &mut Bench) {}
}
