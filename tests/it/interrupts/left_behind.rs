//! What an interrupt leaves behind, and a dropped future does not.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use vpyb_core::asyn::{Barrier, Condition};
use vpyb_core::{Board, Interrupt, TaskError, official, sync};
use vpyb_sim::scenario::model::Scenario;

use super::{Cell, FREE, Row, SPINS};
use crate::trial::{Bench, Gate, main_task};

/// Two places in the wait queue: one for the task that sleeps, and one more.
const TWO_PLACES: fn(&mut Scenario) = |scenario| scenario.cpu.waitq_len = Some(2);

/// Polls a future once, then drops it.
async fn give_up(future: impl Future) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending(), "it is given up while it waits");
        Poll::Ready(())
    })
    .await;
}

/// B and C wait for what A holds until 40 ms, and B is cancelled at 20 ms.
async fn held_until_40<F>(
    bench: Bench,
    acquire: impl Fn(Bench) -> F + Clone + 'static,
) -> Result<(), TaskError>
where
    F: Future<Output = Result<(), Interrupt>> + 'static,
{
    let waits = |name| {
        let acquire = acquire.clone();
        bench.spawn_telling(name, acquire)
    };
    let cancelled = waits("B");
    waits("C");
    bench.ev.sleep_ms(20).await?;
    bench.ev.cancel(&cancelled)?;
    Ok(bench.ev.sleep_ms(50).await?)
}

pub const ROWS: &[Row] = &[
    Row {
        head: "the entry of a sleep that was cut short, when the next one is longer",
        change: FREE,
        main: main_task!(|bench| {
            let task = bench.spawn("task", |b| async move {
                b.tell("sleep", b.ev.sleep_ms(100).await);
                b.tell("next", b.ev.sleep_ms(200).await);
                Ok(())
            });
            bench.ev.sleep_ms(20).await?;
            bench.ev.cancel(&task)?;
            Ok(bench.ev.sleep_ms(400).await?)
        }),
        cells: {
            const FAST: Cell = Cell("is discarded when it is due", &["20 sleep: cancelled", "220 next: ok"]);
            [
                Cell("(sleeps are not cut short)", &["100 sleep: cancelled", "300 next: ok"]),
                FAST,
                FAST,
                Cell("is gone", FAST.1),
            ]
        },
    },
    Row {
        head: "the same, when the next one is shorter",
        change: FREE,
        main: main_task!(|bench| {
            let task = bench.spawn("task", |b| async move {
                b.tell("sleep", b.ev.sleep_ms(100).await);
                b.tell("next", b.ev.sleep_ms(30).await);
                b.tell("after", b.ev.sleep_ms(50).await);
                Ok(())
            });
            bench.ev.sleep_ms(20).await?;
            bench.ev.cancel(&task)?;
            Ok(bench.ev.sleep_ms(400).await?)
        }),
        cells: {
            const FAST: Cell = Cell(
                "the entry of the next one is discarded in its place",
                &["20 sleep: cancelled", "100 next: ok", "150 after: ok"],
            );
            [
                Cell(
                    "(sleeps are not cut short)",
                    &["100 sleep: cancelled", "130 next: ok", "180 after: ok"],
                ),
                FAST,
                FAST,
                Cell("is gone", &["20 sleep: cancelled", "50 next: ok", "100 after: ok"]),
            ]
        },
    },
    Row {
        head: "the registration with a device, which is ready at 50 ms",
        change: FREE,
        main: main_task!(|bench| {
            let gate = Gate::new("gate");
            let device = gate.clone();
            let task = bench.spawn("task", |b| async move {
                b.tell("read", device.reader(&b).read(1).await);
                b.tell("sleep", b.ev.sleep_ms(100).await);
                Ok(())
            });
            bench.ev.sleep_ms(20).await?;
            bench.ev.cancel(&task)?;
            bench.ev.sleep_ms(30).await?;
            gate.give(1);
            Ok(bench.ev.sleep_ms(100).await?)
        }),
        cells: {
            const STAYS: Cell =
                Cell("stays, and cuts a sleep short", &["20 read: cancelled", "50 sleep: ok"]);
            [STAYS, STAYS, STAYS, Cell("is gone", &["20 read: cancelled", "120 sleep: ok"])]
        },
    },
    Row {
        head: "the timer of a `wait_for` that ended well, due at 50 ms",
        change: TWO_PLACES,
        main: main_task!(|bench| {
            bench.tell("waited", bench.ev.wait_for_ms(async { Ok::<(), Interrupt>(()) }, 50).await);
            bench.ev.sleep_ms(40).await?;
            for place in ["first place", "second place"] {
                bench.tell(place, bench.ev.call_later_ms(5, || ()));
            }
            // Until both are free again.
            bench.board.delay_us(6_000);
            bench.ev.yield_now().await?;
            bench.tell("sleep", bench.ev.sleep_ms(20).await);
            Ok(())
        }),
        cells: {
            const STAYS: Cell = Cell(
                "keeps its place until then, and does nothing",
                &[
                    "0 waited: ok",
                    "40 first place: ok",
                    "40 second place: wait queue of 2 entries is full",
                    "66 sleep: ok",
                ],
            );
            [
                STAYS,
                STAYS,
                STAYS,
                Cell(
                    "is gone",
                    &["0 waited: ok", "40 first place: ok", "40 second place: ok", "66 sleep: ok"],
                ),
            ]
        },
    },
    Row {
        head: "the timer of a `wait_for` that failed, due at 50 ms",
        change: FREE,
        main: main_task!(|bench| {
            let failing = async { Err::<(), _>(TaskError::failed("broken")) };
            bench.tell("waited", bench.ev.wait_for_ms(failing, 50).await);
            bench.tell("sleep", bench.ev.sleep_ms(100).await);
            Ok(())
        }),
        cells: {
            const FAST: Cell = Cell("a stray time-out", &["0 waited: broken", "50 sleep: timed out"]);
            [
                Cell("a stray time-out", &["0 waited: broken", "100 sleep: timed out"]),
                FAST,
                FAST,
                Cell("is gone", &["0 waited: broken", "100 sleep: ok"]),
            ]
        },
    },
    Row {
        head: "an interrupt that was not delivered when the next one comes",
        change: FREE,
        main: main_task!(|bench| {
            let task = bench
                .spawn_telling("task", |b| async move { b.ev.wait_for_ms(b.ev.sleep_ms(100), 20).await });
            bench.ev.yield_now().await?;
            bench.ev.sleep_ms(20).await?;
            bench.tell("cancel", bench.ev.cancel(&task));
            Ok(bench.ev.sleep_ms(100).await?)
        }),
        cells: [
            Cell("is replaced", &["20 cancel: ok", "100 task: cancelled"]),
            Cell(
                "is replaced, which is an error",
                &[
                    "20 cancel: the task is interrupted already, has ended, or is itself",
                    "20 task: cancelled",
                ],
            ),
            Cell("is delivered before another task runs", &["20 task: timed out", "20 cancel: ok"]),
            Cell("is replaced", &["20 cancel: ok", "20 task: cancelled"]),
        ],
    },
    Row {
        head: "a place in the list of the official lock",
        change: FREE,
        main: main_task!(|bench| {
            let lock = Rc::new(official::Lock::new(&bench.ev));
            lock.acquire().await?;
            let held = lock.clone();
            bench.ev.call_later_ms(40, move || held.release().map_err(TaskError::from))?;
            held_until_40(bench, move |_| {
                let lock = lock.clone();
                async move { lock.acquire().await }
            })
            .await
        }),
        cells: {
            const SPENT: Cell = Cell("spends the hand-over", &["40 B: cancelled"]);
            [SPENT, SPENT, SPENT, Cell("stays, and spends the hand-over", &["20 B: cancelled"])]
        },
    },
    Row {
        head: "a place in the list of a `sync` lock",
        change: FREE,
        main: main_task!(|bench| {
            let lock = Rc::new(sync::Lock::new());
            let own = lock.clone();
            bench.spawn("A", |b| async move {
                let _held = own.acquire().await;
                Ok(b.ev.sleep_ms(40).await?)
            });
            held_until_40(bench, move |b| {
                let lock = lock.clone();
                async move { b.ev.interruptible(lock.acquire()).await.map(drop) }
            })
            .await
        }),
        cells: [Cell("is gone", &["20 B: cancelled", "40 C: ok"]); 4],
    },
    Row {
        head: "an arrival at an `asyn` barrier of three",
        change: SPINS,
        main: main_task!(|bench| {
            let barrier = Rc::new(Barrier::new(&bench.ev, 3));
            let arrives = |name| {
                let barrier = barrier.clone();
                bench.spawn_telling(name, move |_| async move { barrier.wait().await })
            };
            let cancelled = arrives("B");
            arrives("C");
            bench.ev.sleep_ms(2).await?;
            bench.ev.cancel(&cancelled)?;
            bench.ev.sleep_ms(2).await?;
            bench.tell("trigger", barrier.trigger());
            Ok(bench.ev.sleep_ms(2).await?)
        }),
        cells: [Cell("stays counted", &["2.040 B: cancelled", "4.010 trigger: ok", "4.020 C: ok"]); 4],
    },
    Row {
        head: "a place in the list of an `asyn` condition",
        change: SPINS,
        main: main_task!(|bench| {
            let condition = Rc::new(Condition::new(&bench.ev));
            let waits = |name| {
                let condition = condition.clone();
                bench.spawn_telling(name, move |_| async move {
                    condition.acquire().await?;
                    condition.wait().await
                })
            };
            waits("C");
            let cancelled = waits("B");
            bench.ev.sleep_ms(2).await?;
            bench.ev.cancel(&cancelled)?;
            bench.ev.sleep_ms(2).await?;
            condition.acquire().await?;
            condition.notify(1)?;
            condition.release()?;
            Ok(bench.ev.sleep_ms(2).await?)
        }),
        // C waits for ever.
        cells: {
            const STAYS: Cell = Cell("stays, and takes a notification", &["2.050 B: cancelled"]);
            [STAYS, STAYS, STAYS, Cell(STAYS.0, &["2.030 B: cancelled"])]
        },
    },
    Row {
        head: "all that a future held that is *dropped*",
        change: TWO_PLACES,
        main: main_task!(|bench| {
            let gate = Gate::new("gate");
            give_up(bench.ev.sleep_ms(10)).await;
            give_up(gate.reader(&bench).read(1)).await;
            give_up(bench.ev.wait_for_ms(bench.ev.sleep_ms(20), 10)).await;
            gate.give(1);
            bench.tell("sleep", bench.ev.sleep_ms(50).await);
            for place in ["first place", "second place"] {
                bench.tell(place, bench.ev.call_later_ms(5, || ()));
            }
            Ok(())
        }),
        cells: [Cell("is gone", &["50 sleep: ok", "50 first place: ok", "50 second place: ok"]); 4],
    },
];
