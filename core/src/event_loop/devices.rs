//! What the loop does with devices.
//!
//! Owns the waits of tasks for devices, and how devices are asked. The table of who waits is the poller's.
//!
//! All of it is reached by [`Devices`] alone, which a loop has from the first device on: so a firmware without devices
//! does not hold the code for them.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::RefCell;

use super::care;
use super::ending::{EVENT_LOOP, Halt, Stop};
use super::poller::{Poller, Waiter};
use super::shared::Shared;
use super::slot::Task;
use super::task::{Pending, Place};
use super::yielded::{Word, Yielded};
use crate::error::TaskError;
use crate::observer::{Event, Why};
use crate::stream::{Pollable, Readiness};

/// What can be done with the devices of a loop.
pub(super) trait Devices {
    /// Who waits for which.
    fn poller(&self) -> &RefCell<Poller>;

    /// Asks each device that is waited for; queues who waited for those that are ready. Gives how many were asked, and how
    /// many were ready.
    fn ask(&self, shared: &Shared) -> Result<(u16, u16), Halt>;

    /// Whether a device is waited for whose readiness only asking can tell.
    fn sampled(&self) -> bool;

    /// A task waits for a device, or gives one up.
    fn apply(&self, shared: &Shared, task: Task<'_>, posted: Word) -> Stop;

    /// Whether a device is ready now.
    fn is_ready(&self, shared: &Shared, device: u32, interest: Readiness) -> bool;

    /// A waker is to be called when a device is ready: for the first time, or again.
    fn wait(&self, shared: &Shared, device: u32, interest: Readiness, key: u32, again: bool);

    /// Who waits for a device does so no longer; true if it did.
    fn withdraw(&self, device: u32, waiter: Waiter) -> bool;
}

/// The devices of a loop that has some.
struct Known(RefCell<Poller>);

impl Devices for Known {
    fn poller(&self) -> &RefCell<Poller> {
        &self.0
    }

    fn ask(&self, shared: &Shared) -> Result<(u16, u16), Halt> {
        let known = self.0.borrow().len();
        let (mut devices, mut ready) = (0, 0);
        for place in 0..known {
            let asked = self.0.borrow().asked(place);
            let Some((device, mask)) = asked else { continue };
            devices += 1;
            let found = device.poll(mask).and(mask);
            if found.is_empty() {
                continue;
            }
            ready += 1;
            let told = self.0.borrow_mut().reported(place, found);
            for waiter in told.into_iter().flatten() {
                tell(shared, waiter, device.name())?;
            }
        }
        Ok((devices, ready))
    }

    fn sampled(&self) -> bool {
        self.0.borrow().sampled()
    }

    fn apply(&self, shared: &Shared, task: Task<'_>, posted: Word) -> Stop {
        match posted.yielded() {
            Yielded::IoRead(device) => self.wait_for_device(shared, task, device, Readiness::READ),
            Yielded::IoWrite(device) => self.wait_for_device(shared, task, device, Readiness::WRITE),
            Yielded::IoReadDone(device) => return self.give_up_device(shared, task, device, Readiness::READ),
            Yielded::IoWriteDone(device) => {
                return self.give_up_device(shared, task, device, Readiness::WRITE);
            }
            _ => {}
        }
        Ok(())
    }

    fn is_ready(&self, shared: &Shared, device: u32, interest: Readiness) -> bool {
        shared.is_ready(device, interest)
    }

    fn wait(&self, shared: &Shared, device: u32, interest: Readiness, key: u32, again: bool) {
        let mut poller = self.0.borrow_mut();
        if again {
            return poller.renew(device, interest, Waiter::Waker(key));
        }
        let before = poller.register(device, interest, Waiter::Waker(key));
        if let Some(Waiter::Task(slot)) = before {
            shared.task(slot).discount_entry();
        }
    }

    fn withdraw(&self, device: u32, waiter: Waiter) -> bool {
        self.0.borrow_mut().withdraw(device, waiter)
    }
}

impl Shared {
    /// The devices, once there are any.
    #[inline]
    pub(super) fn devices(&self) -> Option<&dyn Devices> {
        self.devices.get().map(|devices| &**devices)
    }

    /// The place of a device in the poller.
    pub(crate) fn enter_device(&self, device: &Rc<dyn Pollable>) -> u32 {
        self.care_for(care::DEVICES);
        let devices = self.devices.get_or_init(|| Box::new(Known(RefCell::new(Poller::new(self.rules)))));
        devices.poller().borrow_mut().enter(device)
    }

    /// A device that was waited for.
    pub(crate) fn device(&self, device: u32) -> Rc<dyn Pollable> {
        self.devices().expect("there are devices").poller().borrow().device(device)
    }

    /// See [`Devices::ask`].
    #[inline]
    pub(super) fn ask_devices(&self) -> Result<(u16, u16), Halt> {
        self.devices().map_or(Ok((0, 0)), |devices| devices.ask(self))
    }

    pub(super) fn wait(&self, device: u32, interest: Readiness, key: u32, again: bool) {
        if let Some(devices) = self.devices() {
            devices.wait(self, device, interest, key, again);
        }
    }

    pub(super) fn withdraw(&self, device: u32, waiter: Waiter) -> bool {
        self.devices().is_some_and(|devices| devices.withdraw(device, waiter))
    }
}

/// A device that somebody waits for is ready.
fn tell(shared: &Shared, waiter: Waiter, device: &str) -> Stop {
    match waiter {
        Waiter::Task(slot) => {
            let task = shared.task(slot);
            let lost = |full| shared.lost(task.slot, full);
            if shared.rules.one_queue() {
                task.discount_entry();
                return shared.push_now(task, Why::Device(device)).map_err(lost);
            }
            // An interrupt that was not delivered yet is lost here, as in the original.
            task.set_pending(Pending::None);
            shared.push_io(task, Why::Device(device)).map_err(lost)?;
            if shared.rules.forgets_who_was_told() {
                task.discount_entry();
            }
        }
        Waiter::Waker(key) => shared.call_waker(key),
    }
    Ok(())
}

impl Known {
    fn wait_for_device(&self, shared: &Shared, task: Task<'_>, device: u32, mask: Readiness) {
        if !shared.rules.one_queue() {
            task.set_pending(Pending::Io);
        }
        task.set_place(Place::Device(device));
        task.count_entry();
        let before = self.0.borrow_mut().register(device, mask, Waiter::Task(task.slot));
        if let Some(Waiter::Task(slot)) = before {
            shared.task(slot).discount_entry();
        }
        let name = self.0.borrow().device(device);
        let (task, write) = (task.id.get(), mask == Readiness::WRITE);
        shared.observe(|| Event::IoWait { task, device: name.name(), write });
    }

    /// Gives up a registration, and queues the task for I/O. V2's `remove_reader` fails on a device that is not
    /// registered.
    fn give_up_device(&self, shared: &Shared, task: Task<'_>, device: u32, direction: Readiness) -> Stop {
        let former = self.0.borrow_mut().unregister(device, direction);
        match former {
            Some(Some(Waiter::Task(slot))) => shared.task(slot).discount_entry(),
            None if shared.rules.fails_unknown_readers() && direction == Readiness::READ => {
                let name = self.0.borrow().device(device);
                let message = alloc::format!("{} was given up but nobody waits for it", name.name());
                return Err(shared.failed(EVENT_LOOP, TaskError::failed(message)));
            }
            _ => {}
        }
        task.set_place(Place::RunQueue);
        shared.push_io(task, Why::Yielded).map_err(|full| shared.lost(task.slot, full))
    }
}
