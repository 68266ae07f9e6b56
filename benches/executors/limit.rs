//! The limit: the same futures polled in a plain loop.
//!
//! No executor that holds its tasks behind pointers and tells them apart only by polling them can do
//! less: no queue, no state of a task, a waker that does nothing.

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::take_turns;
use crate::harness::Case;

pub const NAME: &str = "limit: futures polled in a plain loop";

pub fn case() -> Case {
    Case { name: NAME, round: Box::new(round) }
}

fn round(tasks: usize, turns: u32) -> Duration {
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
