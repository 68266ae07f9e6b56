//! What pins are going to do: changes that are settled beforehand, as those of a character's frame are.
//!
//! Owns the rest of each wave. When it goes on, [`Bench`](super::Bench) has in its agenda.

use vpyb_core::time::Instant;

use super::{DeviceId, PinId};
use crate::trace::record::Drive;

/// Whom to tell that a wave is over, when, and by which number of its alarms.
pub type Then = (Instant, DeviceId, u32);

/// Changes of one pin, one after the other, and an alarm behind them.
#[derive(Clone, PartialEq, Debug)]
pub struct Wave {
    /// Whose.
    pub pin: PinId,
    /// Each to high or to low.
    changes: Vec<(Instant, bool)>,
    next: usize,
    then: Then,
}

/// How a wave goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// With its next change.
    Change(Instant),
    /// It is over; with this alarm.
    Then(Then),
}

/// The waves of all pins that ever had one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Waves(Vec<Wave>);

impl Waves {
    /// Has a pin begin with changes at these instants, in place of what is left of those it had. Gives the wave's number.
    pub fn begin(&mut self, pin: PinId, changes: impl Iterator<Item = (Instant, bool)>, then: Then) -> u16 {
        let known = self.0.iter().position(|wave| wave.pin == pin);
        let number = known.unwrap_or_else(|| {
            self.0.push(Wave { pin, changes: Vec::new(), next: 0, then });
            self.0.len() - 1
        });
        let wave = &mut self.0[number];
        (wave.next, wave.then) = (0, then);
        wave.changes.clear();
        wave.changes.extend(changes);
        number as u16
    }

    /// Forgets what a pin was going to do.
    pub fn cut(&mut self, pin: PinId) {
        if let Some(wave) = self.0.iter_mut().find(|wave| wave.pin == pin) {
            wave.next = wave.changes.len();
        }
    }

    /// A wave.
    pub fn get_mut(&mut self, number: u16) -> &mut Wave {
        &mut self.0[usize::from(number)]
    }
}

impl Wave {
    /// The change that is due now, if it was not cut off meanwhile.
    #[inline]
    pub fn take(&mut self, now: Instant) -> Option<Drive> {
        let (_, high) = self.changes.get(self.next).filter(|(at, _)| *at == now)?;
        self.next += 1;
        Some(if *high { Drive::High } else { Drive::Low })
    }

    /// How it goes on.
    #[inline]
    pub fn next(&self) -> Next {
        match self.changes.get(self.next) {
            Some((at, _)) => Next::Change(*at),
            None => Next::Then(self.then),
        }
    }
}
