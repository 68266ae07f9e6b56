//! Tests of cancellable tasks (tutorial section 5.2, `cantest.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `test1`: a thing that is awaited, not a task, is cancelled by name after a second. Nothing hastens
//! its sleep of four seconds, in no discipline.
//!
//! Part `test2`: two tasks are cancelled after ten seconds. Under `uasyncio-v2` they sleep on, until 16 s and 18 s;
//! under `fast-io` they end at once. A barrier tells when both have.
//!
//! Part `test3`: cancelling a task that has ended does nothing.
//!
//! Part `test4`: two groups of tasks are cancelled, one after the other; one task awaits another function.
//!
//! Part `test5`: bound methods as cancellable tasks.
//!
//! Part `test6`: who cancels and waits for the end waits 1.5 s under `uasyncio-v2`, for that is what is left of the
//! other's sleep.
//!
//! # How it works
//!
//! A registry, `Cancellables`, knows the tasks by group or name. It raises `Cancelled` in them and counts their ends.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;

use vpyb_core::asyn::{self, Barrier, Cancellables};
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::flag;
use crate::trap::trap;

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("test1"), help: "`test1` to `test6`" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &[
    "main",
    "bar",
    "forever 1",
    "forever 2",
    "cant3",
    "cant40",
    "cant41",
    "chained",
    "foo",
    "my bar",
    "complete",
    "cancel me",
    "cant61",
    "cancel wait",
];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    match args.text("part") {
        "test1" => main.run(test1(env)).await?,
        "test2" => main.run(test2(env)).await?,
        "test3" => main.run(test3(env)).await?,
        "test4" => main.run(test4(env)).await?,
        "test5" => main.run(test5(env)).await?,
        "test6" => main.run(test6(env)).await?,
        other => return Err(no_part(other, &["test1", "test2", "test3", "test4", "test5", "test6"])),
    }
    Ok(())
}

async fn sleep<B: Board>(env: &Env<B>, seconds: f64) -> Ended {
    Ok(asyn::sleep(&env.ev, seconds, 100).await?)
}

async fn test1<B: Board>(env: Env<B>) -> Ended {
    async fn foo<B: Board>(env: &Env<B>) -> Result<i32, TaskError> {
        match env.ev.sleep(4.0).await {
            Err(with) if with.is_cancelled() => {
                say!(env, "foo was cancelled.");
                Ok(-1)
            }
            other => Ok(other.map(|()| 42)?),
        }
    }
    async fn bar<B: Board>(env: Env<B>, group: Cancellables) -> Ended {
        env.ev.sleep(1.0).await?;
        if group.cancel("foo", true).await? {
            say!(env, "foo will be cancelled when next scheduled");
        }
        if !group.cancel("not me", true).await? {
            say!(env, "not me was not cancellable.");
        }
        Ok(())
    }
    let group = Cancellables::new(&env.ev);
    env.ev.create_task(bar(env.clone(), group.clone()))?;
    for _ in 0..2 {
        let result = group.named("foo", foo(&env))?.run().await?;
        say!(env, "{result} {}", flag(group.is_running("foo")));
    }
    Ok(())
}

async fn test2<B: Board>(env: Env<B>) -> Ended {
    async fn forever<B: Board>(env: Env<B>, n: u32) -> Ended {
        say!(env, "Started forever() instance {n}");
        let body = async {
            loop {
                env.ev.sleep(7.0 + f64::from(n)).await?;
                say!(env, "Running instance {n}");
            }
        };
        trap(&env, body.await, &format!("Instance {n} was cancelled"))
    }
    let group = Cancellables::new(&env.ev);
    let barrier = Rc::new(Barrier::new(&env.ev, 3));
    for n in 1..3 {
        let task = group.named(format!("forever {n}"), forever(env.clone(), n))?;
        task.reporting_to(barrier.clone()).create_task()?;
    }
    say!(env, "Running two tasks");
    env.ev.sleep(10.0).await?;
    say!(env, "About to cancel tasks");
    for n in 1..3 {
        group.cancel(format!("forever {n}"), true).await?;
    }
    barrier.wait().await?;
    say!(env, "tasks were cancelled");
    Ok(())
}

async fn test3<B: Board>(env: Env<B>) -> Ended {
    async fn cant3<B: Board>(env: Env<B>) -> Ended {
        env.ev.sleep(1.0).await?;
        say!(env, "Task cant3 has ended.");
        Ok(())
    }
    let group = Cancellables::new(&env.ev);
    let status = || say!(env, "Task cant3 running status {}", flag(group.is_running("cant3")));
    group.named("cant3", cant3(env.clone()))?.create_task()?;
    status();
    env.ev.sleep(3.0).await?;
    status();
    say!(env, "About to cancel task");
    group.cancel("cant3", true).await?;
    say!(env, "Cancelled");
    status();
    say!(env, "tasks were cancelled");
    Ok(())
}

async fn test4<B: Board>(env: Env<B>) -> Ended {
    async fn cant40<B: Board>(env: Env<B>, number: u32) -> Ended {
        let body = async {
            loop {
                sleep(&env, 1.0).await?;
                say!(env, "Task cant40 no. {number} running.");
            }
        };
        trap(&env, body.await, &format!("Task cant40 no. {number} was cancelled"))
    }
    async fn cant41<B: Board>(env: Env<B>, number: u32, arg: u32) -> Ended {
        sleep(&env, 1.0).await?;
        say!(env, "Task cant41 no. {number} running, arg {arg}.");
        say!(env, "Task cant41 no. {number} ended.");
        Ok(())
    }
    async fn cant42<B: Board>(env: &Env<B>, number: u32) -> Ended {
        loop {
            say!(env, "Task cant42 no. {number} running");
            sleep(env, 1.2).await?;
        }
    }
    async fn chained<B: Board>(env: Env<B>, number: u32) -> Ended {
        say!(env, "Args: 1 2 3 4");
        trap(&env, cant42(&env, number).await, &format!("Task chained no. {number} was cancelled"))
    }
    let group = Cancellables::new(&env.ev);
    group.cancellable(0, cant41(env.clone(), 0, 5)).run().await?;
    for n in 1..4 {
        group.cancellable(0, cant40(env.clone(), n)).create_task()?;
    }
    group.cancellable(1, chained(env.clone(), 4)).create_task()?;
    group.cancellable(0, cant41(env.clone(), 5, 0)).create_task()?;
    say!(env, "Running tasks");
    env.ev.sleep(3.0).await?;
    for number in 0..2 {
        say!(env, "About to cancel group {number} tasks");
        group.cancel_all(number, false).await?;
        say!(env, "Group {number} tasks were cancelled");
        env.ev.sleep(1.0).await?;
    }
    Ok(())
}

async fn test5<B: Board>(env: Env<B>) -> Ended {
    /// The object that the methods are bound to.
    struct CanTest<B> {
        env: Env<B>,
    }
    impl<B: Board> CanTest<B> {
        async fn running(&self, what: &str, arg: &str) -> Ended {
            let body = async {
                loop {
                    sleep(&self.env, 1.0).await?;
                    say!(self.env, "{what} running, arg {arg}");
                }
            };
            trap(&self.env, body.await, &format!("{what} was cancelled"))
        }
    }
    async fn foo<B: Board>(object: Rc<CanTest<B>>, arg: u32) -> Ended {
        object.running("foo", &arg.to_string()).await
    }
    let group = Cancellables::new(&env.ev);
    let object = Rc::new(CanTest { env: env.clone() });
    for arg in 1..4 {
        group.cancellable(0, foo(object.clone(), arg)).create_task()?;
    }
    group.named("my bar", async move { object.running("bar", "4 1 42").await })?.create_task()?;
    env.ev.sleep(4.5).await?;
    group.cancel("my bar", true).await?;
    group.cancel_all(0, false).await?;
    env.ev.sleep(1.0).await?;
    say!(env, "Done");
    Ok(())
}

async fn test6<B: Board>(env: Env<B>) -> Ended {
    async fn cant60<B: Board>(env: Env<B>, name: &'static str) -> Ended {
        say!(env, "Task cant60 name \"{name}\" running.");
        let body = async {
            for _ in 0..5 {
                env.ev.sleep(2.0).await?;
            }
            say!(env, "Task cant60 name \"{name}\" ended.");
            Ok(())
        };
        trap(&env, body.await, &format!("Task cant60 name \"{name}\" was cancelled."))
    }
    async fn cant61<B: Board>(env: Env<B>, group: Cancellables) -> Ended {
        let body = async {
            loop {
                for name in ["complete", "cancel me"] {
                    say!(env, "Task \"{name}\" running: {}", flag(group.is_running(name)));
                }
                env.ev.sleep(1.0).await?;
            }
        };
        trap(&env, body.await, "Task cant61 cancelled.")
    }
    let group = Cancellables::new(&env.ev);
    let named = |name| group.named(name, cant60(env.clone(), name))?.create_task().map_err(asyn::Error::from);
    named("complete")?;
    named("cancel me")?;
    group.cancellable(0, cant61(env.clone(), group.clone())).create_task()?;
    env.ev.sleep(4.5).await?;
    say!(env, "Cancelling task \"cancel me\". 1.5 secs latency.");
    group.cancel("cancel me", true).await?;
    env.ev.sleep(7.0).await?;
    named("cancel wait")?;
    env.ev.sleep(0.5).await?;
    say!(env, "Cancelling task \"cancel wait\". 1.5 secs latency.");
    let t = env.time();
    group.cancel("cancel wait", false).await?;
    say!(env, "Was cancelled in {} ms", env.time() - t);
    say!(env, "Cancelling cant61");
    group.cancel_all(0, false).await?;
    say!(env, "Done");
    Ok(())
}
