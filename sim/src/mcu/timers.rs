//! The chip's timers, as far as they call a handler every so often.
//!
//! Owns the fourteen timers and the wake-up timer of the real-time clock: what each counts to, and its flag. Facts:
//! reference manual RM0090 for clocks and widths; how a span becomes a prescaler and a count, and what the real-time
//! clock counts, as in MicroPython's `timer.c` and `rtc.c`. It knows no handler: whoever serves a timer says so.
//!
//! Where the sources are silent: the real-time clock's wake-up timer begins to count when it is set up.
//!
//! Invariant **one-flag**: a timer remembers that it has counted to its end, and not how often.

use std::collections::BTreeMap;

use vpyb_core::time::{Duration, Instant};

use super::irqs;
use crate::trace::record::NetLevel;
use crate::trace::{Kind, Name};
use crate::world::{Bench, Device, DeviceId, Irq, PinId};

/// The real-time clock's place among the timers.
const RTC: u8 = 0;
/// The number of the last timer.
const LAST: u8 = 14;
/// The real-time clock's crystal in hertz.
const CRYSTAL: u32 = 32_768;

/// A timer of the chip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TimerId(u8);

impl TimerId {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=LAST).chain([RTC]).map(Self)
    }

    /// The timer of this name: `timer4`, `rtc`.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|timer| timer.name() == name)
    }

    /// The one that makes a request.
    pub fn of_request(irq: Irq) -> Option<Self> {
        Self::all().find(|timer| timer.irq() == irq)
    }

    /// Its name.
    pub fn name(self) -> String {
        if self.0 == RTC { "rtc".into() } else { format!("timer{}", self.0) }
    }

    /// What it counts, in hertz: twice the clock of its bus, or the crystal's.
    pub fn clock(self) -> u32 {
        match self.0 {
            RTC => CRYSTAL,
            1 | 8..=11 => 168_000_000,
            _ => 84_000_000,
        }
    }

    /// How many bits it counts with.
    pub fn bits(self) -> u32 {
        if matches!(self.0, 2 | 5) { 32 } else { 16 }
    }

    /// Its request.
    pub fn irq(self) -> Irq {
        if self.0 == RTC { irqs::RTC } else { irqs::timer(self.0) }
    }
}

/// What a timer counts to: so many cycles of its clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cycle {
    cycles: u64,
    clock: u32,
}

impl Cycle {
    /// The cycle of a timer that comes nearest to a span.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn of(timer: TimerId, every: Duration) -> Result<Self, String> {
        if timer.0 == RTC {
            return wakeup(every);
        }
        let clock = u128::from(timer.clock());
        let cycles = (u128::from(every.as_nanos()) * clock + 500_000_000) / 1_000_000_000;
        let cycles = u64::try_from(cycles).unwrap_or(u64::MAX);
        if cycles == 0 {
            return Err(format!("a clock of {} MHz cannot count {every}", timer.clock() / 1_000_000));
        }
        let divided = divide(cycles, timer.bits());
        divided
            .map(|cycles| Self { cycles, clock: timer.clock() })
            .ok_or_else(|| format!("{} bits and a prescaler of 16 cannot count {every}", timer.bits()))
    }

    /// The instant at which it ends the nth time, rounded down.
    fn end(self, began: Instant, nth: u64) -> Instant {
        let nanos = u128::from(nth) * u128::from(self.cycles) * 1_000_000_000 / u128::from(self.clock);
        began + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How long it is, rounded down.
    pub fn span(self) -> Duration {
        self.end(Instant::ZERO, 1) - Instant::ZERO
    }
}

/// What a counter of so many bits and a prescaler of 16 make of a number of cycles: exact while it can be divided by
/// 5 or 3, and else a little less.
fn divide(cycles: u64, bits: u32) -> Option<u64> {
    let (mut count, mut prescaler) = (cycles, 1_u64);
    while count >> bits > 0 {
        if count.is_multiple_of(5) && prescaler * 5 <= 1 << 16 {
            (count, prescaler) = (count / 5, prescaler * 5);
        } else if count.is_multiple_of(3) && prescaler * 3 <= 1 << 16 {
            (count, prescaler) = (count / 3, prescaler * 3);
        } else {
            (count, prescaler) = (count / 2, prescaler * 2);
        }
    }
    (prescaler <= 1 << 16).then_some(count * prescaler)
}

/// The cycle of the real-time clock's wake-up timer: milliseconds, counted with a half to a sixteenth of the crystal
/// while that fits, beyond in whole seconds.
fn wakeup(every: Duration) -> Result<Cycle, String> {
    let ms = every.as_millis();
    if ms == 0 || Duration::from_millis(ms) != every {
        return Err(format!("the real-time clock counts whole milliseconds, not {every}"));
    }
    let divider = [2, 4, 8, 16].into_iter().find(|divider| ms <= 2_000 * divider);
    let (count, divider) = match divider {
        Some(divider) => (u64::from(CRYSTAL) / divider * ms / 1_000, divider),
        None => (ms / 1_000, CRYSTAL.into()),
    };
    if count > 1 << 17 {
        return Err(format!("the real-time clock counts at most {} s, not {every}", 1 << 17));
    }
    Ok(Cycle { cycles: count.max(1) * divider, clock: CRYSTAL })
}

/// A timer that runs.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Running {
    name: Name,
    cycle: Cycle,
    began: Instant,
    /// How often it has counted to its end.
    ended: u64,
    pending: bool,
    /// Which of the settings of this timer this is: an alarm of an earlier one is none of its own.
    setting: u32,
}

/// The timers.
#[derive(Clone, PartialEq, Debug)]
pub struct Timers {
    running: BTreeMap<TimerId, Running>,
    settings: u32,
    latency: Duration,
}

impl Timers {
    /// Timers that do not run; a handler begins `latency` after its request.
    pub fn new(latency: Duration) -> Self {
        Self { running: BTreeMap::new(), settings: 0, latency }
    }

    /// The timers that run: name, time from call to call, and whether a call waits.
    pub fn running(&self) -> impl Iterator<Item = (Name, Duration, bool)> {
        self.running.values().map(|running| (running.name, running.cycle.span(), running.pending))
    }

    /// Sets a timer going, in place of what it did before.
    pub fn start(&mut self, timer: TimerId, cycle: Cycle, me: DeviceId, bench: &mut Bench) {
        bench.withdraw_interrupt(timer.irq());
        let name = bench.trace.name(&timer.name());
        self.settings += 1;
        let (began, setting) = (bench.now(), self.settings);
        let running = Running { name, cycle, began, ended: 0, pending: false, setting };
        self.running.insert(timer, running);
        let seq = bench.record(Kind::TimerSetUp { timer: name, every: Some(cycle.span()) });
        let context = bench.cause_is(Some(seq));
        running.ask(timer, me, bench);
        bench.cause_is(context);
    }

    /// Stops a timer; a call that waits is forgotten.
    pub fn stop(&mut self, timer: TimerId, bench: &mut Bench) {
        bench.withdraw_interrupt(timer.irq());
        if let Some(running) = self.running.remove(&timer) {
            bench.record(Kind::TimerSetUp { timer: running.name, every: None });
        }
    }

    /// The handler begins: the flag is cleared first. Gives the timer's name, if it runs.
    pub fn serve(&mut self, timer: TimerId) -> Option<Name> {
        let running = self.running.get_mut(&timer)?;
        running.pending = false;
        Some(running.name)
    }
}

impl Running {
    fn ask(self, timer: TimerId, me: DeviceId, bench: &mut Bench) {
        let number = self.setting << 4 | u32::from(timer.0);
        bench.alarm_at(self.cycle.end(self.began, self.ended + 1), me, number);
    }
}

impl Device for Timers {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        let timer = TimerId((number & 0xF) as u8);
        let Some(running) = self.running.get_mut(&timer) else { return };
        if running.setting & (u32::MAX >> 4) != number >> 4 {
            return;
        }
        running.ended += 1;
        // What set the timer up caused this end and the next one; this end causes no other.
        running.ask(timer, me, bench);
        let irq = running.name;
        if running.pending {
            bench.record(Kind::IrqCoalesced { irq });
            return;
        }
        let Some(late) = bench.late_interrupt(irq) else { return };
        running.pending = true;
        bench.record_cause(Kind::IrqPending { irq });
        bench.request_interrupt(timer.irq(), self.latency + late);
    }

    fn edge(&mut self, _me: DeviceId, _pin: PinId, _level: NetLevel, _bench: &mut Bench) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(timer: &str, every: Duration) -> Result<u64, String> {
        Cycle::of(TimerId::named(timer).unwrap(), every).map(|cycle| cycle.span().as_nanos())
    }

    #[test]
    fn a_span_is_rounded_to_cycles() {
        assert_eq!(span("timer4", Duration::from_millis(1)), Ok(1_000_000));
        assert_eq!(span("timer4", Duration::from_secs(1)), Ok(1_000_000_000));
        // A third of a second is 28 million cycles of 84 MHz.
        assert_eq!(span("timer4", Duration::from_nanos(333_333_333)), Ok(333_333_333));
        // 1.4 us is 117.6 cycles: 118 of them.
        assert_eq!(span("timer4", Duration::from_nanos(1_400)), Ok(1_404));
        assert_eq!(span("timer1", Duration::from_nanos(1_400)), Ok(1_398));
    }

    #[test]
    fn what_does_not_divide_loses_a_little() {
        // 65 537 cycles is a prime: two times 32 768.
        assert_eq!(divide(65_537, 16), Some(65_536));
        assert_eq!(divide(65_537, 32), Some(65_537));
        assert_eq!(divide(65_536 * 5, 16), Some(65_536 * 5));
        assert_eq!(divide(1 << 33, 16), None);
    }

    #[test]
    fn what_a_timer_cannot_count_is_told() {
        let refused = |timer, every| span(timer, every).unwrap_err();
        let (tiny, long) = (Duration::from_nanos(5), Duration::from_secs(60));
        assert_eq!(refused("timer4", tiny), "a clock of 84 MHz cannot count 5ns");
        assert_eq!(refused("timer4", long), "16 bits and a prescaler of 16 cannot count 60s");
        assert_eq!(span("timer5", long), Ok(60_000_000_000));
        let tick = Duration::from_micros(1_500);
        assert_eq!(refused("rtc", tick), "the real-time clock counts whole milliseconds, not 1.5ms");
        let days = Duration::from_secs(200_000);
        assert_eq!(refused("rtc", days), "the real-time clock counts at most 131072 s, not 200000s");
    }

    /// 1 ms is 16 of 16 384 Hz, 1 s is exact, 40 s are counted as seconds.
    #[test]
    fn the_real_time_clock_counts_its_crystal() {
        assert_eq!(span("rtc", Duration::from_millis(1)), Ok(976_562));
        assert_eq!(span("rtc", Duration::from_millis(1_000)), Ok(1_000_000_000));
        assert_eq!(span("rtc", Duration::from_millis(4_001)), Ok(4_000_976_562));
        assert_eq!(span("rtc", Duration::from_millis(40_500)), Ok(40_000_000_000));
    }
}
