//! The small demos.

use std::cell::Cell;
use std::rc::Rc;

use vpyb_core::Top;
use vpyb_core::official::Queue;

use super::env::{Case, Ended, Env, Program, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    ("demo_aqtest", aqtest),
    ("demo_awaitable", awaitable),
    ("demo_chain", chain),
    ("demo_roundrobin", roundrobin),
];

fn aqtest(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env, q: Rc<Queue<u32>>) -> Ended {
        say!(env, "Running foo()");
        let result = q.get().await?;
        say!(env, "Result was {result}");
        Ok(())
    }
    async fn bar(env: Env, q: Rc<Queue<u32>>) -> Ended {
        say!(env, "Waiting for slow process.");
        env.ev.sleep(2.0).await?;
        say!(env, "Putting result onto queue");
        Ok(q.put(42).await?)
    }
    async fn run(env: Env) -> Ended {
        env.ev.sleep(3.0).await?;
        say!(env, "I've seen starships burn off the shoulder of Orion...");
        say!(env, "Time to die...");
        Ok(())
    }
    program(top, |main| async move {
        let q = Rc::new(Queue::new(&main.ev, 0));
        say!(main, "Test takes 3 secs");
        main.create(foo(main.env(), q.clone()));
        main.create(bar(main.env(), q));
        Ok(main.run(run(main.env())).await?)
    })
}

fn awaitable(top: Top<TestBoard>) -> Program {
    async fn run(env: Env) -> Ended {
        for count in (1..=10).rev() {
            say!(env, "{count}");
            env.ev.yield_now().await?;
        }
        say!(env, "Done");
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn chain(top: Top<TestBoard>) -> Program {
    async fn compute(env: &Env, x: u32, y: u32) -> Result<u32, vpyb_core::TaskError> {
        say!(env, "Compute {x} + {y} ...");
        env.ev.sleep(1.0).await?;
        Ok(x + y)
    }
    async fn run(env: Env) -> Ended {
        let sum = compute(&env, 1, 2).await?;
        say!(env, "1 + 2 = {sum}");
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn roundrobin(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env, n: u32, count: Rc<Cell<u32>>) -> Ended {
        loop {
            env.ev.sleep_ms(0).await?;
            count.set(count.get() + 1);
            say!(env, "Foo {n}");
        }
    }
    async fn run(env: Env) -> Ended {
        say!(env, "Testing for 5 seconds");
        Ok(env.ev.sleep(5.0).await?)
    }
    program(top, |main| async move {
        let count = Rc::new(Cell::new(0));
        for n in 1..4 {
            main.create(foo(main.env(), n, count.clone()));
        }
        main.run(run(main.env())).await?;
        say!(main, "Coro executions per sec = {:?}", f64::from(count.get()) / 5.0);
        Ok(())
    })
}
