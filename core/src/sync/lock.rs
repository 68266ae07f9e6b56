//! One task at a time (tutorial section 3.1).
//!
//! Owns [`Lock`] and [`LockGuard`]. What the lock protects is the program's business.

use alloc::borrow::Cow;
use core::fmt;
use core::future::Future;

use super::permits::{Permit, Permits};
use super::tag::Tag;
use crate::event_loop::EventLoop;
use crate::observer::ObjectKind;

/// Mutual exclusion, first come first served.
///
/// Unlike the original's `Lock`, a free one is acquired without a turn of the loop; a released one goes to the
/// first waiter at once, so that nobody barges in; and a cancelled waiter loses no wake-up.
///
/// ```
/// use vpyb_core::sync::Lock;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// async fn exclusive(ev: &EventLoop, lock: &Lock) -> Result<(), Interrupt> {
///     let _held = ev.interruptible(lock.acquire()).await?;
///     // Across this pause too, nobody else has the lock.
///     ev.sleep_ms(500).await
/// }
/// ```
pub struct Lock {
    permits: Permits,
}

impl Lock {
    /// A free lock.
    ///
    /// ```
    /// assert!(!vpyb_core::sync::Lock::new().is_locked());
    /// ```
    pub fn new() -> Self {
        Self { permits: Permits::new(1) }
    }

    /// Gives it a name, by which the observer of `event_loop` hears of its use, and reports say who waits for it.
    ///
    /// ```
    /// # use vpyb_core::{EventLoop, sync::Lock};
    /// fn bus(ev: &EventLoop) -> Lock {
    ///     Lock::new().named(ev, "i2c")
    /// }
    /// ```
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.permits.tag = Tag::new(event_loop, ObjectKind::Lock, name);
        self
    }

    /// Waits until the lock is this task's. A free lock is acquired without a turn of the loop.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, the lock is not held; if it had been handed over
    /// already, it goes to the next waiter. The place in the order is lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = LockGuard<'_>> {
        let unawaited = self.permits.tag.unawaited(|| "Lock::acquire");
        async move {
            unawaited.begins();
            LockGuard { lock: self, _permit: self.permits.take().await }
        }
    }

    /// Acquires the lock if it is free.
    ///
    /// ```
    /// use vpyb_core::sync::Lock;
    ///
    /// let lock = Lock::new();
    /// let held = lock.try_acquire().expect("it is free");
    /// assert!(lock.try_acquire().is_none());
    /// drop(held);
    /// assert!(lock.try_acquire().is_some());
    /// ```
    pub fn try_acquire(&self) -> Option<LockGuard<'_>> {
        Some(LockGuard { lock: self, _permit: self.permits.try_take()? })
    }

    /// Whether somebody holds it.
    pub fn is_locked(&self) -> bool {
        self.permits.free() == 0
    }
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_locked() { "Lock(held)" } else { "Lock(free)" })
    }
}

/// A lock that is held. Dropped, it is released.
///
/// ```
/// let lock = vpyb_core::sync::Lock::new();
/// let held = lock.try_acquire().expect("it is free");
/// held.release();
/// assert!(!lock.is_locked());
/// ```
#[must_use = "a lock that is not kept is released at once"]
#[derive(Debug)]
pub struct LockGuard<'a> {
    lock: &'a Lock,
    _permit: Permit<'a>,
}

impl<'a> LockGuard<'a> {
    /// Releases the lock: `drop` under the tutorial's name.
    pub fn release(self) {}

    /// Whose guard it is.
    pub(super) fn lock(&self) -> &'a Lock {
        self.lock
    }
}
