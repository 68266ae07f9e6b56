//! The poller: which devices are waited for, and by whom.
//!
//! Owns the table of devices in the order in which they were first waited for, their interest masks
//! and their waiters. It asks no device itself: the loop does, between borrows.
//!
//! The disciplines differ. `UasyncioV2` keeps one waiter a device, and a new registration replaces mask and
//! waiter: a task that begins to write pushes the one that reads out for good (the tutorial's section 6.4).
//! `FastIo` keeps a reader and a writer, whose interests are joined. Both report once (one-shot): what was
//! reported is asked again only after the next registration.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::stream::{Pollable, Readiness};

/// Who is told when a device is ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waiter {
    /// The task in this slot, through a queue.
    Task(u32),
    /// The stored waker of this key.
    Waker(usize),
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

#[derive(Default)]
pub(super) struct Poller {
    devices: Vec<Registration>,
}

/// Which side a direction has.
fn side_of(direction: Readiness, fast: bool) -> usize {
    usize::from(fast && direction == Readiness::WRITE)
}

impl Poller {
    pub fn len(&self) -> usize {
        self.devices.len()
    }

    /// The device's place, entered at the end if it is new.
    pub fn enter(&mut self, device: &Rc<dyn Pollable>) -> u32 {
        let known = self.devices.iter().position(|entry| Rc::ptr_eq(&entry.device, device));
        known.unwrap_or_else(|| {
            let (flags, mask) = (Readiness::NONE, Readiness::NONE);
            self.devices.push(Registration {
                device: device.clone(),
                flags,
                mask,
                sides: Default::default(),
            });
            self.devices.len() - 1
        }) as u32
    }

    pub fn device(&self, device: u32) -> Rc<dyn Pollable> {
        self.devices[device as usize].device.clone()
    }

    /// Waits for a device; gives the waiter back whose place was taken.
    pub fn register(
        &mut self,
        device: u32,
        direction: Readiness,
        waiter: Waiter,
        fast: bool,
    ) -> Option<Waiter> {
        let entry = &mut self.devices[device as usize];
        entry.flags = if fast { entry.flags.or(direction) } else { direction };
        entry.mask = entry.flags;
        let side = &mut entry.sides[side_of(direction, fast)];
        core::mem::replace(side, Side::Waits(waiter)).waiter()
    }

    /// Forgets the registration of a direction; gives the waiter back. `None` if there was no registration.
    pub fn unregister(&mut self, device: u32, direction: Readiness, fast: bool) -> Option<Option<Waiter>> {
        let entry = &mut self.devices[device as usize];
        if entry.flags.is_empty() || (fast && entry.flags.and(direction).is_empty()) {
            return None;
        }
        entry.flags = if fast { entry.flags.without(direction) } else { Readiness::NONE };
        entry.mask = entry.flags;
        Some(core::mem::take(&mut entry.sides[side_of(direction, fast)]).waiter())
    }

    /// Forgets whatever this waiter waits for at the device.
    pub fn withdraw(&mut self, device: u32, waiter: Waiter, fast: bool) -> bool {
        for direction in [Readiness::READ, Readiness::WRITE] {
            let sides = &self.devices[device as usize].sides;
            if sides[side_of(direction, fast)] == Side::Waits(waiter) {
                return self.unregister(device, direction, fast).is_some();
            }
        }
        false
    }

    /// The device at this place and what it is asked for, if it is waited for.
    pub fn asked(&self, device: usize) -> Option<(Rc<dyn Pollable>, Readiness)> {
        let entry = &self.devices[device];
        (!entry.mask.is_empty()).then(|| (entry.device.clone(), entry.mask))
    }

    /// Notes that the device was reported (one-shot); gives whom to tell, the writer first.
    pub fn reported(&mut self, device: usize, ready: Readiness, fast: bool) -> [Option<Waiter>; 2] {
        let entry = &mut self.devices[device];
        entry.mask = Readiness::NONE;
        if !fast {
            // The waiter stays in the map, to be told again after the next registration of anybody.
            return [entry.sides[0].waiter(), None];
        }
        let mut told = [None, None];
        for (i, direction) in [Readiness::WRITE, Readiness::READ].into_iter().enumerate() {
            if ready.and(direction).is_empty() {
                continue;
            }
            let side = &mut entry.sides[side_of(direction, fast)];
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
