//! A common error (tutorial section 7.5): a future is made, and dropped before anybody has polled it.
//!
//! Owns [`Unawaited`], which the core's own futures carry until their first poll, and [`Awaited`], which is a future with
//! one. Knows none of them.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use pin_project_lite::pin_project;

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

    /// As [`begins`](Self::begins), where a future keeps this.
    #[inline(always)]
    fn begin(&mut self) {
        self.shared = None;
    }
}

impl<N: Fn() -> &'static str> Drop for Unawaited<'_, N> {
    #[inline]
    fn drop(&mut self) {
        if let Some(shared) = self.shared {
            shared.tell_unawaited((self.what)());
        }
    }
}

pin_project! {
    /// A future that is told of if nobody awaits it. It lies where it is, and is not moved when it is first polled, as what
    /// an `async` block takes with it.
    pub(crate) struct Awaited<'a, N, F>
    where
        N: Fn() -> &'static str,
    {
        unawaited: Unawaited<'a, N>,
        #[pin]
        future: F,
    }
}

impl<'a, N: Fn() -> &'static str, F> Awaited<'a, N, F> {
    #[inline]
    pub fn new(unawaited: Unawaited<'a, N>, future: F) -> Self {
        Self { unawaited, future }
    }
}

impl<N: Fn() -> &'static str, F: Future> Future for Awaited<'_, N, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.unawaited.begin();
        this.future.poll(cx)
    }
}

impl EventLoop {
    /// What a future of this loop carries until it is polled: it is told of as `what`.
    pub(crate) fn unawaited<N: Fn() -> &'static str>(&self, what: N) -> Unawaited<'_, N> {
        Unawaited::new(Some(self), what)
    }
}
