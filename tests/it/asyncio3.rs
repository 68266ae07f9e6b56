//! Whole transcripts under `asyncio-v3`: who runs when, to the microsecond.
//!
//! Owns one program or script for each rule of `docs/asyncio-v3.md`, but for those on how tasks become ready, which are in
//! `asyncio3_ready`. The steps have a price, so that what is reckoned in a step differs from what is reckoned after it.

use std::cell::RefCell;
use std::rc::Rc;

use vpyb_core::time::Duration;
use vpyb_core::{Board, CancelError, Config, EventLoop, Interrupt, TaskError, TaskHandle, Top};
use vpyb_sim::board::VirtualBoard;
use vpyb_sim::runner::{self, Options, boxed};
use vpyb_sim::scenario::parse;
use vpyb_sim::vocabulary;

use crate::trial::{Rules, TopLevel, main_task, printed, run_under, run_with};

/// The price of a step, unless a test says otherwise.
const STEP: &str = "100us";

/// Runs scripts until half a second has gone by; gives what they print, and at last the verdict.
fn scripts(step: &str, tasks: &str) -> Vec<String> {
    let cpu = Rules::V3.as_written();
    let source = format!(
        "schema = 1\ntitle = \"test\"\n[cpu]\nprofile = \"recorded\"\nstep = \"{step}\"\n{cpu}\n\
         [run]\nuntil = \"500ms\"\n[objects]\nuarts = {{ u = {{ uart = \"uart4\", baud = 9600 }} }}\n{tasks}"
    );
    let mut scenarios = parse("test.toml", &source, &vocabulary(&[])).expect("a good scenario");
    let outcome = runner::run(&scenarios.remove(0), &[], Options::default());
    let mut lines = printed(&outcome.trace);
    lines.push(outcome.verdict);
    lines
}

/// Runs a program until it ends.
fn program(main: TopLevel) -> Vec<String> {
    let price = |scenario: &mut vpyb_sim::scenario::model::Scenario| {
        scenario.cpu.step = Some(Duration::from_micros(100));
    };
    let mut ran = run_with(Rules::V3, price, main);
    ran.lines.push(ran.verdict);
    ran.lines
}

// ---- order -----------------------------------------------------------------------------------------

#[test]
fn of_equal_ticks_the_one_pushed_first_comes_first() {
    let tasks = r#"
        [[task]]
        name = "a"
        script = [{ sleep_ms = 10 }, { log = "a" }, "yield", { log = "a again" }]
        [[task]]
        name = "b"
        script = [{ sleep_ms = 5 }, { log = "b" }, { sleep_ms = 5 }, { log = "b again" }]
        [[task]]
        name = "c"
        script = [{ sleep_ms = 10 }, { log = "c" }, { sleep_ms = -3 }, { log = "c again" }]
    "#;
    // b is pushed for tick 10 at 5 ms, after a and c.
    let expected =
        ["5 b", "10 a", "10.100 c", "10.200 b again", "10.300 a again", "10.400 c again", "passed"];
    assert_eq!(scripts(STEP, tasks), expected);
}

#[test]
fn a_sleep_is_reckoned_in_its_step_and_not_after_what_that_costs() {
    let tasks = r#"
        [[task]]
        name = "a"
        script = [{ sleep_ms = 5 }, { log = "a" }]
    "#;
    // The step lasts until 1.5 ms, in tick 1; reckoned from there the pause would end at 6 ms.
    assert_eq!(scripts("1500us", tasks), ["5 a", "passed"]);
}

// ---- interrupts ------------------------------------------------------------------------------------

#[test]
fn a_cancelled_task_is_brought_forward_from_wherever_it_waits() {
    let tasks = r#"
        [[task]]
        name = "sleeper"
        script = [{ try = { do = [{ sleep_ms = 400 }], catch = [{ on = "CancelledError", do = [
            { log = "sleeper cancelled" }, { sleep_ms = 5 }, { log = "sleeper cleaned up" }] }] } }]
        [[task]]
        name = "reader"
        script = [{ try = { do = [{ readline = "u" }], catch = [{ on = "CancelledError", do = [
            { log = "reader cancelled" }] }] } }]
        [[task]]
        name = "late"
        start = false
        script = [{ log = "never" }]
        [[task]]
        name = "done"
        script = []
        [[task]]
        name = "main"
        script = [{ sleep_ms = 20 }, { cancel = "sleeper" }, { cancel = "reader" }, { create = "late" },
            { cancel = "late" }, { cancel = "done" }, { log = "cancelled them" }, "yield", { log = "again" }]
    "#;
    // At 20.3 ms the first step of `late` ends it.
    let expected = [
        "20 cancelled them",
        "20.100 sleeper cancelled",
        "20.200 reader cancelled",
        "20.400 again",
        "25 sleeper cleaned up",
        "passed",
    ];
    assert_eq!(scripts(STEP, tasks), expected);
}

#[test]
fn a_time_out_arrives_at_once_and_its_timer_goes_with_the_wait() {
    let tasks = r#"
        [[task]]
        name = "a"
        script = [
            { wait_for_ms = { limit = 10, do = [{ sleep_ms = 5 }] } }, { log = "in time" },
            { sleep_ms = 20 }, { log = "undisturbed" },
            { wait_for_ms = { limit = 10, do = [{ sleep_ms = 400 }] } }, { log = "timed out" },
            { sleep_ms = 20 }, { log = "undisturbed" },
            { wait_for_ms = { limit = 30, do = [
                { wait_for_ms = { limit = 50, do = [{ sleep_ms = 400 }] } }, { log = "outer" }] } },
            { sleep_ms = 100 }, { log = "undisturbed" }]
    "#;
    // Callbacks cost nothing here. 30 ms for the outer wait; the inner one's 50 ms never come.
    let expected = [
        "5 in time",
        "25 undisturbed",
        "35 timed out",
        "55 undisturbed",
        "85 outer",
        "185 undisturbed",
        "passed",
    ];
    assert_eq!(scripts(STEP, tasks), expected);
}

fn set_up(top: &Top<VirtualBoard>) -> (EventLoop, VirtualBoard) {
    (top.event_loop(Config::default()), top.board().clone())
}

#[test]
fn a_task_cannot_cancel_itself() {
    let lines = program(|top, _| {
        boxed(async move {
            let (ev, board) = set_up(&top);
            let cancelled = ev.clone();
            top.run_until_complete(async move {
                let itself = cancelled.current_task().expect("this one");
                assert_eq!(cancelled.cancel(&itself), Err(CancelError::Itself));
                board.println(format_args!("{}", CancelError::Itself));
                Ok(cancelled.sleep_ms(3).await?)
            })
            .await?;
            Ok(())
        })
    });
    assert_eq!(lines, ["0 can't cancel self", "passed"]);
}

#[test]
fn an_interrupt_in_the_next_await_of_a_pair_that_cancel_each_other_does_not_hang() {
    let lines = program(|top, _| {
        boxed(async move {
            let (ev, board) = set_up(&top);
            let child: Rc<RefCell<Option<TaskHandle>>> = Rc::default();
            let parent = {
                let (ev, child, board) = (ev.clone(), child.clone(), board.clone());
                let own = ev.clone();
                ev.create_task_named("parent", async move {
                    let child = child.borrow().clone().expect("made before");
                    let ended = own.join(&child).await;
                    board.println(format_args!("parent: {ended:?}"));
                    Ok(())
                })?
            };
            let own = ev.clone();
            *child.borrow_mut() = Some(ev.create_task_named("child", async move {
                own.sleep_ms(5).await?;
                // The cancellation is handed on to the task that runs.
                own.cancel(&parent)?;
                let ended = own.sleep_ms(100).await;
                board.println(format_args!("child: {ended:?}"));
                Ok(ended?)
            })?);
            top.run_until_complete(async move { Ok(ev.sleep_ms(50).await?) }).await?;
            Ok(())
        })
    });
    let expected = ["5.100 child: Err(Cancelled)", "5.200 parent: Err(Interrupted(Cancelled))", "passed"];
    assert_eq!(lines, expected);
}

// ---- awaiting tasks --------------------------------------------------------------------------------

async fn wait_for_child(
    ev: EventLoop,
    board: VirtualBoard,
    name: &str,
    child: TaskHandle,
) -> Result<(), TaskError> {
    let ended = ev.join(&child).await;
    board.println(format_args!("{name}: {}", ended.map_or_else(|error| error.to_string(), |()| "ok".into())));
    Ok(())
}

#[test]
fn who_awaits_a_task_is_resumed_in_order_of_arrival_with_its_result() {
    let lines = program(|top, _| {
        boxed(async move {
            let (ev, board) = set_up(&top);
            let main = ev.clone();
            top.run_until_complete(async move {
                for fails in [false, true] {
                    let child = main.clone();
                    let child = main.create_task_named("child", async move {
                        child.sleep_ms(10).await?;
                        if fails { Err(TaskError::failed("broken")) } else { Ok(()) }
                    })?;
                    // The second one is made first, and waits first.
                    for name in ["second", "first"] {
                        let waits = wait_for_child(main.clone(), board.clone(), name, child.clone());
                        main.create_task_named(name, waits)?;
                    }
                    main.sleep_ms(20).await?;
                    let ended = main.join(&child).await;
                    board.println(format_args!("main: {}", if ended.is_ok() { "ok" } else { "failed" }));
                }
                Ok(())
            })
            .await?;
            Ok(())
        })
    });
    // To await a task that has ended costs no turn.
    let expected = [
        "10.100 second: ok",
        "10.200 first: ok",
        "20 main: ok",
        "30.100 second: broken",
        "30.200 first: broken",
        "40 main: failed",
        "passed",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_cancellation_is_handed_on_to_the_task_that_is_awaited() {
    let lines = program(|top, _| {
        boxed(async move {
            let (ev, board) = set_up(&top);
            let main = ev.clone();
            top.run_until_complete(async move {
                let (own, said) = (main.clone(), board.clone());
                let child = main.create_task_named("child", async move {
                    let ended = own.sleep_ms(100).await;
                    said.println(format_args!("child: {ended:?}"));
                    Ok(ended?)
                })?;
                let parent = wait_for_child(main.clone(), board, "parent", child);
                let parent = main.create_task_named("parent", parent)?;
                main.sleep_ms(5).await?;
                main.cancel(&parent)?;
                main.join(&parent).await
            })
            .await?;
            Ok(())
        })
    });
    assert_eq!(lines, ["5.100 child: Err(Cancelled)", "5.200 parent: cancelled", "passed"]);
}

// ---- errors and ends -------------------------------------------------------------------------------

#[test]
fn an_error_that_nobody_awaits_is_reported_and_the_loop_goes_on() {
    let lines = program(|top, _| {
        boxed(async move {
            let (ev, board) = set_up(&top);
            let main = ev.clone();
            top.run_until_complete(async move {
                main.create_task_named("first", async { Err(TaskError::failed("broken")) })?;
                main.sleep_ms(1).await?;
                main.set_exception_handler(Some(Rc::new(move |task, error| {
                    board.println(format_args!("handled: {}: {error}", task.name()));
                })));
                main.create_task_named("second", async { Err(TaskError::failed("broken too")) })?;
                main.create_task_named("silent", async { Err(Interrupt::Cancelled.into()) })?;
                Ok(main.sleep_ms(1).await?)
            })
            .await?;
            Ok(())
        })
    });
    // The failed task is pushed once more, and found to be unheard when its turn comes: one step later for the
    // first, and after the silent one for the second.
    let expected = [
        "0.200 Task exception wasn't retrieved: first: broken",
        "1.300 handled: second: broken too",
        "passed",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_run_ends_with_its_task_also_when_that_is_cancelled() {
    let lines = program(|top, _| {
        boxed(async move {
            let (ev, board) = set_up(&top);
            let (own, said) = (ev.clone(), board.clone());
            ev.create_task_named("other", async move {
                own.sleep_ms(20).await?;
                said.println(format_args!("the other keeps its place"));
                Ok(())
            })?;
            let (main, inner) = (ev.clone(), ev.clone());
            let ended = top
                .run_until_complete(async move {
                    let itself = inner.current_task().expect("this one");
                    let canceller = inner.clone();
                    inner.create_task_named("canceller", async move {
                        canceller.sleep_ms(5).await?;
                        Ok(canceller.cancel(&itself)?)
                    })?;
                    Ok(main.sleep_ms(1000).await?)
                })
                .named("main")
                .await;
            board.println(format_args!("{}", ended.expect_err("it was cancelled")));
            top.run_until_complete(async move { Ok(ev.sleep_ms(50).await?) }).await?;
            Ok(())
        })
    });
    assert_eq!(lines, ["5.200 main: cancelled", "20 the other keeps its place", "passed"]);
}

#[test]
fn a_loop_that_nothing_can_wake_is_stuck() {
    let lines = program(|top, _| {
        boxed(async move {
            let (ev, _) = set_up(&top);
            top.run_until_complete(async move { Ok(ev.park().await?) }).await?;
            Ok(())
        })
    });
    assert_eq!(lines, ["stuck"]);
}

/// `await task` and `task.cancel()`, without the loop.
#[test]
fn a_handle_can_be_awaited_and_cancelled() {
    let ran = run_under(
        Rules::V3,
        main_task!(|bench| {
            let sleeper = bench.spawn("sleeper", |b| async move { Ok(b.ev.sleep_ms(10).await?) });
            bench.tell("awaited", (&sleeper).await);
            let other = bench.spawn("other", |b| async move { Ok(b.ev.sleep_ms(10).await?) });
            bench.ev.sleep_ms(1).await?;
            bench.tell("cancels", other.cancel());
            bench.tell("other", (&other).await);
            Ok(())
        }),
    );
    assert_eq!(ran.lines, ["10 awaited: ok", "11 cancels: ok", "11 other: cancelled"]);
}
