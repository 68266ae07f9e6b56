//! Runs a firmware on the CPU, and lets the CPU sleep when there is nothing to do.
//!
//! Owns the idle rule and Ctrl-C. Between the loop's look at its devices and the CPU's sleep an interrupt may make one of them
//! ready; its handler says so with [`rouse`]. Whether somebody did, whether a waker was called, and the sleep are one
//! section with interrupts masked. A pending interrupt ends a sleep also while it is masked.

use core::sync::atomic::{AtomicBool, Ordering};

use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Firmware, Step, TaskError};

use crate::clock;

static ROUSED: AtomicBool = AtomicBool::new(false);

/// The loop has to look at its devices again. Interrupt handlers call it when they have changed what a device is ready
/// for; a waker need not, it is seen by itself.
pub fn rouse() {
    ROUSED.store(true, Ordering::Relaxed);
}

/// Whether somebody did since this was last asked.
pub(crate) fn take_roused() -> bool {
    ROUSED.swap(false, Ordering::Relaxed)
}

static CTRL_C: AtomicBool = AtomicBool::new(false);

/// Somebody pressed Ctrl-C: the run of the loop ends before its next pass.
pub fn keyboard_interrupt() {
    CTRL_C.store(true, Ordering::Relaxed);
    rouse();
}

/// Runs a firmware pass by pass until its top level has returned, which gives its result, or until `end`. `wait` lets the CPU
/// sleep until there is an interrupt; it is called with interrupts masked.
pub fn drive(
    firmware: &mut Firmware,
    end: Option<Instant>,
    mut wait: impl FnMut(),
) -> Option<Result<(), TaskError>> {
    drive_by(firmware, end, Firmware::run_pass, |firmware, until| sleep(firmware, until, &mut wait))
}

/// The same, with what is done between two looks at Ctrl-C and at the time, a pass or less, and how the CPU sleeps.
pub fn drive_by(
    firmware: &mut Firmware,
    end: Option<Instant>,
    mut run: impl FnMut(&mut Firmware) -> Step,
    mut sleep: impl FnMut(&Firmware, Option<Instant>),
) -> Option<Result<(), TaskError>> {
    while end.is_none_or(|end| clock::now() < end) {
        if CTRL_C.load(Ordering::Relaxed) {
            CTRL_C.store(false, Ordering::Relaxed);
            firmware.keyboard_interrupt();
        }
        match run(firmware) {
            Step::Done => return Some(firmware.take_result().unwrap_or(Ok(()))),
            Step::Idle { until, sample } => {
                let mut until = earlier(until, end);
                if sample {
                    until = earlier(until, Some(next_tick()));
                }
                sleep(firmware, until);
            }
            Step::Main | Step::Task | Step::Callback | Step::Polled { .. } => {}
        }
    }
    None
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn next_tick() -> Instant {
    Instant::from_millis(clock::now().as_millis()) + Duration::from_millis(1)
}

/// Sleeps until an interrupt, at the latest one at the instant that the loop waits for.
fn sleep(firmware: &Firmware, until: Option<Instant>, wait: impl FnOnce()) {
    critical_section::with(|cs| {
        if take_roused() || firmware.woken() {
            return;
        }
        if until.is_none_or(|until| clock::wake_by(cs, until)) {
            wait();
        }
    });
}
