//! Semaphores (tutorial section 3.4): so many tasks at a time.
//!
//! Owns the counts. Waiters ask at each of their turns; the first to ask gets the place, and a newcomer may overtake.

use alloc::borrow::Cow;
use core::cell::Cell;
use core::future::Future;

use super::Error;
use super::held::{Exit, held};
use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{ObjectKind, Use};

/// A count of places. Any task may release.
pub struct Semaphore {
    event_loop: EventLoop,
    label: Label,
    count: Cell<u32>,
}

impl Semaphore {
    /// A semaphore with so many places.
    pub fn new(event_loop: &EventLoop, value: u32) -> Self {
        let label = Label::new(ObjectKind::Semaphore);
        Self { event_loop: event_loop.clone(), label, count: Cell::new(value) }
    }

    /// Names it in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.label.rename(name);
        self
    }

    /// Takes a place; gives up no turn if one is free.
    ///
    /// # Cancellation
    ///
    /// No place is taken. The interrupt arrives at the next turn. Dropped, nothing is lost.
    pub async fn acquire(&self) -> Result<(), Interrupt> {
        if self.count.get() == 0 {
            let _waiting = self.label.wait(&self.event_loop);
            while self.count.get() == 0 {
                self.event_loop.yield_now().await?;
            }
        }
        self.count.set(self.count.get() - 1);
        self.label.tell(&self.event_loop, Use::Acquired);
        Ok(())
    }

    /// Gives a place back, or adds one.
    pub fn release(&self) {
        self.count.set(self.count.get().saturating_add(1));
        self.label.tell(&self.event_loop, Use::Released);
    }

    /// Runs `body` while a place is taken, as `async with semaphore:`. However `body` ends, by an error or an
    /// interrupt too, the place is then given back and one turn given up, so that a waiter goes on first.
    ///
    /// # Cancellation
    ///
    /// While it waits, as for [`acquire`](Self::acquire); then inside `body`; then after the release. Dropped, the
    /// place is given back if it was taken.
    pub async fn with<T, E: From<Error>>(&self, body: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let give_back = || {
            self.release();
            Ok(())
        };
        self.acquire().await.map_err(Error::from)?;
        held(&self.event_loop, Exit::Turn, give_back, body).await
    }
}

/// A semaphore that notices when it is released more often than acquired.
pub struct BoundedSemaphore {
    semaphore: Semaphore,
    places: u32,
}

impl BoundedSemaphore {
    /// A semaphore with so many places.
    pub fn new(event_loop: &EventLoop, value: u32) -> Self {
        Self { semaphore: Semaphore::new(event_loop, value), places: value }
    }

    /// Names it in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.semaphore = self.semaphore.named(name);
        self
    }

    /// As [`Semaphore::acquire`].
    ///
    /// # Cancellation
    ///
    /// As for [`Semaphore::acquire`].
    pub async fn acquire(&self) -> Result<(), Interrupt> {
        self.semaphore.acquire().await
    }

    /// Gives a place back.
    ///
    /// # Errors
    ///
    /// `ReleasedTooOften` if all places are free. A release too many while others hold places goes unnoticed until
    /// one of them releases.
    pub fn release(&self) -> Result<(), Error> {
        if self.semaphore.count.get() >= self.places {
            return Err(Error::ReleasedTooOften);
        }
        self.semaphore.release();
        Ok(())
    }

    /// As [`Semaphore::with`].
    ///
    /// # Errors
    ///
    /// Those of `body`; `ReleasedTooOften` in their place if the place was given back already.
    ///
    /// # Cancellation
    ///
    /// As for [`Semaphore::with`].
    pub async fn with<T, E: From<Error>>(&self, body: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.acquire().await.map_err(Error::from)?;
        held(&self.semaphore.event_loop, Exit::Turn, || self.release(), body).await
    }
}
