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
    /// To high or to low, in turn.
    changes: Vec<(Instant, Drive)>,
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
        let drive = |high| if high { Drive::High } else { Drive::Low };
        wave.changes.extend(changes.map(|(at, high)| (at, drive(high))));
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
    /// Takes the change that is due now, if it was not cut off meanwhile, and those behind it that come before `until`.
    #[inline]
    pub fn take(&mut self, now: Instant, until: Instant) -> &[(Instant, Drive)] {
        let rest = &self.changes[self.next..];
        let count = match rest.split_first() {
            Some(((at, _), behind)) if *at == now => {
                1 + behind.iter().take_while(|(at, _)| *at < until).count()
            }
            _ => 0,
        };
        self.next += count;
        &rest[..count]
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
