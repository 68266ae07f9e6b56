//! A common error (tutorial section 7.5): something is made to be awaited or run, and is not.
//!
//! Owns what a run tells of it. That the compiler tells first is a test in the core's documentation.

use vpyb_core::{Interrupt, TaskError, asyn, drivers, official, sync};
use vpyb_sim::expect::judge;
use vpyb_sim::runner::boxed;
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::trace::{Kind, Words};

use crate::trial::{Bench, Gate, Ran, main_task, run};

/// What a run tells of the error: instants in milliseconds, and words.
fn told(ran: &Ran) -> Vec<String> {
    let words = Words::new(&ran.trace);
    let about = |kind: &Kind| matches!(kind, Kind::Unawaited { .. } | Kind::NeverStarted { .. });
    let records = ran.trace.records().iter().filter(|record| about(&record.kind));
    records.map(|record| format!("{} {}", record.at.as_millis(), words.describe(&record))).collect()
}

#[test]
fn a_pause_that_is_not_awaited_and_a_task_that_never_runs_are_told() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            // Outside of any task.
            drop(bench.ev.yield_now());
            let ev = bench.ev.clone();
            top.run_until_complete(async move {
                ev.sleep_ms(7).await?;
                drop(ev.sleep_ms(100));
                // Two that are awaited: one to its end, one until it is interrupted.
                ev.sleep(0.003).await?;
                assert!(ev.wait_for_ms(ev.sleep_ms(50), 20).await.is_err());
                // Its turn never comes: this step is the last.
                ev.create_task_named("late", async { Ok(()) })?;
                Ok(())
            })
            .named("main")
            .await?;
            Ok(())
        })
    });
    assert_eq!(
        told(&ran),
        [
            "0 drops yield_now without awaiting it",
            "7 main drops sleep_ms without awaiting it",
            "60 late was never started"
        ]
    );
    let judgement = judge(&ran.trace, &Scenario::default());
    let counters: Vec<String> = ["sched.unawaited", "sched.never_started"]
        .iter()
        .map(|name| judgement.counters.value(name).expect("a counter of every run").to_string())
        .collect();
    assert_eq!(counters, ["2", "1"]);
}

/// What a task `main` drops in its first step is told at once, in order.
fn drops(ran: &Ran, expected: &[&str]) {
    let expected: Vec<_> =
        expected.iter().map(|what| format!("0 main drops {what} without awaiting it")).collect();
    assert_eq!((told(ran), &*ran.verdict), (expected, "passed"));
}

#[test]
fn awaits_of_the_loop_that_are_dropped_are_told() {
    let ran = run(main_task!(|bench| {
        let ev = &bench.ev;
        let other = bench.spawn("other", |_| async { Ok(()) });
        drop(ev.after_ms(1));
        drop(ev.park());
        drop(ev.join(&other));
        drop(ev.interruptible(async {}));
        drop(ev.interruptible_named("a future", async {}));
        // What is handed over is not awaited either.
        drop(ev.wait_for(ev.sleep(1.0), 0.5));
        drop(ev.wait_for_ms(async { Ok::<_, Interrupt>(()) }, 500));
        drop(asyn::sleep(ev, 1.0, 10));
        drop(asyn::gather::<()>(ev, Vec::new()));
        ev.join(&other).await
    }));
    let expected = [
        "after_ms",
        "park",
        "join",
        "interruptible",
        "interruptible_named",
        "wait_for",
        "sleep",
        "wait_for",
        "asyn::sleep",
        "gather",
    ];
    drops(&ran, &expected);
}

#[test]
fn waits_for_polled_primitives_that_are_dropped_are_told() {
    let ran = run(main_task!(|bench| {
        let ev = &bench.ev;
        let body = || async { Ok::<_, asyn::Error>(()) };
        let (lock, condition) = (asyn::Lock::new(ev, 0), asyn::Condition::new(ev));
        drop(lock.acquire());
        drop(lock.with(body()));
        drop(condition.wait());
        drop(condition.wait_for(|| false));
        drop(condition.with(body()));
        drop(asyn::Event::<()>::new(ev, 0).wait());
        drop(asyn::Barrier::new(ev, 2).wait());
        drop(asyn::Semaphore::new(ev, 1).acquire());
        drop(asyn::BoundedSemaphore::new(ev, 1).with(body()));
        drop(official::Lock::new(ev).acquire());
        let queue = official::Queue::new(ev, 1);
        drop(queue.put(1));
        drop(queue.get());
        assert!(queue.empty() && !lock.locked(), "a future that is dropped does nothing");
        Ok(())
    }));
    let expected = [
        "Lock::acquire",
        "Lock::with",
        "Condition::wait",
        "Condition::wait_for",
        "Condition::with",
        "Event::wait",
        "Barrier::wait",
        "Semaphore::acquire",
        "BoundedSemaphore::with",
        "Lock::acquire",
        "Queue::put",
        "Queue::get",
    ];
    drops(&ran, &expected);
}

/// Those that wake know the loop if they are named; without a name they tell nobody.
#[test]
fn waits_for_named_primitives_that_wake_are_told_when_they_are_dropped() {
    let ran = run(main_task!(|bench| {
        let ev = &bench.ev;
        drop(sync::Lock::new().acquire());
        drop(sync::Lock::new().named(ev, "lock").acquire());
        drop(sync::Semaphore::new(1).named(ev, "semaphore").acquire());
        drop(sync::BoundedSemaphore::new(1).named(ev, "places").acquire());
        drop(sync::Event::<()>::new().named(ev, "event").wait());
        drop(sync::Barrier::new(2).named(ev, "barrier").wait());
        let queue = sync::Queue::bounded(1).named(ev, "queue");
        drop(queue.put(1));
        drop(queue.get());
        drop(sync::DelayMs::new(ev).expired());
        let lock = sync::Lock::new();
        let condition = sync::Condition::new().named(ev, "condition");
        drop(condition.wait(lock.acquire().await));
        drop(condition.wait_for(lock.acquire().await, || true));
        Ok(())
    }));
    let expected = [
        "Lock::acquire",
        "Semaphore::acquire",
        "BoundedSemaphore::acquire",
        "Event::wait",
        "Barrier::wait",
        "Queue::put",
        "Queue::get",
        "DelayMs::expired",
        "Condition::wait",
        "Condition::wait_for",
    ];
    drops(&ran, &expected);
}

#[test]
fn reads_and_writes_that_are_dropped_are_told() {
    let ran = run(main_task!(|bench| {
        let device = Gate::new("device");
        let (reader, writer) = (device.reader(&bench), device.writer(&bench));
        drop(reader.read(1));
        drop(reader.readinto(&mut [0]));
        drop(reader.readexactly(1));
        drop(reader.readline());
        drop(writer.awrite(b"x"));
        drop(writer.awriteiter([b"x"]));
        drop(drivers::MillisecTimer::new(&bench.ev).wait_ms(1));
        let line = drivers::RecordUart::new(&bench.ev, device.clone());
        drop(line.send(b"x"));
        drop(line.record());
        assert_eq!(device.writes.get(), 0);
        Ok(())
    }));
    let expected = [
        "read",
        "readinto",
        "readexactly",
        "readline",
        "awrite",
        "awriteiter",
        "MillisecTimer::wait_ms",
        "RecordUart::send",
        "RecordUart::record",
    ];
    drops(&ran, &expected);
}

/// The original's own demonstration has this bug: its `NamedTask.cancel` is not awaited, and cancels nobody.
#[test]
fn cancellations_by_name_that_are_dropped_are_told_and_cancel_nobody() {
    let ran = run(main_task!(|bench| {
        let registry = asyn::Cancellables::new(&bench.ev);
        let body = |bench: Bench| async move {
            bench.ev.sleep_ms(5).await?;
            bench.say("not cancelled");
            Ok::<_, TaskError>(())
        };
        registry.named("n", body(bench.clone()))?.create_task()?;
        drop(registry.cancellable(1, body(bench.clone())));
        drop(registry.cancellable(1, body(bench.clone())).run());
        bench.ev.sleep_ms(1).await?;
        drop(registry.cancel("n", true));
        drop(registry.cancel_all(1, false));
        bench.ev.sleep_ms(10).await?;
        Ok(())
    }));
    assert_eq!(ran.lines, ["5 not cancelled"]);
    assert_eq!(
        told(&ran),
        [
            "0 main drops Cancellable without awaiting it",
            "0 main drops Cancellable without awaiting it",
            "1 main drops Cancellables::cancel without awaiting it",
            "1 main drops Cancellables::cancel_all without awaiting it",
        ]
    );
}

#[test]
fn runs_that_are_dropped_are_told() {
    let ran = run(|top, _| {
        boxed(async move {
            drop(top.run_forever());
            drop(top.run_until_complete(async { Ok(()) }).named("nothing"));
            top.run_until_complete(async { Ok(()) }).await?;
            Ok(())
        })
    });
    assert_eq!(
        told(&ran),
        ["0 drops run_forever without awaiting it", "0 drops run_until_complete without awaiting it"]
    );
}

/// What was polled once has begun: it may be dropped at any time, and a queue that is full has told of itself.
#[test]
fn what_was_begun_is_not_told() {
    let ran = run(main_task!(|bench| {
        let ev = &bench.ev;
        let lock = asyn::Lock::new(ev, 1);
        lock.acquire().await?;
        assert!(ev.wait_for_ms(lock.acquire(), 5).await.is_err());
        let queue = sync::Queue::<()>::bounded(1).named(ev, "queue");
        assert!(ev.wait_for_ms(ev.interruptible(queue.get()), 5).await.is_err());
        let sleeper = bench.spawn("sleeper", |bench| async move { Ok(bench.ev.sleep_ms(3).await?) });
        assert!(ev.wait_for_ms(ev.join(&sleeper), 1).await.is_err());
        let registry = asyn::Cancellables::new(ev);
        let mut refused = 0;
        for _ in 0..20 {
            let made = registry.cancellable(1, async { Ok::<_, TaskError>(()) }).create_task();
            refused += u32::from(made.is_err());
        }
        assert!(refused > 0, "the run queue has sixteen places");
        ev.sleep_ms(5).await?;
        Ok(())
    }));
    assert_eq!((told(&ran), &*ran.verdict), (Vec::new(), "passed"));
}
