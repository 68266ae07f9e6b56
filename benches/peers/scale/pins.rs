//! A bench with many pins: what an edge costs on it.
//!
//! Each pin is driven by a device that toggles it after a time of its own, and is listened to by another one.

use std::hint::black_box;
use std::time::Instant as Clock;

use vpyb_core::time::{Duration, Instant};
use vpyb_sim::trace::record::{Drive, NetLevel};
use vpyb_sim::trace::{Meta, Trace};
use vpyb_sim::world::{Bench, Device, DeviceId, PinId, World};

enum Part {
    /// Toggles its pin every so often.
    Source { pin: PinId, high: bool, every: Duration },
    /// Counts the edges that it sees.
    Listener(u64),
}

impl Device for Part {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        if let Self::Source { pin, high, every } = self {
            *high = !*high;
            bench.drive(*pin, if *high { Drive::High } else { Drive::Low });
            bench.alarm_after(*every, me, number);
        }
    }

    fn edge(&mut self, _: DeviceId, _: PinId, _: NetLevel, _: &mut Bench) {
        if let Self::Listener(seen) = self {
            *seen += 1;
        }
    }
}

/// Nanoseconds for an edge on a bench with so many pins.
pub fn edge(pins: usize, edges: usize) -> f64 {
    let mut bench = Bench::new(Trace::new(Meta::default()));
    let mut parts = Vec::new();
    for number in 0..pins / 2 {
        let name = format!("P{number}");
        let (source, listener) = (bench.add_pin(&name), bench.add_pin(&(name + "in")));
        bench.join(source, listener);
        let every = Duration::from_nanos(1000 + 7 * number as u64);
        bench.alarm_after(every, DeviceId(parts.len() as u16), 0);
        parts.push(Part::Source { pin: source, high: false, every });
        bench.listen(listener, DeviceId(parts.len() as u16));
        parts.push(Part::Listener(0));
    }
    let mut world = World::new(bench, parts);
    let begun = Clock::now();
    // An edge is driven by one event and told by another.
    for _ in 0..2 * edges {
        black_box(world.deliver_next(Instant::from_nanos(u64::MAX), false));
    }
    begun.elapsed().as_nanos() as f64 / edges as f64
}
