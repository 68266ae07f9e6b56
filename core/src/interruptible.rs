//! Futures of other crates that answer to cancellation.
//!
//! Owns [`EventLoop::interruptible`]. The future inside runs unchanged and is dropped when an interrupt
//! arrives.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use crate::error::Interrupt;
use crate::event_loop::EventLoop;

impl EventLoop {
    /// Awaits a future of another crate in such a way that an interrupt of the task arrives at once: the
    /// future is then dropped.
    ///
    /// # Cancellation
    ///
    /// What dropping `future` means is for its own documentation to say. Nothing else is lost.
    pub async fn interruptible<F: Future>(&self, future: F) -> Result<F::Output, Interrupt> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Some(interrupt) = self.shared().take_interrupt() {
                return Poll::Ready(Err(interrupt));
            }
            future.as_mut().poll(cx).map(Ok)
        })
        .await
    }
}
