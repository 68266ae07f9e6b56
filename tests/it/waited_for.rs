//! Whoever waits for something that tasks share is seen to: a report says for what, by which name, and who could end it.
//!
//! Owns one row for each primitive of each library. How the report is laid out is in `report` and `sharing`.

use std::future::{Future, pending};
use std::rc::Rc;

use vpyb_core::sync::{IrqQueue, ThreadSafeFlag};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{EventLoop, TaskError, Top, asyn, official, sync};
use vpyb_sim::board::VirtualBoard;
use vpyb_sim::runner::{Main, boxed};
use vpyb_sim::trace::{State, Words, waiting};

use crate::trial::{Bench, Rules, TopLevel, run_with};

/// A primitive called `it`, of which the task `giver` has made use and the task `waiter` wants more.
type Row = (&'static str, TopLevel, &'static str, &'static str);

/// What a task does with a primitive.
type Doing = Result<(), TaskError>;

/// A run in which somebody waits in vain. Who polls asks every 10 ms, so that it is seen between two questions.
fn pair<T: 'static, G, W>(
    top: Top<VirtualBoard>,
    make: impl FnOnce(&EventLoop) -> T + 'static,
    give: impl FnOnce(EventLoop, Rc<T>) -> G + 'static,
    wait: impl FnOnce(EventLoop, Rc<T>) -> W + 'static,
) -> Main
where
    G: Future<Output = Doing> + 'static,
    W: Future<Output = Doing> + 'static,
{
    boxed(async move {
        let bench = Bench::of(&top);
        let it = Rc::new(make(&bench.ev));
        let (ev, other) = (bench.ev.clone(), it.clone());
        bench.spawn("giver", |_| give(ev, other));
        let ev = bench.ev.clone();
        bench.spawn("waiter", |_| wait(ev, it));
        top.run_until_complete(async move { Ok(bench.ev.sleep_ms(100).await?) }).await?;
        Ok(())
    })
}

const HELD: &str = "held by giver";
const NOBODY: &str = "nobody gave to it so far";
const GIVEN: &str = "given before by giver";

/// Rows: a primitive, what is said of it, how it is made, what the giver does and what the waiter does with it.
macro_rules! rows {
    ($(($primitive:literal, $what:literal, $who:expr, |$ev:ident, $it:ident| $make:expr, $give:expr, $wait:expr)),* $(,)?) => {
        vec![$((
            $primitive,
            |top, _| {
                pair(
                    top,
                    |$ev| {
                        let _ = $ev;
                        $make
                    },
                    |$ev, $it| async move {
                        let _ = (&$ev, &$it);
                        $give;
                        Ok(())
                    },
                    |$ev, $it| async move {
                        let _ = (&$ev, &$it);
                        let _ended = $wait;
                        Ok(())
                    },
                )
            },
            $what,
            $who,
        )),*]
    };
}

/// Those that ask.
fn polled() -> Vec<Row> {
    rows![
        (
            "asyn::Lock",
            "lock it",
            HELD,
            |ev, it| asyn::Lock::new(ev, 10).named("it"),
            it.acquire().await?,
            it.acquire().await?
        ),
        (
            "asyn::Condition's lock",
            "lock it",
            HELD,
            |ev, it| asyn::Condition::new(ev).named("it"),
            {
                it.acquire().await?;
                ev.sleep_ms(80).await?;
            },
            it.acquire().await?
        ),
        (
            "asyn::Condition",
            "condition it",
            GIVEN,
            |ev, it| asyn::Condition::new(ev).named("it"),
            {
                it.acquire().await?;
                it.notify(1)?;
                it.release()?;
            },
            {
                it.acquire().await?;
                it.wait().await?;
            }
        ),
        (
            "asyn::Event",
            "event it",
            GIVEN,
            |ev, it| asyn::Event::new(ev, 10).named("it"),
            {
                it.set(());
                it.clear();
            },
            it.wait().await?
        ),
        (
            "asyn::Barrier",
            "barrier it",
            GIVEN,
            |ev, it| asyn::Barrier::new(ev, 2).named("it"),
            {
                it.trigger()?;
                it.trigger()?;
            },
            it.wait().await?
        ),
    ]
}

/// Those that ask for a place or an item.
fn polled_places_and_queues() -> Vec<Row> {
    rows![
        (
            "asyn::Semaphore",
            "semaphore it",
            HELD,
            |ev, it| asyn::Semaphore::new(ev, 1).named("it"),
            it.acquire().await?,
            it.acquire().await?
        ),
        (
            "asyn::BoundedSemaphore",
            "semaphore it",
            HELD,
            |ev, it| asyn::BoundedSemaphore::new(ev, 1).named("it"),
            it.acquire().await?,
            it.acquire().await?
        ),
        (
            "official::Lock",
            "lock it",
            HELD,
            |ev, it| official::Lock::new(ev).named("it"),
            it.acquire().await?,
            it.acquire().await?
        ),
        (
            "official::Queue, empty",
            "queue it",
            GIVEN,
            |ev, it| official::Queue::new(ev, 1).named("it"),
            it.put(1).await?,
            {
                it.get().await?;
                it.get().await?;
            }
        ),
        (
            "official::Queue, full",
            "queue it",
            GIVEN,
            |ev, it| official::Queue::new(ev, 1).named("it"),
            it.put(1).await?,
            it.put(2).await?
        )
    ]
}

/// Those that wait for the end of tasks, of futures, or of a time.
fn of_ends() -> Vec<Row> {
    rows![
        ("asyn::Gather", "barrier it", NOBODY, |ev, it| (), {}, {
            let endless = asyn::Gatherable::<()>::new(pending());
            asyn::Gather::new_named(&ev, "it", vec![endless])?.wait().await?;
        }),
        ("asyn::gather", "barrier gather", NOBODY, |ev, it| (), {}, {
            asyn::gather(&ev, vec![asyn::Gatherable::<()>::new(pending())]).await.map(drop)?;
        }),
        (
            "asyn::Cancellables::cancel_all",
            "barrier end of group 3",
            NOBODY,
            |ev, it| asyn::Cancellables::new(ev),
            {
                let own = ev.clone();
                // It does not let itself be cancelled.
                let stubborn = async move {
                    loop {
                        own.sleep_ms(200).await.ok();
                    }
                };
                it.cancellable::<_, (), TaskError>(3, stubborn).create_task()?;
            },
            {
                ev.sleep_ms(10).await?;
                it.cancel_all(3, false).await?;
            }
        ),
        (
            "asyn::DelayMs",
            "delay it",
            GIVEN,
            |ev, it| asyn::DelayMs::new(ev, 1000).named("it"),
            it.trigger(0)?,
            {}
        ),
        (
            "sync::DelayMs, stopped",
            "delay it",
            GIVEN,
            |ev, it| sync::DelayMs::new(ev).named("it"),
            {
                it.trigger(10);
                it.stop();
            },
            it.expired().await?
        ),
        ("sync::gather", "it", NOBODY, |ev, it| (), {}, {
            let members = [pending::<()>(), pending()];
            ev.interruptible(sync::gather(members).named(&ev, "it")).await?;
        })
    ]
}

/// Those that wake.
fn waking() -> Vec<Row> {
    rows![
        (
            "sync::Lock",
            "lock it",
            HELD,
            |ev, it| sync::Lock::new().named(ev, "it"),
            {
                let _held = it.acquire().await;
                ev.sleep_ms(80).await?;
            },
            ev.interruptible(it.acquire()).await.map(drop)?
        ),
        (
            "sync::Semaphore",
            "semaphore it",
            HELD,
            |ev, it| sync::Semaphore::new(1).named(ev, "it"),
            {
                let _held = it.acquire().await;
                ev.sleep_ms(80).await?;
            },
            ev.interruptible(it.acquire()).await.map(drop)?
        ),
        (
            "sync::BoundedSemaphore",
            "semaphore it",
            HELD,
            |ev, it| sync::BoundedSemaphore::new(1).named(ev, "it"),
            {
                let _held = it.acquire().await;
                ev.sleep_ms(80).await?;
            },
            ev.interruptible(it.acquire()).await.map(drop)?
        ),
        (
            "sync::Event",
            "event it",
            GIVEN,
            |ev, it| sync::Event::new().named(ev, "it"),
            {
                it.set(());
                it.clear();
            },
            ev.interruptible(it.wait()).await?
        ),
        (
            "sync::Barrier",
            "barrier it",
            GIVEN,
            |ev, it| sync::Barrier::new(2).named(ev, "it"),
            {
                it.trigger();
                it.trigger();
            },
            ev.interruptible(it.wait()).await.map(drop)?
        ),
    ]
}

/// Those that wake for a change or an item, and those that a handler sets.
fn waking_conditions_and_queues() -> Vec<Row> {
    rows![
        (
            "sync::Condition",
            "condition it",
            GIVEN,
            |ev, it| (sync::Lock::new(), sync::Condition::new().named(ev, "it")),
            it.1.notify(1),
            {
                let held = it.0.acquire().await;
                ev.interruptible(it.1.wait(held)).await.map(drop)?;
            }
        ),
        (
            "sync::Queue, empty",
            "queue it",
            GIVEN,
            |ev, it| sync::Queue::bounded(1).named(ev, "it"),
            {
                it.put(1).await;
                it.try_get();
            },
            ev.interruptible(it.get()).await.map(drop)?
        ),
        (
            "sync::Queue, full",
            "queue it",
            GIVEN,
            |ev, it| sync::Queue::bounded(1).named(ev, "it"),
            it.put(1).await,
            ev.interruptible(it.put(1)).await?
        ),
        ("sync::ThreadSafeFlag", "it", NOBODY, |ev, it| ThreadSafeFlag::new(), {}, {
            ev.interruptible_named("it", it.wait()).await?;
        }),
        ("sync::IrqQueue", "it", NOBODY, |ev, it| IrqQueue::<4>::new(), {}, {
            ev.interruptible_named("it", it.get()).await.map(drop)?;
        })
    ]
}

#[test]
fn whoever_waits_is_seen_to_wait_for_what_under_which_name_and_who_could_end_it() {
    let mut broken = Vec::new();
    for (primitive, main, what, who) in
        [polled(), polled_places_and_queues(), of_ends(), waking(), waking_conditions_and_queues()].concat()
    {
        // A step costs something, so that time passes for those that ask at each turn.
        let ran = run_with(Rules::V2, |scenario| scenario.cpu.step = Some(Duration::from_micros(100)), main);
        let (state, words) = (State::at(&ran.trace, Instant::from_millis(50)), Words::new(&ran.trace));
        let all = state.scheduling.tasks.iter().map(|(&task, it)| waiting(&state, &words, task, it));
        let seen: Vec<_> = all.map(|wait| (wait.what, wait.who)).collect();
        let is_it = |found: &str| {
            found.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
        };
        if !seen.iter().any(|(found, ender)| is_it(found) && ender == who) {
            broken.push(format!("{primitive}: not `{what}`, {who}, but {seen:?}"));
        }
        if ran.verdict != "passed" {
            broken.push(format!("{primitive}: {}", ran.verdict));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
