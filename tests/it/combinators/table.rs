//! Each await of the core in each combinator: it ends when it would end alone, and nothing is left behind.
//!
//! Owns the ways in which the awaits of `awaits` are awaited: by `futures-util`'s combinators, some of which have wakers of
//! their own. Steps cost something, so that those who poll do not stop time.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Waker;

use futures_util::future::{join_all, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use vpyb_core::time::Duration;

use crate::trial::{Bench, Rules, main_task, run_with};

use super::awaits::{Boxed, Build, OF_LOW_PRIORITY, OF_THE_LOOP, POLLED, Result, SELDOM, WOKEN};

/// An await may be late by what steps cost.
const SLACK_MS: u32 = 2;

/// A way to await something until it ends.
type Way = fn(Bench, Boxed) -> Boxed;
/// When the whole ends, by when the await does.
type Whole = fn(u32) -> u32;

async fn sleeps(bench: Bench, parts_ms: &'static [i32]) -> Result {
    for &ms in parts_ms {
        bench.ev.sleep_ms(ms).await?;
    }
    Ok(())
}

const WAYS: &[(&str, Way, Whole)] = &[
    ("alone", |_, waits| waits, |own| own),
    (
        "select, first",
        |bench, waits| {
            Box::pin(async move { select(waits, pin!(sleeps(bench, &[1000]))).await.factor_first().0 })
        },
        |own| own,
    ),
    (
        "select, second",
        |bench, waits| {
            Box::pin(async move { select(pin!(sleeps(bench, &[1000])), waits).await.factor_first().0 })
        },
        |own| own,
    ),
    (
        "select, given up",
        |bench, waits| {
            Box::pin(async move { select(waits, pin!(sleeps(bench, &[3, 7]))).await.factor_first().0 })
        },
        |_| 10,
    ),
    (
        "join_all",
        |bench, waits| {
            Box::pin(async move {
                let parts: [Boxed; 4] = [
                    Box::pin(sleeps(bench.clone(), &[30])),
                    Box::pin(sleeps(bench.clone(), &[10, 25])),
                    waits,
                    Box::pin(sleeps(bench, &[4, 4, 4, 28])),
                ];
                join_all(parts).await.into_iter().collect()
            })
        },
        |own| own.max(40),
    ),
    (
        "FuturesUnordered",
        |bench, waits| {
            Box::pin(async move {
                let parts: [Boxed; 3] =
                    [Box::pin(sleeps(bench.clone(), &[5, 5])), waits, Box::pin(sleeps(bench, &[40]))];
                let mut parts: FuturesUnordered<_> = parts.into_iter().collect();
                while let Some(ended) = parts.next().await {
                    ended?;
                }
                Ok(())
            })
        },
        |own| own.max(40),
    ),
    (
        "spurious wakes",
        |bench, mut waits| {
            Box::pin(async move {
                let waker = Rc::new(Cell::new(None::<Waker>));
                let stored = waker.clone();
                bench.spawn("waker", |b| async move {
                    for ms in [1, 3, 5] {
                        b.ev.sleep_ms(ms).await?;
                        stored.take().inspect(Waker::wake_by_ref);
                    }
                    Ok(())
                });
                poll_fn(|cx| {
                    waker.set(Some(cx.waker().clone()));
                    waits.as_mut().poll(cx)
                })
                .await
            })
        },
        |own| own,
    ),
];

/// Awaits in this way; says what is not as it has to be.
async fn judge(
    bench: &Bench,
    (name, build): (&str, Build),
    own_ms: u32,
    (way, awaits, whole): (&str, Way, Whole),
) -> Result {
    let (waits, opens) = build(bench.clone()).await?;
    bench.spawn("opener", |_| async move {
        // Where a wait was given up, some have nobody to open for.
        let _ = opens.await;
        Ok(())
    });
    let begun = bench.ev.time();
    let since = |begun: u32| bench.ev.time() - begun;
    let ended_ms = Rc::new(Cell::new(None));
    let (notes, clock) = (ended_ms.clone(), bench.clone());
    let noted: Boxed = Box::pin(async move {
        let ended = waits.await;
        notes.set(Some(clock.ev.time() - begun));
        ended
    });
    let late = |ms: u32, expected: u32| !(expected..=expected + SLACK_MS).contains(&ms);
    if let Err(error) = awaits(bench.clone(), noted).await {
        bench.say(format_args!("{name}, {way}: {error}"));
    }
    let (whole_ms, ended_ms) = (since(begun), ended_ms.get());
    let expected_ms = whole(own_ms);
    let own_is_wrong =
        if expected_ms < own_ms { ended_ms.is_some() } else { ended_ms.is_none_or(|ms| late(ms, own_ms)) };
    if own_is_wrong || late(whole_ms, expected_ms) {
        bench.say(format_args!("{name}, {way}: it ended at {ended_ms:?} ms, the whole at {whole_ms}"));
    }
    // What was left behind would end one of these too soon, or too late.
    for pause_ms in [1, 30, 60] {
        let begun = bench.ev.time();
        bench.ev.sleep_ms(pause_ms).await?;
        if late(since(begun), pause_ms as u32) {
            bench.say(format_args!("{name}, {way}: a pause of {pause_ms} ms lasted {} ms", since(begun)));
        }
    }
    Ok(())
}

#[test]
fn every_await_keeps_its_time_in_every_combinator() {
    let mut wrong = Vec::new();
    for rules in Rules::ALL {
        let ran = run_with(
            rules,
            |scenario| {
                scenario.cpu.step = Some(Duration::from_micros(50));
                let low_priority = scenario.cpu.lp_len.is_some();
                scenario.cpu.max_overdue_ms = low_priority.then_some(1);
            },
            main_task!(|bench| {
                let low_priority = if bench.ev.max_overdue_ms() > 0 { OF_LOW_PRIORITY } else { &[] };
                let lists = [OF_THE_LOOP, POLLED, WOKEN, low_priority];
                let cases = lists.into_iter().flatten().map(|case| (case, 20));
                for (case, own_ms) in cases.chain(SELDOM.iter().map(|case| (case, 100))) {
                    for way in WAYS {
                        judge(&bench, *case, own_ms, *way).await?;
                    }
                }
                Ok(())
            }),
        );
        let verdict = (ran.verdict != "passed").then_some(ran.verdict);
        wrong.extend(ran.lines.into_iter().chain(verdict).map(|line| format!("{rules:?}: {line}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
