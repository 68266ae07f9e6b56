//! The demos and tests of cancellable tasks.

use std::rc::Rc;

use vpyb_core::Top;
use vpyb_core::asyn::{self, Barrier, Cancellables};

use super::env::{Case, Ended, Env, Program, flag, is_cancelled, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    ("demo_asyn_demos_cancel_test", |top| counting(top, 41, true)),
    ("demo_asyn_demos_method_test", |top| methods(top, false)),
    ("demo_asyn_demos_named_test", |top| counting(top, 99, false)),
    ("demo_cantest_test1", test1),
    ("demo_cantest_test2", test2),
    ("demo_cantest_test3", test3),
    ("demo_cantest_test4", test4),
    ("demo_cantest_test5", |top| methods(top, true)),
    ("demo_cantest_test6", test6),
];

/// Says that a task was cancelled, and traps it.
fn trap(env: &Env, ended: Ended, text: &str) -> Ended {
    if is_cancelled(&ended) {
        say!(env, "{text}");
        return Ok(());
    }
    ended
}

async fn sleep(env: &Env, seconds: f64) -> Ended {
    Ok(asyn::sleep(&env.ev, seconds, 100).await?)
}

fn counting(top: Top<TestBoard>, n: u32, cancels: bool) -> Program {
    async fn forever(env: Env, mut n: u32) -> Ended {
        loop {
            say!(env, "{n}");
            n += 1;
            sleep(&env, 1.0).await?;
        }
    }
    async fn run(env: Env, n: u32, cancels: bool) -> Ended {
        let group = Cancellables::new(&env.ev);
        let add_one = async {
            sleep(&env, 1.0).await?;
            Ok::<_, vpyb_core::TaskError>(n + 1)
        };
        let result = group.cancellable(0, add_one).run().await?;
        say!(env, "Result:  {result}");
        group.cancellable(0, forever(env.clone(), result)).create_task_named("new_gen#1")?;
        sleep(&env, 7.5).await?;
        if cancels {
            group.cancel_all(0, false).await?;
        }
        say!(env, "Done");
        Ok(())
    }
    program(top, move |main| async move { Ok(main.run(run(main.env(), n, cancels)).await?) })
}

fn methods(top: Top<TestBoard>, traps: bool) -> Program {
    async fn running(env: Env, what: &'static str, text: String, traps: bool) -> Ended {
        let body = async {
            loop {
                sleep(&env, 1.0).await?;
                say!(env, "{what} running, arg {text}");
            }
        };
        let ended = body.await;
        if traps { trap(&env, ended, &format!("{what} was cancelled")) } else { ended }
    }
    async fn run(env: Env, traps: bool) -> Ended {
        let group = Cancellables::new(&env.ev);
        for n in 1..4 {
            let task = running(env.clone(), "foo", n.to_string(), traps);
            group.cancellable(0, task).create_task_named(format!("new_gen#{n}"))?;
        }
        let text = if traps { "4 1 42" } else { "4" };
        let bar = running(env.clone(), "bar", text.into(), traps);
        group.named("my bar", bar)?.create_task_named("new_gen#4")?;
        if !traps {
            say!(env, "bar running status is {}", flag(group.is_running("my bar")));
        }
        env.ev.sleep(4.5).await?;
        group.cancel("my bar", true).await?;
        if !traps {
            say!(env, "bar instance scheduled for cancellation.");
        }
        group.cancel_all(0, false).await?;
        if traps {
            env.ev.sleep(1.0).await?;
        } else {
            say!(env, "foo instances have been cancelled.");
            env.ev.sleep(0.2).await?;
            say!(env, "bar running status is {}", flag(group.is_running("my bar")));
        }
        say!(env, "Done");
        Ok(())
    }
    program(top, move |main| async move { Ok(main.run(run(main.env(), traps)).await?) })
}

fn test1(top: Top<TestBoard>) -> Program {
    async fn foo(env: &Env) -> Result<i32, vpyb_core::TaskError> {
        match env.ev.sleep(4.0).await {
            Err(with) if with.is_cancelled() => {
                say!(env, "foo was cancelled.");
                Ok(-1)
            }
            other => Ok(other.map(|()| 42)?),
        }
    }
    async fn bar(env: Env, group: Cancellables) -> Ended {
        env.ev.sleep(1.0).await?;
        // The loop has no part in this: the coroutine is none of its tasks.
        let now = env.board.now_us();
        env.board.state().lines.cancel(now, "new_gen#1");
        if group.cancel("foo", true).await? {
            say!(env, "foo will be cancelled when next scheduled");
        }
        if !group.cancel("not me", true).await? {
            say!(env, "not me was not cancellable.");
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let group = Cancellables::new(&env.ev);
        env.create(bar(env.clone(), group.clone()));
        for _ in 0..2 {
            let result = group.named("foo", foo(&env))?.run().await?;
            say!(env, "{result} {}", flag(group.is_running("foo")));
        }
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn test2(top: Top<TestBoard>) -> Program {
    async fn forever(env: Env, n: u32) -> Ended {
        say!(env, "Started forever() instance {n}");
        let body = async {
            loop {
                env.ev.sleep(7.0 + f64::from(n)).await?;
                say!(env, "Running instance {n}");
            }
        };
        trap(&env, body.await, &format!("Instance {n} was cancelled"))
    }
    async fn run(env: Env) -> Ended {
        let group = Cancellables::new(&env.ev);
        let barrier = Rc::new(Barrier::new(&env.ev, 3));
        for n in 1..3 {
            let task = group.named(format!("forever {n}"), forever(env.clone(), n))?;
            task.reporting_to(barrier.clone()).create_task_named(format!("new_gen#{n}"))?;
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
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn test3(top: Top<TestBoard>) -> Program {
    async fn cant3(env: Env) -> Ended {
        env.ev.sleep(1.0).await?;
        say!(env, "Task cant3 has ended.");
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let group = Cancellables::new(&env.ev);
        let status = || say!(env, "Task cant3 running status {}", flag(group.is_running("cant3")));
        group.named("cant3", cant3(env.clone()))?.create_task_named("new_gen#1")?;
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
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn test4(top: Top<TestBoard>) -> Program {
    async fn cant40(env: Env, number: u32) -> Ended {
        let body = async {
            loop {
                sleep(&env, 1.0).await?;
                say!(env, "Task cant40 no. {number} running.");
            }
        };
        trap(&env, body.await, &format!("Task cant40 no. {number} was cancelled"))
    }
    async fn cant41(env: Env, number: u32, arg: u32) -> Ended {
        sleep(&env, 1.0).await?;
        say!(env, "Task cant41 no. {number} running, arg {arg}.");
        say!(env, "Task cant41 no. {number} ended.");
        Ok(())
    }
    async fn cant42(env: &Env, number: u32) -> Ended {
        loop {
            say!(env, "Task cant42 no. {number} running");
            sleep(env, 1.2).await?;
        }
    }
    async fn chained(env: Env, number: u32) -> Ended {
        say!(env, "Args: 1 2 3 4");
        trap(&env, cant42(&env, number).await, &format!("Task chained no. {number} was cancelled"))
    }
    async fn run(env: Env) -> Ended {
        let group = Cancellables::new(&env.ev);
        group.cancellable(0, cant41(env.clone(), 0, 5)).run().await?;
        for n in 1..4 {
            group.cancellable(0, cant40(env.clone(), n)).create_task_named(format!("new_gen#{n}"))?;
        }
        group.cancellable(1, chained(env.clone(), 4)).create_task_named("new_gen#4")?;
        group.cancellable(0, cant41(env.clone(), 5, 0)).create_task_named("new_gen#5")?;
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
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn test6(top: Top<TestBoard>) -> Program {
    async fn cant60(env: Env, name: &'static str) -> Ended {
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
    async fn cant61(env: Env, group: Cancellables) -> Ended {
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
    async fn run(env: Env) -> Ended {
        let group = Cancellables::new(&env.ev);
        let named = |name, label| {
            group.named(name, cant60(env.clone(), name))?.create_task_named(label).map_err(asyn::Error::from)
        };
        named("complete", "new_gen#1")?;
        named("cancel me", "new_gen#2")?;
        group.cancellable(0, cant61(env.clone(), group.clone())).create_task_named("new_gen#3")?;
        env.ev.sleep(4.5).await?;
        say!(env, "Cancelling task \"cancel me\". 1.5 secs latency.");
        group.cancel("cancel me", true).await?;
        env.ev.sleep(7.0).await?;
        named("cancel wait", "new_gen#4")?;
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
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}
