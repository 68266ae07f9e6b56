//! Something that is said once and heard by all (tutorial section 3.2).
//!
//! Owns [`Event`]. It is for tasks: an interrupt handler sets a [`ThreadSafeFlag`](super::ThreadSafeFlag), or
//! sends a number through an [`IrqQueue`](super::IrqQueue).

use alloc::borrow::Cow;
use core::cell::RefCell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::tag::Tag;
use super::wait_list::{Wait, WaitList};
use crate::event_loop::EventLoop;
use crate::observer::{ObjectKind, Use};
use crate::unawaited::Awaited;

/// Wakes all who wait for it, and hands each the value that it was set to. It stays set until it is cleared.
///
/// Unlike the original's, who waits hears of each setting, even of one that is cleared before it has its turn.
///
/// ```
/// use vpyb_core::sync::Event;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// async fn wait_for_reading(ev: &EventLoop, reading: &Event<u16>) -> Result<u16, Interrupt> {
///     let value = ev.interruptible(reading.wait()).await?;
///     reading.clear();
///     Ok(value)
/// }
/// ```
pub struct Event<T = ()> {
    value: RefCell<Option<T>>,
    waiters: WaitList<T>,
    tag: Tag,
}

impl<T: Clone> Event<T> {
    /// An event that is not set.
    ///
    /// ```
    /// let event = vpyb_core::sync::Event::<()>::new();
    /// assert!(!event.is_set());
    /// ```
    pub fn new() -> Self {
        Self { value: RefCell::new(None), waiters: WaitList::new(), tag: Tag::NONE }
    }

    /// Gives it a name, by which the observer of `event_loop` hears of its use, and reports say who waits for it.
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.tag = Tag::new(event_loop, ObjectKind::Event, name);
        self
    }

    /// Sets it to a value and wakes all who wait. Set again, it has the new value.
    ///
    /// ```
    /// let event = vpyb_core::sync::Event::new();
    /// event.set(7);
    /// assert_eq!(event.value(), Some(7));
    /// ```
    pub fn set(&self, value: T) {
        let before = self.value.replace(Some(value.clone()));
        drop(before);
        self.tag.tell(Use::Set);
        self.waiters.grant_all(value);
    }

    /// Clears it: who waits from now on waits for the next setting.
    ///
    /// ```
    /// let event = vpyb_core::sync::Event::new();
    /// event.set(());
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    pub fn clear(&self) {
        let before = self.value.take();
        drop(before);
        self.tag.tell(Use::Cleared);
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.value.borrow().is_some()
    }

    /// The value that it was set to, if it is set.
    pub fn value(&self) -> Option<T> {
        self.value.borrow().clone()
    }

    /// Waits until it is set; at once if it is. It stays set.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, the waiter has left the list; the event is as it
    /// was, but a setting that was cleared meanwhile is not heard of any more.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait(&self) -> impl Future<Output = T> {
        let wait = Hear { event: self, wait: self.waiters.wait(&self.tag) };
        Awaited::new(self.tag.unawaited(|| "Event::wait"), wait)
    }
}

impl<T: Clone> Default for Event<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Event<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({:?})", self.value.borrow())
    }
}

struct Hear<'a, T> {
    event: &'a Event<T>,
    wait: Wait<'a, T>,
}

impl<T: Clone> Future for Hear<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        if !self.wait.has_entered()
            && let Some(value) = self.event.value()
        {
            return Poll::Ready(value);
        }
        Pin::new(&mut self.wait).poll(cx)
    }
}
