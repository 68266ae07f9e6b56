//! embassy-time on a clock that is put forward by hand.
//!
//! Its queue of timers is the integrated one, a list through the tasks. The driver is the least that a virtual clock needs:
//! no lock, and the list is walked once for each instant at which something is due, not each time that a timer is armed,
//! as the drivers for real alarms do.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use embassy_time::Timer;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

use super::embassy::{ending, rounds};
use super::tasks::Delays;
use crate::harness::Case;

pub const NAME: &str = "embassy-executor raw, embassy-time";

struct Virtual {
    now: Cell<u64>,
    /// When the first timer is due.
    first: Cell<u64>,
    queue: RefCell<Queue>,
}

// SAFETY: the benchmark has one thread that uses timers of embassy.
unsafe impl Sync for Virtual {}

// SAFETY: as above.
unsafe impl Send for Virtual {}

embassy_time_driver::time_driver_impl!(static DRIVER: Virtual = Virtual {
    now: Cell::new(0),
    first: Cell::new(u64::MAX),
    queue: RefCell::new(Queue::new()),
});

impl Driver for Virtual {
    fn now(&self) -> u64 {
        self.now.get()
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        if self.queue.borrow_mut().schedule_wake(at, waker) {
            self.first.set(self.first.get().min(at));
        }
    }
}

pub fn pauses(delays: Delays) -> Case {
    let make = move |task, times, left| ending(pause(task, times, delays), left);
    Case::peer(NAME, rounds(make, |_| advance()))
}

async fn pause(task: usize, times: u32, delays: Delays) {
    for ms in delays(task).take(std::hint::black_box(times) as usize) {
        Timer::after_millis(ms.into()).await;
    }
}

/// Goes on to the next instant at which a timer is due, if there is one.
fn advance() {
    let first = DRIVER.first.get();
    if first != u64::MAX {
        DRIVER.now.set(first);
        DRIVER.first.set(DRIVER.queue.borrow_mut().next_expiration(first));
    }
}
