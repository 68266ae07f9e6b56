//! Time by prices: the CPU's work takes what a list says, and not what its instructions take.
//!
//! Owns the clock of such a run. It stands still while code runs, and is moved by whoever pays: for a step, a callback, a
//! poll, a call of the board, or by waiting. What is due meanwhile happens at its own instant, with the interrupts that it
//! makes: as with the counter, everybody who waits for an instant asks for an alarm, which is the clock's interrupt. What a
//! handler takes lengthens the work that it breaks into, and keeps other handlers waiting. Without prices all functions here
//! say so and do nothing: then the clock is the counter. Who pays where is the simulator's rule, `sim/src/board/machine.rs`;
//! `tests/it/chip.rs` holds both to it.

use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::asm;
use cortex_m::peripheral::SCB;
use critical_section::{CriticalSection, Mutex};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Firmware, Step, TaskError};

use crate::{clock, idle};

/// What actions cost.
#[derive(Clone, Copy, Default)]
pub struct Prices {
    /// One step that ends in a bare yield, or ends its task.
    pub step: Duration,
    /// What a step costs more that ends in a delay.
    pub delay: Duration,
    /// One callback.
    pub callback: Duration,
    /// The end of one pass.
    pub pass: Duration,
    /// A poll before a step, with an I/O queue.
    pub poll: Duration,
    /// Asking one device.
    pub io_poll: Duration,
    /// From an interrupt request to the end of its handler.
    pub isr: Duration,
    /// From an interrupt request to the beginning of its handler, if it is a pin's or a timer's; at most `isr`.
    pub irq_latency: Duration,
    /// One call into the board.
    pub access: Duration,
}

struct Clock {
    prices: Prices,
    now: Instant,
    /// When somebody wants to be called.
    alarm: Option<Instant>,
    /// When the handler is over that began last.
    handler_until: Instant,
    /// What handlers took, and was not added to the work under way.
    handled: Duration,
}

static CLOCK: Mutex<RefCell<Option<Clock>>> = Mutex::new(RefCell::new(None));

/// Whether there are prices. In a firmware in which nobody calls [`start`] the optimiser finds that it is constant, and leaves
/// all of this out.
static PAID: AtomicBool = AtomicBool::new(false);

fn with<T>(cs: CriticalSection<'_>, f: impl FnOnce(&mut Clock) -> T) -> Option<T> {
    if are_paid() { CLOCK.borrow_ref_mut(cs).as_mut().map(f) } else { None }
}

/// Has time pass by prices from now on, which is instant zero.
pub fn start(prices: Prices) {
    let (now, alarm, handled) = (Instant::ZERO, None, Duration::ZERO);
    let clock = Clock { prices, now, alarm, handler_until: now, handled };
    critical_section::with(|cs| CLOCK.borrow_ref_mut(cs).replace(clock));
    PAID.store(true, Ordering::Relaxed);
}

/// Whether there are prices.
#[inline]
pub(super) fn are_paid() -> bool {
    PAID.load(Ordering::Relaxed)
}

/// The present instant; `None` without prices, as in all that follows.
#[inline]
pub(crate) fn now(cs: CriticalSection<'_>) -> Option<Instant> {
    with(cs, |clock| clock.now)
}

/// Asks for an alarm, and says whether it lies ahead at all.
#[inline]
pub(crate) fn wake_by(cs: CriticalSection<'_>, at: Instant) -> Option<bool> {
    with(cs, |clock| clock.wake_by(at))
}

/// Whether a handler that was asked for at an instant has to wait; then there is an alarm when it need not. If it has not, it
/// is paid for.
#[inline]
pub(crate) fn handler_waits(cs: CriticalSection<'_>, asked: Instant) -> Option<bool> {
    with(cs, |clock| {
        let Prices { isr, irq_latency, .. } = clock.prices;
        let latency = irq_latency.min(isr);
        if clock.wake_by((asked + latency).max(clock.handler_until)) {
            return true;
        }
        let took = isr.saturating_sub(latency);
        clock.handler_until = clock.now + took;
        clock.handled += took;
        false
    })
}

/// Whether a frame that a UART received at an instant is still to be taken by the interrupt, as with
/// [`handler_waits`]. It is taken at the handler's end, and costs nobody else's time.
pub(super) fn frame_waits(cs: CriticalSection<'_>, received: Instant) -> bool {
    with(cs, |clock| clock.wake_by(received + clock.prices.isr)).unwrap_or(false)
}

/// A call into the board.
#[inline]
pub(crate) fn access() {
    if are_paid() {
        pay(|prices| prices.access);
    }
}

/// Lets time pass to an instant, or to the next one before it at which anything happens; true if there are prices.
#[inline]
pub(crate) fn pass(until: Option<Instant>) -> bool {
    if are_paid() {
        let alarm = critical_section::with(|cs| with(cs, |clock| clock.alarm)).flatten();
        match alarm.into_iter().chain(until).min() {
            Some(next) => advance_to(next),
            // Nothing is ever going to happen.
            None => asm::wfi(),
        }
    }
    are_paid()
}

/// Runs a firmware until its top level has returned, or until `end`; `delayed` says whether the last step ended in a delay.
pub fn drive(
    firmware: &mut Firmware,
    end: Option<Instant>,
    delayed: impl Fn() -> bool,
) -> Option<Result<(), TaskError>> {
    let run = |firmware: &mut Firmware| {
        let step = firmware.step();
        pay(|prices| match step {
            Step::Task if delayed() => prices.step + prices.delay,
            Step::Task => prices.step,
            Step::Callback => prices.callback,
            Step::Polled { devices, pass } => {
                (if pass { prices.pass } else { prices.poll }) + prices.io_poll.times(devices.into())
            }
            Step::Main | Step::Idle { .. } | Step::Done => Duration::ZERO,
        });
        step
    };
    idle::drive_by(firmware, end, run, |_, until| sleep(until))
}

impl Clock {
    fn wake_by(&mut self, at: Instant) -> bool {
        let lies_ahead = at > self.now;
        if lies_ahead {
            self.alarm = self.alarm.into_iter().chain([at]).min();
        }
        lies_ahead
    }
}

/// Lets the CPU work for as long as an action costs; what handlers take meanwhile comes on top.
fn pay(price: impl FnOnce(&Prices) -> Duration) {
    let end = |clock: &mut Clock| {
        clock.handled = Duration::ZERO;
        let until = clock.now + price(&clock.prices);
        // Most often nothing happens meanwhile, and the clock is there at once.
        let is_quiet = clock.alarm.is_none_or(|alarm| alarm > until);
        if is_quiet {
            clock.now = until;
        }
        (!is_quiet).then_some(until)
    };
    let Some(mut until) = critical_section::with(|cs| with(cs, end)).flatten() else { return };
    while happens_by(until) {
        until += handled();
    }
    rest(until);
}

fn handled() -> Duration {
    let take = |clock: &mut Clock| core::mem::take(&mut clock.handled);
    critical_section::with(|cs| with(cs, take)).unwrap_or_default()
}

/// Lets time pass to an instant; a handler that runs by then is over when this returns.
fn advance_to(until: Instant) {
    loop {
        let busy = critical_section::with(|cs| with(cs, |clock| clock.handler_until));
        let end = busy.map_or(until, |busy| busy.max(until));
        if !happens_by(end) {
            return rest(end);
        }
    }
}

/// Lets the CPU sleep until an instant, or until an interrupt's handler has roused it.
fn sleep(until: Option<Instant>) {
    idle::take_roused();
    while happens_by(until.unwrap_or(Instant::from_nanos(u64::MAX))) {
        if idle::take_roused() {
            return advance_to(clock::now());
        }
    }
    match until {
        Some(until) => rest(until),
        // Nothing is ever going to happen.
        None => asm::wfi(),
    }
}

/// Lets happen what is next, if it is due by an instant: the clock goes there, and its interrupt is served.
fn happens_by(until: Instant) -> bool {
    let due = critical_section::with(|cs| {
        with(cs, |clock| {
            let due = clock.alarm.take_if(|alarm| *alarm <= until);
            clock.now = due.map_or(clock.now, |due| due.max(clock.now));
            due.is_some()
        })
    });
    if due != Some(true) {
        return false;
    }
    SCB::set_pendst();
    asm::dsb();
    asm::isb();
    true
}

/// Nothing is left to happen until an instant.
fn rest(until: Instant) {
    critical_section::with(|cs| with(cs, |clock| clock.now = clock.now.max(until)));
}
