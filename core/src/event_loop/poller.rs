//! The poller: which devices are waited for, and by whom.
//!
//! Owns the table of devices in the order in which they were first waited for, their interest masks
//! and their waiters. It asks no device itself: the loop does, between borrows.
//!
//! The disciplines differ. `UasyncioV2` keeps one waiter a device, and a new registration replaces mask and
//! waiter: a task that begins to write pushes the one that reads out for good (the tutorial's section 6.4).
//! `FastIo` keeps a reader and a writer, whose interests are joined. Both report once (one-shot): what was
//! reported is asked again only after the next registration. `Asyncio3` keeps a reader and a writer apart: who is
//! told is forgotten, and the other waits on.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::rules::Rules;
use crate::stream::{Pollable, Readiness};

/// Who is told when a device is ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waiter {
    /// The task in this slot, through a queue.
    Task(u32),
    /// The stored waker of this key.
    Waker(u32),
}

/// One direction of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Side {
    /// Not registered.
    #[default]
    Absent,
    /// Registered; under `FastIo`, reported already and not to be told again.
    Told,
    Waits(Waiter),
}

impl Side {
    fn waiter(self) -> Option<Waiter> {
        match self {
            Self::Waits(waiter) => Some(waiter),
            Self::Absent | Self::Told => None,
        }
    }
}

struct Registration {
    device: Rc<dyn Pollable>,
    /// What is registered; empty if the device is not.
    flags: Readiness,
    /// What is asked for; emptied when the device is reported.
    mask: Readiness,
    /// Under `UasyncioV2` the first side serves both directions.
    sides: [Side; 2],
}

impl Registration {
    /// Nobody waits for the device, and nobody but the poller has it.
    fn is_forgotten(&self) -> bool {
        self.flags.is_empty() && Rc::strong_count(&self.device) == 1
    }
}

/// How the waiters of a device are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keeping {
    /// One for both directions.
    One,
    /// One for each direction; a report of one silences the other too.
    Joined,
    /// One for each direction, which have nothing to do with each other.
    Apart,
}

#[derive(Default)]
pub(super) struct Poller {
    devices: Vec<Registration>,
    rules: Rules,
}

impl Poller {
    pub fn new(rules: Rules) -> Self {
        Self { devices: Vec::new(), rules }
    }

    /// Whether the directions have a waiter each.
    fn two_sided(&self) -> bool {
        self.rules.keeping() != Keeping::One
    }

    /// Which side a direction has.
    fn side_of(&self, direction: Readiness) -> usize {
        usize::from(self.two_sided() && direction == Readiness::WRITE)
    }

    pub fn len(&self) -> usize {
        self.devices.len()
    }

    /// The device's place; a new one is entered where one was that nobody has any more, or at the end.
    pub fn enter(&mut self, device: &Rc<dyn Pollable>) -> u32 {
        let known = self.devices.iter().position(|entry| Rc::ptr_eq(&entry.device, device));
        known.unwrap_or_else(|| {
            let (flags, mask) = (Readiness::NONE, Readiness::NONE);
            let new = Registration { device: device.clone(), flags, mask, sides: Default::default() };
            match self.devices.iter().position(Registration::is_forgotten) {
                Some(place) => {
                    self.devices[place] = new;
                    place
                }
                None => {
                    self.devices.push(new);
                    self.devices.len() - 1
                }
            }
        }) as u32
    }

    pub fn device(&self, device: u32) -> Rc<dyn Pollable> {
        self.devices[device as usize].device.clone()
    }

    /// Waits for a device; gives the waiter back whose place was taken.
    pub fn register(&mut self, device: u32, direction: Readiness, waiter: Waiter) -> Option<Waiter> {
        let (two_sided, side) = (self.two_sided(), self.side_of(direction));
        let entry = &mut self.devices[device as usize];
        entry.flags = if two_sided { entry.flags.or(direction) } else { direction };
        entry.mask = entry.flags;
        let side = &mut entry.sides[side];
        core::mem::replace(side, Side::Waits(waiter)).waiter()
    }

    /// Has a waiter told again that was told and found nothing. One that was pushed out stays so.
    pub fn renew(&mut self, device: u32, direction: Readiness, waiter: Waiter) {
        let side = self.side_of(direction);
        let entry = &mut self.devices[device as usize];
        match entry.sides[side] {
            Side::Waits(own) if own == waiter => entry.mask = entry.flags,
            Side::Waits(_) => {}
            Side::Told | Side::Absent => drop(self.register(device, direction, waiter)),
        }
    }

    /// Forgets the registration of a direction; gives the waiter back. `None` if there was no registration.
    pub fn unregister(&mut self, device: u32, direction: Readiness) -> Option<Option<Waiter>> {
        let (two_sided, side) = (self.two_sided(), self.side_of(direction));
        let entry = &mut self.devices[device as usize];
        if entry.flags.is_empty() || (two_sided && entry.flags.and(direction).is_empty()) {
            return None;
        }
        entry.flags = if two_sided { entry.flags.without(direction) } else { Readiness::NONE };
        entry.mask = entry.flags;
        Some(core::mem::take(&mut entry.sides[side]).waiter())
    }

    /// Forgets whatever this waiter waits for at the device.
    pub fn withdraw(&mut self, device: u32, waiter: Waiter) -> bool {
        for direction in [Readiness::READ, Readiness::WRITE] {
            let sides = &self.devices[device as usize].sides;
            if sides[self.side_of(direction)] == Side::Waits(waiter) {
                return self.unregister(device, direction).is_some();
            }
        }
        false
    }

    /// The device at this place and what it is asked for, if it is waited for.
    pub fn asked(&self, device: usize) -> Option<(Rc<dyn Pollable>, Readiness)> {
        let entry = &self.devices[device];
        (!entry.mask.is_empty()).then(|| (entry.device.clone(), entry.mask))
    }

    /// Notes that the device was reported (one-shot); gives whom to tell: the writer first, but the reader where
    /// they are kept apart.
    pub fn reported(&mut self, device: usize, ready: Readiness) -> [Option<Waiter>; 2] {
        match self.rules.keeping() {
            Keeping::One => {
                let entry = &mut self.devices[device];
                entry.mask = Readiness::NONE;
                // The waiter stays in the map, to be told again after the next registration of anybody.
                [entry.sides[0].waiter(), None]
            }
            Keeping::Joined => self.reported_joined(device, ready),
            Keeping::Apart => [Readiness::READ, Readiness::WRITE].map(|direction| {
                let is_ready = !ready.and(direction).is_empty();
                is_ready.then(|| self.unregister(device as u32, direction).flatten()).flatten()
            }),
        }
    }

    fn reported_joined(&mut self, device: usize, ready: Readiness) -> [Option<Waiter>; 2] {
        let writing = self.side_of(Readiness::WRITE);
        let entry = &mut self.devices[device];
        entry.mask = Readiness::NONE;
        let mut told = [None, None];
        for (i, direction) in [Readiness::WRITE, Readiness::READ].into_iter().enumerate() {
            if ready.and(direction).is_empty() {
                continue;
            }
            let side = &mut entry.sides[if direction == Readiness::WRITE { writing } else { 0 }];
            // Told already and not back yet: the original leaves the rest of the device alone.
            let Some(waiter) = side.waiter() else { break };
            *side = Side::Told;
            told[i] = Some(waiter);
        }
        told
    }

    /// Whether a device is waited for whose readiness only asking can tell.
    pub fn sampled(&self) -> bool {
        self.devices.iter().any(|entry| !entry.mask.is_empty() && entry.device.sampled())
    }
}
