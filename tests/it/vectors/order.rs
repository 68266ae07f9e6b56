//! Rows on the order of things: run queue, wait queue, devices, low priority, several runs.

use std::cell::Cell;
use std::rc::Rc;

use vpyb_core::Board;
use vpyb_core::time::Instant;
use vpyb_sim::runner::boxed;
use vpyb_sim::scenario::model::{Action, Actor, Step, When};

use crate::trial::{Bench, Gate, Said, main_task, says, says_with};

#[test]
fn row_1_a_zero_delay_of_call_later_takes_the_wait_queue() {
    let main = main_task!(|bench| {
        bench.ev.call_later(0.0, bench.saying("A"))?;
        bench.ev.call_later_ms(0, bench.saying("B"))?;
        bench.ev.call_soon(bench.saying("C"))?;
        bench.ev.sleep_ms(0).await?;
        bench.say("task");
        Ok(bench.ev.sleep_ms(1).await?)
    });
    // With one queue there is no other way for A to take.
    says(main, Said::before_v3(&["0 B", "0 C", "0 task", "0 A"], &["0 A", "0 B", "0 C", "0 task"]));
}

#[test]
fn row_2_the_run_queue_refuses_the_seventeenth_task() {
    let main = |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let ran = Rc::new(Cell::new(0));
            for n in 1..=17 {
                let (ev, ran) = (bench.ev.clone(), ran.clone());
                let made = bench.ev.create_task(async move {
                    // The first has the loop stopped when the others have run.
                    if ran.replace(ran.get() + 1) == 0 {
                        ev.stop()?;
                    }
                    Ok(())
                });
                if n >= 16 {
                    bench.tell(n, made);
                }
            }
            top.run_forever().await?;
            bench.say(format_args!("{} ran", ran.get()));
            Ok(())
        })
    };
    let refused = &["0 16: ok", "0 17: run queue of 16 entries is full", "0 16 ran"];
    says(main, Said::before_v3(refused, &["0 16: ok", "0 17: ok", "0 17 ran"]));
}

#[test]
fn row_3_the_wait_queue_refuses_the_seventeenth_callback() {
    let main = |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            for n in 1..=17 {
                let called = bench.ev.call_later(1.0, move || ());
                if n >= 16 {
                    bench.tell(n, called);
                }
            }
            Ok(())
        })
    };
    let refused = &["0 16: ok", "0 17: wait queue of 16 entries is full"];
    says(main, Said::before_v3(refused, &["0 16: ok", "0 17: ok"]));
}

/// The readers are made in the order 2, 0, 1. The second step of `z0` makes all devices ready and takes 10 ms.
#[test]
fn row_4_devices_and_expired_timers_queue_behind_zero_delays() {
    let main = main_task!(|bench| {
        let names = ["io2", "io0", "io1"];
        let gates = names.map(Gate::new);
        for (name, gate) in names.into_iter().zip(gates.clone()) {
            bench.spawn(name, |b| async move {
                gate.reader(&b).read(1).await?;
                b.say(name);
                Ok(())
            });
        }
        for (name, ms) in [("b", 5), ("c", 5), ("a", 10)] {
            bench.spawn(name, |b| async move {
                b.ev.sleep_ms(ms).await?;
                b.say(name);
                Ok(())
            });
        }
        for name in ["z0", "z1"] {
            let gates = gates.clone();
            bench.spawn(name, |b| async move {
                for step in 1..=3 {
                    b.say(name);
                    if (name, step) == ("z0", 2) {
                        gates.iter().for_each(|gate| gate.give(1));
                        b.board.delay_us(10_000);
                    }
                    b.ev.sleep_ms(0).await?;
                }
                Ok(())
            });
        }
        Ok(bench.ev.sleep_ms(100).await?)
    });
    const ALL: usize = 12;
    const fn then(at_10: [&'static str; ALL - 3]) -> [&'static str; ALL] {
        let [a, b, c, d, e, f, g, h, i] = at_10;
        ["0 z0", "0 z1", "0 z0", a, b, c, d, e, f, g, h, i]
    }
    const V2: [&str; ALL] =
        then(["10 z1", "10 z0", "10 z1", "10 io2", "10 io0", "10 io1", "10 b", "10 c", "10 a"]);
    // A read gives up a turn at its end.
    const FAST: [&str; ALL] =
        then(["10 z1", "10 z0", "10 z1", "10 b", "10 c", "10 a", "10 io2", "10 io0", "10 io1"]);
    const FAST_IO: [&str; ALL] =
        then(["10 io2", "10 io0", "10 io1", "10 z1", "10 z0", "10 z1", "10 b", "10 c", "10 a"]);
    // What is ready has a tick like what is due: z1 that of its last step, the others their due times, and only
    // then comes what was pushed at 10 ms.
    const V3: [&str; ALL] =
        then(["10 z1", "10 b", "10 c", "10 a", "10 z0", "10 io2", "10 io0", "10 io1", "10 z1"]);
    says(main, Said { v2: &V2, fast: &FAST, fast_io: &FAST_IO, v3: &V3 });
}

/// Ctrl-C ends the first run at 1500 ms. What it left behind still stops the loop when it is complete, under
/// `asyncio-v3` not: there a run ends with its own task.
#[test]
fn row_14_what_an_interrupted_run_left_behind_stops_the_next() {
    let main = |top: vpyb_core::Top<_>, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            for (name, seconds) in [("first", 3.0), ("second", 5.0)] {
                let ev = bench.ev.clone();
                let ended = top.run_until_complete(async move { Ok(ev.sleep(seconds).await?) }).await;
                bench.tell(name, ended);
            }
            Ok(())
        })
    };
    let lines = &["1500 first: interrupted by Ctrl-C", "3000 second: stopped before it was complete"];
    let press = |scenario: &mut vpyb_sim::scenario::model::Scenario| {
        let when = When::At(Instant::from_millis(1500));
        let steps = vec![Step { when, action: Action::CtrlC, mark: None, span: 0..0 }];
        scenario.actors = vec![Actor { name: "finger".into(), steps }];
    };
    says_with(press, main, Said::before_v3(lines, &["1500 first: interrupted by Ctrl-C", "6500 second: ok"]));
}

/// Under `fast-io` an entry was made all the same, and stops the loop when it is due.
#[test]
fn row_17_a_task_that_has_not_started_can_be_delayed_but_not_under_fast_io() {
    let main = main_task!(|bench| {
        let own = bench.clone();
        let delayed = async move {
            own.say("it runs");
            Ok(())
        };
        bench.tell("delayed", bench.ev.create_task_later_ms_named("late", 1000, delayed));
        Ok(bench.ev.sleep(2.0).await?)
    });
    let fast = &[
        "0 delayed: TypeError: a task that has not started cannot be queued with a delay under fast-io",
        "error: late: TypeError: a task that has not started cannot be queued with a delay under fast-io",
    ];
    let runs = &["0 delayed: ok", "1000 it runs"];
    says(main, Said::by_each(runs, fast, runs));
}

/// One entry of low priority a pass, and only when nothing else is ready or due.
#[test]
fn row_20_tasks_of_low_priority_take_turns_with_each_other_and_give_way() {
    let main = main_task!(|bench| {
        for name in ["lp0", "lp1", "lp2"] {
            bench.spawn(name, |b| async move {
                loop {
                    b.ev.after_ms(0).await?;
                    b.say(name);
                    b.board.delay_us(2000);
                }
            });
        }
        for name in ["a", "b"] {
            bench.spawn(name, |b| async move {
                loop {
                    b.ev.sleep_ms(5).await?;
                    b.say(name);
                }
            });
        }
        Ok(bench.ev.sleep_ms(14).await?)
    });
    let fast =
        &["0 lp0", "2 lp1", "4 lp2", "6 a", "6 b", "6 lp0", "8 lp1", "10 lp2", "12 a", "12 b", "12 lp0"];
    let none = &["error: lp0: no low-priority queue exists"];
    says(main, Said::by_each(none, fast, none));
}

/// With no normal timer its delay is reckoned from the beginning of the pass in which it worked, so that a period of
/// 50 + 100 ms takes 200.
#[test]
fn row_21_a_lone_task_of_low_priority_sleeps_too_long() {
    let main = |top: vpyb_core::Top<_>, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            bench.spawn("lp", |b| async move {
                for _ in 0..4 {
                    b.say("starts");
                    b.board.delay_us(50_000);
                    b.ev.after_ms(100).await?;
                }
                Ok(b.ev.stop()?)
            });
            Ok(top.run_forever().await?)
        })
    };
    let none = &["0 starts", "error: lp: no low-priority queue exists"];
    says(main, Said::by_each(none, &["0 starts", "200 starts", "400 starts", "600 starts"], none));
}
