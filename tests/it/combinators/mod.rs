//! Awaits of the core inside combinators: each keeps its own deadline, and nothing is left behind.

mod awaits;
mod table;
mod tokens;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

use vpyb_core::sync::{Event, Lock, gather};
use vpyb_core::{EventLoop, Interrupt, StreamReader, TaskError};
use vpyb_sim::runner::boxed;
use vpyb_sim::trace::record::{Kind, Yielded};

use crate::trial::{Bench, Ran, main_task, run};

/// Gives the result of whichever is complete first; the other one is dropped.
async fn select<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(result),
        Poll::Pending => other.as_mut().poll(cx),
    })
    .await
}

/// A waker of one's own around the task's, as `join_all` and its like make them.
struct Wrapped(Waker);

impl Wake for Wrapped {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.wake_by_ref();
    }
}

/// Awaits with a waker that is not the task's.
async fn with_foreign_waker<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let waker = Waker::from(std::sync::Arc::new(Wrapped(cx.waker().clone())));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}

/// Timers that were armed for tasks, and those that were taken out again.
fn timers(ran: &Ran) -> (usize, usize) {
    let count = |wanted: fn(&Kind) -> bool| ran.trace.records().iter().filter(|r| wanted(&r.kind)).count();
    (
        count(|kind| matches!(kind, Kind::TimerArmed { .. })),
        count(|kind| matches!(kind, Kind::TimerRemoved { .. })),
    )
}

#[test]
fn the_shorter_of_two_pauses_ends_a_select_in_either_order_and_nothing_is_left() {
    let ran = run(main_task!(|bench| {
        let ev = &bench.ev;
        select(ev.sleep_ms(10), ev.sleep_ms(20)).await?;
        bench.say("shorter first");
        select(ev.sleep_ms(20), ev.sleep_ms(10)).await?;
        bench.say("shorter last");
        // An entry that was left behind would cut this short.
        ev.sleep_ms(100).await?;
        bench.say("slept");
        Ok(())
    }));
    assert_eq!(ran.lines, ["10 shorter first", "20 shorter last", "120 slept"]);
    // Nobody waits for the loop to forget anything: the run ends with the last pause.
    assert_eq!((ran.verdict.as_str(), ran.trace.end().as_millis()), ("passed", 120));
}

#[test]
fn a_dropped_pause_that_was_posted_takes_its_timer_with_it() {
    let ran = run(main_task!(|bench| {
        let event = Event::new();
        let waits = async {
            bench.ev.interruptible(event.wait()).await?;
            bench.say("heard");
            Ok::<(), Interrupt>(())
        };
        let sets = async {
            bench.ev.sleep_ms(5).await?;
            event.set(());
            Ok(())
        };
        let sleep = async { bench.ev.sleep_ms(5000).await };
        // The long pause is polled first and speaks for the task.
        select(sleep, async { gather_both(waits, sets).await }).await?;
        bench.ev.sleep_ms(1).await?;
        Ok(())
    }));
    assert_eq!(ran.lines, ["5 heard"]);
    assert_eq!(ran.trace.end().as_millis(), 6);
    // Two through the queue as the task's own, of which the long one was taken out.
    assert_eq!(timers(&ran), (2, 1));
}

/// Both, whichever order they end in.
async fn gather_both(
    one: impl Future<Output = Result<(), Interrupt>>,
    other: impl Future<Output = Result<(), Interrupt>>,
) -> Result<(), Interrupt> {
    type Member<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), Interrupt>> + 'a>>;
    let members: [Member<'_>; 2] = [Box::pin(one), Box::pin(other)];
    gather(members).await.into_iter().collect()
}

#[test]
fn a_join_of_three_pauses_lasts_as_long_as_the_longest() {
    let ran = run(main_task!(|bench| {
        let pauses = [30, 10, 20].map(|ms| {
            let bench = &bench;
            async move {
                bench.ev.sleep_ms(ms).await?;
                bench.say(ms);
                Ok::<(), Interrupt>(())
            }
        });
        for result in gather(pauses).await {
            result?;
        }
        bench.say("all");
        bench.ev.sleep_ms(50).await?;
        Ok(())
    }));
    assert_eq!(ran.lines, ["10 10", "20 20", "30 30", "30 all"]);
    assert_eq!(ran.trace.end().as_millis(), 80);
}

#[test]
fn pauses_with_wakers_of_their_own_keep_their_time() {
    let ran = run(main_task!(|bench| {
        with_foreign_waker(bench.ev.sleep_ms(10)).await?;
        bench.say("slept");
        with_foreign_waker(bench.ev.yield_now()).await?;
        with_foreign_waker(bench.ev.sleep_ms(0)).await?;
        bench.say("yielded");
        with_foreign_waker(async { select(bench.ev.sleep_ms(9), bench.ev.sleep_ms(5)).await }).await?;
        bench.say("selected");
        Ok(())
    }));
    assert_eq!(ran.lines, ["10 slept", "10 yielded", "15 selected"]);
}

#[test]
fn a_spurious_wake_completes_nothing() {
    let ran = run(main_task!(|bench| {
        let waker = std::rc::Rc::new(std::cell::Cell::new(None::<Waker>));
        let stored = waker.clone();
        bench.ev.call_later_ms(3, move || stored.take().expect("stored").wake())?;
        let mut sleep = pin!(bench.ev.sleep_ms(10));
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            waker.set(Some(cx.waker().clone()));
            sleep.as_mut().poll(cx)
        })
        .await?;
        bench.say(format_args!("{polls} polls"));
        Ok(())
    }));
    assert_eq!(ran.lines, ["10 3 polls"]);
}

/// Sleeps in a select, and is cancelled at 5 ms; then pauses for 50 ms.
async fn selects(bench: Bench, first_ms: i32, second_ms: i32) -> Result<(), TaskError> {
    let selected = select(bench.ev.sleep_ms(first_ms), bench.ev.sleep_ms(second_ms)).await;
    bench.say(format_args!("{first_ms}/{second_ms} {selected:?}"));
    bench.ev.sleep_ms(50).await?;
    bench.say(format_args!("{first_ms}/{second_ms} cleaned up"));
    Ok(())
}

#[test]
fn an_interrupt_in_a_select_is_raised_when_the_first_pause_ends_and_only_once() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let tasks = [(10, 20), (21, 11)]
                .map(|(first, second)| bench.ev.create_task(selects(bench.clone(), first, second)));
            for task in tasks {
                let (ev, task) = (bench.ev.clone(), task?);
                bench.ev.call_later_ms(5, move || ev.cancel(&task).map_err(TaskError::from))?;
            }
            top.run_until_complete(async move { Ok(bench.ev.sleep_ms(100).await?) }).await?;
            Ok(())
        })
    });
    // Under this discipline a sleeper meets its cancellation when it wakes: at its shorter pause's end.
    let lines =
        ["10 10/20 Err(Cancelled)", "11 21/11 Err(Cancelled)", "60 10/20 cleaned up", "61 21/11 cleaned up"];
    assert_eq!(ran.lines, lines);
}

#[test]
fn a_cancelled_select_of_wakers_only_ends_at_once_and_drops_both() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let lock = std::rc::Rc::new(Lock::new());
            let (inner, shared) = (bench.clone(), lock.clone());
            let task = bench.ev.create_task(async move {
                inner.ev.sleep_ms(1).await?;
                let event = Event::new();
                let both = select(async { event.wait().await }, async { drop(shared.acquire().await) });
                inner.say(format_args!("{:?}", inner.ev.interruptible(both).await));
                inner.ev.sleep_ms(20).await?;
                inner.say("cleaned up");
                Ok(())
            })?;
            let main = async move {
                let held = lock.try_acquire().expect("it is free");
                bench.ev.sleep_ms(5).await?;
                bench.ev.cancel(&task)?;
                drop(held);
                bench.ev.sleep_ms(50).await?;
                bench.say(format_args!("locked {}", lock.is_locked()));
                Ok(())
            };
            top.run_until_complete(main).await?;
            Ok(())
        })
    });
    assert_eq!(ran.lines, ["5 Err(Cancelled)", "25 cleaned up", "55 locked false"]);
}

#[test]
fn a_time_out_around_a_select_drops_its_timers() {
    let ran = run(main_task!(|bench| {
        let ev: &EventLoop = &bench.ev;
        let lock = Lock::new();
        let held = lock.try_acquire();
        let waits = async {
            drop(ev.interruptible(lock.acquire()).await?);
            Ok::<(), Interrupt>(())
        };
        // The lock comes first: the task's innermost await is the pause all the same.
        let selected = ev.wait_for_ms(select(waits, ev.sleep_ms(300)), 100).await;
        bench.say(format_args!("{selected:?}"));
        drop(held);
        bench.say(format_args!("locked {}", lock.is_locked()));
        ev.sleep_ms(10).await?;
        Ok(())
    }));
    // A pause is part of it, so the time-out arrives when that ends.
    assert_eq!(ran.lines, ["300 Err(TimedOut)", "300 locked false"]);
}

#[test]
fn a_device_that_is_given_up_in_a_select_is_not_waited_for_any_more() {
    let ran = run(main_task!(|bench| {
        use vpyb_core::{Board, UartConfig};
        let uart = std::rc::Rc::new(bench.board.uart("uart4", UartConfig::baud(9600))?);
        let stream = StreamReader::new(&bench.ev, uart);
        for _ in 0..3 {
            let read = async { stream.readline().await.map(drop) };
            select(read, bench.ev.sleep_ms(10)).await?;
        }
        bench.say("given up");
        // With a device still waited for, this would ask it.
        bench.ev.sleep_ms(10).await?;
        Ok(())
    }));
    assert_eq!(ran.lines, ["30 given up"]);
    let steps = ran.trace.records().iter().filter_map(|record| match record.kind {
        Kind::Step { yielded, .. } => Some(yielded),
        _ => None,
    });
    let steps: Vec<_> = steps.collect();
    assert!(matches!(steps.last(), Some(Yielded::StopLoop)), "{steps:?}");
}
