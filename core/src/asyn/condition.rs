//! The condition variable (tutorial section 3.6): tasks wait, with a lock, until somebody notifies them.
//!
//! Owns the list of those that were not notified yet. Invariants: **last-first** — the most recent waiter is notified
//! first; those that are notified together go on in the order of the run queue; **wait-unlocks** — the lock is free
//! while a task waits, and held again when it goes on.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::Future;

use super::held::{Exit, held};
use super::{Error, Lock};
use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{ObjectKind, Use};

/// Waiters for which there is room at first.
const WAITERS: usize = 8;

/// A lock, and tasks that wait for something to be said about what it guards.
///
/// ```
/// # use std::{cell::Cell, rc::Rc};
/// # use vpyb_core::{TaskError, asyn::Condition};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let shared = Rc::new((Condition::new(&ev), Cell::new(0)));
/// let (own, filler) = (ev.clone(), shared.clone());
/// ev.create_task(async move {
///     let (condition, level) = &*filler;
///     own.sleep_ms(10).await?;
///     // As `with await condition:`.
///     condition.with(async { level.set(5); condition.notify(1) }).await?;
///     Ok(())
/// })?;
/// let (condition, level) = &*shared;
/// condition.with(condition.wait_for(|| level.get() >= 5)).await?;
/// assert_eq!(ev.time(), 10);
/// # Ok(())
/// # }); }
/// ```
pub struct Condition {
    event_loop: EventLoop,
    label: Label,
    lock: Rc<Lock>,
    waiters: RefCell<Vec<u32>>,
    next_waiter: Cell<u32>,
}

impl Condition {
    /// A condition with a lock of its own.
    pub fn new(event_loop: &EventLoop) -> Self {
        Self::with_lock(event_loop, Rc::new(Lock::new(event_loop, 0)))
    }

    /// A condition about what `lock` guards.
    pub fn with_lock(event_loop: &EventLoop, lock: Rc<Lock>) -> Self {
        Self {
            event_loop: event_loop.clone(),
            label: Label::new(ObjectKind::Condition),
            lock,
            waiters: RefCell::new(Vec::with_capacity(WAITERS)),
            next_waiter: Cell::new(0),
        }
    }

    /// Names it in reports, and its lock if that is its own and has no name.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        if let Some(lock) = Rc::get_mut(&mut self.lock) {
            lock.name_if_nameless(name.clone());
        }
        self.label.rename(name);
        self
    }

    /// As [`Lock::acquire`].
    ///
    /// # Cancellation
    ///
    /// As for [`Lock::acquire`].
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = Result<(), Interrupt>> {
        self.lock.acquire()
    }

    /// As [`Lock::release`].
    ///
    /// # Errors
    ///
    /// `NotLocked` if nobody holds the lock.
    pub fn release(&self) -> Result<(), Error> {
        self.lock.release()
    }

    /// Whether somebody holds the lock.
    pub fn locked(&self) -> bool {
        self.lock.locked()
    }

    /// How many wait for a notification, or left their place behind when they were interrupted.
    pub fn waiting(&self) -> usize {
        self.waiters.borrow().len()
    }

    /// Runs `body` while the lock is held, as `with await condition:`. However `body` ends, the lock is then
    /// released; no turn is given up.
    ///
    /// # Errors
    ///
    /// Those of `body`; `NotLocked` in their place if nobody holds the lock when it ends, as after an interrupt of
    /// [`wait`](Self::wait).
    ///
    /// # Cancellation
    ///
    /// While it waits, as for [`acquire`](Self::acquire); then inside `body`. Dropped, the lock is released if it was
    /// taken.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn with<T, E: From<Error>>(
        &self,
        body: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, E>> {
        let unawaited = self.event_loop.unawaited(|| "Condition::with");
        async move {
            unawaited.begins();
            self.acquire().await.map_err(Error::from)?;
            held(&self.event_loop, Exit::AtOnce, || self.release(), body).await
        }
    }

    /// Releases the lock, waits for a notification, and takes the lock again.
    ///
    /// # Errors
    ///
    /// `WaitWithoutLock` if nobody holds the lock.
    ///
    /// # Cancellation
    ///
    /// The lock is **not** held then: leaving [`with`](Self::with) fails with `NotLocked`, or releases it for somebody
    /// else. A waiter that was not notified leaves its place behind, where a later notification may be spent on it.
    /// Dropped, its place goes.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait(&self) -> impl Future<Output = Result<(), Error>> {
        let unawaited = self.event_loop.unawaited(|| "Condition::wait");
        async move {
            unawaited.begins();
            if !self.locked() {
                return Err(Error::WaitWithoutLock);
            }
            let waiter = self.enlist();
            self.release()?;
            let waiting = self.label.wait(&self.event_loop);
            let mut notified = Ok(());
            while notified.is_ok() && self.waiters.borrow().contains(&waiter.number) {
                notified = self.event_loop.sleep_ms(0).await;
            }
            core::mem::forget(waiter);
            drop(waiting);
            notified?;
            Ok(self.acquire().await?)
        }
    }

    /// Waits, again and again, until `so` holds; not at all if it does.
    ///
    /// # Errors
    ///
    /// As for [`wait`](Self::wait).
    ///
    /// # Cancellation
    ///
    /// As for [`wait`](Self::wait).
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait_for(&self, mut so: impl FnMut() -> bool) -> impl Future<Output = Result<(), Error>> {
        let unawaited = self.event_loop.unawaited(|| "Condition::wait_for");
        async move {
            unawaited.begins();
            while !so() {
                self.wait().await?;
            }
            Ok(())
        }
    }

    /// Notifies up to `n` waiters, the most recent one first.
    ///
    /// # Errors
    ///
    /// `NotifyWithoutLock` if nobody holds the lock.
    pub fn notify(&self, n: usize) -> Result<(), Error> {
        if !self.locked() {
            return Err(Error::NotifyWithoutLock);
        }
        let mut waiters = self.waiters.borrow_mut();
        let left = waiters.len().saturating_sub(n);
        waiters.truncate(left);
        drop(waiters);
        self.label.tell(&self.event_loop, Use::Set);
        Ok(())
    }

    /// Notifies all waiters.
    ///
    /// # Errors
    ///
    /// As for [`notify`](Self::notify).
    pub fn notify_all(&self) -> Result<(), Error> {
        self.notify(self.waiting())
    }

    fn enlist(&self) -> Waiter<'_> {
        let number = self.next_waiter.get();
        self.next_waiter.set(number.wrapping_add(1));
        self.waiters.borrow_mut().push(number);
        Waiter { condition: self, number }
    }
}

/// A place in the list, for as long as its future is not dropped.
struct Waiter<'c> {
    condition: &'c Condition,
    number: u32,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.condition.waiters.borrow_mut().retain(|number| *number != self.number);
    }
}
