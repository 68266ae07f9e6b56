//! The limit: the same futures polled in a plain loop.
//!
//! No executor that holds its tasks behind pointers and tells them apart only by polling them can do
//! less: no queue, no state of a task, a waker that does nothing.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::tasks::take_turns;
use crate::harness::Case;

pub fn turns() -> Case {
    Case::limit("limit: futures polled in a plain loop", Box::new(round_of_turns))
}

fn round_of_turns(tasks: usize, turns: u32) -> Duration {
    let mut futures: Vec<_> = (0..tasks).map(|_| Box::pin(take_turns(turns))).collect();
    let mut futures: Vec<Pin<&mut dyn Future<Output = ()>>> =
        futures.iter_mut().map(|future| future.as_mut() as _).collect();
    let futures = black_box(&mut futures[..]);
    let context = pin!(Context::from_waker(Waker::noop()));
    let context = context.get_mut();
    let start = Instant::now();
    // The poll after the last turn completes a task; all do so in the same pass.
    for _ in 0..turns {
        for future in futures.iter_mut() {
            let _ = future.as_mut().poll(context);
        }
    }
    for future in futures.iter_mut() {
        assert_eq!(future.as_mut().poll(context), Poll::Ready(()), "a task ends after its last turn");
    }
    start.elapsed()
}

pub fn exchange() -> Case {
    Case::limit("limit: two futures and a cell, polled in a plain loop", Box::new(round_of_messages))
}

/// A place for one message, without anybody who is told.
#[derive(Default)]
struct Slot(Cell<Option<u32>>);

impl Slot {
    async fn put(&self, message: u32) {
        let mut message = Some(message);
        poll_fn(|_| match self.0.take() {
            Some(full) => {
                self.0.set(Some(full));
                Poll::Pending
            }
            None => {
                self.0.set(message.take());
                Poll::Ready(())
            }
        })
        .await;
    }

    async fn get(&self) -> u32 {
        poll_fn(|_| self.0.take().map_or(Poll::Pending, Poll::Ready)).await
    }
}

async fn exchange_messages(own: Rc<Slot>, other: Rc<Slot>, begins: bool, times: u32) {
    if begins {
        other.put(0).await;
    }
    for _ in 0..black_box(times) {
        let message = own.get().await;
        other.put(message + 1).await;
    }
}

fn round_of_messages(_: usize, times: u32) -> Duration {
    let (one, two) = (Rc::new(Slot::default()), Rc::new(Slot::default()));
    let mut futures: [Pin<Box<dyn Future<Output = ()>>>; 2] = [
        Box::pin(exchange_messages(one.clone(), two.clone(), true, times)),
        Box::pin(exchange_messages(two, one, false, times)),
    ];
    let futures = black_box(&mut futures);
    let context = pin!(Context::from_waker(Waker::noop()));
    let context = context.get_mut();
    let start = Instant::now();
    let mut left = [true; 2];
    while left != [false; 2] {
        for (future, left) in futures.iter_mut().zip(&mut left) {
            *left = *left && future.as_mut().poll(context).is_pending();
        }
    }
    start.elapsed()
}
