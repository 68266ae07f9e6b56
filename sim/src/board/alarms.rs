//! Alarms: wakers that are called at an instant, by a timer of the chip.
//!
//! Owns who waits for which instant. The timer has one compare register, set to the earliest, and its handler calls
//! everybody whose instant has come. Who asks for alarms is nobody's business here.
//!
//! Invariant **one-a-waker**: a waker has one alarm, the earliest that was asked for. Whoever waits for a later one too
//! asks again when it is woken, as futures do when they are polled.

use std::task::Waker;

use vpyb_core::time::{Duration, Instant};

use super::machine::Machine;
use crate::mcu::irqs;
use crate::trace::{Kind, Seq};

/// What lies beyond never comes: no run lasts for centuries.
const FAR: Instant = Instant::from_nanos(u64::MAX / 2);

/// Who waits.
#[derive(Debug, Default)]
pub(super) struct Alarms(Vec<Alarm>);

#[derive(Debug)]
struct Alarm {
    at: Instant,
    waker: Waker,
    /// By which record it was asked for.
    cause: Option<Seq>,
}

impl Alarms {
    /// Enters an alarm.
    fn enter(&mut self, alarm: Alarm) {
        match self.0.iter_mut().find(|known| known.waker.will_wake(&alarm.waker)) {
            Some(known) if known.at <= alarm.at => {}
            Some(known) => *known = alarm,
            None => self.0.push(alarm),
        }
    }

    /// The earliest, and of several that one which was entered first.
    fn first(&self) -> Option<&Alarm> {
        self.0.iter().min_by_key(|alarm| alarm.at)
    }

    /// Takes out all that have come, in the order in which they were entered.
    fn take_due(&mut self, now: Instant) -> Vec<Waker> {
        self.0.extract_if(.., |alarm| alarm.at <= now).map(|alarm| alarm.waker).collect()
    }
}

impl Machine {
    /// Has a waker called at an instant of the run; at once if that is past.
    pub(super) fn wake_at(&mut self, at: Instant, waker: &Waker) {
        if at <= self.now() {
            return waker.wake_by_ref();
        }
        if at > FAR {
            return;
        }
        let cause = self.world.bench.cause();
        self.alarms.enter(Alarm { at, waker: waker.clone(), cause });
        self.set_alarm();
    }

    /// Sets the compare register to the earliest alarm.
    fn set_alarm(&mut self) {
        let bench = &mut self.world.bench;
        bench.withdraw_interrupt(irqs::ALARM);
        if let Some(first) = self.alarms.first() {
            let context = bench.cause_is(first.cause);
            let until = first.at - bench.now();
            bench.request_interrupt(irqs::ALARM, until + self.profile.irq_latency.min(self.profile.isr));
            bench.cause_is(context);
        }
    }

    /// The timer's handler; gives how long it keeps the CPU.
    pub(super) fn serve_alarm(&mut self, cause: Option<Seq>) -> Duration {
        let took = self.profile.isr.saturating_sub(self.profile.irq_latency);
        let due = self.alarms.take_due(self.now());
        let bench = &mut self.world.bench;
        let context = bench.cause_is(cause);
        let wakers = u16::try_from(due.len()).unwrap_or(u16::MAX);
        let seq = bench.record_cause(Kind::Alarm { wakers, took });
        bench.handler_runs_until(bench.now() + took);
        bench.interrupt_served();
        let woken_by = self.wakes_are_by(Some(seq));
        due.into_iter().for_each(Waker::wake);
        self.wakes_are_by(woken_by);
        self.set_alarm();
        self.world.bench.cause_is(context);
        took
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waker_has_one_alarm_and_the_earliest_is_first() {
        let alarm = |ms| Alarm { at: Instant::from_millis(ms), waker: Waker::noop().clone(), cause: None };
        let mut alarms = Alarms::default();
        for ms in [30, 10, 20] {
            alarms.enter(alarm(ms));
        }
        assert_eq!(alarms.first().map(|first| first.at), Some(Instant::from_millis(10)));
        assert!(alarms.take_due(Instant::from_millis(9)).is_empty());
        assert_eq!((alarms.take_due(Instant::from_millis(10)).len(), alarms.first().is_none()), (1, true));
    }
}
