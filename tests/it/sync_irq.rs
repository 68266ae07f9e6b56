//! What interrupt handlers set: nothing is missed, and nothing is left with them.

use std::sync::Arc;
use std::task::{Context, Waker};

use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};
use vpyb_core::asyn;
use vpyb_core::sync::{IrqQueue, ThreadSafeFlag};

use crate::sync::Calls;
use crate::trial::{main_task, run};

#[test]
fn a_flag_is_cleared_by_the_wait_and_kept_by_a_dropped_one() {
    let flag = ThreadSafeFlag::new();
    let mut waiter = spawn(flag.wait());
    assert_pending!(waiter.poll());
    flag.set();
    flag.set();
    assert!(waiter.is_woken());
    drop(waiter);
    assert!(flag.is_set(), "nobody has consumed it");
    assert_ready!(spawn(flag.wait()).poll());
    assert!(!flag.is_set());
}

#[test]
#[should_panic(expected = "one waiter")]
fn a_second_waiter_for_a_flag_is_a_mistake() {
    let flag = ThreadSafeFlag::new();
    let (mut first, mut second) = (spawn(flag.wait()), spawn(flag.wait()));
    assert_pending!(first.poll());
    second.poll().is_ready();
}

#[test]
fn a_wait_that_is_over_leaves_no_waker_with_the_handler() {
    let (flag, calls) = (ThreadSafeFlag::new(), Arc::new(Calls::default()));
    let waker = Waker::from(calls.clone());
    let mut waiter = Box::pin(flag.wait());
    assert!(waiter.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waiter);
    assert_eq!(Arc::strong_count(&calls), 2, "the test's two");
    flag.set();
    assert_eq!(calls.count(), 0);
}

#[test]
fn numbers_from_handlers_on_other_threads_all_arrive_in_each_ones_order() {
    static QUEUE: IrqQueue<16> = IrqQueue::new();
    // Three handlers send 2000 numbers each, with their own number in the low two bits.
    const EACH: u32 = 2000;
    let handlers: Vec<_> = (0..3)
        .map(|handler| {
            std::thread::spawn(move || {
                for n in 0..EACH {
                    while QUEUE.push(n << 2 | handler).is_err() {
                        std::thread::yield_now();
                    }
                }
            })
        })
        .collect();
    let mut next = [0; 3];
    tokio_test::block_on(async {
        for _ in 0..3 * EACH {
            let value = QUEUE.get().await;
            let handler = (value & 3) as usize;
            assert_eq!(value >> 2, next[handler], "of handler {handler}");
            next[handler] += 1;
        }
    });
    for handler in handlers {
        handler.join().expect("a handler panics only if this test does");
    }
    assert_eq!((next, QUEUE.try_get()), ([EACH; 3], None));
}

#[test]
fn a_full_queue_counts_what_it_loses_and_goes_on() {
    let queue = IrqQueue::<4>::new();
    // Three times round a ring of four, the last push of each time refused.
    for time in 0..3 {
        for n in 0..4 {
            queue.push(time * 10 + n).unwrap();
        }
        assert!(queue.push(99).is_err());
        let all: Vec<_> = std::iter::from_fn(|| queue.try_get()).collect();
        assert_eq!(all, [0, 1, 2, 3].map(|n| time * 10 + n));
    }
    assert_eq!(queue.lost(), 3);
}

#[test]
fn a_dropped_getter_leaves_the_number_for_the_next() {
    let queue = IrqQueue::<2>::new();
    let mut getter = spawn(queue.get());
    assert_pending!(getter.poll());
    queue.push(7).unwrap();
    assert!(getter.is_woken());
    drop(getter);
    assert_eq!(assert_ready!(spawn(queue.get()).poll()), 7);
}

/// Tutorial 3.2.1: the handler sets the event of the original library to the time.
#[test]
fn a_polled_event_is_set_to_a_number_by_a_handler() {
    let ran = run(main_task!(|bench| {
        let event = asyn::Event::<u32>::new(&bench.ev, 5).named("event");
        let (plain, numbers) = (event.setter(), event.number_setter());
        let handler = numbers.clone();
        bench.ev.call_later_ms(12, move || handler.set(12))?;
        event.wait().await?;
        bench.say(format_args!("{:?}", event.value()));
        // What is set last counts, whoever sets it; a flag alone leaves the value.
        numbers.set(1);
        event.set(2);
        bench.say(format_args!("{:?}", event.value()));
        numbers.set(3);
        plain.set();
        bench.say(format_args!("{:?}", event.value()));
        event.clear();
        plain.set();
        bench.say(format_args!("{:?}", event.value()));
        Ok(())
    }));
    assert_eq!(ran.lines, ["15 Some(12)", "15 Some(2)", "15 Some(3)", "15 None"]);
}
