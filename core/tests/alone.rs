//! The core with one discipline alone, without an observer and without wakers: tasks still take turns, sleep and are
//! cancelled, and what only a waker could end is a panic that says what is missing.
#![cfg(not(any(feature = "observer", feature = "wakers")))]

mod hand;

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::rc::Rc;

use vpyb_core::clock::Clock;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Config, EventLoop, Firmware, Interrupt, Overrides, Setup, Step, TaskError};

use hand::Hand;

/// What happened, each with its millisecond.
#[derive(Clone)]
struct Log {
    clock: Rc<Hand>,
    lines: Rc<RefCell<Vec<(u64, String)>>>,
}

impl Log {
    fn note(&self, what: impl Into<String>) {
        self.lines.borrow_mut().push((self.clock.now().as_millis(), what.into()));
    }
}

/// Runs a top level to its end, each step at 100 us; gives what it noted, and its result.
fn run<F>(
    main: impl FnOnce(EventLoop, Log) -> F + 'static,
) -> (Vec<(u64, String)>, Option<Result<(), TaskError>>)
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    let clock = Rc::new(Hand(Cell::new(Instant::ZERO)));
    let log = Log { clock: clock.clone(), lines: Rc::default() };
    let (noted, overrides) = (log.lines.clone(), Overrides::default());
    let setup = Setup { clock: clock.clone(), observer: None, overrides, started: None };
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let event_loop = top.event_loop(Config::default());
        top.run_until_complete(main(event_loop, log)).await?;
        Ok(())
    });
    let result = loop {
        match firmware.step() {
            Step::Done => break firmware.take_result(),
            Step::Idle { until: Some(until), .. } => clock.0.set(until),
            Step::Idle { until: None, .. } => break None,
            Step::Task | Step::Callback => clock.0.set(clock.now() + Duration::from_micros(100)),
            Step::Main | Step::Polled { .. } => {}
        }
    };
    let lines = noted.borrow().clone();
    (lines, result)
}

#[test]
fn tasks_take_turns_and_sleep_and_are_cancelled() {
    let (lines, result) = run(|ev, log| async move {
        let worker = |name: &'static str, pause_ms| {
            let (ev, log) = (ev.clone(), log.clone());
            async move {
                for round in 0..2 {
                    log.note(format!("{name} {round}"));
                    ev.sleep_ms(pause_ms).await?;
                }
                log.note(format!("{name} ends"));
                Ok(())
            }
        };
        ev.create_task(worker("yields", 0))?;
        ev.create_task(worker("sleeps", 5))?;
        let (other, told) = (ev.clone(), log.clone());
        let victim = ev.create_task(async move {
            let slept = other.sleep_ms(1000).await;
            told.note(if slept == Err(Interrupt::Cancelled) { "cancelled" } else { "slept" });
            Ok(slept?)
        })?;
        ev.sleep_ms(20).await?;
        log.note("cancels");
        ev.cancel(&victim)?;
        ev.sleep_ms(2000).await?;
        Ok(())
    });
    assert!(matches!(result, Some(Ok(()))), "{result:?}");
    let lines: Vec<String> = lines.into_iter().map(|(ms, line)| format!("{ms} {line}")).collect();
    // The original throws into a sleeping task when its sleep is over; `fast-io` wakes it.
    let cancelled = if cfg!(feature = "uasyncio-v2") { "1000 cancelled" } else { "20 cancelled" };
    let expected = [
        "0 yields 0",
        "0 sleeps 0",
        "0 yields 1",
        "0 yields ends",
        "5 sleeps 1",
        "10 sleeps ends",
        "20 cancels",
        cancelled,
    ];
    assert_eq!(lines, expected);
}

#[test]
#[should_panic(expected = "a task waits for a waker, for which vpyb-core needs its feature `wakers`")]
fn a_wait_for_a_waker_is_a_panic_that_names_the_feature() {
    let _ = run(|_, _| async { Ok(pending().await) });
}
