//! Tests of the scheduler: order, overruns, full queues, runs that end and begin again.

use vpyb_core::{Interrupt, RunError, TaskError, Top, ticks};

use super::case::Case;
use super::env::{Ended, Env, Program, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("sched_busy_overrun", busy_overrun),
    Case::probe("sched_call_later_coro", call_later_coro),
    Case::probe("sched_dup", dup),
    Case::probe("sched_loop_control", loop_control),
    Case::probe("sched_lowpri", lowpri),
    Case::probe("sched_main_timeout", main_timeout),
    Case::probe("sched_qoverflow", qoverflow),
    Case::probe("sched_qoverflow_cb", qoverflow_cb),
    Case::probe("sched_sleep_order", sleep_order),
    Case::probe("sched_sleep_order_cost", sleep_order),
    Case::probe("sched_wrap", wrap),
];

fn busy_overrun(top: Top<TestBoard>) -> Program {
    async fn hog(env: Env, n: u32, busy_us: u32, ms: i32) -> Ended {
        loop {
            let t = env.board.now_us();
            env.busy_us(busy_us);
            env.ev.sleep_ms(ms).await?;
            say!(env, "hog {n} {}", env.board.now_us() - t);
        }
    }
    async fn tick(env: Env, n: u32, ms: i32) -> Ended {
        let mut last = env.time();
        loop {
            env.ev.sleep_ms(ms).await?;
            let now = env.time();
            say!(env, "tick {n} {}", now - last);
            last = now;
        }
    }
    program(top, |main| async move {
        main.create(hog(main.env(), 1, 4000, 0));
        main.create(hog(main.env(), 2, 2500, 7));
        main.create(tick(main.env(), 1, 3));
        main.create(tick(main.env(), 2, 10));
        main.create(tick(main.env(), 3, 10));
        let env = main.env();
        Ok(main.run(async move { Ok(env.ev.sleep_ms(300).await?) }).await?)
    })
}

fn call_later_coro(top: Top<TestBoard>) -> Program {
    async fn t(env: Env, n: &'static str) -> Ended {
        say!(env, "{n} starts {}", env.time());
        env.ev.sleep_ms(10).await?;
        say!(env, "{n} ends {}", env.time());
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        // The recordings number coroutines as they first run.
        let (late, soon) = (t(env.clone(), "late"), t(env.clone(), "soon"));
        match env.unseen(|| env.ev.create_task_later_ms_named("t#2", 50, late)) {
            Ok(_) => say!(env, "queued"),
            Err(_) => say!(env, "TypeError can't pend throw to just-started generator"),
        }
        env.unseen(|| env.ev.create_task_named("t#1", soon))?;
        env.ev.sleep_ms(200).await?;
        say!(env, "main ends {}", env.time());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn dup(top: Top<TestBoard>) -> Program {
    async fn t(env: Env) -> Ended {
        for i in 0..4 {
            say!(env, "dup {i} {}", env.time());
            env.ev.sleep_ms(100).await?;
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let c = env.ev.create_task(t(env.clone()))?;
        env.ev.sleep_ms(30).await?;
        env.ev.requeue(&c)?;
        env.ev.sleep_ms(1000).await?;
        say!(env, "end {}", env.time());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn loop_control(top: Top<TestBoard>) -> Program {
    async fn bg(env: Env, n: u32) -> Ended {
        for i in 0..8 {
            say!(env, "bg {n} {i} {}", env.time());
            env.ev.sleep_ms(100).await?;
        }
        Ok(())
    }
    async fn ret(env: Env, value: &'static str, ms: i32) -> Result<&'static str, TaskError> {
        env.ev.sleep_ms(ms).await?;
        Ok(value)
    }
    async fn boom(env: Env, ms: i32) -> Ended {
        env.ev.sleep_ms(ms).await?;
        Err(TaskError::failed("ValueError: boom"))
    }
    async fn stopper(env: Env, ms: i32) -> Ended {
        env.ev.sleep_ms(ms).await?;
        say!(env, "stopping {}", env.time());
        Ok(env.ev.stop()?)
    }
    program(top, |main| async move {
        main.create(bg(main.env(), 1));
        for (value, ms) in [("42", 150), ("x", 0)] {
            let value = main.run(ret(main.env(), value, ms)).await?;
            // The official library does not give the value.
            let value = if main.fast() { value } else { "None" };
            say!(main, "returned {value} {}", main.time());
        }
        main.run(boom(main.env(), 120)).await.expect_err("it fails");
        say!(main, "loop raised boom {}", main.time());
        main.create(bg(main.env(), 2));
        main.create(boom(main.env(), 130));
        main.run(ret(main.env(), "1", 300)).await.expect_err("another task fails");
        say!(main, "loop raised boom {}", main.time());
        main.create(stopper(main.env(), 200));
        main.run_forever().await?;
        say!(main, "stopped {}", main.time());
        main.run_forever().await?;
        say!(main, "stopped again {}", main.time());
        Ok(())
    })
}

fn lowpri(top: Top<TestBoard>) -> Program {
    async fn lp(env: Env, n: u32, ms: i32) -> Ended {
        for i in 0..6 {
            env.ev.after_ms(ms).await?;
            say!(env, "lp {n} {i} {}", env.time());
        }
        Ok(())
    }
    async fn hp(env: Env, ms: i32, count: u32) -> Ended {
        for _ in 0..count {
            env.ev.sleep_ms(ms).await?;
        }
        say!(env, "hp done {}", env.time());
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        env.create(lp(env.clone(), 1, 0));
        env.create(lp(env.clone(), 2, 20));
        env.create(hp(env.clone(), 0, 60));
        let own = env.clone();
        env.ev.call_after_ms(5, move || say!(own, "lp callback"))?;
        env.ev.sleep_ms(100).await?;
        env.ev.set_max_overdue_ms(10);
        say!(env, "--- overdue limit 10 {}", env.ev.max_overdue_ms());
        env.create(lp(env.clone(), 3, 0));
        env.create(lp(env.clone(), 4, 10));
        env.create(hp(env.clone(), 0, 300));
        let c = env.ev.create_task(lp(env.clone(), 5, 1000))?;
        env.ev.sleep_ms(200).await?;
        env.ev.cancel(&c)?;
        env.ev.sleep(0.0).await?;
        say!(env, "main end {}", env.time());
        Ok(env.ev.sleep_ms(500).await?)
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn main_timeout(top: Top<TestBoard>) -> Program {
    async fn ticker(env: Env) -> Ended {
        for i in 0..4 {
            say!(env, "tick {i} {}", env.time());
            env.ev.sleep_ms(500).await?;
        }
        Ok(())
    }
    async fn forever(env: &Env) -> Ended {
        loop {
            env.ev.sleep_ms(300).await?;
        }
    }
    async fn run(env: Env) -> Ended {
        env.ev.wait_for(forever(&env), 1.0).await?;
        say!(env, "never printed");
        Ok(())
    }
    program(top, |main| async move {
        main.create(ticker(main.env()));
        main.run(run(main.env())).await?;
        say!(main, "never printed either");
        Ok(())
    })
}

fn full(error: &RunError) -> &'static str {
    match error {
        RunError::Failed { error: TaskError::QueueFull(full), .. }
            if full.queue() == vpyb_core::Queue::Wait =>
        {
            "queue overflow"
        }
        RunError::Failed { error: TaskError::QueueFull(_), .. } => "full",
        _ => "something else",
    }
}

async fn nap(env: Env, n: u32, ms: i32) -> Ended {
    env.ev.sleep_ms(ms).await?;
    say!(env, "nap {n} {}", env.time());
    Ok(())
}

fn qoverflow(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        let made = (0..6).take_while(|&n| main.ev.create_task(nap(main.env(), n, 100)).is_ok()).count();
        say!(main, "create_task {made} IndexError full made {made}");
        let env = main.env();
        if main.ev.call_soon(move || say!(env, "cb 1")).is_err() {
            say!(main, "call_soon IndexError full");
        }
        if let Err(error) = main.run_forever().await {
            say!(main, "loop stopped IndexError {} {}", full(&error), main.time());
        }
        Ok(())
    })
}

fn qoverflow_cb(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        for n in 0..3 {
            main.create(nap(main.env(), n, 10 * n as i32));
        }
        let env = main.env();
        if main.ev.call_soon(move || say!(env, "cb 1")).is_err() {
            say!(main, "call_soon IndexError full");
        }
        if let Err(error) = main.run(nap(main.env(), 5, 50)).await {
            say!(main, "loop stopped IndexError {} {}", full(&error), main.time());
        }
        Ok(())
    })
}

fn sleep_order(top: Top<TestBoard>) -> Program {
    async fn z(env: Env, n: String, ms: i32, count: u32) -> Ended {
        for i in 0..count {
            say!(env, "{n} {i} {}", env.time());
            env.ev.sleep_ms(ms).await?;
        }
        Ok(())
    }
    async fn spawner(env: Env) -> Ended {
        for i in 0..3 {
            env.create(z(env.clone(), format!("child{i}"), 3, 2));
            say!(env, "spawned {i} {}", env.time());
            env.ev.sleep(0.0).await?;
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        for (n, ms, count) in [("a", 10, 5), ("b", 5, 8), ("c", 0, 4), ("d", 10, 5), ("e", 1, 6)] {
            env.create(z(env.clone(), n.into(), ms, count));
        }
        env.create(spawner(env.clone()));
        say!(env, "main 0 {}", env.time());
        env.ev.sleep(0.0).await?;
        say!(env, "main 1 {}", env.time());
        env.ev.sleep(0.01).await?;
        say!(env, "main 2 {}", env.time());
        env.ev.sleep_ms(50).await?;
        say!(env, "main 3 {}", env.time());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn wrap(top: Top<TestBoard>) -> Program {
    async fn nap(env: Env, n: &'static str, ms: i32, t0: u32) -> Ended {
        for i in 0..4 {
            env.ev.sleep_ms(ms).await?;
            say!(env, "{n} {i} {}", ticks::ticks_diff(env.time(), t0));
        }
        Ok(())
    }
    async fn run(env: Env, t0: u32) -> Ended {
        match env.ev.wait_for_ms(nap(env.clone(), "timed", 900, t0), 2500).await {
            Err(TaskError::Interrupted(Interrupt::TimedOut)) => {
                say!(env, "timeout {}", ticks::ticks_diff(env.time(), t0));
            }
            other => other?,
        }
        Ok(env.ev.sleep(4.0).await?)
    }
    program(top, |main| async move {
        let t0 = main.time();
        for (n, ms) in [("a", 700), ("b", 1000), ("c", 1400)] {
            main.create(nap(main.env(), n, ms, t0));
        }
        Ok(main.run(run(main.env(), t0)).await?)
    })
}
