//! Cancellations and time-outs: what they take up, what swallows them, and who waits for ever.

use vpyb_core::asyn::{Cancellables, Gatherable, gather};
use vpyb_core::time::Duration;
use vpyb_core::{Interrupt, TaskError};

use crate::trial::{Bench, Gate, Said, main_task, says, says_with};

#[test]
fn the_timer_of_a_wait_that_is_over_keeps_its_place_in_the_wait_queue() {
    let main = main_task!(|bench| {
        let at_once = async { Ok::<(), Interrupt>(()) };
        bench.tell("waited", bench.ev.wait_for_ms(at_once, 1000).await);
        bench.tell("slept", bench.ev.sleep_ms(10).await);
        Ok(())
    });
    let full = &["0 waited: ok", "error: main: wait queue of 1 entries is full"];
    let gone = &["0 waited: ok", "10 slept: ok"];
    says_with(|scenario| scenario.cpu.waitq_len = Some(1), main, Said::before_v3(full, gone));
}

#[test]
fn a_time_out_takes_two_places_of_the_run_queue_when_it_is_due() {
    let main = main_task!(|bench| {
        let spinning = async {
            loop {
                bench.ev.sleep_ms(0).await?;
            }
        };
        let ended: Result<(), Interrupt> = bench.ev.wait_for_ms(spinning, 10).await;
        bench.tell("waited", ended);
        Ok(())
    });
    let full = &["error: callback: run queue of 2 entries is full"];
    says_with(
        |scenario| {
            scenario.cpu.runq_len = Some(2);
            scenario.cpu.step = Some(Duration::from_micros(100));
        },
        main,
        Said::before_v3(full, &["10.100 waited: timed out"]),
    );
}

/// As row 10 of the vectors, but the task waits for another device next: the second entry resumes it with the marker of
/// that wait.
#[test]
fn a_swallowed_cancellation_is_fatal_if_the_task_waits_for_a_device_next() {
    let main = main_task!(|bench| {
        let (gate, other) = (Gate::new("gate"), Gate::new("other"));
        let device = gate.clone();
        let reader = bench.spawn("reader", |b| async move {
            b.tell("read", device.reader(&b).read(1).await);
            let read = other.reader(&b).read(1).await.map(drop);
            b.tell("read the other", read);
            Ok(read?)
        });
        bench.ev.sleep_ms(10).await?;
        gate.give(1);
        bench.ev.cancel(&reader)?;
        Ok(bench.ev.sleep_ms(10).await?)
    });
    let dies = &[
        "10 read: ok",
        "10 read the other: resumed by a leftover entry while waiting for something else",
        "error: reader: resumed by a leftover entry while waiting for something else",
    ];
    says(main, Said::before_v3(dies, &["10 read: cancelled"]));
}

/// The device is ready long after its waiter has ended: an entry of a finished task is met, and nothing else.
#[test]
fn an_abandoned_registration_of_a_task_that_has_ended_is_harmless() {
    let main = main_task!(|bench| {
        let gate = Gate::new("gate");
        let device = gate.clone();
        let reader =
            bench.spawn_telling("read", |b| async move { device.reader(&b).read(1).await.map(drop) });
        bench.ev.sleep_ms(10).await?;
        bench.ev.cancel(&reader)?;
        bench.ev.sleep_ms(10).await?;
        gate.give(1);
        bench.tell("slept", bench.ev.sleep_ms(10).await);
        bench.tell("read later", gate.reader(&bench).read(1).await);
        Ok(())
    });
    says(main, Said::by_all(&["10 read: cancelled", "30 slept: ok", "30 read later: ok"]));
}

/// The sleeper is cancelled at 10 ms by a callback that was queued before its time-out, which is due at the same tick.
#[test]
fn a_time_out_replaces_a_cancellation_that_is_pending_and_stops_the_loop_under_fast_io() {
    let main = main_task!(|bench| {
        let sleeper =
            bench.spawn_telling("sleeper", |b| async move { b.ev.wait_for_ms(b.ev.sleep_ms(50), 10).await });
        let ev = bench.ev.clone();
        bench.ev.call_later_ms(10, move || ev.cancel(&sleeper).map_err(TaskError::from))?;
        Ok(bench.ev.sleep_ms(100).await?)
    });
    const DIES: &[&str] = &["error: callback: the task is interrupted already, has ended, or is itself"];
    says(
        main,
        Said {
            v2: &["50 sleeper: timed out"],
            fast: DIES,
            // Cancelled, it has its turn before the time-out has.
            fast_io: &["10 sleeper: cancelled"],
            v3: &["10 sleeper: timed out"],
        },
    );
}

#[test]
fn a_cancellation_replaces_a_time_out_that_is_pending_and_is_an_error_under_fast_io() {
    let main = main_task!(|bench| {
        let sleeper =
            bench.spawn_telling("sleeper", |b| async move { b.ev.wait_for_ms(b.ev.sleep_ms(50), 10).await });
        bench.ev.yield_now().await?;
        bench.ev.sleep_ms(10).await?;
        bench.tell("cancel", bench.ev.cancel(&sleeper));
        Ok(bench.ev.sleep_ms(100).await?)
    });
    says(
        main,
        Said {
            v2: &["10 cancel: ok", "50 sleeper: cancelled"],
            fast: &[
                "10 cancel: the task is interrupted already, has ended, or is itself",
                "10 sleeper: cancelled",
            ],
            // Timed out, it has its turn before the canceller has.
            fast_io: &["10 sleeper: timed out", "10 cancel: ok"],
            v3: &["10 cancel: ok", "10 sleeper: cancelled"],
        },
    );
}

/// Both wait until the member has confirmed its end, which it does to the last who asked. Steps cost 100 us, for who
/// waits so spins.
#[test]
fn of_two_who_cancel_a_group_the_first_waits_for_ever_or_the_second_is_refused() {
    let main = main_task!(|bench| {
        let group = Cancellables::new(&bench.ev);
        let ev = bench.ev.clone();
        let member = group.cancellable(0, async move { Ok::<(), TaskError>(ev.sleep_ms(20).await?) });
        member.create_task()?;
        bench.ev.yield_now().await?;
        for name in ["first", "second"] {
            let group = group.clone();
            bench.spawn(name, |b| async move {
                b.tell(name, group.cancel_all(0, false).await);
                Ok(())
            });
        }
        Ok(bench.ev.sleep_ms(40).await?)
    });
    says_with(
        |scenario| scenario.cpu.step = Some(Duration::from_micros(100)),
        main,
        Said {
            v2: &["20.500 second: ok"],
            // It has taken the confirmation for itself all the same.
            fast: &["0.400 second: the task is interrupted already, has ended, or is itself"],
            // The member has ended before the second asks: the group is empty.
            fast_io: &["0.500 second: ok", "0.600 first: ok"],
            v3: &["0.700 second: ok"],
        },
    );
}

#[test]
fn gathered_tasks_never_end_if_one_of_them_is_timed_out() {
    let main = main_task!(|bench| {
        bench.spawn("gathers", |b| async move {
            let ev = b.ev.clone();
            let slow = Gatherable::new(async move { Ok(ev.sleep_ms(20).await?) }).timeout(0.01);
            let ended = gather(&b.ev, vec![slow]).await;
            b.tell("gathered", ended);
            Ok(())
        });
        bench.tell("slept", bench.ev.sleep_ms(40).await);
        Ok(())
    });
    says_with(
        |scenario| scenario.cpu.step = Some(Duration::from_micros(100)),
        main,
        Said::before_v3(
            &["40.100 slept: ok"],
            &["10.400 Task exception wasn't retrieved: wrapped#1: timed out", "40.100 slept: ok"],
        ),
    );
}

/// The mistake of the tutorial's `named_test`. The compiler warns of it, as `cancel` is a future.
#[test]
fn a_cancellation_that_is_not_awaited_cancels_nothing() {
    let main = main_task!(|bench| {
        let tasks = Cancellables::new(&bench.ev);
        let own: Bench = bench.clone();
        let named = async move {
            let slept = own.ev.sleep_ms(20).await;
            own.tell("slept", slept);
            Ok::<(), TaskError>(slept?)
        };
        tasks.named("N", named)?.create_task()?;
        bench.ev.sleep_ms(10).await?;
        drop(tasks.cancel("N", true));
        Ok(bench.ev.sleep_ms(20).await?)
    });
    says(main, Said::by_all(&["20 slept: ok"]));
}
