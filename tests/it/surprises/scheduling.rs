//! Queues, delays, and how runs end.

use std::pin::Pin;
use std::rc::Rc;

use vpyb_core::time::Duration;
use vpyb_core::{Board, TaskError, Top, asyn, official};
use vpyb_sim::board::VirtualBoard;
use vpyb_sim::runner::boxed;

use crate::trial::{Bench, Gate, Rules, Said, main_task, run, run_under, says, says_with};

#[test]
fn of_equal_due_times_the_first_pushed_comes_first() {
    let main = main_task!(|bench| {
        for (name, parts) in [("a", [10, 0]), ("b", [5, 5]), ("c", [10, 0])] {
            bench.spawn_telling(name, move |b| async move {
                b.ev.sleep_ms(parts[0]).await?;
                b.ev.sleep_ms(parts[1]).await
            });
        }
        Ok(bench.ev.sleep_ms(20).await?)
    });
    says(main, Said::by_all(&["10 b: ok", "10 a: ok", "10 c: ok"]));
}

/// Its timer is armed before what it waits for takes a first step.
#[test]
fn a_time_out_beats_a_sleep_of_the_same_length() {
    let main = main_task!(|bench| {
        bench.tell("waited", bench.ev.wait_for_ms(bench.ev.sleep_ms(10), 10).await);
        Ok(())
    });
    says(main, Said::by_all(&["10 waited: timed out"]));
}

#[test]
fn a_zero_sleep_takes_no_place_in_the_wait_queue_and_a_zero_call_later_takes_one() {
    let main = main_task!(|bench| {
        bench.ev.call_later_ms(50, || ())?;
        bench.tell("sleep", bench.ev.sleep(0.0).await);
        bench.tell("call_later_ms", bench.ev.call_later_ms(0, || ()));
        bench.tell("call_later", bench.ev.call_later(0.0, || ()));
        Ok(())
    });
    let full = &["0 sleep: ok", "0 call_later_ms: ok", "0 call_later: wait queue of 1 entries is full"];
    let grows = &["0 sleep: ok", "0 call_later_ms: ok", "0 call_later: ok"];
    says_with(|scenario| scenario.cpu.waitq_len = Some(1), main, Said::before_v3(full, grows));
}

/// The original leaves the function of the eighth behind without its arguments, as an entry that cannot be called.
#[test]
fn of_a_callback_that_does_not_fit_half_stays_and_ends_the_run() {
    let main = main_task!(|bench| {
        for n in 1..=8 {
            let queued = bench.ev.call_soon(bench.saying("called"));
            if n >= 7 {
                bench.tell(n, queued);
            }
        }
        Ok(bench.ev.sleep_ms(1).await?)
    });
    const CALLED: &str = "0 called";
    let full = &[
        "0 7: ok",
        "0 8: run queue of 15 entries is full",
        CALLED,
        CALLED,
        CALLED,
        CALLED,
        CALLED,
        CALLED,
        CALLED,
        "error: callback: run queue of 15 entries is full",
    ];
    let grows = &["0 7: ok", "0 8: ok", CALLED, CALLED, CALLED, CALLED, CALLED, CALLED, CALLED, CALLED];
    says_with(|scenario| scenario.cpu.runq_len = Some(15), main, Said::before_v3(full, grows));
}

/// A pass runs what was queued when it began. So a task that queues itself at once starves nobody, and a request to
/// stop, too, waits behind what was queued before it.
#[test]
fn a_request_to_stop_waits_behind_what_is_queued() {
    let main = |top: Top<VirtualBoard>, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let turns = |name| {
                bench.spawn(name, move |b| async move {
                    for turn in 0.. {
                        b.say(format_args!("{name}:{turn}"));
                        b.ev.sleep_ms(0).await?;
                    }
                    Ok(())
                })
            };
            turns("a1");
            bench.spawn("s", |b| async move {
                b.ev.sleep_ms(0).await?;
                for call in ["s stops", "s stops again"] {
                    b.say(call);
                    b.ev.stop()?;
                    b.ev.sleep_ms(0).await?;
                }
                Ok(())
            });
            turns("a2");
            for _ in 0..2 {
                top.run_forever().await?;
                bench.say("stopped");
            }
            Ok(())
        })
    };
    says(
        main,
        Said::by_all(&[
            "0 a1:0",
            "0 a2:0",
            "0 a1:1",
            "0 s stops",
            "0 a2:1",
            "0 a1:2",
            "0 stopped",
            "0 s stops again",
            "0 a2:2",
            "0 a1:3",
            "0 stopped",
        ]),
    );
}

#[test]
fn a_run_ends_in_the_middle_of_a_pass() {
    let main = |top: Top<VirtualBoard>, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let own = bench.clone();
            // Its timer is armed before that of its peer; both are due at 10 ms.
            let first = async move {
                own.spawn_telling("peer", |b| async move { b.ev.sleep_ms(10).await });
                Ok(own.ev.sleep_ms(10).await?)
            };
            top.run_until_complete(first).await?;
            bench.say("the run has ended");
            let ev = bench.ev.clone();
            top.run_until_complete(async move { Ok(ev.sleep_ms(5).await?) }).await?;
            Ok(())
        })
    };
    says(main, Said::by_all(&["10 the run has ended", "10 peer: ok"]));
}

#[test]
fn a_run_of_a_cancelled_task_never_returns() {
    let main = main_task!(|bench| {
        let itself = bench.ev.current_task().expect("this one");
        bench.spawn("canceller", |b| async move {
            b.ev.sleep_ms(1).await?;
            Ok(b.ev.cancel(&itself)?)
        });
        let slept = bench.ev.sleep_ms(10).await;
        bench.tell("slept", slept);
        Ok(slept?)
    });
    says(
        main,
        Said::by_each(
            &["10 slept: cancelled", "stuck"],
            &["1 slept: cancelled", "stuck"],
            &["1 slept: cancelled", "error: main: cancelled"],
        ),
    );
}

type Awaited = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

/// Things that are there already, to be awaited.
fn there_already(b: &Bench) -> Vec<(&'static str, Awaited)> {
    let event = asyn::Event::new(&b.ev, 0);
    event.set(1);
    let (lock, semaphore) = (asyn::Lock::new(&b.ev, 0), asyn::Semaphore::new(&b.ev, 1));
    let queue = Rc::new(official::Queue::new(&b.ev, 0));
    let (filled, group) = (queue.clone(), asyn::Cancellables::new(&b.ev));
    let (gate, own) = (Gate::new("gate"), b.clone());
    gate.make_room(5);
    let official = official::Lock::new(&b.ev);
    vec![
        ("a set event", Box::pin(async move { Ok(event.wait().await?) })),
        ("a free lock", Box::pin(async move { Ok(lock.acquire().await?) })),
        ("a free place", Box::pin(async move { Ok(semaphore.acquire().await?) })),
        ("room in a queue", Box::pin(async move { Ok(queue.put(1).await?) })),
        ("an item in a queue", Box::pin(async move { Ok(filled.get().await.map(drop)?) })),
        ("the end of an empty group", Box::pin(async move { Ok(group.cancel_all(7, false).await?) })),
        ("a write that fits", Box::pin(async move { Ok(gate.writer(&own).awrite(b"hello").await?) })),
        ("the official lock", Box::pin(async move { Ok(official.acquire().await?) })),
    ]
}

/// Only the official lock always gives up one, and under `fast-io` a write; with an I/O queue nobody comes between.
#[test]
fn awaiting_what_is_there_already_costs_no_turn() {
    let main = main_task!(|bench| {
        for (name, awaited) in there_already(&bench) {
            bench.spawn("turn", |b| async move {
                b.say("a turn");
                Ok(())
            });
            awaited.await?;
            bench.say(name);
            bench.ev.sleep_ms(1).await?;
        }
        Ok(())
    });
    const LINES: usize = 16;
    const fn lines(write: [&'static str; 2]) -> [&'static str; LINES] {
        let [first, second] = write;
        [
            "0 a set event",
            "0 a turn",
            "1 a free lock",
            "1 a turn",
            "2 a free place",
            "2 a turn",
            "3 room in a queue",
            "3 a turn",
            "4 an item in a queue",
            "4 a turn",
            "5 the end of an empty group",
            "5 a turn",
            first,
            second,
            "7 a turn",
            "7 the official lock",
        ]
    }
    const NO_TURN: [&str; LINES] = lines(["6 a write that fits", "6 a turn"]);
    const A_TURN: [&str; LINES] = lines(["6 a turn", "6 a write that fits"]);
    says(main, Said { v2: &NO_TURN, fast: &A_TURN, fast_io: &NO_TURN, v3: &A_TURN });
}

/// A delay is reckoned from the tick in which it begins, and at the end of its step.
#[test]
fn a_delay_may_be_a_millisecond_short_and_drifts() {
    let main = main_task!(|bench| {
        bench.board.delay_us(900);
        bench.tell("1 ms", bench.ev.sleep_ms(1).await);
        for _ in 0..3 {
            bench.board.delay_us(1500);
            bench.tell("10 ms", bench.ev.sleep_ms(10).await);
        }
        Ok(())
    });
    says(main, Said::by_all(&["1 1 ms: ok", "12 10 ms: ok", "23 10 ms: ok", "34 10 ms: ok"]));
}

#[test]
fn a_loop_that_waits_for_nothing_never_wakes() {
    let main = main_task!(|bench| {
        bench.tell("read", Gate::new("gate").reader(&bench).read(1).await);
        Ok(())
    });
    says(main, Said::by_all(&["stuck"]));
}

#[test]
fn tasks_that_spin_need_steps_that_cost_something() {
    let main = main_task!(|bench| {
        while bench.ev.time() < 3 {
            bench.ev.yield_now().await?;
        }
        bench.say("the time has come");
        Ok(())
    });
    says(main, Said::by_all(&["livelock"]));
    says_with(
        |scenario| scenario.cpu.step = Some(Duration::from_micros(10)),
        main,
        Said::by_all(&["3 the time has come"]),
    );
}

/// The original's `yield False`; its `yield True` is fatal, and cannot be said here.
#[test]
fn a_parked_task_runs_only_when_somebody_queues_it() {
    let main = main_task!(|bench| {
        let parked = bench.spawn_telling("parked", |b| async move { b.ev.park().await });
        bench.ev.sleep_ms(10).await?;
        bench.ev.requeue(&parked)?;
        Ok(bench.ev.sleep_ms(10).await?)
    });
    says(main, Said::by_all(&["10 parked: ok"]));
}

/// In the original all pauses of `sleep_ms` are one object, which a call changes even if nobody awaits it.
#[test]
fn a_sleep_that_is_not_awaited_or_awaited_late_disturbs_nobody() {
    let main = main_task!(|bench| {
        bench.spawn_telling("sleeper", |b| async move { b.ev.sleep_ms(100).await });
        bench.ev.yield_now().await?;
        drop(bench.ev.sleep_ms(777));
        let late = bench.ev.sleep_ms(30);
        bench.tell("soon", bench.ev.sleep_ms(3).await);
        bench.tell("late", late.await);
        Ok(bench.ev.sleep_ms(100).await?)
    });
    says(main, Said::by_all(&["3 soon: ok", "33 late: ok", "100 sleeper: ok"]));
}

/// At 1101 ms what was due at 100 ms is overdue by more than 1000; the hog, whose steps take 100 us, has its turn first.
#[test]
fn low_priority_waits_for_more_than_its_limit() {
    let main = main_task!(|bench| {
        bench.spawn("hog", |b| async move {
            loop {
                b.ev.sleep_ms(0).await?;
            }
        });
        for _ in 0..2 {
            bench.tell("low priority", bench.ev.after_ms(100).await);
        }
        Ok(())
    });
    let none = &["error: main: no low-priority queue exists"];
    says_with(
        |scenario| {
            scenario.cpu.step = Some(Duration::from_micros(100));
            if scenario.cpu.lp_len.is_some() {
                scenario.cpu.max_overdue_ms = Some(1000);
            }
        },
        main,
        Said::by_each(none, &["1101.100 low priority: ok", "2202.100 low priority: ok"], none),
    );
}

/// `call_later` of the original always takes the wait queue; `call_later_ms` and `create_task` do not if there is no delay.
#[test]
fn a_task_that_is_started_after_no_seconds_comes_by_the_wait_queue() {
    let ran = run(main_task!(|bench| {
        let says = |name: &'static str| {
            let bench = bench.clone();
            async move {
                bench.say(name);
                Ok(())
            }
        };
        bench.ev.create_task_later(0.0, says("after 0 s"))?;
        bench.ev.create_task_later(0.0015, says("after 1.5 ms"))?;
        bench.ev.create_task_later_ms(0, says("after 0 ms"))?;
        bench.ev.create_task(says("at once"))?;
        Ok(bench.ev.sleep_ms(5).await?)
    }));
    assert_eq!(ran.lines, ["0 after 0 ms", "0 at once", "0 after 0 s", "1 after 1.5 ms"]);
    let late = run_under(
        Rules::Fast,
        main_task!(|bench| {
            let late = bench.ev.create_task_later(0.0, async { Ok(()) });
            bench.say(late.is_err());
            Ok(())
        }),
    );
    assert_eq!(late.lines, ["0 true"]);
}
