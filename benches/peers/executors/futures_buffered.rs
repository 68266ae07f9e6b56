//! futures-buffered: a set of futures in one array, with a waker each.
//!
//! It is a stream, which `block_on` of futures drives; it returns to it after some polls, as it does for its users.

use std::time::{Duration, Instant};

use futures_buffered::FuturesUnorderedBounded;
use futures_util::StreamExt;

use super::tasks::take_turns;
use crate::harness::Case;

pub fn turns() -> Case {
    Case::peer("futures-buffered, wake and return", Box::new(round))
}

fn round(tasks: usize, turns: u32) -> Duration {
    let mut set = FuturesUnorderedBounded::new(tasks);
    (0..tasks).for_each(|_| set.push(take_turns(turns)));
    let start = Instant::now();
    futures_executor::block_on(async { while set.next().await.is_some() {} });
    start.elapsed()
}
