//! The nets of the pins: what stands in for pins and wires.
//!
//! Owns what drives and pulls each pin, which pins a wire joins, and what a net shows for it. A net may be driven from
//! outside as well. Low wins, then high, then the pull resistors; else it floats.

use alloc::collections::BTreeMap;
use core::cell::RefCell;

use critical_section::{CriticalSection, Mutex};
use embedded_hal::digital::PinState;
use vpyb_core::Pull;

use super::exti;
use crate::pins::Pin;

/// What somebody does to a net.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Drive {
    /// Pushes it low.
    Low,
    /// Pushes it high.
    High,
    /// Nothing.
    #[default]
    Released,
}

/// What is known of a pin.
struct Wired {
    pin: Pin,
    /// The name of the first pin of its net.
    net: &'static str,
    drive: Drive,
    pull: Pull,
    outside: Drive,
}

static WIRED: Mutex<RefCell<BTreeMap<&'static str, Wired>>> = Mutex::new(RefCell::new(BTreeMap::new()));

type Pins = BTreeMap<&'static str, Wired>;

fn entry(pins: &mut Pins, pin: Pin) -> &mut Wired {
    let (drive, pull, outside) = Default::default();
    pins.entry(pin.name).or_insert(Wired { pin, net: pin.name, drive, pull, outside })
}

/// What a net shows; `None` if it floats.
fn shown(pins: &Pins, net: &str) -> Option<PinState> {
    let members = || pins.values().filter(|wired| wired.net == net);
    let drives = |drive| members().any(|wired| wired.drive == drive || wired.outside == drive);
    let pulls = |pull| members().any(|wired| wired.pull == pull);
    if drives(Drive::Low) {
        Some(PinState::Low)
    } else if drives(Drive::High) {
        Some(PinState::High)
    } else {
        match (pulls(Pull::Up), pulls(Pull::Down)) {
            (true, false) => Some(PinState::High),
            (false, true) => Some(PinState::Low),
            _ => None,
        }
    }
}

/// Changes what is done to a pin's net, and lets the interrupt lines see what comes of it.
fn change(cs: CriticalSection<'_>, pin: Pin, change: impl FnOnce(&mut Wired)) {
    let mut pins = WIRED.borrow_ref_mut(cs);
    let net = entry(&mut pins, pin).net;
    let before = shown(&pins, net);
    change(entry(&mut pins, pin));
    let after = shown(&pins, net);
    if before == after {
        return;
    }
    let members = pins.values().filter(|wired| wired.net == net).map(|wired| wired.pin);
    members.for_each(|member| exti::shows(cs, member, after));
}

/// Joins two pins by a wire.
pub fn join(one: Pin, other: Pin) {
    critical_section::with(|cs| {
        let mut pins = WIRED.borrow_ref_mut(cs);
        let (net, joined) = (entry(&mut pins, one).net, entry(&mut pins, other).net);
        pins.values_mut().filter(|wired| wired.net == joined).for_each(|wired| wired.net = net);
    });
}

/// Sets a pin up; true if it does something else than before.
pub fn set(pin: Pin, drive: Drive, pull: Option<Pull>) -> bool {
    critical_section::with(|cs| {
        let mut changed = false;
        change(cs, pin, |wired| {
            changed = wired.drive != drive;
            wired.drive = drive;
            wired.pull = pull.unwrap_or(wired.pull);
        });
        changed
    })
}

/// What a pin does.
pub fn drive(pin: Pin) -> Drive {
    critical_section::with(|cs| entry(&mut WIRED.borrow_ref_mut(cs), pin).drive)
}

/// A net is driven from outside.
pub fn from_outside(cs: CriticalSection<'_>, pin: Pin, drive: Drive) {
    change(cs, pin, |wired| wired.outside = drive);
}

/// What a pin's net shows; `None` if it floats.
pub fn level(cs: CriticalSection<'_>, pin: Pin) -> Option<PinState> {
    let mut pins = WIRED.borrow_ref_mut(cs);
    let net = entry(&mut pins, pin).net;
    shown(&pins, net)
}
