//! Permits that are lent and given back: what lock and semaphores have in common (tutorial sections 3.1 and 3.4).
//!
//! Owns the count and [`Permit`]. It does not know how many there may be.

use core::cell::Cell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::tag::Tag;
use super::wait_list::{Wait, WaitList};
use crate::observer::Use;

/// A number of permits, and who waits for one. **no-idle**: if any is free, nobody waits.
pub(super) struct Permits {
    free: Cell<usize>,
    /// Taken for good by [`Permit::forget`].
    forgotten: Cell<usize>,
    waiters: WaitList,
    pub tag: Tag,
}

impl Permits {
    pub fn new(free: usize) -> Self {
        Self { free: Cell::new(free), forgotten: Cell::new(0), waiters: WaitList::new(), tag: Tag::NONE }
    }

    pub fn free(&self) -> usize {
        self.free.get()
    }

    pub fn forgotten(&self) -> &Cell<usize> {
        &self.forgotten
    }

    pub fn try_take(&self) -> Option<Permit<'_>> {
        let free = self.free.get().checked_sub(1)?;
        self.free.set(free);
        self.tag.tell(Use::Acquired);
        Some(Permit { permits: self })
    }

    /// A permit is given back, or added.
    pub fn release(&self) {
        self.tag.tell(Use::Released);
        self.give();
    }

    /// Gives one permit, to who has waited longest if anybody waits.
    fn give(&self) {
        if self.waiters.grant(()).is_err() {
            self.free.set(self.free.get() + 1);
        }
    }

    pub fn take(&self) -> Take<'_> {
        Take { permits: self, wait: self.waiters.wait(&self.tag) }
    }
}

/// Takes a permit, when it is this one's turn.
pub(super) struct Take<'a> {
    permits: &'a Permits,
    wait: Wait<'a, ()>,
}

impl<'a> Future for Take<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit<'a>> {
        let permits = self.permits;
        if !self.wait.has_entered()
            && let Some(permit) = permits.try_take()
        {
            return Poll::Ready(permit);
        }
        Pin::new(&mut self.wait).poll(cx).map(|()| {
            permits.tag.tell(Use::Acquired);
            Permit { permits }
        })
    }
}

impl Drop for Take<'_> {
    fn drop(&mut self) {
        if let Some(()) = self.wait.give_up() {
            self.permits.give();
        }
    }
}

/// One permit of a [`Semaphore`](super::Semaphore) or [`BoundedSemaphore`](super::BoundedSemaphore). Dropped,
/// it is given back.
///
/// ```
/// use vpyb_core::sync::Semaphore;
///
/// let semaphore = Semaphore::new(1);
/// let permit = semaphore.try_acquire().expect("one is free");
/// assert_eq!(semaphore.value(), 0);
/// drop(permit);
/// assert_eq!(semaphore.value(), 1);
/// ```
#[must_use = "a permit that is not kept is given back at once"]
pub struct Permit<'a> {
    permits: &'a Permits,
}

impl Permit<'_> {
    /// Keeps the permit without a value to hold: somebody gives it back with `release`, perhaps another task.
    ///
    /// ```
    /// use vpyb_core::sync::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// semaphore.try_acquire().expect("one is free").forget();
    /// assert_eq!(semaphore.value(), 0);
    /// assert!(semaphore.release().is_ok());
    /// ```
    pub fn forget(self) {
        self.permits.forgotten.set(self.permits.forgotten.get() + 1);
        core::mem::forget(self);
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.permits.release();
    }
}
