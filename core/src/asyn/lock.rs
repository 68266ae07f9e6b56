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
/// # use vpyb_core::{EventLoop, TaskError, asyn::Lock};
/// async fn task(ev: EventLoop, lock: &Lock) -> Result<(), TaskError> {
///     lock.with(async { Ok(ev.sleep_ms(500).await?) }).await
/// }
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

    /// Whether somebody holds it.
    pub fn locked(&self) -> bool {
        self.locked.get()
    }

    /// Takes the lock; gives up no turn if it is free.
    ///
    /// # Cancellation
    ///
    /// The lock is not taken. The interrupt arrives within `delay_ms`, or at the next turn. Dropped, nothing is lost.
    pub async fn acquire(&self) -> Result<(), Interrupt> {
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
    pub async fn with<T, E: From<Error>>(&self, body: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.acquire().await.map_err(Error::from)?;
        held(&self.event_loop, Exit::Turn, || self.release(), body).await
    }
}
