//! What only a program can do with what tasks share: interrupts for a part of a task, and dropped futures.
//!
//! Owns small programs on the byte-level bench, where nothing costs anything but a microsecond a step.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use serde_json::Value;
use vpyb_core::asyn::{Barrier, Cancellables, Condition, Event, Gatherable, Semaphore, StopTask, gather};
use vpyb_core::official::{Lock, Queue};
use vpyb_core::{Board, Config, EventLoop, Interrupt, Overrides, TaskError};

use crate::bench::{self, End, Prices, Settings, TestBoard};

type Said = Result<(), TaskError>;

/// What a program prints, each line with its millisecond, and how it ends if not well.
fn said<M, F>(program: M) -> Vec<String>
where
    M: FnOnce(EventLoop, TestBoard) -> F + 'static,
    F: Future<Output = Said> + 'static,
{
    let settings = Settings {
        hw: &Value::Null,
        prices: Prices { step: 1, callback: 1 },
        start: 0,
        until: 60_000_000,
        overrides: Overrides::default(),
        started: None,
        cancellables: &[],
    };
    let (lines, end) = bench::run(settings, move |top| async move {
        let event_loop = top.event_loop(Config::default());
        top.run_until_complete(program(event_loop, top.board().clone())).await?;
        Ok(())
    });
    let mut said: Vec<String> = lines
        .iter()
        .filter_map(|line| line.split_once(" print "))
        .map(|(at, text)| format!("{} {text}", at.trim().parse::<u64>().expect("microseconds") / 1000))
        .collect();
    match end {
        End::Returned(Ok(())) => {}
        other => said.push(format!("{other:?}")),
    }
    said
}

/// Polls a future once, then drops it.
async fn poll_once<F: Future>(future: F) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending(), "it is about to be dropped while it waits");
        Poll::Ready(())
    })
    .await;
}

/// Only the task itself is interrupted soon; what it awaits gets its own interrupt when the task is next resumed.
#[test]
fn a_part_of_a_task_is_cancelled_alone() {
    let lines = said(|ev, board| async move {
        let cancellables = Cancellables::new(&ev);
        let (inner, print) = (ev.clone(), board.clone());
        let part = cancellables.cancellable(1, async move {
            let slept = inner.sleep(10.0).await;
            assert_eq!(slept, Err(StopTask));
            print.println(format_args!("the part ends"));
            Ok::<(), TaskError>(slept?)
        });
        let (outer, print) = (ev.clone(), board.clone());
        ev.create_task(async move {
            let ended = part.run().await;
            assert_eq!(ended.expect_err("cancelled").interrupt(), Some(Interrupt::Cancelled));
            print.println(format_args!("the task goes on"));
            outer.sleep(1.0).await?;
            print.println(format_args!("undisturbed"));
            Ok(())
        })?;
        ev.sleep(1.0).await?;
        cancellables.cancel_all(1, true).await?;
        ev.sleep_ms(0).await?;
        board.println(format_args!("the canceller goes on"));
        ev.sleep(20.0).await?;
        Ok(())
    });
    let expected =
        ["1000 the canceller goes on", "10000 the part ends", "10000 the task goes on", "11000 undisturbed"];
    assert_eq!(lines, expected);
}

/// An interrupt of the part does not reach an await outside it, even if the part never awaits again.
#[test]
fn an_interrupt_of_a_part_stays_inside() {
    let lines = said(|ev, board| async move {
        let cancellables = Cancellables::new(&ev);
        let inner = ev.clone();
        let part = cancellables.named("part", async move {
            // What is interrupted is trapped, and the part ends well.
            inner.sleep_ms(100).await.ok();
            Ok::<_, TaskError>(7)
        })?;
        let (outer, print) = (ev.clone(), board.clone());
        ev.create_task(async move {
            let value = part.run().await?;
            outer.sleep_ms(100).await?;
            print.println(format_args!("{value}"));
            Ok(())
        })?;
        ev.sleep_ms(10).await?;
        assert!(cancellables.is_running("part"));
        assert!(cancellables.cancel("part", true).await?);
        ev.sleep_ms(300).await?;
        assert!(!cancellables.is_running("part"));
        assert!(!cancellables.cancel("part", true).await?);
        Ok(())
    });
    assert_eq!(lines, ["200 7"]);
}

/// Cancelling what never ran fails, as in the original, and it runs all the same.
#[test]
fn what_never_ran_cannot_be_cancelled() {
    let lines = said(|ev, board| async move {
        let cancellables = Cancellables::new(&ev);
        let print = board.clone();
        let task = cancellables.named("N", async move {
            print.println(format_args!("it runs"));
            Ok::<_, TaskError>(())
        })?;
        assert!(cancellables.named("N", async { Ok::<_, TaskError>(()) }).is_err(), "the name is taken");
        let refused = cancellables.cancel("N", true).await.expect_err("it never ran");
        board.println(format_args!("{refused}"));
        task.create_task()?;
        ev.sleep_ms(1).await?;
        assert!(cancellables.named("N", async { Ok::<_, TaskError>(()) }).is_ok(), "the name is free again");
        Ok(())
    });
    assert_eq!(lines, ["0 a task that has not started cannot be cancelled", "0 it runs"]);
}

/// A dropped entry leaves the registry, and whoever waits for its end is told.
#[test]
fn a_dropped_part_counts_as_ended() {
    let lines = said(|ev, board| async move {
        let cancellables = Cancellables::new(&ev);
        let (inner, registry, outer) = (ev.clone(), cancellables.clone(), ev.clone());
        ev.create_task(async move {
            let part = registry.cancellable(1, async move { Ok::<_, TaskError>(inner.sleep(10.0).await?) });
            poll_once(part.run()).await;
            Ok(outer.sleep_ms(1).await?)
        })?;
        ev.sleep_ms(1).await?;
        cancellables.cancel_all(1, false).await?;
        board.println(format_args!("nobody is left"));
        Ok(())
    });
    assert_eq!(lines, ["1 nobody is left"]);
}

/// Gathered parts may be cancellable ones.
#[test]
fn a_gathered_part_gets_its_interrupt() {
    let lines = said(|ev, board| async move {
        let cancellables = Cancellables::new(&ev);
        let inner = ev.clone();
        let part = cancellables.cancellable(3, async move {
            let slept = inner.sleep_ms(50).await;
            Ok::<_, TaskError>(if slept.is_err() { "stopped" } else { "slept" })
        });
        let (registry, other) = (cancellables.clone(), ev.clone());
        let canceller = async move {
            other.sleep_ms(10).await?;
            registry.cancel_all(3, true).await?;
            Ok("cancelled it")
        };
        let results = gather(&ev, vec![Gatherable::new(part.run()), Gatherable::new(canceller)]).await?;
        board.println(format_args!("{results:?}"));
        Ok(())
    });
    assert_eq!(lines, [r#"50 ["stopped", "cancelled it"]"#]);
}

/// A dropped waiter of the official lock leaves the list, and passes on a hand-over.
#[test]
fn a_dropped_waiter_of_the_official_lock_is_forgotten() {
    let lines = said(|ev, board| async move {
        let lock = Rc::new(Lock::new(&ev));
        lock.acquire().await?;
        for name in ["first", "second"] {
            let (lock, ev2, print) = (lock.clone(), ev.clone(), board.clone());
            ev.create_task(async move {
                if name == "first" {
                    // Its time is over before the lock is free; a future is dropped, nothing is interrupted.
                    let mut acquiring = Box::pin(lock.acquire());
                    let mut turns = 0;
                    poll_fn(|cx| {
                        turns += 1;
                        let done = acquiring.as_mut().poll(cx).is_ready() || turns == 2;
                        if done { Poll::Ready(()) } else { Poll::Pending }
                    })
                    .await;
                    drop(acquiring);
                    ev2.sleep_ms(1).await?;
                    return Ok(());
                }
                lock.acquire().await?;
                print.println(format_args!("{name} has it"));
                Ok(())
            })?;
        }
        ev.sleep_ms(5).await?;
        lock.release()?;
        ev.sleep_ms(1).await?;
        assert!(lock.locked(), "the second waiter has it");
        Ok(())
    });
    assert_eq!(lines, ["5 second has it"]);
}

/// Dropped waits take nothing with them: neither an arrival, nor a place, nor an item.
#[test]
fn dropped_waits_leave_nothing_behind() {
    let lines = said(|ev, board| async move {
        let barrier = Barrier::new(&ev, 2);
        poll_once(barrier.wait()).await;
        assert!(!barrier.busy(), "the arrival was taken back");

        let condition = Condition::new(&ev);
        condition.acquire().await?;
        poll_once(condition.wait()).await;
        assert_eq!((condition.waiting(), condition.locked()), (0, false));

        let semaphore = Semaphore::new(&ev, 1);
        let never = std::future::pending::<Result<(), TaskError>>();
        poll_once(semaphore.with(never)).await;
        semaphore.acquire().await?;

        let queue = Queue::new(&ev, 1);
        poll_once(queue.get()).await;
        queue.put(1).await?;
        poll_once(queue.put(2)).await;
        assert!(queue.full() && queue.put_nowait(3).is_err());
        assert_eq!((queue.get_nowait(), queue.get_nowait().is_err()), (Ok(1), true));
        ev.sleep_ms(1).await?;
        board.println(format_args!("done"));
        Ok(())
    });
    assert_eq!(lines, ["1 done"]);
}

/// An event is set from an interrupt handler through a handle that any thread may hold.
#[test]
fn an_event_is_set_from_an_interrupt_handler() {
    fn is_for_handlers<T: Send + Sync + 'static>(it: T) -> T {
        it
    }
    let lines = said(|ev, board| async move {
        let event = Event::<u8>::new(&ev, 0).named("edge");
        let setter = is_for_handlers(event.setter());
        ev.call_later_ms(5, move || {
            setter.set();
        })?;
        event.wait().await?;
        assert_eq!((event.is_set(), event.value()), (true, None));
        event.set(3);
        assert_eq!(event.value(), Some(3));
        event.clear();
        assert_eq!((event.is_set(), event.value()), (false, None));
        board.println(format_args!("seen"));
        Ok(())
    });
    assert_eq!(lines, ["5 seen"]);
}
