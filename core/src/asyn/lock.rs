//! The polled lock (tutorial section 3.1).
//!
//! Owns the flag. There is no list of waiters, no check of ownership and no fairness.

use alloc::borrow::Cow;
use core::cell::Cell;
use core::future::Future;

use super::Error;
use super::held::{Exit, held};
use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{ObjectKind, Use};

/// A lock whose waiters ask again every `delay_ms`.
///
/// ```
/// # use vpyb_core::{TaskError, asyn::{Error, Lock}};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let lock = Lock::new(&ev, 0);
/// // As `async with lock:`.
/// lock.with(async { Ok::<_, TaskError>(ev.sleep_ms(500).await?) }).await?;
/// // By hand: whoever finds it held waits, here in vain.
/// lock.acquire().await?;
/// assert!(ev.wait_for_ms(lock.acquire(), 10).await.is_err());
/// lock.release()?;
/// assert!(matches!(lock.release(), Err(Error::NotLocked)));
/// # Ok(())
/// # }); }
/// ```
pub struct Lock {
    event_loop: EventLoop,
    label: Label,
    delay_ms: i32,
    locked: Cell<bool>,
}

impl Lock {
    /// A free lock. With a delay of 0 its waiters ask at each of their turns.
    pub fn new(event_loop: &EventLoop, delay_ms: i32) -> Self {
        let label = Label::new(ObjectKind::Lock);
        Self { event_loop: event_loop.clone(), label, delay_ms, locked: Cell::new(false) }
    }

    /// Names it in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.label.rename(name);
        self
    }

    /// Names it as what it belongs to.
    pub(super) fn name_if_nameless(&mut self, name: Cow<'static, str>) {
        if self.label.name().is_empty() {
            self.label.rename(name);
        }
    }

    /// Whether somebody holds it.
    pub fn locked(&self) -> bool {
        self.locked.get()
    }

    /// Takes the lock; gives up no turn if it is free.
    ///
    /// # Cancellation
    ///
    /// The lock is not taken. The interrupt arrives within `delay_ms`, or at the next turn. Dropped, nothing is lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "Lock::acquire");
        async move {
            unawaited.begins();
            if self.locked.get() {
                let _waiting = self.label.wait(&self.event_loop);
                while self.locked.get() {
                    self.event_loop.sleep_ms(self.delay_ms).await?;
                }
            }
            self.locked.set(true);
            self.label.tell(&self.event_loop, Use::Acquired);
            Ok(())
        }
    }

    /// Gives the lock back, whoever took it.
    ///
    /// # Errors
    ///
    /// `NotLocked` if nobody holds it.
    pub fn release(&self) -> Result<(), Error> {
        if !self.locked.replace(false) {
            return Err(Error::NotLocked);
        }
        self.label.tell(&self.event_loop, Use::Released);
        Ok(())
    }

    /// Runs `body` while the lock is held, as `async with lock:`. However `body` ends, by an error or an interrupt
    /// too, the lock is then released and one turn given up, so that a waiter goes on first.
    ///
    /// # Errors
    ///
    /// Those of `body`; `NotLocked` in their place if somebody else released the lock meanwhile.
    ///
    /// # Cancellation
    ///
    /// While it waits, as for [`acquire`](Self::acquire); then inside `body`; then after the release. Dropped, the
    /// lock is released if it was taken.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn with<T, E: From<Error>>(
        &self,
        body: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, E>> {
        let unawaited = self.event_loop.unawaited(|| "Lock::with");
        async move {
            unawaited.begins();
            self.acquire().await.map_err(Error::from)?;
            held(&self.event_loop, Exit::Turn, || self.release(), body).await
        }
    }
}
