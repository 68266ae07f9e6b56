//! Futures of other crates that answer to cancellation.
//!
//! Owns [`EventLoop::interruptible`] and its sister with a name. The future inside runs unchanged and is dropped
//! when an interrupt arrives.

use alloc::borrow::Cow;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::ObjectKind;

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

    /// As [`interruptible`](Self::interruptible), under a name by which observers, and reports of what a task waits
    /// for, know the future: for one of another crate, or for a flag that an interrupt handler sets.
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
    pub async fn interruptible_named<F: Future>(
        &self,
        name: impl Into<Cow<'static, str>>,
        future: F,
    ) -> Result<F::Output, Interrupt> {
        let mut label = Label::new(ObjectKind::Future);
        label.rename(name);
        let mut waiting = None;
        let mut future = pin!(self.interruptible(future));
        poll_fn(|cx| {
            let polled = future.as_mut().poll(cx);
            if polled.is_pending() && waiting.is_none() {
                waiting = Some(label.wait(self));
            }
            polled
        })
        .await
    }
}
