//! How many turns a second the loop gives to many tasks (benchmarks `rate.py` and `rate_fastio.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! `Testing 100 coros for 2secs`, and so with 200, 500 and 1000; then a line for each number: turns a second, and how
//! many microseconds one took.
//!
//! # How it works
//!
//! Each task counts and yields. A test lasts until the first turn after two seconds, which may be a whole pass later;
//! what was counted is divided by two seconds all the same, as in the original.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, Discipline, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec {
        name: "queues",
        default: ArgDefault::Int(0),
        help: "1: with an I/O queue and a low-priority queue of six entries each, under `fast-io`",
    },
    ArgSpec { name: "coros", default: ArgDefault::Int(1000), help: "no test with more tasks than so many" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "test", "foo"];

/// How many tasks there are in each test.
const COROS: [usize; 4] = [100, 200, 500, 1000];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full: they have to have 1002 places.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let discipline = match args.int("queues") {
        0 => Discipline::UasyncioV2,
        _ => Discipline::FastIo { ioq_len: 6, lp_len: 6, max_overdue_ms: 0 },
    };
    let main = Main::new(top, Config { discipline, runq_len: 1002, waitq_len: 1002 });
    let most = usize::try_from(args.int("coros")).unwrap_or(0);
    let results = Rc::new(Results { most, ..Results::default() });
    main.ev.create_task(test(main.env(), results.clone()))?;
    Ok(main.run(report(main.env(), results)).await?)
}

#[derive(Default)]
struct Results {
    /// How many tasks there are at the most.
    most: usize,
    count: Cell<u64>,
    turns: RefCell<Vec<u64>>,
    done: Cell<bool>,
}

async fn foo<B: Board>(env: Env<B>, results: Rc<Results>) -> Ended {
    loop {
        env.ev.yield_now().await?;
        results.count.set(results.count.get() + 1);
    }
}

async fn test<B: Board>(env: Env<B>, results: Rc<Results>) -> Ended {
    let mut before = 0;
    for coros in COROS.into_iter().filter(|coros| *coros <= results.most) {
        say!(env, "Testing {coros} coros for 2secs");
        results.count.set(0);
        for _ in before..coros {
            env.ev.create_task(foo(env.clone(), results.clone()))?;
        }
        before = coros;
        env.ev.sleep(2.0).await?;
        results.turns.borrow_mut().push(results.count.get());
    }
    results.done.set(true);
    Ok(())
}

async fn report<B: Board>(env: Env<B>, results: Rc<Results>) -> Ended {
    while !results.done.get() {
        env.ev.sleep(1.0).await?;
    }
    for (coros, turns) in COROS.iter().zip(results.turns.borrow().iter()) {
        let (per_second, us) = (turns / 2, 2_000_000 / turns.max(&1));
        say!(env, "Coros {coros:4}  Iterations/sec {per_second:5}  Duration {us:3}us");
    }
    Ok(())
}
