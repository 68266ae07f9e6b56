//! An infrared remote control and the demodulator that sees it.
//!
//! Owns the demodulator's output: idle high, low while there is a carrier. It changes at the instants that it is given.

use vpyb_core::time::{Duration, Instant};

use crate::trace::Seq;
use crate::trace::record::{Drive, NetLevel};
use crate::world::{Bench, Device, DeviceId, PinId};

/// Two edges are at least so far apart.
const LEAST: Duration = Duration::from_micros(1);

/// A remote control with its receiver.
#[derive(Clone, PartialEq, Debug)]
pub struct NecRemote {
    /// The stream of chance that shifts edges.
    stream: String,
    pin: PinId,
    /// Each edge but the first comes at most so much early or late.
    jitter: Duration,
    /// The instants of edges to come, the next one last, and the record that sent them.
    edges: Vec<Instant>,
    sent_by: Option<Seq>,
}

impl NecRemote {
    /// One that drives `pin`, high at rest.
    pub fn new(name: &str, pin: PinId, jitter: Duration, bench: &mut Bench) -> Self {
        bench.drive(pin, Drive::High);
        Self { stream: format!("{name}.jitter"), pin, jitter, edges: Vec::new(), sent_by: None }
    }

    /// Sends a block: edges at these times from now on, with the jitter said here or else its own. What was being
    /// sent is cut off. Gives the instant of the last edge.
    pub fn send(
        &mut self,
        edges: &[Duration],
        jitter: Option<Duration>,
        me: DeviceId,
        bench: &mut Bench,
    ) -> Instant {
        let jitter = jitter.unwrap_or(self.jitter);
        let begin = bench.now();
        let mut earliest = begin;
        self.sent_by = bench.cause();
        self.edges.clear();
        for &edge in edges {
            let mut at = begin + edge;
            if !jitter.is_zero() && !edge.is_zero() {
                let shift = bench.random(&self.stream, 2 * jitter.as_nanos() + 1);
                at = Instant::from_nanos((at.as_nanos() + shift).saturating_sub(jitter.as_nanos()));
            }
            let at = at.max(earliest);
            earliest = at + LEAST;
            self.edges.push(at);
        }
        let last = self.edges.last().copied().unwrap_or(begin);
        self.edges.reverse();
        bench.drive(self.pin, Drive::High);
        self.next_alarm(me, bench);
        last
    }

    fn next_alarm(&self, me: DeviceId, bench: &mut Bench) {
        if let Some(&at) = self.edges.last() {
            bench.alarm_at(at, me, 0);
        }
    }
}

impl Device for NecRemote {
    fn alarm(&mut self, me: DeviceId, _number: u32, bench: &mut Bench) {
        if self.edges.pop_if(|at| *at == bench.now()).is_none() {
            return;
        }
        bench.cause_is(self.sent_by);
        let mark = bench.drive_of(self.pin) == Drive::Low;
        bench.drive(self.pin, if mark { Drive::High } else { Drive::Low });
        self.next_alarm(me, bench);
    }

    fn edge(&mut self, _me: DeviceId, _pin: PinId, _level: NetLevel, _bench: &mut Bench) {}
}
