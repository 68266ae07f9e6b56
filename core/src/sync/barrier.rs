//! Tasks that wait for each other (tutorial section 3.3).
//!
//! Owns [`Barrier`].

use alloc::borrow::Cow;
use core::cell::Cell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::tag::Tag;
use super::wait_list::{Wait, WaitList};
use crate::event_loop::EventLoop;
use crate::observer::{ObjectKind, Use};
use crate::unawaited::Awaited;

/// Holds tasks back until so many have arrived, then lets all go; and again from the start.
///
/// Unlike the original's, a waiter that is interrupted takes its arrival back. What is to be done once all have
/// arrived is done by the last one, which is told so.
///
/// ```
/// use vpyb_core::sync::Barrier;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// async fn report(ev: &EventLoop, barrier: &Barrier) -> Result<(), Interrupt> {
///     let last = ev.interruptible(barrier.wait()).await?;
///     if last {
///         // All have arrived; this one speaks for them.
///     }
///     Ok(())
/// }
/// ```
pub struct Barrier {
    participants: usize,
    arrived: Cell<usize>,
    waiters: WaitList,
    tag: Tag,
}

impl Barrier {
    /// A barrier for so many participants. 0 counts as 1: nobody waits.
    ///
    /// ```
    /// let barrier = vpyb_core::sync::Barrier::new(2);
    /// assert!(!barrier.trigger());
    /// assert!(barrier.trigger());
    /// ```
    pub fn new(participants: usize) -> Self {
        let (arrived, waiters) = (Cell::new(0), WaitList::new());
        Self { participants: participants.max(1), arrived, waiters, tag: Tag::NONE }
    }

    /// Gives it a name, by which the observer of `event_loop` hears of its use, and reports say who waits for it.
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.tag = Tag::new(event_loop, ObjectKind::Barrier, name);
        self
    }

    /// Counts an arrival; true if it was the last, and the barrier is open.
    fn arrive(&self) -> bool {
        let arrived = self.arrived.get() + 1;
        let last = arrived == self.participants;
        self.arrived.set(if last { 0 } else { arrived });
        if last {
            self.tag.tell(Use::Set);
            self.waiters.grant_all(());
        }
        last
    }

    /// Arrives and waits for the others. True for the one that arrived last, which does not wait.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, the arrival is taken back, unless the barrier has
    /// opened meanwhile: then it has counted.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait(&self) -> impl Future<Output = bool> {
        let wait = Arrive { barrier: self, wait: self.waiters.wait(&self.tag), open: false };
        Awaited::new(self.tag.unawaited(|| "Barrier::wait"), wait)
    }

    /// Arrives without waiting. True if that opened the barrier.
    ///
    /// ```
    /// assert!(vpyb_core::sync::Barrier::new(1).trigger());
    /// ```
    pub fn trigger(&self) -> bool {
        self.arrive()
    }

    /// Whether some have arrived, but not all.
    pub fn busy(&self) -> bool {
        self.arrived.get() > 0
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Barrier({} of {})", self.arrived.get(), self.participants)
    }
}

struct Arrive<'a> {
    barrier: &'a Barrier,
    wait: Wait<'a, ()>,
    /// The barrier has opened for this one.
    open: bool,
}

impl Future for Arrive<'_> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        if !self.wait.has_entered() && self.barrier.arrive() {
            self.open = true;
            return Poll::Ready(true);
        }
        let waited = Pin::new(&mut self.wait).poll(cx);
        self.open = waited.is_ready();
        waited.map(|()| false)
    }
}

impl Drop for Arrive<'_> {
    fn drop(&mut self) {
        if !self.open && self.wait.has_entered() && self.wait.give_up().is_none() {
            self.barrier.arrived.set(self.barrier.arrived.get() - 1);
        }
    }
}
