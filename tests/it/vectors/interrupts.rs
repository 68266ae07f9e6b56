//! Rows on cancellation and time-outs: when they arrive, and what they leave behind.

use std::rc::Rc;

use vpyb_core::asyn::Cancellables;
use vpyb_core::official::Lock;
use vpyb_core::{Interrupt, TaskError};

use crate::trial::{Bench, Gate, Said, main_task, says};

/// `fast-io` discards an entry of the task that is due, but the wrong one: that of the new sleep.
#[test]
fn row_5_a_trapped_time_out_makes_the_next_sleep_too_long_under_fast_io() {
    let main = main_task!(|bench| {
        bench.tell("waited", bench.ev.wait_for(bench.ev.sleep(10.0), 1.0).await);
        for name in ["one", "two"] {
            bench.tell(name, bench.ev.sleep(1.0).await);
        }
        Ok(())
    });
    says(
        main,
        Said::by_each(
            &["10000 waited: timed out", "11000 one: ok", "12000 two: ok"],
            &["1000 waited: timed out", "10000 one: ok", "11000 two: ok"],
            &["1000 waited: timed out", "2000 one: ok", "3000 two: ok"],
        ),
    );
}

/// Under `fast-io` two entries of sleeps that were cut short, due at 10 and at 13 s, stand for one discarded entry.
#[test]
fn row_6_a_sleep_after_two_trapped_cancellations_ends_with_a_former_one_under_fast_io() {
    let main = main_task!(|bench| {
        let sleeper = bench.spawn("sleeper", |b| async move {
            for _ in 0..3 {
                b.tell("sleep", b.ev.sleep(10.0).await);
            }
            Ok(())
        });
        for _ in 0..2 {
            bench.ev.sleep(3.0).await?;
            bench.ev.cancel(&sleeper)?;
        }
        Ok(bench.ev.sleep(40.0).await?)
    });
    says(
        main,
        Said::by_each(
            &["10000 sleep: cancelled", "20000 sleep: ok", "30000 sleep: ok"],
            &["3000 sleep: cancelled", "6000 sleep: cancelled", "13000 sleep: ok"],
            &["3000 sleep: cancelled", "6000 sleep: cancelled", "16000 sleep: ok"],
        ),
    );
}

#[test]
fn row_7_an_error_leaves_a_stray_time_out_behind() {
    let main = main_task!(|bench| {
        let failing = async {
            bench.ev.sleep_ms(100).await?;
            Err::<(), _>(TaskError::failed("broken"))
        };
        bench.tell("waited", bench.ev.wait_for(failing, 2.0).await);
        bench.tell("slept", bench.ev.sleep(5.0).await);
        Ok(())
    });
    says(
        main,
        Said::by_each(
            &["100 waited: broken", "5100 slept: timed out"],
            &["100 waited: broken", "2000 slept: timed out"],
            &["100 waited: broken", "5100 slept: ok"],
        ),
    );
}

#[test]
fn row_8_an_inner_handler_traps_the_time_out_of_an_outer_wait() {
    let main = main_task!(|bench| {
        let inner = async {
            bench.tell("inner", bench.ev.wait_for(bench.ev.sleep(10.0), 5.0).await);
            Ok::<(), Interrupt>(())
        };
        bench.tell("outer", bench.ev.wait_for(inner, 3.0).await);
        bench.tell("slept", bench.ev.sleep(5.0).await);
        Ok(())
    });
    says(
        main,
        Said::by_each(
            &["10000 inner: timed out", "10000 outer: ok", "15000 slept: ok"],
            &["3000 inner: timed out", "3000 outer: ok", "5000 slept: timed out"],
            &["3000 inner: timed out", "3000 outer: ok", "8000 slept: ok"],
        ),
    );
}

/// The entry of the sleep that the device cut short is still there, and cuts the next one short at 4 s.
#[test]
fn row_9_an_abandoned_registration_wakes_a_task_from_its_sleep() {
    let main = main_task!(|bench| {
        let gate = Gate::new("gate");
        let device = gate.clone();
        let reader = bench.spawn("reader", |b| async move {
            b.tell("read", device.reader(&b).read(1).await);
            b.tell("slept 3 s", b.ev.sleep(3.0).await);
            b.tell("slept 5 s", b.ev.sleep(5.0).await);
            Ok(())
        });
        bench.ev.sleep(1.0).await?;
        bench.ev.cancel(&reader)?;
        bench.ev.sleep(1.0).await?;
        gate.give(1);
        Ok(bench.ev.sleep(10.0).await?)
    });
    says(
        main,
        Said::before_v3(
            &["1000 read: cancelled", "2000 slept 3 s: ok", "4000 slept 5 s: ok"],
            &["1000 read: cancelled", "4000 slept 3 s: ok", "9000 slept 5 s: ok"],
        ),
    );
}

/// The device is made ready and its waiter cancelled in one step. The poll that ends the pass loses the cancellation
/// and queues the waiter twice.
#[test]
fn row_10_a_device_that_is_ready_in_the_same_pass_swallows_the_cancellation() {
    let main = main_task!(|bench| {
        let gate = Gate::new("gate");
        let device = gate.clone();
        let reader = bench.spawn("reader", |b| async move {
            b.tell("read", device.reader(&b).read(1).await);
            let slept = b.ev.sleep(3.0).await;
            b.tell("slept", slept);
            Ok(slept?)
        });
        bench.ev.sleep(1.0).await?;
        gate.give(1);
        bench.ev.cancel(&reader)?;
        Ok(bench.ev.sleep(10.0).await?)
    });
    const DIES: &[&str] = &[
        "1000 read: ok",
        "1000 slept: resumed by a leftover entry while waiting for something else",
        "error: reader: resumed by a leftover entry while waiting for something else",
    ];
    says(
        main,
        Said::by_each(
            &["1000 read: ok", "1000 slept: ok"],
            DIES,
            &["1000 read: cancelled", "4000 slept: ok"],
        ),
    );
}

#[test]
fn row_11_a_second_cancellation_replaces_the_first_and_is_an_error_under_fast_io() {
    let main = main_task!(|bench| {
        let sleeper = bench.spawn_telling("sleeper", |b| async move { b.ev.sleep(5.0).await });
        bench.ev.sleep(1.0).await?;
        for name in ["first", "second"] {
            bench.tell(name, bench.ev.cancel(&sleeper));
        }
        Ok(bench.ev.sleep(10.0).await?)
    });
    says(
        main,
        Said::by_each(
            &["1000 first: ok", "1000 second: ok", "5000 sleeper: cancelled"],
            &[
                "1000 first: ok",
                "1000 second: the task is interrupted already, has ended, or is itself",
                "1000 sleeper: cancelled",
            ],
            &["1000 first: ok", "1000 second: ok", "1000 sleeper: cancelled"],
        ),
    );
}

/// A holds the lock, B and C wait, B is cancelled: it spends the hand-over, and C stays parked until D has had the
/// lock. So it is under `asyncio-v3`, too, though there B is told at once.
#[test]
fn row_12_a_cancelled_waiter_of_the_official_lock_swallows_the_wake_up() {
    let main = main_task!(|bench| {
        let lock = Rc::new(Lock::new(&bench.ev));
        let holds = |name, after: f64, seconds: f64| {
            let lock = lock.clone();
            bench.spawn(name, move |b: Bench| async move {
                b.ev.sleep(after).await?;
                let acquired = lock.acquire().await;
                b.tell(name, acquired);
                acquired?;
                b.ev.sleep(seconds).await?;
                Ok(lock.release()?)
            })
        };
        holds("A", 0.0, 4.0);
        let waiter = holds("B", 0.5, 1.0);
        holds("C", 0.6, 1.0);
        holds("D", 20.0, 1.0);
        bench.ev.sleep(1.0).await?;
        bench.ev.cancel(&waiter)?;
        Ok(bench.ev.sleep(30.0).await?)
    });
    says(
        main,
        Said::before_v3(
            &["0 A: ok", "4000 B: cancelled", "20000 D: ok", "21000 C: ok"],
            &["0 A: ok", "1000 B: cancelled", "20000 D: ok", "21000 C: ok"],
        ),
    );
}

#[test]
fn row_13_a_time_out_reaches_a_waiter_of_the_official_lock_with_the_hand_over() {
    let main = main_task!(|bench| {
        let lock = Rc::new(Lock::new(&bench.ev));
        let held = lock.clone();
        bench.spawn("holder", |b| async move {
            held.acquire().await?;
            b.ev.sleep(4.0).await?;
            Ok(held.release()?)
        });
        bench.ev.sleep_ms(0).await?;
        bench.tell("waited", bench.ev.wait_for(lock.acquire(), 1.0).await);
        bench.say(if lock.locked() { "held" } else { "free" });
        Ok(bench.ev.sleep(10.0).await?)
    });
    says(
        main,
        Said::before_v3(&["4000 waited: timed out", "4000 free"], &["1000 waited: timed out", "1000 held"]),
    );
}

/// Nothing hastens an interrupt of a part of a task: it arrives when the task is next resumed. The task cleans up, and
/// ends.
#[test]
fn row_19_a_part_of_a_task_gets_its_cancellation_when_the_task_is_resumed() {
    let main = main_task!(|bench| {
        let cancellables = Cancellables::new(&bench.ev);
        let own = bench.clone();
        let part = cancellables.cancellable(0, async move {
            loop {
                own.ev.sleep(10.0).await.inspect_err(|with| own.say(format_args!("f: {with}")))?;
            }
        });
        bench.spawn("runner", |b| async move {
            let ended: Result<(), TaskError> = part.run().await;
            b.tell("runner cleans up", ended.as_ref());
            ended
        });
        bench.ev.sleep(1.0).await?;
        cancellables.cancel_all(0, true).await?;
        bench.ev.sleep_ms(0).await?;
        bench.say("the canceller goes on");
        Ok(bench.ev.sleep(20.0).await?)
    });
    says(
        main,
        Said::by_all(&[
            "1000 the canceller goes on",
            "10000 f: cancelled",
            "10000 runner cleans up: cancelled",
        ]),
    );
}
