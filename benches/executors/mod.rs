//! The executors that are compared: each as one or more cases of the harness.
//!
//! Owns the work that all of them do. Each file drives one executor the way its own users do, and says what of that is
//! inside the clock.
// Each benchmark takes what it compares.
#![allow(dead_code)]

pub mod embassy;
pub mod heap;
pub mod limit;
pub mod tokio;
pub mod vpyb;

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The pauses of a task in milliseconds, the same for every executor: 1 to 1000, without end.
struct Pauses(u32);

impl Pauses {
    fn of_task(number: usize) -> Self {
        Self(number as u32 * 2 + 1)
    }
}

impl Iterator for Pauses {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        // A linear congruence; its upper bits are the better ones.
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(1 + (self.0 >> 16) % 1000)
    }
}

/// The work of a task where the executor has no yield of its own: `turns` times wake and return.
async fn take_turns(turns: u32) {
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
