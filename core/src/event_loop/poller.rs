//! The poller: which devices are waited for, and by whom.
//!
//! Owns the table of devices in the order in which they were first waited for, their interest masks
//! and the one waiter that V2 keeps per device. It asks no device itself: the loop does, between
//! borrows.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::stream::{Pollable, Readiness};

/// Who is told when a device is ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waiter {
    /// The task in this slot, through the run queue.
    Task(u32),
    /// The stored waker of this key.
    Waker(usize),
}

struct Registration {
    device: Rc<dyn Pollable>,
    registered: bool,
    /// What is waited for; emptied when it is reported (one-shot), until the next registration.
    mask: Readiness,
    waiter: Option<Waiter>,
}

#[derive(Default)]
pub(super) struct Poller {
    devices: Vec<Registration>,
}

impl Poller {
    pub fn len(&self) -> usize {
        self.devices.len()
    }

    /// The device's place, entered at the end if it is new.
    pub fn enter(&mut self, device: &Rc<dyn Pollable>) -> u32 {
        let known = self.devices.iter().position(|entry| Rc::ptr_eq(&entry.device, device));
        known.unwrap_or_else(|| {
            let (mask, waiter) = (Readiness::NONE, None);
            self.devices.push(Registration { device: device.clone(), registered: false, mask, waiter });
            self.devices.len() - 1
        }) as u32
    }

    pub fn device(&self, device: u32) -> Rc<dyn Pollable> {
        self.devices[device as usize].device.clone()
    }

    /// Waits for a device. Mask and waiter are replaced, as in V2; the former waiter is given back.
    pub fn register(&mut self, device: u32, mask: Readiness, waiter: Waiter) -> Option<Waiter> {
        let entry = &mut self.devices[device as usize];
        entry.registered = true;
        entry.mask = mask;
        entry.waiter.replace(waiter)
    }

    /// Forgets a registration; gives the waiter back. `None` if there was no registration.
    pub fn unregister(&mut self, device: u32) -> Option<Option<Waiter>> {
        let entry = &mut self.devices[device as usize];
        entry.mask = Readiness::NONE;
        core::mem::take(&mut entry.registered).then(|| entry.waiter.take())
    }

    /// Forgets the registration if it is this waiter's.
    pub fn withdraw(&mut self, device: u32, waiter: Waiter) -> bool {
        let mine = self.devices[device as usize].waiter == Some(waiter);
        if mine {
            self.unregister(device);
        }
        mine
    }

    /// The device at this place and what it is asked for, if it is waited for.
    pub fn asked(&self, device: usize) -> Option<(Rc<dyn Pollable>, Readiness)> {
        let entry = &self.devices[device];
        (entry.registered && !entry.mask.is_empty()).then(|| (entry.device.clone(), entry.mask))
    }

    /// Notes that the device was reported (one-shot); gives whom to tell.
    pub fn reported(&mut self, device: usize) -> Option<Waiter> {
        let entry = &mut self.devices[device];
        entry.mask = Readiness::NONE;
        entry.waiter
    }

    /// Whether a device is waited for whose readiness only asking can tell.
    pub fn sampled(&self) -> bool {
        self.devices.iter().any(|entry| entry.registered && !entry.mask.is_empty() && entry.device.sampled())
    }
}
