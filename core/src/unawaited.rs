//! A common error (tutorial section 7.5): a future is made, and dropped before anybody has polled it.
//!
//! Owns [`Unawaited`], which the core's own futures carry until their first poll. Knows none of them.

use crate::event_loop::{EventLoop, Shared};

/// Lies in a future until that is polled for the first time. Dropped with it before, it tells the observer.
///
/// It takes one word: `what` is a closure that captures nothing.
pub(crate) struct Unawaited<'a, N: Fn() -> &'static str> {
    /// Nobody is told if there is no loop to tell.
    shared: Option<&'a Shared>,
    what: N,
}

impl<'a, N: Fn() -> &'static str> Unawaited<'a, N> {
    pub fn new(event_loop: Option<&'a EventLoop>, what: N) -> Self {
        Self { shared: event_loop.map(EventLoop::shared), what }
    }

    /// The future is polled: it is awaited, and from now on it may be dropped.
    #[inline(always)]
    pub fn begins(self) {
        core::mem::forget(self);
    }
}

impl<N: Fn() -> &'static str> Drop for Unawaited<'_, N> {
    #[cold]
    fn drop(&mut self) {
        if let Some(shared) = self.shared {
            shared.tell_unawaited((self.what)());
        }
    }
}

impl EventLoop {
    /// What a future of this loop carries until it is polled: it is told of as `what`.
    pub(crate) fn unawaited<N: Fn() -> &'static str>(&self, what: N) -> Unawaited<'_, N> {
        Unawaited::new(Some(self), what)
    }
}
