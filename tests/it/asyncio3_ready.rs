//! How a task becomes ready under `asyncio-v3`: by its making, a device, a waker, `requeue`, a cancellation.
//!
//! Owns one program for each rule of `docs/asyncio-v3.md` that scripts cannot show. Steps cost nothing; what is ready has
//! the present tick like what is due, so that the order of lines is that of the queue.

use std::cell::RefCell;
use std::rc::Rc;

use vpyb_core::sync::Event;
use vpyb_core::{Board, TaskError, TaskHandle};

use crate::trial::{Bench, Gate, Rules, TopLevel, main_task, run_under};

/// What a program says, and how it ends if not well.
fn said(main: TopLevel) -> Vec<String> {
    let mut ran = run_under(Rules::V3, main);
    if ran.verdict != "passed" {
        ran.lines.push(ran.verdict);
    }
    ran.lines
}

#[test]
fn new_tasks_and_callbacks_have_the_present_tick() {
    let lines = said(main_task!(|bench| {
        for (name, ms) in [("due at 9", 9), ("due at 5", 5), ("due at 7", 7)] {
            bench.ev.call_later_ms(ms, bench.saying(name))?;
        }
        bench.board.delay_us(7_000);
        bench.spawn("new", |b| async move {
            b.say("new at 7");
            Ok(())
        });
        bench.ev.call_soon(bench.saying("called at 7"))?;
        bench.board.delay_us(3_000);
        bench.ev.yield_now().await?;
        bench.say("yielded at 10");
        Ok(())
    }));
    let expected =
        ["10 due at 5", "10 due at 7", "10 new at 7", "10 called at 7", "10 due at 9", "10 yielded at 10"];
    assert_eq!(lines, expected);
}

// ---- devices ---------------------------------------------------------------------------------------

/// Its reader comes behind what was pushed or due by then, and before what is pushed later.
#[test]
fn a_device_that_is_ready_pushes_its_task_with_the_present_tick() {
    let lines = said(main_task!(|bench| {
        let gate = Gate::new("gate");
        let device = gate.clone();
        bench.spawn_telling("read", |b| async move { device.reader(&b).read(1).await.map(drop) });
        bench.ev.sleep_ms(5).await?;
        bench.ev.call_later_ms(3, bench.saying("due at 8"))?;
        bench.ev.call_soon(bench.saying("called at 5"))?;
        bench.board.delay_us(2_000);
        gate.give(1);
        bench.ev.yield_now().await?;
        bench.say("yielded at 7");
        bench.board.delay_us(2_000);
        bench.ev.yield_now().await?;
        bench.say("yielded at 9");
        Ok(())
    }));
    // It is asked before the step that follows the gift, when main is queued for the tick 7.
    let expected = ["7 called at 5", "7 yielded at 7", "9 read: ok", "9 due at 8", "9 yielded at 9"];
    assert_eq!(lines, expected);
}

#[test]
fn a_device_that_was_ready_is_forgotten() {
    let lines = said(main_task!(|bench| {
        let gate = Gate::new("gate");
        gate.give(2);
        bench.tell("read", gate.reader(&bench).read(1).await);
        let asked = gate.asked.get();
        // There is one byte more, which wakes nobody.
        for _ in 0..3 {
            bench.tell("sleep", bench.ev.sleep_ms(10).await);
        }
        bench.say(format_args!("asked {} times more", gate.asked.get() - asked));
        Ok(())
    }));
    assert_eq!(
        lines,
        ["0 read: ok", "10 sleep: ok", "20 sleep: ok", "30 sleep: ok", "30 asked 0 times more"]
    );
}

#[test]
fn reader_and_writer_of_a_device_are_apart_and_the_reader_comes_first() {
    let lines = said(main_task!(|bench| {
        let gate = Gate::new("gate");
        let waits = || {
            let device = gate.clone();
            bench.spawn_telling("written", |b| async move { device.writer(&b).awrite(b"1").await });
            let device = gate.clone();
            bench.spawn_telling("read", |b| async move { device.reader(&b).read(1).await.map(drop) });
        };
        waits();
        bench.ev.sleep_ms(10).await?;
        gate.make_room(1);
        bench.ev.sleep_ms(10).await?;
        gate.give(1);
        bench.ev.sleep_ms(10).await?;
        waits();
        bench.ev.sleep_ms(10).await?;
        gate.make_room(1);
        gate.give(1);
        Ok(bench.ev.sleep_ms(10).await?)
    }));
    assert_eq!(lines, ["10 written: ok", "20 read: ok", "40 read: ok", "40 written: ok"]);
}

/// There is room for all of it, and still it yields.
#[test]
fn a_write_asks_before_each_part() {
    let lines = said(main_task!(|bench| {
        let gate = Gate::new("gate");
        gate.make_room(1);
        let device = gate.clone();
        bench.spawn_telling("written", |b| async move { device.writer(&b).awrite(b"123").await });
        for _ in 0..3 {
            bench.ev.sleep_ms(10).await?;
            bench.say(format_args!("{} parts", gate.writes.get()));
            gate.make_room(1);
        }
        bench.ev.call_soon(bench.saying("a turn"))?;
        bench.tell("main writes", gate.writer(&bench).awrite(b"4").await);
        Ok(())
    }));
    let expected =
        ["10 1 parts", "20 2 parts", "20 written: ok", "30 3 parts", "30 a turn", "30 main writes: ok"];
    assert_eq!(lines, expected);
}

// ---- wakers ----------------------------------------------------------------------------------------

/// Tasks that wait for an event each, in the order of their slots.
fn waiters(bench: &Bench, names: [&'static str; 2]) -> [Rc<Event>; 2] {
    names.map(|name| {
        let event = Rc::new(Event::new());
        let own = event.clone();
        bench.spawn_telling(name, |b| async move { b.ev.interruptible(own.wait()).await });
        event
    })
}

#[test]
fn who_is_woken_in_a_step_comes_before_the_task_that_woke_it_in_order_of_slots() {
    let lines = said(main_task!(|bench| {
        let [first, second] = waiters(&bench, ["first", "second"]);
        bench.ev.sleep_ms(5).await?;
        bench.ev.call_soon(bench.saying("pushed before"))?;
        second.set(());
        first.set(());
        bench.ev.call_soon(bench.saying("pushed after"))?;
        bench.ev.yield_now().await?;
        bench.say("who woke them");
        Ok(())
    }));
    let expected = ["5 pushed before", "5 pushed after", "5 first: ok", "5 second: ok", "5 who woke them"];
    assert_eq!(lines, expected);
}

#[test]
fn who_is_woken_by_a_callback_comes_at_the_next_poll() {
    let lines = said(main_task!(|bench| {
        let [first, second] = waiters(&bench, ["first", "second"]);
        let push = bench.clone();
        bench.ev.call_later_ms(5, move || {
            second.set(());
            first.set(());
            push.ev.call_soon(push.saying("pushed after")).map_err(TaskError::from)
        })?;
        bench.tell("due at 5, too", bench.ev.sleep_ms(5).await);
        Ok(bench.ev.sleep_ms(1).await?)
    }));
    let expected = ["5 due at 5, too: ok", "5 pushed after", "5 first: ok", "5 second: ok"];
    assert_eq!(lines, expected);
}

// ---- requeue, cancel, errors -----------------------------------------------------------------------

#[test]
fn a_sleeper_that_is_queued_again_is_brought_forward_and_its_entry_goes() {
    let lines = said(main_task!(|bench| {
        let sleeper = bench.spawn("sleeper", |b| async move {
            b.tell("30 ms", b.ev.sleep_ms(30).await);
            b.tell("100 ms", b.ev.sleep_ms(100).await);
            Ok(())
        });
        bench.ev.sleep_ms(10).await?;
        bench.ev.requeue(&sleeper)?;
        Ok(bench.ev.sleep_ms(200).await?)
    }));
    assert_eq!(lines, ["10 30 ms: ok", "110 100 ms: ok"]);
}

#[test]
fn cancelling_tells_by_the_handle_whether_the_task_has_ended() {
    let lines = said(main_task!(|bench| {
        let task = bench.spawn("task", |b| async move { Ok(b.ev.sleep_ms(30).await?) });
        for _ in 0..2 {
            bench.ev.sleep_ms(10).await?;
            bench.say(format_args!("ended {}", task.is_finished()));
            bench.tell("cancel", bench.ev.cancel(&task));
        }
        Ok(())
    }));
    assert_eq!(lines, ["10 ended false", "10 cancel: ok", "20 ended true", "20 cancel: ok"]);
}

#[test]
fn tasks_that_await_one_another_in_a_circle_can_be_cancelled() {
    let lines = said(main_task!(|bench| {
        let second: Rc<RefCell<Option<TaskHandle>>> = Rc::default();
        let other = second.clone();
        let first = bench.spawn_telling("first", |b| async move {
            let other = other.borrow().clone().expect("it was made");
            b.ev.join(&other).await
        });
        let other = first.clone();
        let made = bench.spawn_telling("second", |b| async move { b.ev.join(&other).await });
        *second.borrow_mut() = Some(made);
        bench.ev.sleep_ms(10).await?;
        bench.ev.cancel(&first)?;
        bench.tell("slept", bench.ev.sleep_ms(10).await);
        Ok(())
    }));
    // The first traps it and ends well, which the second is told.
    assert_eq!(lines, ["10 first: cancelled", "10 second: ok", "20 slept: ok"]);
}

#[test]
fn an_error_of_a_callback_stops_the_loop() {
    let lines = said(main_task!(|bench| {
        bench.ev.call_later_ms(5, || Err(TaskError::failed("broken")))?;
        Ok(bench.ev.sleep_ms(10).await?)
    }));
    assert_eq!(lines, ["error: callback: broken"]);
}
