//! Awaits of the core that have to wait for 20 ms, or for 100 where the original asks so seldom.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use vpyb_core::{Interrupt, TaskError, asyn, official, sync};

use crate::trial::{Bench, Gate};

pub type Result = std::result::Result<(), TaskError>;
pub type Boxed = Pin<Box<dyn Future<Output = Result>>>;
/// Makes an await that ends after 20 ms, and who sees to that.
pub type Build = fn(Bench) -> Pin<Box<dyn Future<Output = std::result::Result<(Boxed, Boxed), TaskError>>>>;

const OPENS_MS: i32 = 20;
/// What is waited for is made by `$make`; `$wait` waits for it, and `$open` is done after 20 ms.
macro_rules! opened {
    ($bench:ident, $shared:ident = $make:expr; $wait:expr, $open:expr) => {
        |$bench| {
            Box::pin(async move {
                let $shared = Rc::new($make);
                let (bench, shared) = ($bench.clone(), $shared.clone());
                let opens: Boxed = Box::pin(async move {
                    let ($bench, $shared) = (bench, shared);
                    $bench.ev.sleep_ms(OPENS_MS).await?;
                    let _ = &$shared;
                    $open;
                    Ok(())
                });
                let waits: Boxed = Box::pin(async move {
                    let _ = (&$bench, &$shared);
                    $wait;
                    Ok(())
                });
                Ok((waits, opens))
            })
        }
    };
}

/// What ends by itself.
macro_rules! alone {
    (|$bench:ident| $wait:expr) => {
        opened!($bench, shared = (); $wait, ())
    };
}

/// The loop's own.
pub const OF_THE_LOOP: &[(&str, Build)] = &[
    ("sleep_ms", alone!(|bench| bench.ev.sleep_ms(20).await?)),
    ("sleep", alone!(|bench| bench.ev.sleep(0.02).await?)),
    (
        "two sleeps",
        alone!(|bench| {
            bench.ev.sleep_ms(5).await?;
            bench.ev.sleep_ms(15).await?
        }),
    ),
    (
        "turns",
        alone!(|bench| {
            bench.ev.yield_now().await?;
            bench.ev.sleep_ms(0).await?;
            bench.ev.sleep_ms(20).await?
        }),
    ),
    ("wait_for in time", alone!(|bench| bench.ev.wait_for_ms(bench.ev.sleep_ms(20), 500).await?)),
    (
        "wait_for that runs out on a waker",
        alone!(|bench| {
            let never = sync::Event::<()>::new();
            let ended = bench.ev.wait_for_ms(bench.ev.interruptible(never.wait()), 20).await;
            assert_eq!(ended, Err(Interrupt::TimedOut));
        }),
    ),
    (
        "wait_for that runs out among turns",
        alone!(|bench| {
            let turns = async {
                loop {
                    bench.ev.yield_now().await?;
                }
            };
            let ended: std::result::Result<(), Interrupt> = bench.ev.wait_for_ms(turns, 20).await;
            assert_eq!(ended, Err(Interrupt::TimedOut));
        }),
    ),
    (
        "join",
        alone!(|bench| {
            let task = bench.spawn("joined", |b| async move { Ok(b.ev.sleep_ms(20).await?) });
            bench.ev.join(&task).await?
        }),
    ),
    (
        "read",
        opened!(bench, gate = Gate::new("reads"); drop(gate.reader(&bench).readexactly(3).await?), gate.give(3)),
    ),
    (
        "write",
        opened!(bench, gate = Gate::new("writes"); gate.writer(&bench).awrite(b"abc").await?, gate.make_room(3)),
    ),
];

/// What only `fast-io` has.
pub const OF_LOW_PRIORITY: &[(&str, Build)] = &[
    ("after_ms", alone!(|bench| bench.ev.after_ms(20).await?)),
    ("after", alone!(|bench| bench.ev.after(0.02).await?)),
];

/// What polls.
pub const POLLED: &[(&str, Build)] = &[
    ("asyn::sleep", alone!(|bench| asyn::sleep(&bench.ev, 0.02, 5).await?)),
    (
        "asyn::Event",
        opened!(bench, event = asyn::Event::new(&bench.ev, 0); event.wait().await?, event.set(())),
    ),
    (
        "asyn::Lock",
        opened!(
            bench, lock = {
                let lock = asyn::Lock::new(&bench.ev, 0);
                lock.acquire().await?;
                lock
            }; {
                lock.acquire().await?;
                lock.release()?
            },
            lock.release()?
        ),
    ),
    (
        "asyn::Semaphore",
        opened!(
            bench, semaphore = asyn::Semaphore::new(&bench.ev, 0); semaphore.acquire().await?,
            semaphore.release()
        ),
    ),
    (
        "asyn::Barrier",
        opened!(
            bench, barrier = asyn::Barrier::new(&bench.ev, 2); barrier.wait().await?,
            barrier.wait().await?
        ),
    ),
    (
        "asyn::Condition",
        opened!(
            bench, condition = asyn::Condition::new(&bench.ev); {
                condition.acquire().await?;
                condition.wait().await?;
                condition.release()?
            },
            {
                condition.acquire().await?;
                condition.notify_all()?;
                condition.release()?
            }
        ),
    ),
    (
        "Cancellable",
        alone!(|bench| {
            let (ev, registry) = (bench.ev.clone(), asyn::Cancellables::new(&bench.ev));
            let sleeps = async move { Ok::<_, TaskError>(ev.sleep_ms(20).await?) };
            registry.cancellable(0, sleeps).run().await?
        }),
    ),
    (
        "official::Lock",
        opened!(
            bench, lock = {
                let lock = official::Lock::new(&bench.ev);
                lock.acquire().await?;
                lock
            }; {
                lock.acquire().await?;
                lock.release()?
            },
            lock.release()?
        ),
    ),
];

/// What asks every 100 ms.
pub const SELDOM: &[(&str, Build)] = &[
    (
        "official::Queue, get",
        opened!(bench, queue = official::Queue::new(&bench.ev, 1); queue.get().await?, queue.put(()).await?),
    ),
    (
        "official::Queue, put",
        opened!(
            bench, queue = {
                let queue = official::Queue::new(&bench.ev, 1);
                queue.put(()).await?;
                queue
            }; queue.put(()).await?,
            queue.get().await?
        ),
    ),
];

/// What wakes.
pub const WOKEN: &[(&str, Build)] = &[
    (
        "sync::DelayMs",
        alone!(|bench| {
            let delay = sync::DelayMs::new(&bench.ev);
            delay.trigger(20);
            delay.expired().await?
        }),
    ),
    ("sync::Event", opened!(bench, event = sync::Event::new(); event.wait().await, event.set(()))),
    (
        "sync::Lock",
        alone!(|bench| {
            let lock = Rc::new(sync::Lock::new());
            let other = lock.clone();
            bench.spawn("holder", |b| async move {
                let _held = other.acquire().await;
                Ok(b.ev.sleep_ms(20).await?)
            });
            bench.ev.yield_now().await?;
            drop(lock.acquire().await)
        }),
    ),
    (
        "sync::Semaphore",
        opened!(
            bench, semaphore = sync::Semaphore::new(0); semaphore.acquire().await.forget(),
            semaphore.release()
        ),
    ),
    (
        "sync::Barrier",
        opened!(bench, barrier = sync::Barrier::new(2); _ = barrier.wait().await, _ = barrier.wait().await),
    ),
    (
        "sync::Condition",
        opened!(
            bench, shared = (sync::Lock::new(), sync::Condition::new()); {
                let held = shared.0.acquire().await;
                drop(shared.1.wait(held).await)
            },
            shared.1.notify_all()
        ),
    ),
    (
        "sync::Queue, get",
        opened!(bench, queue = sync::Queue::bounded(1); queue.get().await, queue.put(()).await),
    ),
    (
        "sync::Queue, put",
        opened!(
            bench, queue = {
                let queue = sync::Queue::bounded(1);
                queue.put(()).await;
                queue
            }; queue.put(()).await,
            queue.get().await
        ),
    ),
    ("ThreadSafeFlag", opened!(bench, flag = sync::ThreadSafeFlag::new(); flag.wait().await, flag.set())),
];
