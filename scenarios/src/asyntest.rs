//! Each synchronisation primitive once (tutorial section 3, `asyntest.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `ack`: every second for ten seconds an event is set, two tasks get its value and acknowledge.
//!
//! Part `event`: three tasks hold a lock for a second each; an event is set after five.
//!
//! Part `barrier`: `0 0 0 Synch` to `4 4 4 Synch`, each line when three tasks have come.
//!
//! Part `semaphore`, and `bounded`: three of five tasks are in at a time; at the end one release too many is an error
//! of the bounded one.
//!
//! Part `condition`: every two seconds two of seven waiting tasks are notified, the last to come first; then one that
//! also waits for a number to be greater than eight.
//!
//! Part `gather`: six results in the order of the list, `[0, 1, 2, 3, (56, 77), 4]`, after seven seconds; the last is
//! what a task had counted when its time was up.
//!
//! # How it works
//!
//! Who waits asks again at each turn, so that the loop never idles while somebody does.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;

use vpyb_core::asyn::{
    Barrier, BoundedSemaphore, Cancellables, Condition, Error, Event, Gather, Gatherable, Launch, Lock,
    Semaphore,
};
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, Interrupt, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};
use crate::semaphore::Sema;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[ArgSpec {
    name: "part",
    default: ArgDefault::Text("ack"),
    help: "`ack`, `event`, `barrier`, `semaphore`, `bounded`, `condition` or `gather`",
}];

/// The tasks that it makes.
pub const TASKS: &[&str] = &[
    "main",
    "run_ack",
    "event_wait",
    "run_lock",
    "eventset",
    "report",
    "run_sema",
    "cond01",
    "cond02",
    "cond03",
    "cond04",
    "wrapped",
];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    match args.text("part") {
        "ack" => ack_test(main).await,
        "event" => event_test(main).await,
        "barrier" => barrier_test(main).await,
        "semaphore" => semaphore_test(main, false).await,
        "bounded" => semaphore_test(main, true).await,
        "condition" => condition_test(main).await,
        "gather" => gather_test(main).await,
        other => {
            let parts = ["ack", "event", "barrier", "semaphore", "bounded", "condition", "gather"];
            Err(no_part(other, &parts))
        }
    }
}

async fn ack_test<B: Board>(main: Main<B>) -> Ended {
    async fn event_wait<B: Board>(env: Env<B>, n: u32, event: Rc<Event<u32>>, ack: Rc<Event>) -> Ended {
        event.wait().await?;
        say!(env, "Eventwait {n} got event with value {}", event.value().unwrap_or(0));
        ack.set(());
        Ok(())
    }
    async fn run_ack<B: Board>(env: Env<B>) -> Ended {
        let event = Rc::new(Event::new(&env.ev, 0));
        let acks = [(); 2].map(|()| Rc::new(Event::new(&env.ev, 0)));
        for count in 0.. {
            for (n, ack) in (1..).zip(&acks) {
                env.ev.create_task(event_wait(env.clone(), n, event.clone(), ack.clone()))?;
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
    async fn run<B: Board>(env: Env<B>) -> Ended {
        env.ev.sleep(10.0).await?;
        say!(env, "I've seen attack ships burn on the shoulder of Orion...");
        say!(env, "Time to die...");
        Ok(())
    }
    main.ev.create_task(run_ack(main.env()))?;
    Ok(main.run(run(main.env())).await?)
}

async fn event_test<B: Board>(main: Main<B>) -> Ended {
    async fn run_lock<B: Board>(env: Env<B>, n: u32, lock: Rc<Lock>) -> Ended {
        say!(env, "run_lock {n} waiting for lock");
        lock.acquire().await?;
        say!(env, "run_lock {n} acquired lock");
        env.ev.sleep(1.0).await?;
        lock.release()?;
        say!(env, "run_lock {n} released lock");
        Ok(())
    }
    async fn eventset<B: Board>(env: Env<B>, event: Rc<Event>) -> Ended {
        say!(env, "Waiting 5 secs before setting event");
        env.ev.sleep(5.0).await?;
        event.set(());
        say!(env, "event was set");
        Ok(())
    }
    async fn run<B: Board>(env: Env<B>) -> Ended {
        say!(env, "Test Lock class");
        let lock = Rc::new(Lock::new(&env.ev, 0));
        for n in 1..4 {
            env.ev.create_task(run_lock(env.clone(), n, lock.clone()))?;
        }
        say!(env, "Test Event class");
        let event = Rc::new(Event::new(&env.ev, 0));
        env.ev.create_task(eventset(env.clone(), event.clone()))?;
        say!(env, "waiting for event");
        event.wait().await?;
        say!(env, "got event");
        event.clear();
        say!(env, "Event status OK");
        say!(env, "Tasks complete");
        Ok(())
    }
    Ok(main.run(run(main.env())).await?)
}

async fn barrier_test<B: Board>(main: Main<B>) -> Ended {
    async fn report<B: Board>(env: Env<B>, barrier: Rc<Barrier>) -> Ended {
        for i in 0..5 {
            env.board.print(format_args!("{i} "));
            barrier.wait().await?;
        }
        Ok(())
    }
    let env = main.env();
    let synch = Launch::function(move || say!(env, "Synch"));
    let barrier = Rc::new(Barrier::new(&main.ev, 3).calling(synch));
    for _ in 0..3 {
        main.ev.create_task(report(main.env(), barrier.clone()))?;
    }
    Ok(main.run_for(2.0).await?)
}

async fn semaphore_test<B: Board>(main: Main<B>, bounded: bool) -> Ended {
    async fn run_sema<B: Board>(env: Env<B>, n: u32, sema: Rc<Sema>, barrier: Rc<Barrier>) -> Ended {
        say!(env, "run_sema {n} trying to access semaphore");
        sema.with(async {
            say!(env, "run_sema {n} acquired semaphore");
            Ok(env.ev.sleep(1.0 + f64::from(n) / 10.0).await?)
        })
        .await?;
        say!(env, "run_sema {n} has released semaphore");
        Ok(barrier.trigger()?)
    }
    async fn run<B: Board>(env: Env<B>, bounded: bool) -> Ended {
        let sema = Rc::new(match bounded {
            true => Sema::Bounded(BoundedSemaphore::new(&env.ev, 3)),
            false => Sema::Plain(Semaphore::new(&env.ev, 3)),
        });
        let barrier = Rc::new(Barrier::new(&env.ev, 6));
        for n in 0..5 {
            env.ev.create_task(run_sema(env.clone(), n, sema.clone(), barrier.clone()))?;
        }
        barrier.wait().await?;
        if let (true, Err(Error::ReleasedTooOften)) = (bounded, sema.release()) {
            say!(env, "Bounded semaphore exception test OK");
        }
        Ok(())
    }
    Ok(main.run(run(main.env(), bounded)).await?)
}

async fn condition_test<B: Board>(main: Main<B>) -> Ended {
    async fn cond01<B: Board>(env: Env<B>, cond: Rc<Condition>) -> Ended {
        loop {
            env.ev.sleep(2.0).await?;
            cond.with::<(), TaskError>(async { Ok(cond.notify(2)?) }).await?;
        }
    }
    async fn cond03<B: Board>(env: Env<B>, tim: Rc<Cell<u32>>) -> Ended {
        env.ev.sleep(0.5).await?;
        loop {
            env.ev.sleep(1.0).await?;
            tim.set(tim.get() + 1);
        }
    }
    async fn cond02<B: Board>(
        env: Env<B>,
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
    async fn cond04<B: Board>(
        env: Env<B>,
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
    async fn run<B: Board>(env: Env<B>) -> Ended {
        let (cond, tim) = (Rc::new(Condition::new(&env.ev)), Rc::new(Cell::new(0)));
        let group = Cancellables::new(&env.ev);
        group.cancellable(0, cond01(env.clone(), cond.clone())).create_task()?;
        group.cancellable(0, cond03(env.clone(), tim.clone())).create_task()?;
        let barrier = Rc::new(Barrier::new(&env.ev, 8));
        for n in 0..7 {
            env.ev.create_task(cond02(env.clone(), n, cond.clone(), barrier.clone(), tim.clone()))?;
        }
        barrier.wait().await?;
        let barrier = Rc::new(Barrier::new(&env.ev, 2));
        env.ev.create_task(cond04(env.clone(), 99, cond, barrier.clone(), tim))?;
        barrier.wait().await?;
        group.cancel_all(0, false).await?;
        say!(env, "Done.");
        Ok(())
    }
    Ok(main.run(run(main.env())).await?)
}

async fn gather_test<B: Board>(main: Main<B>) -> Ended {
    async fn gath01<B: Board>(env: Env<B>, n: u32) -> Result<String, TaskError> {
        say!(env, "gath01 {n} started");
        env.ev.sleep(3.0 - f64::from(n) / 10.0).await?;
        say!(env, "gath01 {n} done");
        Ok(n.to_string())
    }
    async fn gath02<B: Board>(env: Env<B>, x: u32, y: u32) -> Result<String, TaskError> {
        say!(env, "gath02 started");
        env.ev.sleep(7.0).await?;
        say!(env, "gath02 done");
        Ok(format!("({x}, {y})"))
    }
    async fn gath03<B: Board>(env: Env<B>) -> Result<String, TaskError> {
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
    async fn run<B: Board>(env: Env<B>) -> Ended {
        let mut members: Vec<_> = (0..4).map(|n| Gatherable::new(gath01(env.clone(), n))).collect();
        members.push(Gatherable::new(gath02(env.clone(), 56, 77)));
        members.push(Gatherable::new(gath03(env.clone())).timeout(5.0));
        let results = Gather::new(&env.ev, members)?.wait().await?;
        say!(env, "[{}]", results.join(", "));
        Ok(())
    }
    Ok(main.run(run(main.env())).await?)
}
