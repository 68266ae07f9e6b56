//! When a time-out arrives: a task waits, and the time-out around it is due at 20 ms.
//!
//! Another task is due at the same tick, behind the time-out. So the place of the target before it or after it shows where
//! the target was queued.

use vpyb_core::TaskError;

use super::{Cell, FREE, Row, SPINS, waits};
use crate::trial::{Bench, main_task};

/// Has a task wait with a time-out.
async fn time_out_at_20<F>(bench: Bench, wait: impl FnOnce(Bench) -> F + 'static) -> Result<(), TaskError>
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    bench.spawn_telling("target", |b| async move { b.ev.wait_for_ms(wait(b.clone()), 20).await });
    // Its timer comes after the target's.
    bench.ev.yield_now().await?;
    bench.ev.sleep_ms(20).await?;
    bench.say("other");
    Ok(bench.ev.sleep_ms(100).await?)
}

/// A program that has a task wait so with a time-out.
macro_rules! timed_out {
    ($wait:ident) => {
        main_task!(|bench| { time_out_at_20(bench, waits::$wait).await })
    };
}

/// It was in the run queue, before the other task.
const AT_ITS_TURN: Cell = Cell("at its turn", &["20 target: timed out", "20 other"]);
/// It is queued behind the other task.
const AT_ONCE: Cell = Cell("at once", &["20 other", "20 target: timed out"]);
/// It is in the I/O queue, and goes before all others.
const BEFORE_ALL: Cell = Cell("at once", AT_ITS_TURN.1);
const NO_SUCH_SLEEP: Cell = Cell("(no such sleep)", &["error: target: no low-priority queue exists"]);
const WHEN_WOKEN: Cell = Cell("at its next await, when it is woken", &["20 other", "60 target: timed out"]);
const WHEN_QUEUED: Cell = Cell("when `requeue` makes it ready", &["20 other", "60 target: timed out"]);
const WITH_THE_LOCK: Cell = Cell("when the lock is handed to it", &["20 other", "60 target: timed out"]);

pub const ROWS: &[Row] = &[
    Row { head: "is due at the same tick", change: FREE, main: timed_out!(is_due), cells: [AT_ITS_TURN; 4] },
    Row {
        head: "sleeps",
        change: FREE,
        main: timed_out!(sleeps),
        cells: [
            Cell("when the sleep is over", &["20 other", "100 target: timed out"]),
            AT_ONCE,
            BEFORE_ALL,
            AT_ONCE,
        ],
    },
    Row {
        head: "sleeps at low priority",
        change: FREE,
        main: timed_out!(sleeps_at_low_priority),
        cells: [NO_SUCH_SLEEP, AT_ONCE, BEFORE_ALL, NO_SUCH_SLEEP],
    },
    Row {
        head: "waits for a device to be read",
        change: FREE,
        main: timed_out!(reads),
        cells: [AT_ONCE, AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "waits for a device to be written",
        change: FREE,
        main: timed_out!(writes),
        cells: [AT_ONCE, AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "waits for a waker, through `interruptible`",
        change: FREE,
        main: timed_out!(is_interruptible),
        cells: [AT_ONCE, AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "waits for a waker, bare",
        change: FREE,
        main: timed_out!(waits_for_a_waker),
        cells: [WHEN_WOKEN; 4],
    },
    Row {
        head: "is parked (`park`)",
        change: FREE,
        main: timed_out!(is_parked),
        cells: [WHEN_QUEUED, WHEN_QUEUED, WHEN_QUEUED, AT_ONCE],
    },
    Row {
        head: "waits for the official lock",
        change: FREE,
        main: timed_out!(waits_for_the_official_lock),
        cells: [WITH_THE_LOCK, WITH_THE_LOCK, WITH_THE_LOCK, AT_ONCE],
    },
    Row {
        head: "asks a primitive at each turn",
        change: SPINS,
        main: timed_out!(asks_at_each_turn),
        // It has asked in this pass, before the time-out was due.
        cells: [Cell("at its next turn", &["20.010 other", "20.020 target: timed out"]); 4],
    },
    Row {
        head: "asks a primitive every so often",
        change: FREE,
        main: timed_out!(asks_every_30_ms),
        cells: [
            Cell("when it asks next", &["20 other", "30 target: timed out"]),
            AT_ONCE,
            BEFORE_ALL,
            AT_ONCE,
        ],
    },
    Row {
        head: "awaits a task (`join`)",
        change: FREE,
        main: timed_out!(awaits_a_task),
        cells: [
            Cell("at once; the awaited task goes on", &["20 other", "20 target: timed out", "100 child: ok"]),
            Cell("at once; the awaited task goes on", &["20 other", "20 target: timed out", "100 child: ok"]),
            Cell("at once; the awaited task goes on", &["20 target: timed out", "20 other", "100 child: ok"]),
            Cell(
                "handed on to the awaited task, which ends with it",
                &["20 other", "20 child: timed out", "20 target: timed out"],
            ),
        ],
    },
    Row {
        head: "has ended well, after what the time-out was for had failed",
        change: FREE,
        main: main_task!(|bench| {
            bench.spawn("target", |b| async move {
                let failing = async { Err::<(), _>(TaskError::failed("broken")) };
                b.tell("waited", b.ev.wait_for_ms(failing, 20).await);
                Ok(())
            });
            bench.tell("other", bench.ev.sleep_ms(100).await);
            Ok(())
        }),
        cells: [Cell("no effect", &["0 waited: broken", "100 other: ok"]); 4],
    },
    Row {
        head: "has ended with an interrupt that came before",
        change: FREE,
        main: main_task!(|bench| {
            let target =
                bench.spawn("target", |b| async move { b.ev.wait_for_ms(waits::reads(b.clone()), 20).await });
            bench.ev.sleep_ms(10).await?;
            bench.ev.cancel(&target)?;
            bench.tell("other", bench.ev.sleep_ms(90).await);
            Ok(())
        }),
        cells: {
            const NOTHING: Cell = Cell("no effect", &["100 other: ok"]);
            const DIES: Cell = Cell(
                "stops the loop (`AlreadyInterrupted`)",
                &["error: callback: the task is interrupted already, has ended, or is itself"],
            );
            [NOTHING, DIES, DIES, NOTHING]
        },
    },
];
