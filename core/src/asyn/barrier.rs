//! The barrier (tutorial section 3.3): tasks wait until all have come.
//!
//! Owns the count. Invariants: **alternates** — each opening reverses the direction in which arrivals count, so
//! that the barrier can be used again at once; **last-goes-first** — the last arrival runs the callback and goes on
//! without giving up a turn.

use alloc::borrow::Cow;
use core::cell::Cell;
use core::future::Future;

use super::{Error, Launch};
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{ObjectKind, Use};

/// A meeting point for a number of tasks; those that wait ask at each of their turns.
///
/// ```
/// # use std::rc::Rc;
/// # use vpyb_core::asyn::{Barrier, Launch};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let barrier = Rc::new(Barrier::new(&ev, 2).calling(Launch::function(|| { /* all have come */ })));
/// let other = barrier.clone();
/// ev.create_task(async move { Ok(other.wait().await?) })?;
/// barrier.wait().await?;
/// assert!(!barrier.busy(), "it can be used again");
/// # Ok(())
/// # }); }
/// ```
pub struct Barrier {
    event_loop: EventLoop,
    label: Label,
    participants: i32,
    down: Cell<bool>,
    count: Cell<i32>,
    callback: Cell<Option<Launch>>,
}

impl Barrier {
    /// A barrier that opens when so many have come.
    pub fn new(event_loop: &EventLoop, participants: u16) -> Self {
        let participants = i32::from(participants);
        Self {
            event_loop: event_loop.clone(),
            label: Label::new(ObjectKind::Barrier),
            participants,
            down: Cell::new(true),
            count: Cell::new(participants),
            callback: Cell::new(None),
        }
    }

    /// Names it in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.label.rename(name);
        self
    }

    /// Launches this each time it opens. A function is complete before anyone goes on; a task is only queued.
    pub fn calling(self, callback: Launch) -> Self {
        self.callback.set(Some(callback));
        self
    }

    /// Arrives, and waits for the others. The original's `await barrier`.
    ///
    /// # Errors
    ///
    /// `TooManyTasks` if all have come and the barrier did not open, which a failed callback leaves behind, or if it
    /// has no participants; `Callback` with what the callback failed with.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives at the next turn. The arrival stays counted, so the barrier opens one task early.
    /// Dropped, the arrival is taken back.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait(&self) -> impl Future<Output = Result<(), Error>> {
        let unawaited = self.event_loop.unawaited(|| "Barrier::wait");
        async move {
            unawaited.begins();
            if self.arrive()? {
                return Ok(());
            }
            let waiting = self.label.wait(&self.event_loop);
            let arrival = Arrival { barrier: self, down: self.down.get() };
            let mut ended = Ok(());
            while ended.is_ok() && self.down.get() == arrival.down {
                ended = self.event_loop.yield_now().await;
            }
            core::mem::forget(arrival);
            drop(waiting);
            Ok(ended?)
        }
    }

    /// Arrives without waiting. The last arrival opens the barrier.
    ///
    /// # Errors
    ///
    /// As for [`wait`](Self::wait).
    pub fn trigger(&self) -> Result<(), Error> {
        self.arrive().map(drop)
    }

    /// Whether somebody has come since it last opened.
    pub fn busy(&self) -> bool {
        self.count.get() != self.start()
    }

    fn start(&self) -> i32 {
        if self.down.get() { self.participants } else { 0 }
    }

    fn forward(&self) -> i32 {
        if self.down.get() { -1 } else { 1 }
    }

    /// Counts an arrival; true if it was the last.
    fn arrive(&self) -> Result<bool, Error> {
        self.count.set(self.count.get() + self.forward());
        if !(0..=self.participants).contains(&self.count.get()) {
            return Err(Error::TooManyTasks);
        }
        let limit = if self.down.get() { 0 } else { self.participants };
        if self.count.get() != limit {
            return Ok(false);
        }
        // At its limit the barrier refuses arrivals, so the callback cannot be wanted twice.
        if let Some(mut callback) = self.callback.take() {
            let launched = callback.launch(&self.event_loop);
            self.callback.set(Some(callback));
            launched.map_err(Error::Callback)?;
        }
        self.down.set(!self.down.get());
        self.count.set(self.start());
        self.label.tell(&self.event_loop, Use::Set);
        Ok(true)
    }
}

/// An arrival that waits; taken back if its future is dropped before the barrier opened.
struct Arrival<'b> {
    barrier: &'b Barrier,
    down: bool,
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        let barrier = self.barrier;
        if barrier.down.get() == self.down {
            barrier.count.set(barrier.count.get() - barrier.forward());
        }
    }
}
