//! What the tasks do, the same for every executor.
//!
//! Owns the way to yield where an executor has none of its own, and the lengths of pauses. The simulators, which are built
//! for themselves, have this file, too.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The pauses of a task in milliseconds, without end.
#[derive(Clone)]
pub struct Pauses {
    seed: u32,
    longest: u32,
}

impl Pauses {
    /// 1 to 1000, in an order that depends on the task's number.
    pub fn of_task(number: usize) -> Self {
        Self { seed: number as u32 * 2 + 1, longest: 1000 }
    }

    /// The time of a byte at 9600 baud, in whole milliseconds.
    pub fn of_bytes(_: usize) -> Self {
        Self { seed: 1, longest: 1 }
    }
}

impl Iterator for Pauses {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        // A linear congruence; its upper bits are the better ones.
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(1 + (self.seed >> 16) % self.longest)
    }
}

/// How long the pauses of a task of this number are.
pub type Delays = fn(usize) -> Pauses;

/// The work of a task where the executor has no yield of its own: `turns` times wake and return.
pub async fn take_turns(turns: u32) {
    for _ in 0..black_box(turns) {
        Turn(false).await;
    }
}

/// Wakes its task and is pending once, as every executor has to understand.
struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
