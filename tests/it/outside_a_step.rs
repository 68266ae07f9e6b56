//! What polls primitives outside a step of their loop is a mistake of the program, and is told by a panic that says so.
//!
//! Owns one wait of each library. Those of `sync`, which any executor may poll, are in `sync`.

use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::rc::Rc;

use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};
use vpyb_core::clock::Clock;
use vpyb_core::time::Instant;
use vpyb_core::{Config, EventLoop, Firmware, Overrides, Setup, asyn, official};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Instant {
        Instant::ZERO
    }
}

/// A loop that nobody steps, and what keeps it.
fn idle_loop() -> (EventLoop, Firmware) {
    let made = Rc::new(OnceCell::new());
    let setup =
        Setup { clock: Rc::new(Stopped), observer: None, overrides: Overrides::default(), started: None };
    let own = made.clone();
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        own.set(top.event_loop(Config::default())).ok();
        top.run_forever().await?;
        Ok(())
    });
    firmware.step();
    (made.get().expect("the top level has run").clone(), firmware)
}

/// Polls a wait that has to wait.
fn poll<F: Future>(wait: F) {
    let _ = spawn(wait).poll().is_ready();
}

#[test]
#[should_panic(expected = "an await of this event loop was polled outside a step of its tasks")]
fn a_wait_of_the_loop_is_not_polled_outside_a_step() {
    let (ev, _firmware) = idle_loop();
    poll(ev.sleep_ms(1));
}

#[test]
#[should_panic(expected = "an await of this event loop was polled outside a step of its tasks")]
fn a_wait_for_an_event_is_not_polled_outside_a_step() {
    let (ev, _firmware) = idle_loop();
    poll(asyn::Event::<()>::new(&ev, 0).wait());
}

#[test]
#[should_panic(expected = "an await of this event loop was polled outside a step of its tasks")]
fn a_wait_for_the_official_queue_is_not_polled_outside_a_step() {
    let (ev, _firmware) = idle_loop();
    poll(official::Queue::<u32>::new(&ev, 0).get());
}

#[test]
#[should_panic(expected = "an await of this event loop was polled outside a step of its tasks")]
fn a_free_official_lock_gives_up_a_turn_and_is_not_polled_outside_a_step_either() {
    let (ev, _firmware) = idle_loop();
    poll(official::Lock::new(&ev).acquire());
}

/// Where nobody has to wait, nothing is yielded.
#[test]
fn what_need_not_wait_can_be_polled_anywhere() {
    let (ev, _firmware) = idle_loop();
    let lock = asyn::Lock::new(&ev, 0);
    assert_ready!(spawn(lock.acquire()).poll()).expect("no interrupt");
    let queue = official::Queue::new(&ev, 0);
    queue.put_nowait(RefCell::new(1)).expect("there is room");
    assert_ready!(spawn(queue.get()).poll()).expect("no interrupt");
    // A waking one waits wherever it is polled.
    let event = vpyb_core::sync::Event::<()>::new();
    assert_pending!(spawn(event.wait()).poll());
}
