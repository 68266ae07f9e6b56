//! How long one turn takes beside tasks that hog the CPU, and beside such tasks at low priority (benchmark
//! `latency.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! For 5, 10, 100 and 200 tasks that keep the CPU for 2 ms at a time, the shortest, longest and mean time that another
//! task waits for its next turn. It grows with the number of tasks; with `prio`, where they pause at low
//! priority, it does not.
//!
//! # How it works
//!
//! A task at low priority runs when nothing else is ready. The one that measures is always ready again when it has
//! yielded, so that one of the others runs only in the pass in which that begins to measure anew.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, Interrupt, TaskError, Top, ticks};

use crate::env::{Ended, Env, Main, low_priority};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "prio", default: ArgDefault::Int(1), help: "0: the others do not pause at low priority" },
    ArgSpec { name: "busy_us", default: ArgDefault::Int(2000), help: "how long each keeps the CPU" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "run_test", "priority", "lp_task"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full: they have to have 210 places.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let prio = args.int("prio") != 0;
    let config = match prio {
        true => low_priority(210),
        false => Config { runq_len: 210, waitq_len: 210, ..Config::default() },
    };
    let main = Main::new(top, config);
    say!(main, "Issue latency.test() to test priority mechanism, latency.test(False) to test standard algo.");
    if prio && !main.is_fast() {
        say!(main, "To test priority mechanism you must use fast_io version of uasyncio.");
        return Ok(());
    }
    say!(main, "Testing latency of priority task with coros blocking for 2ms.");
    say!(main, "{} priority mechanism.", if prio { "Using" } else { "Not using" });
    let busy_us = u32::try_from(args.int("busy_us")).unwrap_or(0);
    let measured = Rc::new(Measured {
        prio,
        busy_us,
        now: Cell::new(NOTHING),
        results: RefCell::default(),
        done: Cell::new(false),
    });
    main.ev.create_task(run_test(main.env(), measured.clone()))?;
    Ok(main.run(report(main.env(), measured)).await?)
}

/// How long turns took, in microseconds.
#[derive(Clone, Copy)]
struct Latency {
    min: u64,
    max: u64,
    total: u64,
    count: u64,
}

const NOTHING: Latency = Latency { min: 1_000_000, max: 0, total: 0, count: 0 };

struct Measured {
    prio: bool,
    busy_us: u32,
    now: Cell<Latency>,
    results: RefCell<Vec<(usize, Latency)>>,
    done: Cell<bool>,
}

impl Measured {
    async fn after_ms<B: Board>(&self, env: &Env<B>, ms: i32) -> Result<(), Interrupt> {
        if self.prio { env.ev.after_ms(ms).await } else { env.ev.sleep_ms(ms).await }
    }

    async fn after<B: Board>(&self, env: &Env<B>, seconds: f64) -> Result<(), Interrupt> {
        if self.prio { env.ev.after(seconds).await } else { env.ev.sleep(seconds).await }
    }
}

async fn lp_task<B: Board>(env: Env<B>, measured: Rc<Measured>) -> Ended {
    measured.after_ms(&env, 0).await?;
    loop {
        env.board.delay_us(measured.busy_us);
        measured.after_ms(&env, 0).await?;
    }
}

async fn priority<B: Board>(env: Env<B>, measured: Rc<Measured>) -> Ended {
    loop {
        measured.after(&env, 0.0).await?;
        let start = env.board.ticks_us();
        env.ev.yield_now().await?;
        let took = u64::try_from(ticks::ticks_diff(env.board.ticks_us(), start)).unwrap_or(0);
        let Latency { min, max, total, count } = measured.now.get();
        measured.now.set(Latency {
            min: min.min(took),
            max: max.max(took),
            total: total + took,
            count: count + 1,
        });
    }
}

async fn run_test<B: Board>(env: Env<B>, measured: Rc<Measured>) -> Ended {
    env.ev.create_task(priority(env.clone(), measured.clone()))?;
    let mut before = 0;
    for coros in [5, 10, 100, 200] {
        say!(env, "{coros:4} coros. Test for 2s");
        for _ in before..coros {
            env.ev.create_task(lp_task(env.clone(), measured.clone()))?;
        }
        env.ev.sleep(1.0).await?;
        before = coros;
        measured.now.set(NOTHING);
        env.ev.sleep(2.0).await?;
        measured.results.borrow_mut().push((coros, measured.now.get()));
    }
    measured.done.set(true);
    Ok(())
}

async fn report<B: Board>(env: Env<B>, measured: Rc<Measured>) -> Ended {
    measured.after(&env, 13.0).await?;
    say!(env, "Awaiting result...");
    while !measured.done.get() {
        env.ev.sleep_ms(1000).await?;
    }
    for (coros, Latency { min, max, total, count }) in measured.results.borrow().iter() {
        let (min, max) = (*min as f64 / 1000.0, *max as f64 / 1000.0);
        let mean = *total as f64 / *count as f64 / 1000.0;
        say!(env, "Coros {coros:4} Latency = {min:6.2}ms min. {max:6.2}ms max. {mean:6.2}ms avg.");
    }
    Ok(())
}
