//! Time: SysTick, extended to 64 bits, and its alarm.
//!
//! Owns the counter of the CPU's cycles. It counts down and wraps after a period; each wrap is an interrupt. An
//! instant is the sum of all periods that are over and the part of the present one. The period is the longest that
//! the counter can do, unless somebody wants to be woken before it is over: [`wake_by`]. Nothing here knows why. A target may
//! have time pass in another way, its `prices`; then the counter stands still.
//!
//! Invariant **served-in-time**: the interrupt of a wrap is served before the period after it is over. That period is
//! always the longest, a tenth of a second, whatever the one before was.

use core::cell::Cell;

use cortex_m::asm;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{SCB, SYST, syst};
use critical_section::{CriticalSection, Mutex};
use vpyb_core::clock::Clock;
use vpyb_core::time::{Duration, Instant};

use crate::target::prices;

/// Cycles of the CPU in a second.
pub const CYCLES_PER_SECOND: u32 = 168_000_000;
/// So many cycles take [`NANOS`]: 168 MHz are 21 cycles in 125 ns.
const CYCLES: u32 = 21;
/// See [`CYCLES`].
const NANOS: u32 = 125;
/// The longest period: the counter has 24 bits.
const LONGEST: u32 = 1 << 24;
/// The shortest period that is started: 24 µs, in which a wrap is safely served.
const SHORTEST: u32 = 4096;
/// Cycles for which the counter stands still when a period is cut short, as instructions go. An error of some cycles
/// each time is all that an instant can be wrong beside the crystal.
const CUT: u32 = 12;
/// So near to its end no period is cut short.
const NEAR: u32 = 128;

/// Where the counter is.
struct Counter {
    /// Nanoseconds up to the beginning of the present period.
    base: Cell<u64>,
    /// What did not make a whole nanosecond, in 21sts.
    rest: Cell<u32>,
    /// The present period in cycles.
    period: Cell<u32>,
}

static COUNTER: Mutex<Counter> =
    Mutex::new(Counter { base: Cell::new(0), rest: Cell::new(0), period: Cell::new(LONGEST) });

fn registers() -> &'static syst::RegisterBlock {
    // SAFETY: the address is that of SysTick on every Cortex-M4, and `start` took the peripheral, so that nobody else
    // writes it. Its registers are volatile cells, which may be read and written through shared references.
    unsafe { &*SYST::PTR }
}

impl Counter {
    /// Cycles since the beginning of the period, which may have wrapped and not been served: at most two periods.
    fn cycles(&self) -> u32 {
        let period = self.period.get();
        let left = SYST::get_current();
        if !SCB::is_pendst_pending() {
            return period - left;
        }
        // The counter wrapped, and its next period is the longest. Zero belongs to the period that it ends.
        match SYST::get_current() {
            0 => period,
            left => period + (LONGEST - left),
        }
    }

    fn nanos(&self, cycles: u32) -> (u64, u32) {
        let scaled = cycles * NANOS + self.rest.get();
        (self.base.get() + u64::from(scaled / CYCLES), scaled % CYCLES)
    }

    /// Begins a period after so many cycles of the one before.
    fn begin(&self, cycles: u32, period: u32) {
        let (base, rest) = self.nanos(cycles);
        self.base.set(base);
        self.rest.set(rest);
        self.period.set(period);
    }

    /// Cuts the present period short, so that the counter wraps after `period` more cycles.
    fn cut(&self, period: u32) {
        let counter = registers();
        let before = self.cycles();
        // SAFETY: both are within the 24 bits of the counter, and any value written to the current count clears it.
        unsafe {
            counter.rvr.write(period - 1);
            counter.cvr.write(0);
        }
        while SYST::get_current() == 0 {}
        // SAFETY: within 24 bits. It is loaded when the counter wraps: the period after this one.
        unsafe { counter.rvr.write(LONGEST - 1) };
        self.begin(before + CUT, period);
    }
}

/// Starts the counter, at instant zero.
pub fn start(mut counter: SYST) {
    counter.set_clock_source(SystClkSource::Core);
    counter.set_reload(LONGEST - 1);
    counter.clear_current();
    counter.enable_counter();
    counter.enable_interrupt();
}

/// The present instant.
#[inline(never)]
pub fn now() -> Instant {
    critical_section::with(|cs| {
        let counted = || Instant::from_nanos(COUNTER.borrow(cs).nanos(COUNTER.borrow(cs).cycles()).0);
        prices::now(cs).unwrap_or_else(counted)
    })
}

/// Makes sure that there is an interrupt at this instant or before it, and says whether it lies ahead at all. One that is
/// nearer than 24 µs may come a little later.
pub fn wake_by(cs: CriticalSection<'_>, at: Instant) -> bool {
    if let Some(lies_ahead) = prices::wake_by(cs, at) {
        return lies_ahead;
    }
    let counter = COUNTER.borrow(cs);
    let (now, _) = counter.nanos(counter.cycles());
    let Some(ahead) = at.as_nanos().checked_sub(now).filter(|ahead| *ahead > 0) else { return false };
    let period = match u32::try_from(ahead) {
        Ok(nanos) if nanos < LONGEST / CYCLES * NANOS => (nanos * CYCLES / NANOS + 1).max(SHORTEST),
        _ => LONGEST,
    };
    let left = SYST::get_current();
    if period < left && left > NEAR && !SCB::is_pendst_pending() {
        counter.cut(period);
    }
    true
}

/// Whether a handler that was asked for at an instant has to wait; then there is an interrupt when it need not.
pub(crate) fn handler_waits(cs: CriticalSection<'_>, asked: Instant) -> bool {
    prices::handler_waits(cs, asked).unwrap_or_else(|| wake_by(cs, asked))
}

/// Keeps the CPU while something is so, or until an instant.
pub fn wait_while(so: impl Fn() -> bool, until: Option<Instant>) {
    while so() && until.is_none_or(|until| now() < until) {
        prices::pass(until);
    }
}

/// Keeps the CPU until an instant, while interrupts are served. It sleeps for as long as it is sure to wake in time.
pub fn wait_until(instant: Instant) {
    let margin = u64::from(SHORTEST / CYCLES * NANOS);
    let early = Instant::from_nanos(instant.as_nanos().saturating_sub(margin));
    while now() < instant {
        if prices::pass(Some(instant)) {
            continue;
        }
        critical_section::with(|cs| {
            if now() + Duration::from_nanos(margin) < early {
                wake_by(cs, early);
                asm::wfi();
            }
        });
    }
}

/// Does something while the counter stands still: what belongs to no firmware, as being watched. Interrupts are masked. By
/// prices it stands still anyway, and is not touched: of all that an emulator does its registers take the longest.
pub fn standing_still<T>(f: impl FnOnce() -> T) -> T {
    critical_section::with(|cs| {
        if prices::now(cs).is_some() {
            return f();
        }
        let counter = COUNTER.borrow(cs);
        let (before, _) = counter.nanos(counter.cycles());
        let control = &registers().csr;
        let running = control.read();
        // SAFETY: the enable bit, the lowest, is cleared and set again; the count stays where it is. Interrupts are
        // masked, so that nobody reads the clock meanwhile.
        unsafe { control.write(running & !1) };
        let result = f();
        // SAFETY: as above.
        unsafe { control.write(running) };
        // The cycle that was under way begins anew, and perhaps one more. No instant comes again.
        let (after, _) = counter.nanos(counter.cycles());
        counter.base.set(counter.base.get() + before.saturating_sub(after));
        result
    })
}

/// The interrupt of a wrap.
pub(crate) fn on_wrap() {
    critical_section::with(|cs| {
        let counter = COUNTER.borrow(cs);
        counter.begin(counter.period.get(), LONGEST);
    });
}

/// The clock that event loops read.
pub struct SysTick;

impl Clock for SysTick {
    #[inline]
    fn now(&self) -> Instant {
        now()
    }
}
