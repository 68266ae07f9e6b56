//! Three tasks that take turns (tutorial section 2.2, `roundrobin.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `Testing for 5 seconds`, then `Foo 1`, `Foo 2`, `Foo 3` strictly in turn, and at the end
//! `Coro executions per sec = ` with the number of turns a second of all tasks together.
//!
//! # How it works
//!
//! Each task yields a zero delay, counts and prints. A zero delay puts a task at the end of the run queue,
//! so that each runs once a pass.

use alloc::rc::Rc;
use core::cell::Cell;

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "tasks", default: ArgDefault::Int(3), help: "how many tasks take turns" },
    ArgSpec { name: "seconds", default: ArgDefault::Int(5), help: "how long" },
    ArgSpec { name: "print", default: ArgDefault::Int(1), help: "0: count only" },
    ArgSpec { name: "bare", default: ArgDefault::Int(0), help: "1: a bare yield instead of `sleep_ms(0)`" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["foo", "main"];

#[derive(Clone, Copy)]
struct Style {
    print: bool,
    bare: bool,
}

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is too short for the tasks.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let whole = |name| u32::try_from(args.int(name)).unwrap_or(0);
    let (tasks, seconds) = (whole("tasks"), whole("seconds"));
    let style = Style { print: args.int("print") != 0, bare: args.int("bare") != 0 };
    let main = Main::new(top, Config { runq_len: tasks as usize + 1, ..Config::default() });
    let count = Rc::new(Cell::new(0));
    for number in 1..=tasks {
        main.ev.create_task(foo(main.env(), number, style, count.clone()))?;
    }
    main.run(run(main.env(), seconds)).await?;
    let rate = f64::from(count.get()) / f64::from(seconds.max(1));
    say!(main, "Coro executions per sec = {rate:?}");
    Ok(())
}

async fn foo<B: Board>(env: Env<B>, number: u32, style: Style, count: Rc<Cell<u32>>) -> Ended {
    loop {
        if style.bare {
            env.ev.yield_now().await?;
        } else {
            env.ev.sleep_ms(0).await?;
        }
        count.set(count.get() + 1);
        if style.print {
            say!(env, "Foo {number}");
        }
    }
}

async fn run<B: Board>(env: Env<B>, seconds: u32) -> Ended {
    say!(env, "Testing for {seconds} seconds");
    Ok(env.ev.sleep(seconds.into()).await?)
}
