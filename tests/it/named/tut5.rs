//! Tutorial section 5: errors and cancellation.

use std::rc::Rc;

use vpyb_core::asyn::{self, Cancellables};
use vpyb_core::official::Lock;
use vpyb_core::{CancelError, Interrupt, TaskError, TaskHandle, Top};

use super::case::Case;
use super::env::{Ended, Env, Program, flag, is_cancelled, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("tut_5_1_exceptions", |top| exceptions(top, false)),
    Case::probe("tut_5_1_kbdint", |top| exceptions(top, true)),
    Case::probe("tut_5_2_1_cancel_misc", cancel_misc),
    Case::probe("tut_5_2_1_cancel_runner", cancel_runner),
    Case::probe("tut_5_2_1_cancel_sleep10", cancel_sleep10),
];

fn exceptions(top: Top<TestBoard>, interrupted: bool) -> Program {
    async fn bar(env: &Env) -> Ended {
        env.ev.sleep(3.0).await?;
        say!(env, "About to throw exception.");
        Err(TaskError::failed("ZeroDivisionError: divide by zero"))
    }
    async fn foo(env: Env) -> Ended {
        let ended = bar(&env).await;
        if ended.is_err() {
            say!(env, "foo was interrupted by zero division");
        }
        ended
    }
    async fn shutdown(env: Env) -> Ended {
        say!(env, "Shutdown is running.");
        env.ev.sleep(1.0).await?;
        say!(env, "done");
        Ok(())
    }
    program(top, move |main| async move {
        main.run(foo(main.env())).await.expect_err("it divides by zero, or is interrupted");
        if interrupted {
            say!(main, "Keyboard interrupt at loop level.");
        }
        Ok(main.run(shutdown(main.env())).await?)
    })
}

fn attempt(env: &Env, task: &TaskHandle, text: &str) {
    let raised = match env.ev.cancel(task) {
        Ok(()) => return say!(env, "{text} cancel ok {}", env.time()),
        Err(CancelError::NotStarted) => "TypeError can't pend throw to just-started generator",
        Err(CancelError::AlreadyInterrupted) => "AssertionError ",
        Err(error) => panic!("no recording has this: {error}"),
    };
    say!(env, "{text} cancel raised {raised} {}", env.time());
}

/// What the tasks of `cancel_misc` do with a cancellation: they say so.
fn trapped(env: &Env, text: &str, ended: Result<(), Interrupt>) -> Ended {
    match ended {
        Err(with) if with.is_cancelled() => say!(env, "{text} cancelled {}", env.time()),
        other => other?,
    }
    Ok(())
}

async fn sleeper(env: Env, text: &'static str, ms: i32) -> Ended {
    let body = async {
        env.ev.sleep_ms(ms).await?;
        say!(env, "{text} slept {}", env.time());
        Ok(())
    };
    trapped(&env, text, body.await)
}

async fn spinner(env: Env, text: &'static str) -> Ended {
    let body = async {
        loop {
            env.ev.sleep_ms(0).await?;
        }
    };
    trapped(&env, text, body.await)
}

async fn yielder(env: Env, text: &'static str) -> Ended {
    let body = async {
        loop {
            env.ev.yield_now().await?;
        }
    };
    trapped(&env, text, body.await)
}

/// Either kind of lock.
#[derive(Clone)]
pub enum AnyLock {
    Official(Rc<Lock>),
    Asyn(Rc<asyn::Lock>),
}

impl AnyLock {
    pub async fn acquire(&self) -> Result<(), Interrupt> {
        match self {
            Self::Official(lock) => lock.acquire().await,
            Self::Asyn(lock) => lock.acquire().await,
        }
    }

    pub fn release(&self) -> Ended {
        match self {
            Self::Official(lock) => Ok(lock.release()?),
            Self::Asyn(lock) => Ok(lock.release()?),
        }
    }

    pub fn locked(&self) -> bool {
        match self {
            Self::Official(lock) => lock.locked(),
            Self::Asyn(lock) => lock.locked(),
        }
    }
}

async fn locker(env: Env, text: &'static str, lock: AnyLock, hold: i32) -> Ended {
    match lock.acquire().await {
        Ok(()) => say!(env, "{text} acquired {}", env.time()),
        Err(with) if with.is_cancelled() => {
            say!(env, "{text} cancelled {}", env.time());
            return Ok(());
        }
        Err(with) => return Err(with.into()),
    }
    env.ev.sleep_ms(hold).await?;
    lock.release()?;
    say!(env, "{text} released {}", env.time());
    Ok(())
}

async fn swallow(env: Env, text: &'static str) -> Ended {
    let mut n = 0;
    while n < 3 {
        match env.ev.sleep_ms(100).await {
            Ok(()) => say!(env, "{text} tick {}", env.time()),
            Err(with) if with.is_cancelled() => {
                n += 1;
                say!(env, "{text} swallowed {n} {}", env.time());
            }
            Err(with) => return Err(with.into()),
        }
    }
    Ok(())
}

async fn nested(env: Env, text: &'static str, depth: u32, ms: i32) -> Ended {
    let ended = match depth.checked_sub(1) {
        Some(less) => Box::pin(nested(env.clone(), text, less, ms)).await,
        None => env.ev.sleep_ms(ms).await.map_err(TaskError::from),
    };
    if is_cancelled(&ended) {
        say!(env, "{text} depth {depth} sees {}", env.time());
    }
    ended
}

async fn finaliser(env: Env, text: &'static str) -> Ended {
    let ended = env.ev.sleep_ms(300).await;
    say!(env, "{text} finally 1 {}", env.time());
    env.ev.sleep_ms(50).await?;
    say!(env, "{text} finally 2 {}", env.time());
    Ok(ended?)
}

fn cancel_misc(top: Top<TestBoard>) -> Program {
    async fn busy(env: &Env, task: TaskHandle) -> Ended {
        env.ev.sleep_ms(2).await?;
        attempt(env, &task, "busy");
        env.ev.sleep(0.0).await?;
        say!(env, "after sleep(0)");
        Ok(env.ev.sleep_ms(5).await?)
    }
    async fn lockers(env: &Env, lock: AnyLock, names: [&'static str; 3], what: &str) -> Ended {
        env.create(locker(env.clone(), names[0], lock.clone(), 200));
        let b = env.ev.create_task(locker(env.clone(), names[1], lock.clone(), 50))?;
        env.create(locker(env.clone(), names[2], lock.clone(), 50));
        env.ev.sleep_ms(20).await?;
        attempt(env, &b, &format!("{what} lock waiter"));
        env.ev.sleep_ms(600).await?;
        say!(env, "{what} lock locked = {}", flag(lock.locked()));
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let ev = env.ev.clone();
        let c = ev.create_task(sleeper(env.clone(), "unstarted", 100))?;
        attempt(&env, &c, "unstarted");
        ev.sleep_ms(200).await?;
        attempt(&env, &c, "finished");
        let c = ev.create_task(sleeper(env.clone(), "twice", 100))?;
        ev.sleep_ms(10).await?;
        attempt(&env, &c, "twice 1");
        attempt(&env, &c, "twice 2");
        ev.sleep_ms(200).await?;
        busy(&env, ev.create_task(spinner(env.clone(), "spinner"))?).await?;
        busy(&env, ev.create_task(yielder(env.clone(), "yielder"))?).await?;
        lockers(&env, AnyLock::Official(Rc::new(Lock::new(&ev))), ["A", "B", "D"], "official").await?;
        let lock = AnyLock::Asyn(Rc::new(asyn::Lock::new(&ev, 0)));
        lockers(&env, lock, ["aA", "aB", "aD"], "asyn").await?;
        let c = ev.create_task(swallow(env.clone(), "swallow"))?;
        for _ in 0..3 {
            ev.sleep_ms(130).await?;
            attempt(&env, &c, "swallow");
        }
        ev.sleep_ms(300).await?;
        let c = ev.create_task(nested(env.clone(), "nested", 3, 150))?;
        ev.sleep_ms(20).await?;
        attempt(&env, &c, "nested");
        ev.sleep_ms(300).await?;
        let c = ev.create_task(finaliser(env.clone(), "final"))?;
        ev.sleep_ms(20).await?;
        attempt(&env, &c, "final");
        ev.sleep_ms(500).await?;
        say!(env, "done {}", env.time());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn cancel_runner(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env, trap: bool) -> Result<&'static str, TaskError> {
        loop {
            match env.ev.sleep(2.0).await {
                Ok(()) => say!(env, "foo {}", env.time()),
                Err(with) if with.is_cancelled() => {
                    say!(env, "foo cancelled {}", env.time());
                    return if trap { Ok("trapped") } else { Err(with.into()) };
                }
                Err(with) => return Err(with.into()),
            }
        }
    }
    async fn foo_runner(env: Env, inst: impl Future<Output = Result<&'static str, TaskError>>) -> Ended {
        let r = inst.await?;
        say!(env, "runner resumed {r} {}", env.time());
        Ok(())
    }
    async fn bar(env: Env, trap: bool, inner: bool) -> Ended {
        let group = Cancellables::new(&env.ev);
        let inst = group.cancellable(0, foo(env.clone(), trap)).run();
        let run = env.ev.create_task(foo_runner(env.clone(), inst))?;
        env.ev.sleep_ms(500).await?;
        let what = if inner { "inner" } else { "outer" };
        say!(env, "cancelling {what} trap {}", flag(trap));
        if inner {
            // The loop has no part in this: the coroutine is none of its tasks.
            let now = env.board.now_us();
            env.board.state().lines.cancel(now, if trap { "foo#1" } else { "foo#2" });
            group.cancel_all(0, true).await?;
        } else {
            env.ev.cancel(&run)?;
        }
        Ok(env.ev.sleep(4.0).await?)
    }
    program(top, |main| async move {
        for inner in [false, true] {
            for trap in [true, false] {
                main.run(bar(main.env(), trap, inner)).await?;
            }
        }
        Ok(())
    })
}

fn cancel_sleep10(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env, done: Rc<std::cell::Cell<bool>>) -> Ended {
        loop {
            say!(env, "foo loops {}", env.time());
            match env.ev.sleep(10.0).await {
                Err(with) if with.is_cancelled() => {
                    say!(env, "foo cancelled {}", env.time());
                    done.set(true);
                    return Ok(());
                }
                other => other?,
            }
        }
    }
    async fn bar(env: Env) -> Ended {
        let done = Rc::default();
        let inst = env.ev.create_task(foo(env.clone(), Rc::clone(&done)))?;
        env.ev.sleep(1.0).await?;
        say!(env, "cancel {}", env.time());
        env.ev.cancel(&inst)?;
        env.ev.sleep(0.0).await?;
        say!(env, "after sleep(0): cancelled = {} {}", flag(done.get()), env.time());
        while !done.get() {
            env.ev.sleep_ms(100).await?;
        }
        say!(env, "now cancelled {}", env.time());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(bar(main.env())).await?) })
}
