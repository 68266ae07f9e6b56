//! What goes wrong where nobody observes the loop, so that steps go the short ways: a full run queue, and a wait that is
//! polled twice in one step.

mod hand;

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use vpyb_core::clock::Clock;
use vpyb_core::stream::{Pollable, Readiness, StreamRead};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Config, Discipline, EventLoop, Firmware, Overrides, Setup, Step, StreamReader, TaskError};

use hand::Hand;

/// Takes down what happens, with its time in milliseconds.
#[derive(Clone)]
struct Log {
    clock: Rc<Hand>,
    lines: Rc<RefCell<Vec<String>>>,
}

impl Log {
    fn note(&self, what: impl std::fmt::Display) {
        let line = format!("{} {what}", self.clock.now().as_millis());
        self.lines.borrow_mut().push(line);
    }
}

/// Runs a program, and then the loop again and again, as long as there is something to do; a step takes 100 µs.
fn run<F>(config: Config, main: impl FnOnce(EventLoop, Log) -> F + 'static) -> Vec<String>
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    let clock = Rc::new(Hand(Cell::new(Instant::ZERO)));
    let log = Log { clock: clock.clone(), lines: Rc::default() };
    let overrides = Overrides::default();
    let setup = Setup { clock: clock.clone(), observer: None, overrides, started: None };
    let told = log.clone();
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let event_loop = top.event_loop(config);
        let ended = top.run_until_complete(main(event_loop, told.clone())).named("main").await;
        told.note(ended.map_or_else(|error| error.to_string(), |_| "done".to_string()));
        loop {
            let ended = top.run_forever().await;
            told.note(ended.map_or_else(|error| error.to_string(), |_| "stopped".to_string()));
        }
    });
    loop {
        match firmware.step() {
            Step::Idle { until: Some(until), .. } => clock.0.set(until),
            Step::Done | Step::Idle { until: None, .. } => break,
            Step::Task | Step::Callback => clock.0.set(clock.now() + Duration::from_micros(100)),
            Step::Main | Step::Polled { .. } => {}
        }
    }
    log.lines.take()
}

/// Has never anything to read.
struct Silent;

impl Pollable for Silent {
    fn name(&self) -> &str {
        "silent"
    }

    fn poll(&self, _: Readiness) -> Readiness {
        Readiness::NONE
    }
}

impl StreamRead for Silent {
    fn read(&self, _: &mut [u8]) -> Option<usize> {
        None
    }
}

#[test]
fn a_time_out_hits_what_was_awaited_last_in_the_step_that_polled_it_twice() {
    for discipline in [
        Discipline::UasyncioV2,
        Discipline::FastIo { ioq_len: 0, lp_len: 0, max_overdue_ms: 0 },
        Discipline::Asyncio3,
    ] {
        let lines = run(Config { discipline, ..Config::default() }, |ev, log| async move {
            let gives_up = Cell::new(false);
            let waits = async {
                let mut first = pin!(Some(ev.sleep_ms(100)));
                poll_fn(|cx| {
                    if gives_up.get() {
                        first.set(None);
                    }
                    let first = first.as_mut().as_pin_mut();
                    first.map_or(Poll::Ready(Ok(())), |first| first.poll(cx))
                })
                .await?;
                StreamReader::new(&ev, Rc::new(Silent)).read(1).await.map(drop)
            };
            let mut timed = pin!(ev.wait_for_ms(waits, 10));
            let ended = poll_fn(|cx| {
                let polled = timed.as_mut().poll(cx);
                if gives_up.replace(true) { polled } else { timed.as_mut().poll(cx) }
            });
            let ended = ended.await;
            log.note(format_args!("{ended:?}"));
            Ok(())
        });
        assert_eq!(lines, ["10 Err(TimedOut)", "10 done"], "{discipline:?}");
    }
}

#[test]
fn of_a_callback_without_a_place_half_stays_and_then_its_task_has_none() {
    let lines = run(Config { runq_len: 2, ..Config::default() }, |ev, log| async move {
        let (turns, told) = (ev.clone(), log.clone());
        ev.create_task(async move {
            for turn in 0..4 {
                told.note(format_args!("turn {turn}"));
                turns.yield_now().await?;
            }
            Ok(())
        })?;
        ev.yield_now().await?;
        ev.yield_now().await?;
        log.note(ev.call_soon(|| {}).unwrap_err());
        ev.yield_now().await?;
        log.note("its entry found no place");
        Ok(())
    });
    assert_eq!(
        lines,
        [
            "0 turn 0",
            "0 turn 1",
            "0 run queue of 2 entries is full",
            "0 main: run queue of 2 entries is full",
            "0 turn 2",
            "0 callback: run queue of 2 entries is full",
            "0 turn 3",
        ]
    );
}

#[test]
fn a_wake_that_found_no_place_is_not_the_last_one() {
    let lines = run(Config { runq_len: 2, ..Config::default() }, |ev, log| async move {
        let (rung, bell) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(None::<Waker>)));
        let (counted, kept, told) = (rung.clone(), bell.clone(), log.clone());
        ev.create_task(poll_fn(move |cx| {
            told.note(format_args!("rung {} times", counted.get()));
            kept.replace(Some(cx.waker().clone()));
            Poll::<Result<(), TaskError>>::Pending
        }))?;
        let ring = move || {
            rung.set(rung.get() + 1);
            bell.borrow().iter().for_each(Waker::wake_by_ref);
        };
        ev.yield_now().await?;
        let (turns, rings) = (ev.clone(), ring.clone());
        ev.create_task(async move {
            turns.yield_now().await?;
            turns.sleep_ms(5).await?;
            rings();
            turns.sleep_ms(5).await?;
            Ok(())
        })?;
        // Both have a place in the queue of two when the pass ends.
        ring();
        ev.yield_now().await?;
        Ok(())
    });
    assert_eq!(
        lines,
        ["0 rung 0 times", "0 PollFn#1: run queue of 2 entries is full", "0 stopped", "5 rung 2 times"]
    );
}
