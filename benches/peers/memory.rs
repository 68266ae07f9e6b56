//! F. Memory: bytes that a task takes beside its future.
//!
//! A future of the same size is given to each executor very often; what the allocator then holds
//! more, by the number of tasks and without the future, is the figure. Fixed queues and arrays count, by their places.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use vpyb_core::{Config, Firmware, Overrides, Setup, Step, TaskError};

use crate::counting::live_bytes;
use crate::executors::vpyb::StoppedClock;
use crate::harness::{Aim, Measured, Role, Unit, Work};

const OURS: &str = "vpyb-core";
const OURS_WITH_TIMER: &str = "vpyb-core, with a place for a timer";

pub const WORK: Work = Work {
    letter: 'F',
    name: "memory",
    heading: "Memory: bytes per task beside its future",
    setting: "what the allocator holds more for each of 2048 tasks; futures of 40 bytes",
    unit: Unit::Bytes,
    sizes: &[TASKS],
    of: "tasks",
    events: 0,
    turns: 0,
    rounds: 1,
    measured: Measured::Counted(figures),
    aims: &[Aim::of(TASKS, OURS).most(64.0), Aim::of(TASKS, OURS_WITH_TIMER).most(80.0)],
};

/// With twice as many the places for timers are all there at first.
const TASKS: usize = 2048;

/// A future of 40 bytes that waits for ever.
struct Waiting([u64; 5]);

impl Future for Waiting {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        black_box(self.0[0]);
        Poll::Pending
    }
}

const FUTURE: usize = size_of::<Waiting>();

fn waiting() -> Waiting {
    Waiting(black_box([0; 5]))
}

/// Bytes a task, beside its future, of what `make` makes of so many tasks and gives back.
fn beside<T>(make: impl Fn(usize) -> T) -> f64 {
    let live = |tasks| {
        let before = live_bytes();
        let made = make(tasks);
        let held = live_bytes() - before;
        drop(made);
        held
    };
    // What an executor takes for itself falls out.
    let (few, many) = (live(TASKS), live(2 * TASKS));
    (many - few) as f64 / TASKS as f64 - FUTURE as f64
}

fn figures() -> Vec<(&'static str, Role, f64)> {
    vec![
        (
            "limit: pointers to futures that are boxed",
            Role::Limit,
            beside(|tasks| {
                (0..tasks)
                    .map(|_| Box::pin(waiting()) as Pin<Box<dyn Future<Output = ()>>>)
                    .collect::<Vec<_>>()
            }),
        ),
        (
            "futures-buffered",
            Role::Peer,
            beside(|tasks| {
                let mut set = futures_buffered::FuturesUnorderedBounded::new(tasks);
                (0..tasks).for_each(|_| set.push(waiting()));
                set
            }),
        ),
        ("embassy-executor, with a place for a timer", Role::Peer, {
            (size_of::<embassy_executor::raw::TaskStorage<Waiting>>() - FUTURE) as f64
        }),
        (
            "nostd_async, with its handle",
            Role::Peer,
            (size_of::<nostd_async::Task<Waiting>>() + size_of::<nostd_async::JoinHandle<'_, ()>>() - FUTURE)
                as f64,
        ),
        (
            "async-executor",
            Role::Peer,
            beside(|tasks| {
                let executor = async_executor::LocalExecutor::new();
                (0..tasks).for_each(|_| executor.spawn(waiting()).detach());
                executor
            }),
        ),
        (
            "futures LocalPool",
            Role::Peer,
            beside(|tasks| {
                let mut pool = futures_executor::LocalPool::new();
                for _ in 0..tasks {
                    futures_util::task::LocalSpawnExt::spawn_local(&pool.spawner(), waiting())
                        .expect("the pool is there");
                }
                // Each is taken from the spawner and polled once.
                pool.run_until_stalled();
                pool
            }),
        ),
        (
            "tokio current_thread",
            Role::Peer,
            beside(|tasks| {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
                (0..tasks).for_each(|_| drop(runtime.spawn(waiting())));
                runtime
            }),
        ),
        (OURS, Role::Ours, beside(|tasks| ours(tasks, 0))),
        (OURS_WITH_TIMER, Role::Ours, beside(|tasks| ours(tasks, tasks))),
    ]
}

/// A loop whose run queue has a place for each task, and whose wait queue has so many.
fn ours(tasks: usize, timers: usize) -> Firmware {
    let clock = Rc::new(StoppedClock);
    let setup = Setup { clock, observer: None, overrides: Overrides::default(), started: None };
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let config = Config { runq_len: tasks, waitq_len: timers, ..Config::default() };
        let event_loop = top.event_loop(config);
        for _ in 0..tasks {
            let waiting = Endless(waiting());
            event_loop.create_task(waiting)?;
        }
        Ok(top.run_forever().await?)
    });
    assert_eq!(firmware.step(), Step::Main, "the top level makes the tasks");
    firmware
}

/// The same future, with the result that a task of ours has.
struct Endless(Waiting);

impl Future for Endless {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(Ok)
    }
}
