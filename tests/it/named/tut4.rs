//! Tutorial section 4: awaitables, iterators and context managers, as plain methods.

use std::rc::Rc;

use vpyb_core::asyn::Lock;
use vpyb_core::{TaskError, Top};

use super::case::Case;
use super::env::{Ended, Env, Program, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("tut_4_1_1_context", context),
    Case::probe("tut_4_2_async_iterator", iterator),
    Case::probe("tut_4_3_async_ctx", lock_context),
];

fn context(top: Top<TestBoard>) -> Program {
    struct Gate {
        env: Env,
        ms: i32,
    }
    impl Gate {
        async fn pass(&self) -> Ended {
            say!(self.env, "awaiting {}", self.env.time());
            Ok(self.env.ev.sleep_ms(self.ms).await?)
        }
        async fn with(&self, body: impl Future<Output = Ended>) -> Ended {
            self.pass().await?;
            say!(self.env, "aenter {}", self.env.time());
            let ended = body.await;
            self.env.ev.sleep_ms(self.ms).await?;
            let class = if ended.is_ok() { "None" } else { "<class 'ValueError'>" };
            say!(self.env, "aexit {class} {}", self.env.time());
            ended
        }
    }
    async fn other(env: Env) -> Ended {
        for i in 0..6 {
            say!(env, "other {i} {}", env.time());
            env.ev.sleep_ms(15).await?;
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let gate = Gate { env: env.clone(), ms: 20 };
        gate.pass().await?;
        say!(env, "enter {}", env.time());
        say!(env, "body True");
        env.ev.sleep_ms(10).await?;
        say!(env, "exit None {}", env.time());
        gate.with(async {
            say!(env, "async body True");
            Ok(env.ev.sleep_ms(10).await?)
        })
        .await?;
        if let Err(error) = gate.with(async { Err(TaskError::failed("in body")) }).await {
            say!(env, "caught {error} {}", env.time());
        }
        Ok(())
    }
    program(top, |main| async move {
        main.create(other(main.env()));
        Ok(main.run(run(main.env())).await?)
    })
}

fn iterator(top: Top<TestBoard>) -> Program {
    struct Items {
        env: Env,
        next: u32,
    }
    impl Items {
        async fn next(&mut self) -> Result<Option<u32>, TaskError> {
            self.env.ev.sleep(0.1).await?;
            self.next += 1;
            Ok((self.next <= 5).then_some(self.next))
        }
    }
    async fn other(env: Env) -> Ended {
        loop {
            say!(env, "other {}", env.time());
            env.ev.sleep_ms(150).await?;
        }
    }
    async fn run(env: Env) -> Ended {
        let mut items = Items { env: env.clone(), next: 0 };
        while let Some(item) = items.next().await? {
            say!(env, "{item}");
        }
        Ok(())
    }
    program(top, |main| async move {
        main.create(other(main.env()));
        main.run(run(main.env())).await?;
        say!(main, "end {}", main.time());
        Ok(())
    })
}

fn lock_context(top: Top<TestBoard>) -> Program {
    async fn bar(env: Env, n: u32, lock: Rc<Lock>) -> Ended {
        for i in 0..2 {
            lock.with::<(), TaskError>(async {
                say!(env, "acquired {n} {i} True {}", env.time());
                Ok(env.ev.sleep_ms(40).await?)
            })
            .await?;
            say!(env, "released {n} {i} {}", env.time());
        }
        Ok(())
    }
    async fn fails(env: Env, lock: Rc<Lock>) -> Ended {
        let body = async {
            say!(env, "fails holds {}", env.time());
            Err::<(), _>(TaskError::failed("ValueError: x"))
        };
        if lock.with(body).await.is_err() {
            let locked = if lock.locked() { "True" } else { "False" };
            say!(env, "trapped, locked = {locked} {}", env.time());
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let lock = Rc::new(Lock::new(&env.ev, 0));
        env.create(bar(env.clone(), 1, lock.clone()));
        env.create(fails(env.clone(), lock.clone()));
        env.create(bar(env.clone(), 2, lock.clone()));
        env.ev.sleep_ms(500).await?;
        if lock.release().is_err() {
            say!(env, "RuntimeError Attempt to release a lock which has not been set");
        }
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}
