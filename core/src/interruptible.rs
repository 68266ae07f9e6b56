//! Futures of other crates that answer to cancellation.
//!
//! Owns [`EventLoop::interruptible`] and its sister with a name. The future inside runs unchanged and is dropped
//! when an interrupt arrives.

use alloc::borrow::Cow;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::ObjectKind;
use crate::unawaited::Awaited;

impl EventLoop {
    /// Awaits a future of another crate in such a way that an interrupt of the task arrives at once: the
    /// future is then dropped. Not in the tutorial.
    ///
    /// # Cancellation
    ///
    /// What dropping `future` means is for its own documentation to say. Nothing else is lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn interruptible<F: Future>(&self, future: F) -> impl Future<Output = Result<F::Output, Interrupt>> {
        let future = Interruptible { event_loop: self, future: Some(future) };
        Awaited::new(self.unawaited(|| "interruptible"), future)
    }

    #[inline]
    fn poll_or_interrupt<F: Future>(
        &self,
        future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Interrupt>> {
        match self.shared().take_interrupt() {
            Some(interrupt) => Poll::Ready(Err(interrupt)),
            None => future.poll(cx).map(Ok),
        }
    }

    /// As [`interruptible`](Self::interruptible), under a name by which observers, and reports of what a task waits
    /// for, know the future: for one of another crate, or for a flag that an interrupt handler sets. Not in the tutorial.
    ///
    /// ```
    /// use vpyb_core::sync::IrqFlag;
    /// use vpyb_core::{EventLoop, Interrupt};
    ///
    /// static PRESSED: IrqFlag = IrqFlag::new();
    ///
    /// async fn press(ev: &EventLoop) -> Result<(), Interrupt> {
    ///     ev.interruptible_named("a press of USR", PRESSED.wait()).await
    /// }
    /// ```
    ///
    /// # Cancellation
    ///
    /// As for [`interruptible`](Self::interruptible).
    #[must_use = "it does nothing unless it is awaited"]
    pub fn interruptible_named<F: Future>(
        &self,
        name: impl Into<Cow<'static, str>>,
        future: F,
    ) -> impl Future<Output = Result<F::Output, Interrupt>> {
        let unawaited = self.unawaited(|| "interruptible_named");
        async move {
            unawaited.begins();
            let mut label = Label::new(ObjectKind::Future);
            label.rename(name);
            let mut waiting = None;
            let mut future = pin!(future);
            poll_fn(|cx| {
                let polled = self.poll_or_interrupt(future.as_mut(), cx);
                if polled.is_pending() && waiting.is_none() {
                    waiting = Some(label.wait(self));
                }
                polled
            })
            .await
        }
    }
}

pin_project! {
    /// A future that an interrupt of its task ends.
    struct Interruptible<'a, F> {
        event_loop: &'a EventLoop,
        // None when it is complete or was interrupted.
        #[pin]
        future: Option<F>,
    }
}

impl<F: Future> Future for Interruptible<'_, F> {
    type Output = Result<F::Output, Interrupt>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let future = this.future.as_mut().as_pin_mut().expect("an await is not polled after it was complete");
        let polled = this.event_loop.poll_or_interrupt(future, cx);
        if polled.is_ready() {
            this.future.set(None);
        }
        polled
    }
}
