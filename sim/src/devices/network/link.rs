//! The way that all messages take: how long it is, how wide, and when nothing gets through.
//!
//! Owns [`Link`] and the arrival of what is sent on it. Knows no connection.

use vpyb_core::time::{Duration, Instant};

use crate::trace::record::NetLoss;
use crate::world::Bench;

/// Bytes of a message beside its payload: the heads of IPv4 and TCP without options (RFC 791, RFC 9293).
const HEAD: u64 = 40;
/// Losses are counted in parts of so many.
const WHOLE: u32 = 10_000;

/// A network's properties, as a scenario says them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkSettings {
    /// How long a message is under way, one way.
    pub latency: Duration,
    /// Bits a second, which all messages share; without it, as many as there are.
    pub bandwidth: Option<u32>,
    /// How many of 10 000 messages get lost by chance.
    pub loss: u32,
}

/// The link.
#[derive(Clone, PartialEq, Debug)]
pub struct Link {
    settings: LinkSettings,
    /// When the message that was sent last has left.
    free_at: Instant,
    /// Nothing gets through.
    pub is_down: bool,
}

impl Link {
    /// A link that is up.
    pub fn new(settings: LinkSettings) -> Self {
        Self { settings, free_at: Instant::ZERO, is_down: false }
    }

    /// Sends a message with so many bytes now, behind those that are leaving; gives when it arrives, or why not.
    /// `stream` is the name of its random numbers.
    pub fn send(&mut self, bytes: usize, stream: &str, bench: &mut Bench) -> Result<Instant, NetLoss> {
        let begin = self.free_at.max(bench.now());
        let bits = 8 * (bytes as u64 + HEAD);
        let leaving =
            self.settings.bandwidth.map_or(0, |bandwidth| bits * 1_000_000_000 / u64::from(bandwidth));
        self.free_at = begin + Duration::from_nanos(leaving);
        if self.is_down {
            return Err(NetLoss::Outage);
        }
        if self.settings.loss > 0 && bench.random(stream, WHOLE.into()) < self.settings.loss.into() {
            return Err(NetLoss::Chance);
        }
        Ok(self.free_at + self.settings.latency)
    }
}
