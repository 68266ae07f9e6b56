//! The waking primitives inside tasks, in virtual time: interrupts arrive at once, a deadlock is `stuck`.
//!
//! Steps cost nothing here, so that every time is exact; what is printed is compared with its instant.

use std::rc::Rc;
use std::sync::Arc;

use vpyb_core::clock::Clock;
use vpyb_core::observer::Observer;
use vpyb_core::sync::*;
use vpyb_core::time::Instant;
use vpyb_core::{Config, Firmware, Interrupt, Overrides, Setup, Step, TaskError};
use vpyb_sim::runner::boxed;
use vpyb_sim::trace::record::Kind;

use crate::trial::{Bench, Rules, run, run_under};

/// Acquires, says so, holds for `hold_ms`; says how it was interrupted, cleans up for 5 ms, and says so.
async fn holder(bench: Bench, lock: Rc<Lock>, name: &'static str, hold_ms: i32) -> Result<(), TaskError> {
    match bench.ev.interruptible(lock.acquire()).await {
        Ok(held) => {
            bench.say(format_args!("{name} has it"));
            bench.ev.sleep_ms(hold_ms).await?;
            held.release();
        }
        Err(interrupt) => {
            bench.ev.sleep_ms(5).await?;
            bench.say(format_args!("{name} {interrupt}, cleaned up"));
        }
    }
    Ok(())
}

#[test]
fn a_cancelled_waiter_gets_its_interrupt_at_once_and_leaves_the_list() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let lock = Rc::new(Lock::new());
                for (name, hold_ms) in [("a", 100), ("b", 10), ("c", 10)] {
                    let task = holder(bench.clone(), lock.clone(), name, hold_ms);
                    let task = bench.ev.create_task_named(name, task)?;
                    if name == "b" {
                        let ev = bench.ev.clone();
                        bench.ev.call_later_ms(30, move || ev.cancel(&task).map_err(TaskError::from))?;
                    }
                }
                top.run_until_complete(async move { Ok(bench.ev.sleep_ms(500).await?) }).await?;
                Ok(())
            })
        });
        // 30 ms: `b` is cancelled, while a sleeper would be only when it wakes. 100 ms: straight from `a` to `c`.
        assert_eq!(ran.lines, ["0 a has it", "35 b cancelled, cleaned up", "100 c has it"]);
        assert_eq!(ran.verdict, "passed");
    }
}

#[test]
fn a_waiter_that_is_cancelled_with_the_lock_in_hand_passes_it_on() {
    // Under `asyncio-v3` who is handed the lock has its turn before the canceller.
    for rules in [Rules::V2, Rules::Fast, Rules::FastIo] {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let lock = Rc::new(Lock::new());
                // The canceller comes first in each pass: it meets `b` after the hand-over, before its turn.
                let held = {
                    let (bench, lock) = (bench.clone(), lock.clone());
                    async move {
                        let held = lock.try_acquire().expect("it is free");
                        let task = holder(bench.clone(), lock.clone(), "b", 10);
                        let waiting = bench.ev.create_task_named("b", task)?;
                        let task = holder(bench.clone(), lock.clone(), "c", 10);
                        bench.ev.create_task_named("c", task)?;
                        bench.ev.sleep_ms(50).await?;
                        drop(held);
                        bench.ev.yield_now().await?;
                        bench.ev.cancel(&waiting)?;
                        Ok(bench.ev.sleep_ms(100).await?)
                    }
                };
                top.run_until_complete(held).await?;
                Ok(())
            })
        });
        // `c` has it in the same instant. The clean-up of `b` takes its 5 ms: nothing else interrupts it.
        assert_eq!(ran.lines, ["50 c has it", "55 b cancelled, cleaned up"]);
    }
}

#[test]
fn a_time_out_of_a_waiter_arrives_at_once() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let ev = bench.ev.clone();
                let waits = async move {
                    let queue = Queue::<u32>::bounded(1);
                    let event = Event::<u32>::new();
                    let semaphore = Semaphore::new(0);
                    let got = ev.wait_for_ms(ev.interruptible(queue.get()), 20).await;
                    bench.say(format_args!("queue {got:?}"));
                    let got = ev.wait_for_ms(ev.interruptible(event.wait()), 30).await;
                    bench.say(format_args!("event {got:?}"));
                    let got = ev.wait_for_ms(ev.interruptible(semaphore.acquire()), 40).await;
                    bench.say(format_args!("semaphore {got:?}"));
                    semaphore.release();
                    let got = ev.wait_for_ms(ev.interruptible(semaphore.acquire()), 50).await;
                    bench.say(format_args!("semaphore {got:?}"));
                    // The time-out that was not needed does not hit this pause.
                    Ok(ev.sleep_ms(100).await?)
                };
                top.run_until_complete(waits).await?;
                Ok(())
            })
        });
        let lines = [
            "20 queue Err(TimedOut)",
            "50 event Err(TimedOut)",
            "90 semaphore Err(TimedOut)",
            "90 semaphore Ok(Permit)",
        ];
        assert_eq!(ran.lines, lines);
        assert_eq!((ran.verdict.as_str(), ran.trace.end()), ("passed", Instant::from_millis(190)));
    }
}

/// Keeps what a loop tells of the things that tasks share.
#[derive(Default)]
struct Uses(std::cell::RefCell<Vec<String>>);

impl Observer for Uses {
    fn observe(&self, event: vpyb_core::observer::Event<'_>) {
        if let vpyb_core::observer::Event::Used { task, object, how } = event {
            self.0.borrow_mut().push(format!("{:?} {} {how:?}", task.map(|task| task.0), object.name));
        }
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant::ZERO
    }
}

#[test]
fn what_has_a_name_is_heard_of() {
    let uses = Rc::new(Uses::default());
    let setup = Setup {
        clock: Rc::new(Still),
        observer: Some(uses.clone()),
        overrides: Overrides::default(),
        started: None,
    };
    let mut firmware = Firmware::new(setup, (), |top| async move {
        let ev = top.event_loop(Config::default());
        let lock = Rc::new(Lock::new().named(&ev, "i2c"));
        for _ in 0..2 {
            let (ev, lock) = (ev.clone(), lock.clone());
            ev.clone().create_task(async move {
                let _held = ev.interruptible(lock.acquire()).await?;
                Ok(ev.yield_now().await?)
            })?;
        }
        top.run_forever().await?;
        Ok(())
    });
    while !matches!(firmware.step(), Step::Idle { .. }) {}
    let told = [
        "Some(0) i2c Acquired",
        "Some(1) i2c WaitsOn",
        "Some(0) i2c Released",
        "Some(1) i2c WaitEnds",
        "Some(1) i2c Acquired",
        "Some(1) i2c Released",
    ];
    assert_eq!(*uses.0.borrow(), told);
}

#[test]
fn a_deadlock_is_reported_as_stuck() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let (red, green) = (Rc::new(Lock::new()), Rc::new(Lock::new()));
                for (name, first, second) in [("one", &red, &green), ("two", &green, &red)] {
                    let (bench, first, second) = (bench.clone(), first.clone(), second.clone());
                    bench.ev.clone().create_task_named(name, async move {
                        let _first = bench.ev.interruptible(first.acquire()).await?;
                        bench.say(format_args!("{name} has its first"));
                        bench.ev.sleep_ms(10).await?;
                        let _second = bench.ev.interruptible(second.acquire()).await?;
                        bench.say(format_args!("{name} has both"));
                        Ok(())
                    })?;
                }
                top.run_forever().await?;
                Ok(())
            })
        });
        assert_eq!(ran.lines, ["0 one has its first", "0 two has its first"]);
        assert_eq!((ran.verdict.as_str(), ran.trace.end()), ("stuck", Instant::from_millis(10)));
    }
}

#[test]
fn an_interrupt_hidden_by_a_sleep_arrives_when_the_sleep_is_given_up() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let event = Rc::new(Event::new());
            let delay = Rc::new(DelayMs::new(&bench.ev));
            let waiter = {
                let (bench, event, delay) = (bench.clone(), event.clone(), delay.clone());
                async move {
                    delay.trigger(5000);
                    // Sleeps and waits at the same time; the cancellation keeps until the sleep is over …
                    delay.expired().await?;
                    bench.say("the delay ran out");
                    let heard: Result<(), Interrupt> = bench.ev.interruptible(event.wait()).await;
                    bench.say(format_args!("{heard:?}"));
                    Ok(())
                }
            };
            let waiter = bench.ev.create_task_named("waiter", waiter)?;
            let rest = async move {
                bench.ev.sleep_ms(100).await?;
                bench.ev.cancel(&waiter)?;
                bench.ev.sleep_ms(100).await?;
                // … which is now: stopped, the delay has the task wait for a waker only.
                delay.stop();
                bench.ev.sleep_ms(100).await?;
                bench.say(format_args!("ended {}", waiter.is_finished()));
                Ok(())
            };
            top.run_until_complete(rest).await?;
            Ok(())
        })
    });
    assert_eq!(ran.lines, ["300 ended true"]);
    let interrupted =
        ran.trace.records().iter().filter(|record| matches!(record.kind, Kind::Interrupted { .. }));
    assert_eq!(interrupted.map(|record| record.at.as_millis()).collect::<Vec<_>>(), [200]);
}

#[test]
fn a_delay_is_extended_shortened_stopped_and_triggered_from_its_callback() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let again = Rc::new(std::cell::OnceCell::<Rc<DelayMs>>::new());
            let delay = {
                let (bench, again, mut calls) = (bench.clone(), again.clone(), 0);
                DelayMs::calling(&bench.ev.clone(), move || {
                    calls += 1;
                    bench.say(format_args!("call {calls}"));
                    if calls == 2 {
                        again.get().expect("it was made").trigger(7);
                    }
                })?
            };
            again.set(delay.clone()).expect("once");
            let main = async move {
                delay.trigger(100);
                bench.ev.sleep_ms(50).await?;
                delay.trigger(100); // Extended to 150.
                bench.ev.sleep_ms(150).await?;
                delay.trigger(1000);
                bench.ev.sleep_ms(10).await?;
                delay.trigger(20); // Shortened to 230; then 237 from the callback.
                bench.ev.sleep_ms(90).await?;
                delay.trigger(50);
                bench.ev.sleep_ms(10).await?;
                delay.stop();
                bench.say(format_args!("running {}", delay.running()));
                bench.ev.sleep_ms(190).await?;
                delay.trigger(5);
                bench.say(format_args!("running {}", delay.running()));
                bench.ev.sleep_ms(5).await?;
                bench.say(format_args!("running {}", delay.running()));
                bench.ev.sleep_ms(1).await?;
                Ok(())
            };
            top.run_until_complete(main).await?;
            Ok(())
        })
    });
    let lines = [
        "150 call 1",
        "230 call 2",
        "237 call 3",
        "310 running false",
        "500 running true",
        "505 running false",
        "505 call 4",
    ];
    assert_eq!(ran.lines, lines);
}

#[test]
fn a_flag_wakes_its_task_from_outside_and_may_outlive_everything() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let flag = Arc::new(IrqFlag::new());
                let handler = flag.clone();
                bench.ev.call_later_ms(25, move || handler.set())?;
                let main = async move {
                    bench.ev.interruptible(flag.wait()).await?;
                    bench.say("set");
                    // Left waiting when the loop is dropped.
                    let (ev, left) = (bench.ev.clone(), flag.clone());
                    bench.ev.create_task(async move { Ok(ev.interruptible(left.wait()).await?) })?;
                    bench.ev.sleep_ms(1).await?;
                    std::mem::forget(flag);
                    Ok(())
                };
                top.run_until_complete(main).await?;
                Ok(())
            })
        });
        assert_eq!((ran.lines, ran.verdict.as_str()), (vec!["25 set".to_owned()], "passed"));
    }
}
