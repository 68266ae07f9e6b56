//! The tests of the synchronisation primitives.

use std::cell::Cell;
use std::rc::Rc;

use vpyb_core::asyn::{
    Barrier, BoundedSemaphore, Cancellables, Condition, Error, Event, Gather, Gatherable, Launch, Lock,
    Semaphore,
};
use vpyb_core::{Board, Interrupt, TaskError, Top};

use super::env::{Case, Ended, Env, Program, program};
use super::tut3::{Sema, sleep};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    ("demo_asyntest_ack_test", ack_test),
    ("demo_asyntest_barrier_test", barrier_test),
    ("demo_asyntest_bounded_test", |top| semaphore_test(top, true)),
    ("demo_asyntest_condition_test", condition_test),
    ("demo_asyntest_event_test", event_test),
    ("demo_asyntest_gather_test", gather_test),
    ("demo_asyntest_semaphore_test", |top| semaphore_test(top, false)),
];

fn ack_test(top: Top<TestBoard>) -> Program {
    async fn event_wait(env: Env, n: u32, event: Rc<Event<u32>>, ack: Rc<Event>) -> Ended {
        event.wait().await?;
        say!(env, "Eventwait {n} got event with value {}", event.value().expect("it is set"));
        ack.set(());
        Ok(())
    }
    async fn run_ack(env: Env) -> Ended {
        let event = Rc::new(Event::new(&env.ev, 0));
        let acks = [(); 2].map(|()| Rc::new(Event::new(&env.ev, 0)));
        for count in 0.. {
            for (n, ack) in (1..).zip(&acks) {
                env.create(event_wait(env.clone(), n, event.clone(), ack.clone()));
            }
            event.set(count);
            say!(env, "event was set");
            for (n, ack) in (1..).zip(&acks) {
                ack.wait().await?;
                ack.clear();
                say!(env, "Cleared ack{n}");
            }
            event.clear();
            say!(env, "Cleared event");
            env.ev.sleep(1.0).await?;
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        env.ev.sleep(10.0).await?;
        say!(env, "I've seen attack ships burn on the shoulder of Orion...");
        say!(env, "Time to die...");
        Ok(())
    }
    program(top, |main| async move {
        main.create(run_ack(main.env()));
        Ok(main.run(run(main.env())).await?)
    })
}

fn event_test(top: Top<TestBoard>) -> Program {
    async fn run_lock(env: Env, n: u32, lock: Rc<Lock>) -> Ended {
        say!(env, "run_lock {n} waiting for lock");
        lock.acquire().await?;
        say!(env, "run_lock {n} acquired lock");
        env.ev.sleep(1.0).await?;
        lock.release()?;
        say!(env, "run_lock {n} released lock");
        Ok(())
    }
    async fn eventset(env: Env, event: Rc<Event>) -> Ended {
        say!(env, "Waiting 5 secs before setting event");
        env.ev.sleep(5.0).await?;
        event.set(());
        say!(env, "event was set");
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        say!(env, "Test Lock class");
        let lock = Rc::new(Lock::new(&env.ev, 0));
        for n in 1..4 {
            env.create(run_lock(env.clone(), n, lock.clone()));
        }
        say!(env, "Test Event class");
        let event = Rc::new(Event::new(&env.ev, 0));
        env.create(eventset(env.clone(), event.clone()));
        say!(env, "waiting for event");
        event.wait().await?;
        say!(env, "got event");
        event.clear();
        say!(env, "Event status OK");
        say!(env, "Tasks complete");
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn barrier_test(top: Top<TestBoard>) -> Program {
    async fn report(env: Env, barrier: Rc<Barrier>) -> Ended {
        for i in 0..5 {
            env.board.print(format_args!("{i} "));
            barrier.wait().await?;
        }
        Ok(())
    }
    program(top, |main| async move {
        let env = main.env();
        let synch = Launch::function(move || say!(env, "Synch"));
        let barrier = Rc::new(Barrier::new(&main.ev, 3).calling(synch));
        for _ in 0..3 {
            main.create(report(main.env(), barrier.clone()));
        }
        Ok(main.run(sleep(main.env(), 2.0)).await?)
    })
}

fn semaphore_test(top: Top<TestBoard>, bounded: bool) -> Program {
    async fn run_sema(env: Env, n: u32, sema: Rc<Sema>, barrier: Rc<Barrier>) -> Ended {
        say!(env, "run_sema {n} trying to access semaphore");
        sema.with(async {
            say!(env, "run_sema {n} acquired semaphore");
            Ok(env.ev.sleep(1.0 + f64::from(n) / 10.0).await?)
        })
        .await?;
        say!(env, "run_sema {n} has released semaphore");
        Ok(barrier.trigger()?)
    }
    async fn run(env: Env, bounded: bool) -> Ended {
        let sema = Rc::new(match bounded {
            true => Sema::Bounded(BoundedSemaphore::new(&env.ev, 3)),
            false => Sema::Free(Semaphore::new(&env.ev, 3)),
        });
        let barrier = Rc::new(Barrier::new(&env.ev, 6));
        for n in 0..5 {
            env.create(run_sema(env.clone(), n, sema.clone(), barrier.clone()));
        }
        barrier.wait().await?;
        if let (true, Err(Error::ReleasedTooOften)) = (bounded, sema.release()) {
            say!(env, "Bounded semaphore exception test OK");
        }
        Ok(())
    }
    program(top, move |main| async move { Ok(main.run(run(main.env(), bounded)).await?) })
}

fn condition_test(top: Top<TestBoard>) -> Program {
    async fn cond01(env: Env, cond: Rc<Condition>) -> Ended {
        loop {
            env.ev.sleep(2.0).await?;
            cond.with::<(), TaskError>(async { Ok(cond.notify(2)?) }).await?;
        }
    }
    async fn cond03(env: Env, tim: Rc<Cell<u32>>) -> Ended {
        env.ev.sleep(0.5).await?;
        loop {
            env.ev.sleep(1.0).await?;
            tim.set(tim.get() + 1);
        }
    }
    async fn cond02(
        env: Env,
        n: u32,
        cond: Rc<Condition>,
        barrier: Rc<Barrier>,
        tim: Rc<Cell<u32>>,
    ) -> Ended {
        cond.with(async {
            say!(env, "cond02 {n} Awaiting notification.");
            cond.wait().await?;
            say!(env, "cond02 {n} triggered. tim = {}", tim.get());
            Ok::<_, TaskError>(barrier.trigger()?)
        })
        .await
    }
    async fn cond04(
        env: Env,
        n: u32,
        cond: Rc<Condition>,
        barrier: Rc<Barrier>,
        tim: Rc<Cell<u32>>,
    ) -> Ended {
        cond.with(async {
            say!(env, "cond04 {n} Awaiting notification and predicate.");
            cond.wait_for(|| tim.get() > 8).await?;
            say!(env, "cond04 {n} triggered. tim = {}", tim.get());
            Ok::<_, TaskError>(barrier.trigger()?)
        })
        .await
    }
    async fn run(env: Env) -> Ended {
        let (cond, tim) = (Rc::new(Condition::new(&env.ev)), Rc::new(Cell::new(0)));
        let group = Cancellables::new(&env.ev);
        group.cancellable(0, cond01(env.clone(), cond.clone())).create_task_named("new_gen#1")?;
        group.cancellable(0, cond03(env.clone(), tim.clone())).create_task_named("new_gen#2")?;
        let barrier = Rc::new(Barrier::new(&env.ev, 8));
        for n in 0..7 {
            env.create(cond02(env.clone(), n, cond.clone(), barrier.clone(), tim.clone()));
        }
        barrier.wait().await?;
        let barrier = Rc::new(Barrier::new(&env.ev, 2));
        env.create(cond04(env.clone(), 99, cond, barrier.clone(), tim));
        barrier.wait().await?;
        group.cancel_all(0, false).await?;
        say!(env, "Done.");
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn gather_test(top: Top<TestBoard>) -> Program {
    async fn gath01(env: Env, n: u32) -> Result<String, TaskError> {
        say!(env, "gath01 {n} started");
        env.ev.sleep(3.0 - f64::from(n) / 10.0).await?;
        say!(env, "gath01 {n} done");
        Ok(n.to_string())
    }
    async fn gath02(env: Env, x: u32, y: u32) -> Result<String, TaskError> {
        say!(env, "gath02 started");
        env.ev.sleep(7.0).await?;
        say!(env, "gath02 done");
        Ok(format!("({x}, {y})"))
    }
    async fn gath03(env: Env) -> Result<String, TaskError> {
        say!(env, "gath03 started");
        let mut x = 0;
        loop {
            match env.ev.sleep(1.0).await {
                Ok(()) => x += 1,
                Err(Interrupt::TimedOut) => {
                    say!(env, "gath03 timeout");
                    return Ok(x.to_string());
                }
                Err(with) => return Err(with.into()),
            }
        }
    }
    async fn run(env: Env) -> Ended {
        let mut members: Vec<_> = (0..4).map(|n| Gatherable::new(gath01(env.clone(), n))).collect();
        members.push(Gatherable::new(gath02(env.clone(), 56, 77)));
        members.push(Gatherable::new(gath03(env.clone())).timeout(5.0));
        let results = Gather::new(&env.ev, members)?.wait().await?;
        say!(env, "[{}]", results.join(", "));
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}
