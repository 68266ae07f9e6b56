//! What comes from outside, and when.
//!
//! Owns the list of stimuli that the host gave. Each happens in an interrupt at its instant, or, where instructions take
//! time, within 24 µs of it.

use alloc::vec::Vec;
use core::cell::RefCell;

use critical_section::Mutex;
use vpyb_core::time::Instant;

use super::nets::Drive;
use super::{lines, nets};
use crate::pins::Pin;
use crate::{clock, idle};

/// Something that happens to the chip.
#[derive(Clone, Copy)]
pub struct Stimulus {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Clone, Copy)]
pub enum What {
    /// A frame comes over a UART's RX line.
    Byte {
        /// The unit.
        unit: usize,
        /// What it carries.
        byte: u8,
    },
    /// Somebody drives a pin's net.
    Drive {
        /// The pin.
        pin: Pin,
        /// How.
        drive: Drive,
    },
    /// Ctrl-C on the console.
    CtrlC,
}

/// What is to come, the next one last.
static COMING: Mutex<RefCell<Vec<Stimulus>>> = Mutex::new(RefCell::new(Vec::new()));

/// These are to happen, once the clock runs.
pub fn expect(mut stimuli: Vec<Stimulus>) {
    // Of several at one instant, the first one that was given comes first: the sort keeps their order.
    stimuli.reverse();
    stimuli.sort_by_key(|stimulus| core::cmp::Reverse(stimulus.at));
    critical_section::with(|cs| COMING.borrow_ref_mut(cs).extend(stimuli));
}

/// Lets happen what is due, and sees to it that the clock wraps when the next one is.
pub(crate) fn on_wrap() {
    critical_section::with(|cs| {
        let mut coming = COMING.borrow_ref_mut(cs);
        while let Some(next) = coming.last().copied() {
            if next.at > clock::now() {
                clock::wake_by(cs, next.at);
                return;
            }
            coming.pop();
            match next.what {
                What::Byte { unit, byte } => lines::receive(cs, unit, byte, next.at),
                What::Drive { pin, drive } => nets::from_outside(cs, pin, drive),
                What::CtrlC => idle::keyboard_interrupt(),
            }
        }
    });
}
