//! Who listens on a pin, and how it learns of changes of the net.
//!
//! Owns what a listener was told, and that it may collect changes instead: one that looks at the line at instants of its
//! own, as the receiver of a UART does within a frame, needs no event for each edge.
//!
//! Invariant **told-once** — a listener learns of a level only if it learnt of another one before.

use vpyb_core::time::Instant;

use super::{DeviceId, PinId};
use crate::trace::Seq;
use crate::trace::record::NetLevel;

/// A change of a net.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// When.
    pub at: Instant,
    /// The level from then on.
    pub level: NetLevel,
    /// The record of it.
    pub cause: Option<Seq>,
}

/// A device that listens on a pin.
#[derive(Clone, PartialEq, Debug)]
pub struct Listener {
    /// Where.
    pub pin: PinId,
    /// Which one.
    pub device: DeviceId,
    /// The level that it knows.
    told: NetLevel,
    /// Changes come here, and it is not told.
    collects: bool,
    collected: Vec<Change>,
}

impl Listener {
    /// One that knows the present level.
    pub fn new(pin: PinId, device: DeviceId, told: NetLevel) -> Self {
        Self { pin, device, told, collects: false, collected: Vec::new() }
    }

    /// Whether it has to be told of a level that the net has now; if it collects, it knows by that.
    #[inline]
    pub fn is_to_be_told(&mut self, change: Change, changed: bool) -> bool {
        if self.collects {
            self.learn(change);
            return false;
        }
        changed || self.told != change.level
    }

    /// Whether it collects changes.
    pub fn collects(&self) -> bool {
        self.collects
    }

    /// Collects a change that it did not know.
    #[inline]
    pub fn learn(&mut self, change: Change) {
        if self.told != change.level {
            self.told = change.level;
            self.collected.push(change);
        }
    }

    /// Whether it is told a level that the net had at this instant. It counts as told.
    pub fn is_told(&mut self, level: NetLevel) -> bool {
        !self.collects && std::mem::replace(&mut self.told, level) != level
    }

    /// Collects changes from now on, beginning with the present level.
    pub fn collect(&mut self, present: Change) {
        self.collects = true;
        if present.level != NetLevel::Floating {
            self.learn(present);
        }
    }

    /// What was collected before an instant. What changes at that very instant comes behind who looks at it.
    #[inline]
    pub fn collected(&self, before: Instant) -> &[Change] {
        let last = self.collected.iter().rposition(|change| change.at < before);
        &self.collected[..last.map_or(0, |last| last + 1)]
    }

    /// Forgets what was collected before an instant. Gives the last level of that.
    pub fn forget(&mut self, before: Instant) -> Option<NetLevel> {
        let known = self.collected(before);
        let (count, last) = (known.len(), known.last().map(|change| change.level));
        if count == self.collected.len() {
            self.collected.clear();
        } else {
            self.collected.drain(..count);
        }
        last
    }

    /// Collects no more. Gives what it was not asked about: that it has to be told, for it knows nothing of it.
    pub fn be_told(&mut self) -> impl Iterator<Item = Change> {
        self.collects = false;
        if let Some(first) = self.collected.first() {
            // A level that follows another one is the opposite of it.
            self.told = if first.level == NetLevel::High { NetLevel::Low } else { NetLevel::High };
        }
        self.collected.drain(..)
    }
}
