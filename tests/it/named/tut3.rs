//! Tutorial section 3: what tasks share.

use std::cell::Cell;
use std::rc::Rc;

use vpyb_core::asyn::{Barrier, BoundedSemaphore, Error, Event, Launch, Semaphore};
use vpyb_core::official::{Lock, Queue};
use vpyb_core::{TaskError, Top};

use super::env::{Case, Ended, Env, Program, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    ("tut_3_1_lock", lock),
    ("tut_3_2_event", event),
    ("tut_3_2_event_ack", event_ack),
    ("tut_3_3_barrier", barrier),
    ("tut_3_4_semaphore", semaphore),
    ("tut_3_5_queue", queue),
];

pub async fn sleep(env: Env, seconds: f64) -> Ended {
    Ok(env.ev.sleep(seconds).await?)
}

pub async fn sleep_ms(env: Env, ms: i32) -> Ended {
    Ok(env.ev.sleep_ms(ms).await?)
}

fn lock(top: Top<TestBoard>) -> Program {
    async fn task(env: Env, i: u32, lock: Rc<Lock>) -> Ended {
        loop {
            lock.acquire().await?;
            say!(env, "Acquired lock in task {i}");
            env.ev.sleep(0.5).await?;
            lock.release()?;
        }
    }
    program(top, |main| async move {
        let lock = Rc::new(Lock::new(&main.ev));
        for i in 1..4 {
            main.create(task(main.env(), i, lock.clone()));
        }
        Ok(main.run(sleep(main.env(), 10.0)).await?)
    })
}

fn event(top: Top<TestBoard>) -> Program {
    async fn waiter(env: Env, event: Rc<Event<i32>>) -> Ended {
        for _ in 0..3 {
            event.wait().await?;
            say!(env, "got {} {}", event.value().expect("it is set"), env.time());
            event.clear();
        }
        Ok(())
    }
    async fn setter(env: Env, event: Rc<Event<i32>>) -> Ended {
        for n in 0..3 {
            env.ev.sleep_ms(300).await?;
            while event.is_set() {
                env.ev.sleep(1.0).await?;
            }
            event.set(n);
            say!(env, "set {n} {}", env.time());
        }
        Ok(())
    }
    program(top, |main| async move {
        let event = Rc::new(Event::new(&main.ev, 0));
        main.create(waiter(main.env(), event.clone()));
        main.create(setter(main.env(), event));
        Ok(main.run(sleep_ms(main.env(), 1500)).await?)
    })
}

fn event_ack(top: Top<TestBoard>) -> Program {
    async fn waiter(env: Env, n: usize, event: Rc<Event<i32>>, ack: Rc<Event>) -> Ended {
        for _ in 0..3 {
            event.wait().await?;
            say!(env, "waiter {n} {} {}", event.value().expect("it is set"), env.time());
            ack.set(());
            while event.is_set() {
                env.ev.sleep_ms(0).await?;
            }
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let event = Rc::new(Event::new(&env.ev, 0));
        let acks: Vec<_> = (0..3).map(|_| Rc::new(Event::new(&env.ev, 0))).collect();
        for (n, ack) in acks.iter().enumerate() {
            env.create(waiter(env.clone(), n, event.clone(), ack.clone()));
        }
        for r in 0..3 {
            env.ev.sleep_ms(100).await?;
            event.set(r);
            for ack in &acks {
                ack.wait().await?;
                ack.clear();
            }
            event.clear();
            say!(env, "round {r} acknowledged {}", env.time());
        }
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn barrier(top: Top<TestBoard>) -> Program {
    async fn report(env: Env, n: i32, barrier: Rc<Barrier>) -> Ended {
        for i in 0..4 {
            env.ev.sleep_ms(10 * (n + 1)).await?;
            say!(env, "at {n} {i} {}", env.time());
            barrier.wait().await?;
            say!(env, "past {n} {i} {}", env.time());
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let own = env.clone();
        let synch = Launch::function(move || say!(own, "Synch {}", own.time()));
        let barrier = Rc::new(Barrier::new(&env.ev, 4).calling(synch));
        for n in 0..3 {
            env.create(report(env.clone(), n, barrier.clone()));
        }
        for i in 0..4 {
            barrier.wait().await?;
            say!(env, "main past {i} {}", env.time());
        }
        Ok(env.ev.sleep_ms(100).await?)
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

/// Either kind of semaphore.
pub enum Sema {
    Free(Semaphore),
    Bounded(BoundedSemaphore),
}

impl Sema {
    /// `async with`.
    pub async fn with(&self, body: impl Future<Output = Ended>) -> Ended {
        match self {
            Self::Free(semaphore) => semaphore.with(body).await,
            Self::Bounded(semaphore) => semaphore.with(body).await,
        }
    }

    /// `release`.
    pub fn release(&self) -> Result<(), Error> {
        match self {
            Self::Free(semaphore) => semaphore.release(),
            Self::Bounded(semaphore) => semaphore.release()?,
        }
        Ok(())
    }
}

fn semaphore(top: Top<TestBoard>) -> Program {
    async fn user(env: Env, n: i32, sema: Rc<Sema>) -> Ended {
        for i in 0..2 {
            sema.with(async {
                say!(env, "in {n} {i} {}", env.time());
                Ok(env.ev.sleep_ms(30 + 7 * n).await?)
            })
            .await?;
            say!(env, "out {n} {i} {}", env.time());
        }
        Ok(())
    }
    async fn run(env: Env, sema: Sema) -> Ended {
        let sema = Rc::new(sema);
        for n in 0..5 {
            env.create(user(env.clone(), n, sema.clone()));
        }
        env.ev.sleep_ms(600).await?;
        match sema.release() {
            Ok(()) => say!(env, "extra release allowed"),
            Err(_) => say!(env, "ValueError Semaphore released more than acquired"),
        }
        Ok(())
    }
    program(top, |main| async move {
        main.run(run(main.env(), Sema::Bounded(BoundedSemaphore::new(&main.ev, 2)))).await?;
        Ok(main.run(run(main.env(), Sema::Free(Semaphore::new(&main.ev, 3)))).await?)
    })
}

fn queue(top: Top<TestBoard>) -> Program {
    async fn slow_process(env: &Env, count: &Cell<u32>) -> Result<String, TaskError> {
        count.set(count.get() + 1);
        env.ev.sleep_ms(130).await?;
        Ok(count.get().to_string())
    }
    async fn producer(env: Env, q: Rc<Queue<String>>) -> Ended {
        let count = Cell::new(0);
        loop {
            let result = slow_process(&env, &count).await?;
            q.put(result).await?;
        }
    }
    async fn consumer(env: Env, q: Rc<Queue<String>>) -> Ended {
        loop {
            let result = q.get().await?;
            say!(env, "Result was {result}");
        }
    }
    async fn fast_producer(env: Env, q: Rc<Queue<String>>) -> Ended {
        for i in 0..6 {
            q.put(format!("f{i}")).await?;
            let full = if q.full() { "True" } else { "False" };
            say!(env, "put {i} {} {full} {}", q.qsize(), env.time());
        }
        Ok(())
    }
    program(top, |main| async move {
        let q = Rc::new(Queue::new(&main.ev, 0));
        main.create(producer(main.env(), q.clone()));
        main.create(consumer(main.env(), q));
        main.run(sleep(main.env(), 2.0)).await?;
        let q2 = Rc::new(Queue::new(&main.ev, 2));
        main.create(fast_producer(main.env(), q2.clone()));
        main.create(consumer(main.env(), q2));
        Ok(main.run(sleep(main.env(), 2.0)).await?)
    })
}
