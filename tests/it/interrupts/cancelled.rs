//! When a cancellation arrives: a task waits, and is cancelled at 20 ms.
//!
//! The canceller makes another task first, and gives up a turn after. So the place of the target among the two shows
//! whether it is made ready, and where it is queued.

use vpyb_core::asyn::Cancellables;
use vpyb_core::{Interrupt, TaskError};
use vpyb_sim::runner::boxed;

use super::{Cell, FREE, Row, SPINS, waits};
use crate::trial::{Bench, main_task};

/// Cancels a task that waits.
async fn cancel_at_20<F>(bench: Bench, wait: impl FnOnce(Bench) -> F + 'static) -> Result<(), TaskError>
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    let target = bench.spawn_telling("target", wait);
    // Its timer comes after the target's.
    bench.ev.yield_now().await?;
    bench.ev.sleep_ms(20).await?;
    bench.spawn("other", |b| async move {
        b.say("other");
        Ok(())
    });
    bench.tell("cancel", bench.ev.cancel(&target));
    bench.ev.yield_now().await?;
    bench.say("canceller");
    Ok(bench.ev.sleep_ms(100).await?)
}

/// A program that cancels a task which waits so.
macro_rules! cancelled {
    ($wait:ident) => {
        main_task!(|bench| { cancel_at_20(bench, waits::$wait).await })
    };
}

/// It was ready, and keeps its place before the other task.
const AT_ITS_TURN: Cell =
    Cell("at its turn", &["20 cancel: ok", "20 target: cancelled", "20 other", "20 canceller"]);
/// It is queued behind the other task.
const AT_ONCE: Cell = Cell("at once", &["20 cancel: ok", "20 other", "20 target: cancelled", "20 canceller"]);
/// It is in the I/O queue, and goes before all others.
const BEFORE_ALL: Cell = Cell("at once", AT_ITS_TURN.1);
const NO_SUCH_SLEEP: Cell = Cell("(no such sleep)", &["error: target: no low-priority queue exists"]);

/// It goes on waiting, and is told in the end.
macro_rules! later {
    ($words:literal, $line:literal) => {
        Cell($words, &["20 cancel: ok", "20 other", "20 canceller", $line])
    };
}

const WHEN_WOKEN: Cell = later!("at its next await, when it is woken", "60 target: cancelled");
const WHEN_QUEUED: Cell = later!("when `requeue` makes it ready", "60 target: cancelled");
const WITH_THE_LOCK: Cell = later!("when the lock is handed to it", "60 target: cancelled");

pub const ROWS: &[Row] = &[
    Row { head: "is ready", change: FREE, main: cancelled!(is_ready), cells: [AT_ITS_TURN; 4] },
    Row {
        head: "sleeps",
        change: FREE,
        main: cancelled!(sleeps),
        cells: [later!("when the sleep is over", "100 target: cancelled"), AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "sleeps at low priority",
        change: FREE,
        main: cancelled!(sleeps_at_low_priority),
        cells: [NO_SUCH_SLEEP, AT_ONCE, BEFORE_ALL, NO_SUCH_SLEEP],
    },
    Row {
        head: "waits for a device to be read",
        change: FREE,
        main: cancelled!(reads),
        cells: [AT_ONCE, AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "waits for a device to be written",
        change: FREE,
        main: cancelled!(writes),
        cells: [AT_ONCE, AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "waits for a waker, through `interruptible`",
        change: FREE,
        main: cancelled!(is_interruptible),
        cells: [AT_ONCE, AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "waits for a waker, bare",
        change: FREE,
        main: cancelled!(waits_for_a_waker),
        cells: [WHEN_WOKEN; 4],
    },
    Row {
        head: "is parked (`park`)",
        change: FREE,
        main: cancelled!(is_parked),
        cells: [WHEN_QUEUED, WHEN_QUEUED, WHEN_QUEUED, AT_ONCE],
    },
    Row {
        head: "waits for the official lock",
        change: FREE,
        main: cancelled!(waits_for_the_official_lock),
        cells: [WITH_THE_LOCK, WITH_THE_LOCK, WITH_THE_LOCK, AT_ONCE],
    },
    Row {
        head: "asks a primitive at each turn",
        change: SPINS,
        main: cancelled!(asks_at_each_turn),
        cells: [Cell(
            "at its turn",
            &["20.010 cancel: ok", "20.020 target: cancelled", "20.030 other", "20.040 canceller"],
        ); 4],
    },
    Row {
        head: "asks a primitive every so often",
        change: FREE,
        main: cancelled!(asks_every_30_ms),
        cells: [later!("when it asks next", "30 target: cancelled"), AT_ONCE, BEFORE_ALL, AT_ONCE],
    },
    Row {
        head: "awaits a task (`join`)",
        change: FREE,
        main: cancelled!(awaits_a_task),
        cells: [
            Cell(
                "at once; the awaited task goes on",
                &["20 cancel: ok", "20 other", "20 target: cancelled", "20 canceller", "100 child: ok"],
            ),
            Cell(
                "at once; the awaited task goes on",
                &["20 cancel: ok", "20 other", "20 target: cancelled", "20 canceller", "100 child: ok"],
            ),
            Cell(
                "at once; the awaited task goes on",
                &["20 cancel: ok", "20 target: cancelled", "20 other", "20 canceller", "100 child: ok"],
            ),
            Cell(
                "handed on to the awaited task, which ends with it",
                &["20 cancel: ok", "20 other", "20 child: cancelled", "20 canceller", "20 target: cancelled"],
            ),
        ],
    },
    Row {
        head: "awaits a part of itself (`Cancellable`), which is cancelled",
        change: FREE,
        main: main_task!(|bench| {
            let cancellables = Cancellables::new(&bench.ev);
            let ev = bench.ev.clone();
            let part =
                cancellables.cancellable(0, async move { Ok::<(), TaskError>(ev.sleep_ms(100).await?) });
            bench.spawn_telling("target", |_| part.run());
            bench.ev.sleep_ms(20).await?;
            bench.tell("cancel", cancellables.cancel_all(0, true).await);
            Ok(bench.ev.sleep_ms(100).await?)
        }),
        cells: [Cell("when it is next resumed", &["20 cancel: ok", "100 target: cancelled"]); 4],
    },
    Row {
        head: "has not started",
        change: FREE,
        main: main_task!(|bench| {
            let target = bench.spawn_telling("target", |b| async move { b.ev.sleep_ms(20).await });
            bench.tell("cancel", bench.ev.cancel(&target));
            Ok(bench.ev.sleep_ms(100).await?)
        }),
        cells: {
            const REFUSED: Cell = Cell(
                "`NotStarted`; it runs normally",
                &["0 cancel: a task that has not started cannot be cancelled", "20 target: ok"],
            );
            [REFUSED, REFUSED, REFUSED, Cell("its body never runs", &["0 cancel: ok"])]
        },
    },
    Row {
        head: "has ended well",
        change: FREE,
        main: main_task!(|bench| {
            let target = bench.spawn("target", |_| async { Ok(()) });
            bench.ev.sleep_ms(20).await?;
            bench.tell("first", bench.ev.cancel(&target));
            bench.tell("second", bench.ev.cancel(&target));
            Ok(())
        }),
        cells: {
            const NOTHING: Cell = Cell("no effect", &["20 first: ok", "20 second: ok"]);
            const SECOND: Cell = Cell(
                "no effect; the second time `AlreadyInterrupted`",
                &["20 first: ok", "20 second: the task is interrupted already, has ended, or is itself"],
            );
            [NOTHING, SECOND, SECOND, NOTHING]
        },
    },
    Row {
        head: "has ended with an interrupt",
        change: FREE,
        main: main_task!(|bench| {
            let target = bench.spawn("target", |_| async { Err(Interrupt::Cancelled.into()) });
            bench.ev.sleep_ms(20).await?;
            bench.tell("cancel", bench.ev.cancel(&target));
            Ok(())
        }),
        cells: {
            const NOTHING: Cell = Cell("no effect", &["20 cancel: ok"]);
            const REFUSED: Cell = Cell(
                "`AlreadyInterrupted`",
                &["20 cancel: the task is interrupted already, has ended, or is itself"],
            );
            [NOTHING, REFUSED, REFUSED, NOTHING]
        },
    },
    Row {
        head: "has ended with an error",
        change: FREE,
        // The error ends the first run, and what that was to complete goes on in the second.
        main: |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let target = bench.spawn("target", |_| async { Err(TaskError::failed("broken")) });
                let own = bench.clone();
                let ended = top.run_until_complete(async move {
                    own.ev.sleep_ms(20).await?;
                    own.tell("cancel", own.ev.cancel(&target));
                    Ok(())
                });
                if let Err(error) = ended.await {
                    bench.say(error);
                    top.run_forever().await?;
                }
                Ok(())
            })
        },
        cells: {
            const REFUSED: Cell = Cell(
                "`AlreadyInterrupted`",
                &["0 target: broken", "20 cancel: the task is interrupted already, has ended, or is itself"],
            );
            [
                Cell("no effect", &["0 target: broken", "20 cancel: ok"]),
                REFUSED,
                REFUSED,
                Cell("no effect", &["0 Task exception wasn't retrieved: target: broken", "20 cancel: ok"]),
            ]
        },
    },
    Row {
        head: "is itself",
        change: FREE,
        main: main_task!(|bench| {
            let itself = bench.ev.current_task().expect("this one");
            bench.tell("cancel", bench.ev.cancel(&itself));
            bench.tell("sleep", bench.ev.sleep_ms(20).await);
            Ok(())
        }),
        cells: {
            const REFUSED: Cell = Cell(
                "`AlreadyInterrupted`",
                &["0 cancel: the task is interrupted already, has ended, or is itself", "20 sleep: ok"],
            );
            [
                Cell("no effect", &["0 cancel: ok", "20 sleep: ok"]),
                REFUSED,
                REFUSED,
                Cell("`Itself`", &["0 cancel: can't cancel self", "20 sleep: ok"]),
            ]
        },
    },
];
