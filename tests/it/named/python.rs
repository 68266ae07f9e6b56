//! Tests of Python's own types and of a loop of one's own making, as far as they mean something here.
//!
//! Owns what stands in place of a yielded coroutine, of a function that is passed for a coroutine, and of a class that
//! brings its own clock.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use vpyb_core::clock::Clock;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Config, Firmware, Overrides, Setup, Step, Top};

use super::case::Case;
use super::env::{Ended, Env, Program, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("lib_test_full_wait", full_wait),
    Case::probe("sched_yield_values", yield_values),
    Case::probe("tut_7_5_genfunc", function_for_coroutine),
];

/// A clock that is put forward by hand.
#[derive(Default)]
struct Mock(Cell<Instant>);

impl Clock for Mock {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

/// The original overrides the loop's clock and its wait; here whoever owns the loop owns time.
fn full_wait(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        let (clock, messages) = (Rc::new(Mock::default()), Rc::new(RefCell::new(Vec::new())));
        let setup =
            Setup { clock: clock.clone(), observer: None, overrides: Overrides::default(), started: None };
        let told = messages.clone();
        let mut inner = Firmware::new(setup, (), move |top| async move {
            let ev = top.event_loop(Config::default());
            for (ms, which) in [(100, "first"), (500, "second")] {
                let (told, ev_) = (told.clone(), ev.clone());
                ev.call_later_ms(ms, move || {
                    told.borrow_mut().push(format!("'I should be run {which}, time: {}'", ev_.time()));
                })?;
            }
            Ok(top.run_forever().await?)
        });
        // Each wait lasts 100 ms, whatever the loop asks for.
        loop {
            match inner.step() {
                Step::Idle { until: None, .. } => break,
                Step::Idle { .. } => clock.0.set(clock.now() + Duration::from_millis(100)),
                _ => {}
            }
        }
        say!(main, "[{}]", messages.borrow().join(", "));
        Ok(())
    })
}

/// What an awaitable may yield. A coroutine that is yielded is queued, and its yielder behind it; that is `create_task`
/// and a turn here. Values of other types cannot be written.
fn yield_values(top: Top<TestBoard>) -> Program {
    async fn child(env: Env) -> Ended {
        say!(env, "child 1 {}", env.time());
        Ok(env.ev.sleep_ms(5).await?)
    }
    async fn a(env: Env) -> Ended {
        env.ev.yield_now().await?;
        say!(env, "a after None {}", env.time());
        env.ev.yield_ms(20).await?;
        say!(env, "a after 20 {}", env.time());
        env.ev.yield_ms(0).await?;
        say!(env, "a after 0 {}", env.time());
        env.unseen(|| env.ev.create_task(child(env.clone())))?;
        env.ev.yield_now().await?;
        say!(env, "a after gen {}", env.time());
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        env.create(a(env.clone()));
        Ok(env.ev.sleep_ms(100).await?)
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

/// `create_task(foo)` without the brackets: the function is called as a callback, and the coroutine that it makes is
/// dropped. The compiler refuses that here; what is left to write is the callback.
fn function_for_coroutine(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env) -> Ended {
        say!(env, "foo runs");
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        env.ev.sleep_ms(20).await?;
        say!(env, "main ends {}", env.time());
        Ok(())
    }
    program(top, |main| async move {
        let env = main.env();
        main.ev.call_soon(move || drop(foo(env)))?;
        say!(main, "create_task accepted");
        main.run(run(main.env())).await?;
        Ok(())
    })
}
