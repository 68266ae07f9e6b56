//! The benchmarks: throughput, latency, and what low priority does.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use vpyb_core::asyn::Cancellables;
use vpyb_core::{Config, Discipline, Interrupt, TaskError, Top};

use super::case::Case;
use super::env::{Ended, Env, Program, program_with};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("bench_call_lp", call_lp),
    Case::probe("bench_latency_noprio", |top| latency(top, false)),
    Case::probe("bench_latency_prio", |top| latency(top, true)),
    Case::probe("bench_overdue", overdue),
    Case::probe("bench_priority_test", priority_test),
    Case::probe("bench_rate", |top| {
        rate(top, Config { runq_len: 1002, waitq_len: 1002, ..Config::default() })
    }),
    Case::probe("bench_rate_fastio", |top| {
        let discipline = Discipline::FastIo { ioq_len: 6, lp_len: 6, max_overdue_ms: 0 };
        rate(top, Config { discipline, runq_len: 1002, waitq_len: 1002 })
    }),
];

/// A loop with low priority, where there is such a thing.
fn low_priority(len: usize) -> Config {
    let discipline = Discipline::FastIo { ioq_len: 0, lp_len: len, max_overdue_ms: 0 };
    Config { discipline, runq_len: len, waitq_len: len }
}

fn too_old() -> Ended {
    Err(TaskError::failed("OSError: This program requires uasyncio fast_io version V0.24 or above."))
}

fn rate(top: Top<TestBoard>, config: Config) -> Program {
    #[derive(Default)]
    struct Results {
        count: Cell<u64>,
        iterations: RefCell<Vec<u64>>,
        done: Cell<bool>,
    }
    const COROS: [usize; 4] = [100, 200, 500, 1000];
    async fn foo(env: Env, results: Rc<Results>) -> Ended {
        loop {
            env.ev.yield_now().await?;
            results.count.set(results.count.get() + 1);
        }
    }
    async fn test(env: Env, results: Rc<Results>) -> Ended {
        let mut before = 0;
        for coros in COROS {
            say!(env, "Testing {coros} coros for 2secs");
            results.count.set(0);
            for _ in before..coros {
                env.create(foo(env.clone(), results.clone()));
            }
            before = coros;
            env.ev.sleep(2.0).await?;
            results.iterations.borrow_mut().push(results.count.get());
        }
        results.done.set(true);
        Ok(())
    }
    async fn report(env: Env, results: Rc<Results>) -> Ended {
        while !results.done.get() {
            env.ev.sleep(1.0).await?;
        }
        for (coros, count) in COROS.iter().zip(results.iterations.borrow().iter()) {
            let (per_second, us) = (count / 2, 2_000_000 / count);
            say!(env, "Coros {coros:4}  Iterations/sec {per_second:5}  Duration {us:3}us");
        }
        Ok(())
    }
    program_with(top, config, |main| async move {
        let results = Rc::new(Results::default());
        main.create(test(main.env(), results.clone()));
        Ok(main.run(report(main.env(), results)).await?)
    })
}

/// How long one turn took.
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
    now: Cell<Latency>,
    results: RefCell<Vec<(usize, Latency)>>,
    done: Cell<bool>,
}

impl Measured {
    async fn after_ms(&self, env: &Env, ms: i32) -> Result<(), Interrupt> {
        if self.prio { env.ev.after_ms(ms).await } else { env.ev.sleep_ms(ms).await }
    }

    async fn after(&self, env: &Env, seconds: f64) -> Result<(), Interrupt> {
        if self.prio { env.ev.after(seconds).await } else { env.ev.sleep(seconds).await }
    }
}

async fn lp_task(env: Env, measured: Rc<Measured>) -> Ended {
    measured.after_ms(&env, 0).await?;
    loop {
        env.busy_us(2000);
        measured.after_ms(&env, 0).await?;
    }
}

async fn priority(env: Env, measured: Rc<Measured>) -> Ended {
    loop {
        measured.after(&env, 0.0).await?;
        let start = env.board.now_us();
        env.ev.yield_now().await?;
        let took = env.board.now_us() - start;
        let Latency { min, max, total, count } = measured.now.get();
        measured.now.set(Latency {
            min: min.min(took),
            max: max.max(took),
            total: total + took,
            count: count + 1,
        });
    }
}

async fn run_test(env: Env, measured: Rc<Measured>) -> Ended {
    env.create(priority(env.clone(), measured.clone()));
    let mut before = 0;
    for coros in [5, 10, 100, 200] {
        say!(env, "{coros:4} coros. Test for 2s");
        for _ in before..coros {
            env.create(lp_task(env.clone(), measured.clone()));
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

async fn report(env: Env, measured: Rc<Measured>) -> Ended {
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

fn latency(top: Top<TestBoard>, prio: bool) -> Program {
    let config = match prio {
        true => low_priority(210),
        false => Config { runq_len: 210, waitq_len: 210, ..Config::default() },
    };
    program_with(top, config, move |main| async move {
        say!(
            main,
            "Issue latency.test() to test priority mechanism, latency.test(False) to test standard algo."
        );
        if prio && !main.fast() {
            say!(main, "To test priority mechanism you must use fast_io version of uasyncio.");
            return Ok(());
        }
        say!(main, "Testing latency of priority task with coros blocking for 2ms.");
        say!(main, "{} priority mechanism.", if prio { "Using" } else { "Not using" });
        let measured = Rc::new(Measured {
            prio,
            now: Cell::new(NOTHING),
            results: RefCell::default(),
            done: Cell::new(false),
        });
        main.create(run_test(main.env(), measured.clone()));
        Ok(main.run(report(main.env(), measured)).await?)
    })
}

fn call_lp(top: Top<TestBoard>) -> Program {
    /// The bench's random numbers, and what became of them.
    #[derive(Default)]
    struct Numbers {
        last: Cell<u64>,
        count: Cell<u64>,
        total: Cell<u64>,
    }
    fn callback(numbers: &Numbers) {
        numbers.last.set((numbers.last.get() * 1_103_515_245 + 12_345) % (1 << 31));
        numbers.count.set(numbers.count.get() + 1);
        numbers.total.set(numbers.total.get() + (numbers.last.get() >> 21));
    }
    async fn run_test(env: Env, numbers: Rc<Numbers>) -> Ended {
        let (one, other) = (env.clone(), env.clone());
        env.ev.call_after(1.0, move || say!(one, "One second has elapsed."))?;
        env.ev.call_after_ms(500, move || say!(other, "500ms has elapsed."))?;
        say!(env, "Callbacks scheduled.");
        loop {
            let numbers = numbers.clone();
            env.ev.call_after(0.0, move || callback(&numbers))?;
            env.ev.yield_ms(20).await?;
        }
    }
    async fn report(env: Env, numbers: Rc<Numbers>) -> Ended {
        env.ev.after(2.0).await?;
        let (count, mean) = (numbers.count.get(), numbers.total.get() / numbers.count.get());
        say!(env, "Callback executed {count} times. Expected count 2000/20 = 100 times.");
        say!(env, "Avg. of {count} random numbers in range 0 to 1023 was {mean}");
        Ok(())
    }
    program_with(top, low_priority(16), |main| async move {
        if !main.fast() {
            return too_old();
        }
        say!(main, "Test runs for 2 seconds");
        let numbers = Rc::new(Numbers { last: Cell::new(12_345), ..Numbers::default() });
        main.create(run_test(main.env(), numbers.clone()));
        Ok(main.run(report(main.env(), numbers)).await?)
    })
}

fn overdue(top: Top<TestBoard>) -> Program {
    async fn hp_task(env: Env) -> Ended {
        loop {
            env.ev.sleep_ms(0).await?;
        }
    }
    async fn lp_task(env: Env, runs: Rc<Cell<u32>>) -> Ended {
        loop {
            env.ev.after_ms(100).await?;
            say!(env, "LP task runs.");
            runs.set(runs.get() + 1);
        }
    }
    async fn run(env: Env) -> Ended {
        let runs = Rc::new(Cell::new(0));
        env.create(hp_task(env.clone()));
        env.create(lp_task(env.clone(), runs.clone()));
        say!(env, "First test runs for 10 secs. Max overdue time = 1s.");
        env.ev.set_max_overdue_ms(1000);
        env.ev.sleep(10.0).await?;
        say!(env, "Low priority coro was scheduled {} times: (should be 9).", runs.take());
        say!(env, "Second test runs for 10 secs. Default scheduling.");
        say!(env, "Low priority coro should not be scheduled.");
        env.ev.set_max_overdue_ms(0);
        env.ev.sleep(10.0).await?;
        say!(env, "Low priority coro was scheduled {} times: (should be 0).", runs.take());
        Ok(())
    }
    program_with(top, low_priority(16), |main| async move {
        if !main.fast() {
            return too_old();
        }
        Ok(main.run(run(main.env())).await?)
    })
}

fn priority_test(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env, n: u32) -> Ended {
        say!(env, "Starting foo {n}");
        match env.ev.after(1.0).await {
            Ok(()) => say!(env, "foo {n} ran to completion."),
            Err(Interrupt::Cancelled) => say!(env, "foo {n} was cancelled."),
            Err(with) => return Err(with.into()),
        }
        Ok(())
    }
    async fn bar(env: Env, group: Cancellables) -> Ended {
        env.ev.sleep(1.0).await?;
        for n in [0, 1, 3] {
            if group.cancel(format!("foo {n}"), true).await? {
                say!(env, "foo {n} will be cancelled when next scheduled");
            } else {
                say!(env, "foo {n} was not cancellable.");
            }
        }
        Ok(())
    }
    async fn run(env: Env) -> Ended {
        let group = Cancellables::new(&env.ev);
        let named = |n: u32| group.named(format!("foo {n}"), foo(env.clone(), n));
        named(0)?.run().await?;
        named(1)?.create_task_named("new_gen#1")?;
        env.create(bar(env.clone(), group.clone()));
        env.ev.sleep(5.0).await?;
        named(2)?.run().await?;
        named(4)?.run().await?;
        named(3)?.create_task_named("new_gen#2")?;
        Ok(env.ev.sleep(5.0).await?)
    }
    program_with(top, low_priority(16), |main| async move {
        if !main.fast() {
            return too_old();
        }
        Ok(main.run(run(main.env())).await?)
    })
}
