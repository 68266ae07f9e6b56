//! Waiting until what a lock guards has changed (tutorial section 3.6).
//!
//! Owns [`Condition`]. The lock is another thing, as with `std`'s condition variables: any number of
//! conditions may go with one lock.

use alloc::borrow::Cow;
use core::cell::Cell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::Poll;

use super::lock::LockGuard;
use super::tag::Tag;
use super::wait_list::{Wait, WaitList};
use crate::event_loop::EventLoop;
use crate::observer::{ObjectKind, Use};

/// A notification; `One` must not be lost.
#[derive(Clone, Copy)]
enum Notice {
    One,
    All,
}

/// Lets a task that holds a lock wait until another one says that something has changed. Who has waited longest
/// is told first.
///
/// Unlike the original's, it tells in order of arrival, and a notification that meets a cancelled waiter goes to
/// the next one.
///
/// ```
/// use core::cell::Cell;
/// use vpyb_core::sync::{Condition, Lock};
/// use vpyb_core::{EventLoop, Interrupt};
///
/// struct Tank {
///     lock: Lock,
///     changed: Condition,
///     level: Cell<u32>,
/// }
///
/// async fn drain(ev: &EventLoop, tank: &Tank) -> Result<(), Interrupt> {
///     let held = ev.interruptible(tank.lock.acquire()).await?;
///     let _held = ev.interruptible(tank.changed.wait_for(held, || tank.level.get() >= 10)).await?;
///     tank.level.set(0);
///     Ok(())
/// }
///
/// async fn fill(ev: &EventLoop, tank: &Tank) -> Result<(), Interrupt> {
///     let _held = ev.interruptible(tank.lock.acquire()).await?;
///     tank.level.set(tank.level.get() + 5);
///     tank.changed.notify(1);
///     Ok(())
/// }
/// ```
pub struct Condition {
    waiters: WaitList<Notice>,
    tag: Tag,
}

impl Condition {
    /// A condition that nobody waits for.
    ///
    /// ```
    /// assert_eq!(vpyb_core::sync::Condition::new().notify(1), 0);
    /// ```
    pub fn new() -> Self {
        Self { waiters: WaitList::new(), tag: Tag::NONE }
    }

    /// Gives it a name, by which the observer of `event_loop` hears of its use, and reports say who waits for it.
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.tag = Tag::new(event_loop, ObjectKind::Condition, name);
        self
    }

    /// Releases the lock, waits for a notification, and acquires the lock again.
    ///
    /// # Cancellation
    ///
    /// The lock is lost: after an interrupt, and when the future is dropped, it is not held. A notification that had
    /// arrived already goes to the next waiter.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait<'a>(&self, held: LockGuard<'a>) -> impl Future<Output = LockGuard<'a>> {
        let unawaited = self.tag.unawaited(|| "Condition::wait");
        async move {
            unawaited.begins();
            let lock = held.lock();
            let mut notified =
                Notified { condition: self, wait: self.waiters.wait(&self.tag), unused: Cell::new(None) };
            let mut held = Some(held);
            poll_fn(|cx| match Pin::new(&mut notified.wait).poll(cx) {
                Poll::Ready(notice) => {
                    notified.unused.set(Some(notice));
                    Poll::Ready(())
                }
                Poll::Pending => {
                    // Only now: whoever gets the lock next finds this waiter in the list.
                    held = None;
                    Poll::Pending
                }
            })
            .await;
            let held = lock.acquire().await;
            notified.unused.set(None);
            held
        }
    }

    /// Waits until `predicate` holds; at once if it does. It is asked with the lock held.
    ///
    /// # Cancellation
    ///
    /// As for [`wait`](Self::wait).
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait_for<'a>(
        &self,
        mut held: LockGuard<'a>,
        mut predicate: impl FnMut() -> bool,
    ) -> impl Future<Output = LockGuard<'a>> {
        let unawaited = self.tag.unawaited(|| "Condition::wait_for");
        async move {
            unawaited.begins();
            while !predicate() {
                held = self.wait(held).await;
            }
            held
        }
    }

    /// Tells the `n` that have waited longest; gives how many were told. They go on when they get the lock.
    pub fn notify(&self, n: usize) -> usize {
        self.tag.tell(Use::Set);
        let n = n.min(self.waiters.waiting());
        (0..n).take_while(|_| self.waiters.grant(Notice::One).is_ok()).count()
    }

    /// Tells all who wait.
    ///
    /// ```
    /// vpyb_core::sync::Condition::new().notify_all();
    /// ```
    pub fn notify_all(&self) {
        self.tag.tell(Use::Set);
        self.waiters.grant_all(Notice::All);
    }
}

impl Default for Condition {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({} waiting)", self.waiters.waiting())
    }
}

/// A wait that passes its notification on unless it was used.
struct Notified<'a> {
    condition: &'a Condition,
    wait: Wait<'a, Notice>,
    unused: Cell<Option<Notice>>,
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        if let Some(Notice::One) = self.wait.give_up().or(self.unused.take()) {
            self.condition.notify(1);
        }
    }
}
