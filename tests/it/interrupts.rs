//! The table of `docs/cancellation.md`: what a task waits for, and when an interrupt arrives there, for each discipline.
//!
//! Owns one program that interrupts a task 20 ms after the start of what would last 100 ms, on a clock that moves only
//! while the loop idles.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::rc::Rc;

use vpyb_core::clock::Clock;
use vpyb_core::stream::{Pollable, Readiness, StreamRead};
use vpyb_core::time::Instant;
use vpyb_core::{
    Config, Discipline, EventLoop, Firmware, Interrupt, Overrides, Setup, Step, StreamReader, TaskError,
    TaskHandle,
};

#[derive(Clone, Copy, PartialEq, Debug)]
enum Waits {
    Ready,
    Sleeping,
    LowPriority,
    Device,
    Parked,
    Joining,
}

/// A device that is never ready.
struct Silent;

impl Pollable for Silent {
    fn name(&self) -> &str {
        "silent"
    }

    fn poll(&self, _: Readiness) -> Readiness {
        Readiness::NONE
    }

    fn sampled(&self) -> bool {
        false
    }
}

impl StreamRead for Silent {
    fn read(&self, _: &mut [u8]) -> Option<usize> {
        None
    }
}

#[derive(Default)]
struct HandClock(Cell<Instant>);

impl Clock for HandClock {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

type Log = Rc<RefCell<Vec<String>>>;

/// Runs a program until nothing can happen any more; gives its log.
fn run<M>(discipline: Discipline, program: impl FnOnce(EventLoop, Log) -> M + 'static) -> Vec<String>
where
    M: Future<Output = Result<(), TaskError>> + 'static,
{
    let (clock, log) = (Rc::new(HandClock::default()), Log::default());
    let overrides = Overrides { discipline: Some(discipline), ..Overrides::default() };
    let setup = Setup { clock: clock.clone(), observer: None, overrides, started: None };
    let kept = log.clone();
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let ev = top.event_loop(Config { discipline, ..Config::default() });
        ev.create_task_named("main", program(ev.clone(), log))?;
        Ok(top.run_forever().await?)
    });
    loop {
        match firmware.step() {
            Step::Idle { until: Some(until), .. } => clock.0.set(until),
            Step::Idle { until: None, .. } | Step::Done => return kept.take(),
            _ => {}
        }
    }
}

async fn wait(ev: &EventLoop, waits: Waits) -> Result<(), TaskError> {
    match waits {
        Waits::Ready => {
            ev.sleep_ms(20).await?;
            ev.yield_now().await?;
        }
        Waits::Sleeping => ev.sleep_ms(100).await?,
        Waits::LowPriority => ev.after_ms(100).await?,
        Waits::Device => drop(StreamReader::new(ev, Rc::new(Silent)).read(1).await?),
        Waits::Parked => ev.park().await?,
        Waits::Joining => {
            let own = ev.clone();
            let child = ev.create_task(async move { Ok(own.sleep_ms(100).await?) })?;
            ev.join(&child).await?;
        }
    }
    Ok(())
}

fn note(ev: &EventLoop, log: &Log, what: impl Display) {
    log.borrow_mut().push(format!("{} {what}", ev.time()));
}

/// Waits, and notes how the wait ends and when.
async fn target(ev: EventLoop, log: Log, waits: Waits) -> Result<(), TaskError> {
    let how = match wait(&ev, waits).await {
        Ok(()) => "ok".to_owned(),
        Err(error) => error.to_string(),
    };
    note(&ev, &log, how);
    Ok(())
}

/// When a task that waits so is told of its cancellation at 20 ms.
fn cancelled(discipline: Discipline, waits: Waits) -> Vec<String> {
    run(discipline, move |ev, log| async move {
        let task = ev.create_task(target(ev.clone(), log, waits))?;
        // After the target's own timer, so that it has yielded before.
        ev.yield_now().await?;
        ev.sleep_ms(20).await?;
        ev.cancel(&task)?;
        Ok(())
    })
}

/// When a task that waits so is told of its time-out after 20 ms.
fn timed_out(discipline: Discipline, waits: Waits) -> Vec<String> {
    run(discipline, move |ev, log| async move {
        let own = ev.clone();
        let ended = ev.wait_for_ms(async move { wait(&own, waits).await }, 20).await;
        note(&ev, &log, ended.expect_err("it timed out"));
        Ok(())
    })
}

const V2: Discipline = Discipline::UasyncioV2;
const FAST: Discipline = Discipline::FastIo { ioq_len: 0, lp_len: 4, max_overdue_ms: 0 };
const FAST_IO: Discipline = Discipline::FastIo { ioq_len: 4, lp_len: 4, max_overdue_ms: 0 };
const V3: Discipline = Discipline::Asyncio3;

const CANCELLED_AT_ONCE: &[&str] = &["20 cancelled"];
const TIMED_OUT_AT_ONCE: &[&str] = &["20 timed out"];
const NEVER: &[&str] = &[];

#[test]
fn a_cancellation_arrives_by_the_rules_of_the_discipline() {
    let cells: &[(Waits, Discipline, &[&str])] = &[
        (Waits::Ready, V2, CANCELLED_AT_ONCE),
        (Waits::Ready, FAST, CANCELLED_AT_ONCE),
        (Waits::Ready, FAST_IO, CANCELLED_AT_ONCE),
        (Waits::Ready, V3, CANCELLED_AT_ONCE),
        (Waits::Sleeping, V2, &["100 cancelled"]),
        (Waits::Sleeping, FAST, CANCELLED_AT_ONCE),
        (Waits::Sleeping, FAST_IO, CANCELLED_AT_ONCE),
        (Waits::Sleeping, V3, CANCELLED_AT_ONCE),
        (Waits::LowPriority, FAST, CANCELLED_AT_ONCE),
        (Waits::LowPriority, FAST_IO, CANCELLED_AT_ONCE),
        (Waits::Device, V2, CANCELLED_AT_ONCE),
        (Waits::Device, FAST, CANCELLED_AT_ONCE),
        (Waits::Device, FAST_IO, CANCELLED_AT_ONCE),
        (Waits::Device, V3, CANCELLED_AT_ONCE),
        (Waits::Parked, V2, NEVER),
        (Waits::Parked, FAST, NEVER),
        (Waits::Parked, FAST_IO, NEVER),
        (Waits::Parked, V3, CANCELLED_AT_ONCE),
        (Waits::Joining, V2, CANCELLED_AT_ONCE),
        (Waits::Joining, FAST, CANCELLED_AT_ONCE),
        (Waits::Joining, FAST_IO, CANCELLED_AT_ONCE),
        (Waits::Joining, V3, CANCELLED_AT_ONCE),
    ];
    for &(waits, discipline, expected) in cells {
        assert_eq!(cancelled(discipline, waits), expected, "{waits:?} under {discipline:?}");
    }
}

#[test]
fn a_time_out_arrives_by_the_rules_of_the_discipline() {
    let cells: &[(Waits, Discipline, &[&str])] = &[
        (Waits::Sleeping, V2, &["100 timed out"]),
        (Waits::Sleeping, FAST, TIMED_OUT_AT_ONCE),
        (Waits::Sleeping, FAST_IO, TIMED_OUT_AT_ONCE),
        (Waits::Sleeping, V3, TIMED_OUT_AT_ONCE),
        (Waits::LowPriority, FAST, TIMED_OUT_AT_ONCE),
        (Waits::LowPriority, FAST_IO, TIMED_OUT_AT_ONCE),
        (Waits::Device, V2, TIMED_OUT_AT_ONCE),
        (Waits::Device, FAST, TIMED_OUT_AT_ONCE),
        (Waits::Device, FAST_IO, TIMED_OUT_AT_ONCE),
        (Waits::Device, V3, TIMED_OUT_AT_ONCE),
        (Waits::Parked, V2, NEVER),
        (Waits::Parked, FAST, NEVER),
        (Waits::Parked, FAST_IO, NEVER),
        (Waits::Parked, V3, TIMED_OUT_AT_ONCE),
        (Waits::Joining, V2, TIMED_OUT_AT_ONCE),
        (Waits::Joining, FAST, TIMED_OUT_AT_ONCE),
        (Waits::Joining, FAST_IO, TIMED_OUT_AT_ONCE),
        (Waits::Joining, V3, TIMED_OUT_AT_ONCE),
    ];
    for &(waits, discipline, expected) in cells {
        assert_eq!(timed_out(discipline, waits), expected, "{waits:?} under {discipline:?}");
    }
}

/// What `cancel` answers for a task that has not started, and whether that runs.
fn unstarted(discipline: Discipline) -> Vec<String> {
    run(discipline, |ev, log| async move {
        let (own, noted) = (ev.clone(), log.clone());
        let task = ev.create_task(async move {
            note(&own, &noted, "it runs");
            Ok(())
        })?;
        note(&ev, &log, answer(&ev, &task));
        Ok(())
    })
}

/// What `cancel` answers.
fn answer(ev: &EventLoop, task: &TaskHandle) -> String {
    ev.cancel(task).map_or_else(|error| error.to_string(), |()| "done".into())
}

#[test]
fn a_task_that_has_not_started_runs_unless_it_is_that_of_asyncio_v3() {
    let refused = ["0 a task that has not started cannot be cancelled", "0 it runs"];
    assert_eq!(unstarted(V2), refused);
    assert_eq!(unstarted(FAST), refused);
    assert_eq!(unstarted(V3), ["0 done"]);
}

#[test]
fn a_task_that_has_ended_is_beyond_reach() {
    for discipline in [V2, FAST, FAST_IO, V3] {
        let log = run(discipline, |ev, log| async move {
            let task = ev.create_task(async { Ok(()) })?;
            ev.sleep_ms(1).await?;
            note(&ev, &log, answer(&ev, &task));
            Ok(())
        });
        assert_eq!(log, ["1 done"], "{discipline:?}");
    }
}

#[test]
fn a_task_that_cancels_itself_is_refused_or_goes_on() {
    let itself = |discipline| {
        run(discipline, |ev, log| async move {
            let task = ev.current_task().expect("this one");
            note(&ev, &log, answer(&ev, &task));
            let next: Result<(), Interrupt> = ev.sleep_ms(1).await;
            note(&ev, &log, if next.is_ok() { "undisturbed" } else { "interrupted" });
            Ok(())
        })
    };
    let refused = "0 the task is interrupted already, has ended, or is itself";
    assert_eq!(itself(V2), ["0 done", "1 undisturbed"]);
    assert_eq!(itself(FAST), [refused, "1 undisturbed"]);
    assert_eq!(itself(V3), ["0 can't cancel self", "1 undisturbed"]);
}
