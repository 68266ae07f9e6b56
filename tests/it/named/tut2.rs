//! Tutorial section 2: tasks and callbacks.

use super::env::{Case, Ended, Env, Main, Program, program};
use crate::bench::TestBoard;
use vpyb_core::Top;

pub const CASES: &[Case] = &[
    ("tut_2_1_counter", counter),
    ("tut_2_2_2_callbacks", callbacks),
    ("tut_2_2_2_callbacks_snip", callbacks_snip),
];

fn counter(top: Top<TestBoard>) -> Program {
    async fn bar(env: Env) -> Ended {
        for count in 1.. {
            say!(env, "{count}");
            env.ev.sleep(1.0).await?;
        }
        Ok(())
    }
    program(top, |main| async move {
        main.create(bar(main.env()));
        Ok(main.run_forever().await?)
    })
}

fn callbacks(top: Top<TestBoard>) -> Program {
    fn foo(main: &Main, args: &'static str) -> impl FnOnce() + use<> {
        let env = main.env();
        move || say!(env, "callback {args} {}", env.time())
    }
    async fn ticker(env: Env) -> Ended {
        for i in 0..4 {
            say!(env, "ticker {i} {}", env.time());
            env.ev.sleep_ms(50).await?;
        }
        Ok(())
    }
    program(top, |main| async move {
        main.ev.call_soon(foo(&main, "('soon', 5)"))?;
        main.create(ticker(main.env()));
        main.ev.call_later(2.0, foo(&main, "('later 2s',)"))?;
        main.ev.call_later_ms(50, foo(&main, "('later 50ms',)"))?;
        main.ev.call_later(0.05, foo(&main, "('later 0.05s',)"))?;
        main.ev.call_later_ms(0, foo(&main, "('later 0ms',)"))?;
        main.ev.call_later(0.0, foo(&main, "('later 0s',)"))?;
        main.ev.call_soon(foo(&main, "()"))?;
        let env = main.env();
        main.run(async move { Ok(env.ev.sleep(3.0).await?) }).await?;
        say!(main, "done {}", main.time());
        Ok(())
    })
}

fn callbacks_snip(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        let call = || {
            let env = main.env();
            move || say!(env, "foo (5,)")
        };
        main.ev.call_soon(call())?;
        main.ev.call_later(2.0, call())?;
        main.ev.call_later_ms(50, call())?;
        Ok(main.run_forever().await?)
    })
}
