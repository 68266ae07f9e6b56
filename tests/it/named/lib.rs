//! The official library's own tests and examples.

use std::rc::Rc;

use vpyb_core::Top;
use vpyb_core::official::Lock;

use super::case::Case;
use super::env::{Ended, Env, Program, is_cancelled, is_timed_out, program, sleep};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("lib_example_call_soon", call_soon),
    Case::probe("lib_example_lock", lock),
    Case::probe("lib_test_cancel", cancel),
    Case::probe("lib_test_cb_args", cb_args),
    Case::probe("lib_test_fair_schedule", fair_schedule),
    Case::probe("lib_test_wait_for", wait_for),
];

fn call_soon(top: Top<TestBoard>) -> Program {
    fn cb(env: Env) -> Ended {
        say!(env, "callback");
        env.busy_us(500_000);
        let own = env.clone();
        Ok(env.ev.call_soon(move || cb(own))?)
    }
    program(top, |main| async move {
        let env = main.env();
        main.ev.call_soon(move || cb(env))?;
        Ok(main.run_forever().await?)
    })
}

fn lock(top: Top<TestBoard>) -> Program {
    async fn task(env: Env, i: u32, lock: Rc<Lock>) -> Ended {
        say!(env, "<Lock object at ADDR>");
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
        Ok(main.run_forever().await?)
    })
}

fn cancel(top: Top<TestBoard>) -> Program {
    async fn ping(env: &Env, n: u32) -> Ended {
        loop {
            say!(env, "ping{n}");
            let t = env.board.now_us();
            while env.board.now_us() - t < 1_000_000 {
                env.ev.sleep(0.0).await?;
            }
        }
    }
    async fn looper1(env: Env) -> Ended {
        let ended = ping(&env, 1).await;
        if is_cancelled(&ended) {
            say!(env, "cancelled");
            return Ok(());
        }
        ended
    }
    async fn looper2(env: Env) -> Ended {
        ping(&env, 2).await
    }
    async fn run(env: Env) -> Ended {
        let looper = env.ev.create_task(looper1(env.clone()))?;
        env.ev.sleep(3.0).await?;
        env.ev.cancel(&looper)?;
        env.ev.sleep(0.0).await?;
        let looper = env.ev.create_task(looper2(env.clone()))?;
        env.ev.sleep(2.0).await?;
        env.ev.cancel(&looper)?;
        Ok(env.ev.sleep(0.0).await?)
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn cb_args(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        let env = main.env();
        main.ev.call_soon(move || env.ev.stop().map_err(vpyb_core::TaskError::from))?;
        main.run_forever().await?;
        say!(main, "OK");
        Ok(())
    })
}

fn fair_schedule(top: Top<TestBoard>) -> Program {
    async fn coro(env: Env) -> Ended {
        loop {
            env.ev.yield_now().await?;
        }
    }
    async fn run(env: Env) -> Ended {
        for _ in 0..19 {
            env.ev.yield_now().await?;
        }
        Ok(())
    }
    program(top, |main| async move {
        for _ in 0..10 {
            main.create(coro(main.env()));
        }
        Ok(main.run(run(main.env())).await?)
    })
}

fn wait_for(top: Top<TestBoard>) -> Program {
    async fn looper(env: &Env) -> Result<u32, vpyb_core::TaskError> {
        for _ in 0..2 {
            say!(env, "ping");
            env.ev.sleep(1.0).await?;
        }
        Ok(10)
    }
    async fn run(env: Env) -> Ended {
        for seconds in [1.0, 2.0, 3.0] {
            match env.ev.wait_for(looper(&env), seconds).await {
                Ok(result) => say!(env, "result: {result}"),
                ended if is_timed_out(&ended) => {
                    say!(env, "Coro timed out");
                    say!(env, "=================");
                }
                other => other.map(drop)?,
            }
        }
        Ok(())
    }
    program(top, |main| async move {
        main.run(run(main.env())).await?;
        Ok(main.run(sleep(main.env(), 1.0)).await?)
    })
}
