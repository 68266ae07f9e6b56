//! What a task makes of an interrupt, and what becomes of who awaits it. Cancellations come at 20 ms, in a sleep of 100.

use vpyb_core::{Interrupt, TaskError};

use super::{Cell, FREE, Row};
use crate::trial::{Bench, main_task};

/// Makes a task, cancels it at 20 ms, and lets 300 ms pass.
async fn cancel_at_20<F>(bench: Bench, task: impl FnOnce(Bench) -> F) -> Result<(), TaskError>
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    let task = bench.spawn("task", task);
    bench.ev.sleep_ms(20).await?;
    bench.ev.cancel(&task)?;
    Ok(bench.ev.sleep_ms(300).await?)
}

/// A sleep of 100 ms that says how it ended.
async fn sleep(b: &Bench, name: &str) -> Result<(), Interrupt> {
    let slept = b.ev.sleep_ms(100).await;
    b.tell(name, slept);
    slept
}

/// Waits with a time-out for one that has a time-out of its own, which is trapped.
async fn nested(b: Bench, outer_ms: i32, inner_ms: i32, then_ms: i32) -> Result<(), TaskError> {
    let inner = async {
        b.tell("inner", b.ev.wait_for_ms(b.ev.sleep_ms(100), inner_ms).await);
        b.ev.sleep_ms(then_ms).await
    };
    b.tell("outer", b.ev.wait_for_ms(inner, outer_ms).await);
    b.tell("next", b.ev.sleep_ms(100).await);
    Ok(())
}

pub const ROWS: &[Row] = &[
    Row {
        head: "traps it, and sleeps for 30 ms",
        change: FREE,
        main: main_task!(|bench| {
            cancel_at_20(bench, |b| async move {
                sleep(&b, "sleep").await.ok();
                b.tell("next", b.ev.sleep_ms(30).await);
                Ok(())
            })
            .await
        }),
        cells: {
            const FAST: Cell = Cell(
                "goes on, but that sleep ends when the first was due",
                &["20 sleep: cancelled", "100 next: ok"],
            );
            [
                Cell("goes on", &["100 sleep: cancelled", "130 next: ok"]),
                FAST,
                FAST,
                Cell("goes on", &["20 sleep: cancelled", "50 next: ok"]),
            ]
        },
    },
    Row {
        head: "cleans up for 5 ms, and ends with it",
        change: FREE,
        main: main_task!(|bench| {
            cancel_at_20(bench, |b| async move {
                let slept = sleep(&b, "sleep").await;
                if slept.is_err() {
                    b.tell("clean-up", b.ev.sleep_ms(5).await);
                }
                Ok(slept?)
            })
            .await
        }),
        cells: {
            const FAST: Cell = Cell(
                "ends after its clean-up, whose sleep ends when the first was due",
                &["20 sleep: cancelled", "100 clean-up: ok"],
            );
            [
                Cell("ends after its clean-up", &["100 sleep: cancelled", "105 clean-up: ok"]),
                FAST,
                FAST,
                Cell("ends after its clean-up", &["20 sleep: cancelled", "25 clean-up: ok"]),
            ]
        },
    },
    Row {
        head: "ignores it each time",
        change: FREE,
        main: main_task!(|bench| {
            let task = bench.spawn("task", |b| async move {
                for _ in 0..4 {
                    b.tell("sleep", b.ev.sleep_ms(50).await);
                }
                Ok(())
            });
            for ms in [20, 70] {
                bench.ev.sleep_ms(ms).await?;
                bench.ev.cancel(&task)?;
            }
            Ok(bench.ev.sleep_ms(300).await?)
        }),
        cells: {
            // What is left of the first sleep, due at 50 ms, is discarded then, for the next one lasts longer.
            const AT_ONCE: Cell = Cell(
                "goes on",
                &["20 sleep: cancelled", "70 sleep: ok", "90 sleep: cancelled", "140 sleep: ok"],
            );
            [
                Cell(
                    "goes on",
                    &["50 sleep: cancelled", "100 sleep: cancelled", "150 sleep: ok", "200 sleep: ok"],
                ),
                AT_ONCE,
                AT_ONCE,
                AT_ONCE,
            ]
        },
    },
    Row {
        head: "has two time-outs, and the outer one is due first",
        change: FREE,
        main: main_task!(|bench| { nested(bench, 30, 50, 0).await }),
        cells: {
            const FAST: Cell = Cell(
                "the inner handler traps it; a stray time-out follows when the inner one is due",
                &["30 inner: timed out", "30 outer: ok", "50 next: timed out"],
            );
            [
                Cell(
                    "the inner handler traps it",
                    &["100 inner: timed out", "100 outer: ok", "200 next: ok"],
                ),
                FAST,
                FAST,
                Cell("the inner handler traps it", &["30 inner: timed out", "30 outer: ok", "130 next: ok"]),
            ]
        },
    },
    Row {
        head: "has two time-outs, and the inner one is due first",
        change: FREE,
        main: main_task!(|bench| { nested(bench, 50, 30, 100).await }),
        cells: {
            const FAST: Cell = Cell(
                "each arrives in its place; a later sleep ends when an interrupted one was due",
                &["30 inner: timed out", "50 outer: timed out", "130 next: ok"],
            );
            [
                Cell(
                    "the second replaces the first before that is delivered",
                    &["100 inner: timed out", "200 outer: ok", "300 next: ok"],
                ),
                FAST,
                FAST,
                Cell(
                    "each arrives in its place",
                    &["30 inner: timed out", "50 outer: timed out", "150 next: ok"],
                ),
            ]
        },
    },
    Row {
        head: "is timed out at 50 ms while it cleans up after the cancellation",
        change: FREE,
        main: main_task!(|bench| {
            cancel_at_20(bench, |b| async move {
                let body = async {
                    let slept = sleep(&b, "sleep").await;
                    sleep(&b, "clean-up").await.ok();
                    slept
                };
                b.tell("waited", b.ev.wait_for_ms(body, 50).await);
                Ok(())
            })
            .await
        }),
        cells: {
            const AT_ONCE: Cell = Cell(
                "interrupts the clean-up",
                &["20 sleep: cancelled", "50 clean-up: timed out", "50 waited: cancelled"],
            );
            [
                Cell(
                    "replaces the cancellation before that is delivered",
                    &["100 sleep: timed out", "200 clean-up: ok", "200 waited: timed out"],
                ),
                AT_ONCE,
                AT_ONCE,
                AT_ONCE,
            ]
        },
    },
    Row {
        head: "does not trap it, nor does who awaits it",
        change: FREE,
        main: main_task!(|bench| {
            let other = bench.clone();
            cancel_at_20(bench, |b| async move {
                let inner = async { sleep(&b, "inner").await };
                let outer = async {
                    inner.await.inspect_err(|_| b.say("outer cleans up"))?;
                    b.say("never");
                    Ok(())
                };
                let ended: Result<(), TaskError> = outer.await;
                b.say("the task cleans up");
                ended
            })
            .await?;
            other.say("the others go on");
            Ok(())
        }),
        cells: {
            const SILENT: &str = "all clean up, from the inside out; the task ends in silence";
            const AT_ONCE: Cell = Cell(
                SILENT,
                &[
                    "20 inner: cancelled",
                    "20 outer cleans up",
                    "20 the task cleans up",
                    "320 the others go on",
                ],
            );
            [
                Cell(
                    SILENT,
                    &[
                        "100 inner: cancelled",
                        "100 outer cleans up",
                        "100 the task cleans up",
                        "320 the others go on",
                    ],
                ),
                AT_ONCE,
                AT_ONCE,
                AT_ONCE,
            ]
        },
    },
    Row {
        head: "traps it and returns a value to who awaits it",
        change: FREE,
        main: main_task!(|bench| {
            cancel_at_20(bench, |b| async move {
                let inner = async { if sleep(&b, "inner").await.is_err() { "trapped" } else { "slept" } };
                b.say(inner.await);
                Ok(())
            })
            .await
        }),
        cells: {
            const AT_ONCE: Cell =
                Cell("who awaits goes on with the value", &["20 inner: cancelled", "20 trapped"]);
            [
                Cell("who awaits goes on with the value", &["100 inner: cancelled", "100 trapped"]),
                AT_ONCE,
                AT_ONCE,
                AT_ONCE,
            ]
        },
    },
    Row {
        head: "does not trap it, but who awaits it does",
        change: FREE,
        main: main_task!(|bench| {
            cancel_at_20(bench, |b| async move {
                let inner = async {
                    sleep(&b, "inner").await?;
                    b.say("never");
                    Ok::<(), Interrupt>(())
                };
                b.tell("outer goes on after", inner.await);
                Ok(())
            })
            .await
        }),
        cells: {
            const AT_ONCE: Cell = Cell(
                "what was awaited is gone; who awaits goes on",
                &["20 inner: cancelled", "20 outer goes on after: cancelled"],
            );
            [
                Cell(
                    "what was awaited is gone; who awaits goes on",
                    &["100 inner: cancelled", "100 outer goes on after: cancelled"],
                ),
                AT_ONCE,
                AT_ONCE,
                AT_ONCE,
            ]
        },
    },
    Row {
        head: "does not trap it, and another task awaits it (`join`)",
        change: FREE,
        main: main_task!(|bench| {
            let task = bench.spawn("task", |b| async move { Ok(sleep(&b, "task").await?) });
            let awaited = task.clone();
            bench.spawn_telling("who awaits", |b| async move { b.ev.join(&awaited).await });
            bench.ev.sleep_ms(20).await?;
            bench.ev.cancel(&task)?;
            Ok(bench.ev.sleep_ms(300).await?)
        }),
        cells: {
            const AT_ONCE: Cell =
                Cell("who awaits is told", &["20 task: cancelled", "20 who awaits: cancelled"]);
            [
                Cell("who awaits is told", &["100 task: cancelled", "100 who awaits: cancelled"]),
                AT_ONCE,
                AT_ONCE,
                AT_ONCE,
            ]
        },
    },
];
