//! So many tasks at a time (tutorial section 3.4).
//!
//! Owns the two semaphores; counting and order are in `permits`.

use alloc::borrow::Cow;
use core::error::Error;
use core::fmt;
use core::future::Future;

use super::permits::{Permit, Permits};
use super::tag::Tag;
use crate::event_loop::EventLoop;
use crate::observer::ObjectKind;
use crate::unawaited::Awaited;

/// Limits how many tasks do something at the same time. First come first served.
///
/// Any task may [`release`](Self::release), also one that acquired nothing, and so raise the limit.
///
/// ```
/// use vpyb_core::sync::Semaphore;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// async fn fetch(ev: &EventLoop, sockets: &Semaphore) -> Result<(), Interrupt> {
///     let _socket = ev.interruptible(sockets.acquire()).await?;
///     ev.sleep_ms(200).await
/// }
/// ```
pub struct Semaphore {
    permits: Permits,
}

impl Semaphore {
    /// A semaphore of `value` permits; 0 is allowed.
    ///
    /// ```
    /// assert_eq!(vpyb_core::sync::Semaphore::new(3).value(), 3);
    /// ```
    pub fn new(value: usize) -> Self {
        Self { permits: Permits::new(value) }
    }

    /// Gives it a name, by which the observer of `event_loop` hears of its use, and reports say who waits for it.
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.permits.tag = Tag::new(event_loop, ObjectKind::Semaphore, name);
        self
    }

    /// Waits for a permit. A free one is taken without a turn of the loop.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, no permit is held; one that had been handed over
    /// already goes to the next waiter. The place in the order is lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = Permit<'_>> {
        Awaited::new(self.permits.tag.unawaited(|| "Semaphore::acquire"), self.permits.take())
    }

    /// Takes a permit if one is free.
    ///
    /// ```
    /// assert!(vpyb_core::sync::Semaphore::new(0).try_acquire().is_none());
    /// ```
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.permits.try_take()
    }

    /// Adds a permit, whoever it was taken by.
    ///
    /// ```
    /// let semaphore = vpyb_core::sync::Semaphore::new(0);
    /// semaphore.release();
    /// assert_eq!(semaphore.value(), 1);
    /// ```
    pub fn release(&self) {
        self.permits.release();
    }

    /// How many permits are free.
    pub fn value(&self) -> usize {
        self.permits.free()
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Semaphore({})", self.value())
    }
}

/// A semaphore that refuses to be released more often than it was acquired.
///
/// A [`Permit`] gives itself back. [`release`](Self::release) is for those whose permit was
/// [forgotten](Permit::forget).
///
/// ```
/// use vpyb_core::sync::BoundedSemaphore;
///
/// let semaphore = BoundedSemaphore::new(2);
/// let permit = semaphore.try_acquire().expect("two are free");
/// // The permit will give itself back: there is nothing to release.
/// assert!(semaphore.release().is_err());
/// permit.forget();
/// assert!(semaphore.release().is_ok());
/// ```
pub struct BoundedSemaphore {
    permits: Permits,
}

impl BoundedSemaphore {
    /// A semaphore of `value` permits, and never more.
    ///
    /// ```
    /// assert_eq!(vpyb_core::sync::BoundedSemaphore::new(3).value(), 3);
    /// ```
    pub fn new(value: usize) -> Self {
        Self { permits: Permits::new(value) }
    }

    /// Gives it a name, by which the observer of `event_loop` hears of its use, and reports say who waits for it.
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.permits.tag = Tag::new(event_loop, ObjectKind::Semaphore, name);
        self
    }

    /// Waits for a permit. A free one is taken without a turn of the loop.
    ///
    /// # Cancellation
    ///
    /// As for [`Semaphore::acquire`].
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = Permit<'_>> {
        Awaited::new(self.permits.tag.unawaited(|| "BoundedSemaphore::acquire"), self.permits.take())
    }

    /// Takes a permit if one is free.
    ///
    /// ```
    /// assert!(vpyb_core::sync::BoundedSemaphore::new(1).try_acquire().is_some());
    /// ```
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.permits.try_take()
    }

    /// Gives back a permit that was forgotten.
    ///
    /// # Errors
    ///
    /// [`ReleasedTooOften`] if there is none; nothing is changed.
    pub fn release(&self) -> Result<(), ReleasedTooOften> {
        let forgotten = self.permits.forgotten();
        forgotten.set(forgotten.get().checked_sub(1).ok_or(ReleasedTooOften)?);
        self.permits.release();
        Ok(())
    }

    /// How many permits are free.
    pub fn value(&self) -> usize {
        self.permits.free()
    }
}

impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BoundedSemaphore({})", self.value())
    }
}

/// A bounded semaphore was released more often than it was acquired.
///
/// ```
/// use vpyb_core::sync::{BoundedSemaphore, ReleasedTooOften};
///
/// assert_eq!(BoundedSemaphore::new(1).release(), Err(ReleasedTooOften));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReleasedTooOften;

impl fmt::Display for ReleasedTooOften {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("semaphore released more than acquired")
    }
}

impl Error for ReleasedTooOften {}

impl From<ReleasedTooOften> for crate::TaskError {
    fn from(error: ReleasedTooOften) -> Self {
        Self::failed(error)
    }
}
