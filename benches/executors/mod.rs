//! The executors that are compared: each as one or more cases of the harness.
//!
//! Owns their order in the table and the work that all of them do. Each file drives one executor the way
//! its own users do, and says what of that is inside the clock.

mod embassy;
mod limit;
mod tokio;
mod vpyb;

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::harness::Case;

/// All cases; the harness compares with [`limit::NAME`] and [`embassy::NAME`].
pub fn all() -> Vec<Case> {
    let mut cases = vec![limit::case(), embassy::case()];
    cases.extend(vpyb::cases());
    cases.extend(tokio::cases());
    cases
}

/// The name of the case that is the limit.
pub const LIMIT: &str = limit::NAME;

/// The name of the case that is the nearest peer.
pub const PEER: &str = embassy::NAME;

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
