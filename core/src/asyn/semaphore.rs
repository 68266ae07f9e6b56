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
///
/// ```
/// # use vpyb_core::{TaskError, asyn::Semaphore};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let semaphore = Semaphore::new(&ev, 1);
/// // As `async with semaphore:`.
/// semaphore.with(async { Ok::<_, TaskError>(ev.sleep_ms(10).await?) }).await?;
/// semaphore.acquire().await?;
/// semaphore.release();
/// # Ok(())
/// # }); }
/// ```
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
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "Semaphore::acquire");
        async move {
            unawaited.begins();
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
    }

    /// Gives a place back, or adds one.
    pub fn release(&self) {
        self.count.set(self.count.get().saturating_add(1));
        self.label.tell(&self.event_loop, Use::Released);
    }

    /// Runs `body` while a place is taken, as `async with semaphore:`. However `body` ends, by an error or an
    /// interrupt too, the place is then given back and one turn given up, so that a waiter goes on first.
    ///
    /// # Errors
    ///
    /// Those of `body`, and interrupts.
    ///
    /// # Cancellation
    ///
    /// While it waits, as for [`acquire`](Self::acquire); then inside `body`; then after the release. Dropped, the
    /// place is given back if it was taken.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn with<T, E: From<Error>>(
        &self,
        body: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, E>> {
        let unawaited = self.event_loop.unawaited(|| "Semaphore::with");
        async move {
            unawaited.begins();
            let give_back = || {
                self.release();
                Ok(())
            };
            self.acquire().await.map_err(Error::from)?;
            held(&self.event_loop, Exit::Turn, give_back, body).await
        }
    }
}

/// A semaphore that notices when it is released more often than acquired (tutorial section 3.4.1).
///
/// ```
/// # use vpyb_core::asyn::{BoundedSemaphore, Error};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let semaphore = BoundedSemaphore::new(&ev, 1);
/// semaphore.acquire().await?;
/// semaphore.release()?;
/// assert!(matches!(semaphore.release(), Err(Error::ReleasedTooOften)));
/// # Ok(())
/// # }); }
/// ```
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
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = Result<(), Interrupt>> {
        self.semaphore.acquire()
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
    #[must_use = "it does nothing unless it is awaited"]
    pub fn with<T, E: From<Error>>(
        &self,
        body: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, E>> {
        let unawaited = self.semaphore.event_loop.unawaited(|| "BoundedSemaphore::with");
        async move {
            unawaited.begins();
            self.acquire().await.map_err(Error::from)?;
            held(&self.semaphore.event_loop, Exit::Turn, || self.release(), body).await
        }
    }
}
