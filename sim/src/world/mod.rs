//! The world: clock, agenda, nets, devices and the trace of what they do.
//!
//! Owns the delivery of events. **Devices never call each other**: a device drives a pin, asks for an
//! alarm or records; the world delivers. An edge is an event at the same instant, never a nested call.
//! The world is plain data: it can be compared and cloned. It knows no board, no task and no program.

mod agenda;
mod bench;
mod chance;
mod faults;
mod interrupts;
mod listeners;
mod nets;
mod pushes;
mod waves;

pub use agenda::Agenda;
pub use bench::Bench;
pub use faults::{Fault, FaultKind, Faults, Place, Strikes};
pub use interrupts::Irq;
pub use listeners::Change;
pub use nets::{Nets, PinId, Resolved, Rewired};

use interrupts::Take;
use vpyb_core::time::Instant;

use crate::trace::Seq;
use crate::trace::record::{Net, NetLevel};

/// A device of a world, by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DeviceId(pub u16);

/// Something that will happen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// A device asked for it, or is sent it by an actor; the number is the device's own.
    Alarm(DeviceId, u32),
    /// A net changed; each listener on it is told.
    Edge(Net, NetLevel),
    /// A pin does what was settled beforehand: the next change of this wave.
    Wave(u16),
    /// An actor's step is due.
    Actor(u16),
    /// The CPU can look at the requests that wait for it.
    Interrupts,
    /// Something is due that an actor left to be done.
    Planned(u32),
    /// A fault strikes that nobody on the bench carries out.
    Fault(u32),
}

/// Something that acts on wires and alarms.
///
/// # For model authors
///
/// - A device MUST answer no earlier than its datasheet allows: it asks for an alarm instead.
/// - What it does is done through the [`Bench`], which records it with the cause of what it was told.
pub trait Device {
    /// An alarm that it asked for, by the number that it gave.
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench);

    /// The net of a pin that it listens on changed.
    fn edge(&mut self, me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench);
}

/// The world of one run.
#[derive(Clone, PartialEq, Debug)]
pub struct World<D> {
    /// Everything but the devices.
    pub bench: Bench,
    /// The devices in their places.
    pub devices: Vec<D>,
}

/// What a delivery left to be done by somebody who is no device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivered {
    /// Nothing.
    Done,
    /// The step of this actor is due.
    Actor(u16, Option<Seq>),
    /// What was planned under this number is due.
    Planned(u32, Option<Seq>),
    /// The fault of this number strikes.
    Fault(u32, Option<Seq>),
    /// The handler of this request is to be called.
    Interrupt(Irq, Option<Seq>),
}

impl<D: Device> World<D> {
    /// A world that begins at 0 with these devices.
    pub fn new(bench: Bench, devices: Vec<D>) -> Self {
        Self { bench, devices }
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.bench.now()
    }

    /// When the next event is due.
    #[inline]
    pub fn next_due(&self) -> Option<Instant> {
        self.bench.next_due()
    }

    /// Delivers the next event if it is due no later than `until`, at its own instant. If nobody `looks` at the world
    /// between events, others that no device has to be told of may follow in the same call.
    #[inline]
    pub fn deliver_next(&mut self, until: Instant, looks: bool) -> Option<Delivered> {
        let event = self.bench.take_due(until)?;
        let context = self.bench.cause_is(event.cause);
        let mut delivered = Delivered::Done;
        match event.what {
            What::Alarm(device, number) => {
                self.bench.goes_unseen(if looks { event.at } else { until });
                self.devices[usize::from(device.0)].alarm(device, number, &mut self.bench);
            }
            What::Edge(net, level) => {
                let mut place = 0;
                if self.bench.has_one_listener(net) {
                    self.bench.goes_unseen(if looks { event.at } else { until });
                }
                while let Some((next, pin, device)) = self.bench.tell(net, level, place) {
                    self.devices[usize::from(device.0)].edge(device, pin, level, &mut self.bench);
                    place = next;
                    // What the listener before this one recorded is no cause of what this one does.
                    self.bench.cause_is(event.cause);
                }
            }
            What::Wave(wave) => {
                self.bench.goes_unseen(if looks { event.at } else { until });
                self.bench.go_on(wave);
            }
            What::Actor(actor) => delivered = Delivered::Actor(actor, event.cause),
            What::Planned(planned) => delivered = Delivered::Planned(planned, event.cause),
            What::Fault(fault) => delivered = Delivered::Fault(fault, event.cause),
            What::Interrupts => match self.bench.take_interrupt() {
                Take::Serve(irq, cause) => delivered = Delivered::Interrupt(irq, cause),
                Take::Later(_) | Take::Nothing => {}
            },
        }
        self.bench.goes_unseen(Instant::ZERO);
        self.bench.cause_is(context);
        Some(delivered)
    }

    /// Lets time pass to `until`, with nothing left to deliver before it.
    pub fn rest(&mut self, until: Instant) {
        self.bench.set_now(until);
    }
}
