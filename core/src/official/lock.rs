//! The official library's lock (tutorial section 3.1): waiters are parked, first come, first woken.
//!
//! Owns the flag and the list of parked tasks. Invariants: **always-yields** — each acquisition gives up one
//! turn, even of a free lock; **two-step** — a release frees the lock and queues the first waiter, which tests
//! it anew at its turn, so that another task may take it in between; **wake-ups are spent** — a waiter that is
//! interrupted at its turn does not pass the lock on.
//!
//! ```text
//!   Free ── acquire ──▶ Locked ── acquire: parked, in the list
//!     ▲                    │
//!     └── release: the first of the list to the run queue
//! ```

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use core::cell::{Cell, RefCell};
use core::error::Error;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::{Context, Poll, Waker};

use crate::error::{Interrupt, QueueFull, TaskError};
use crate::event_loop::{EventLoop, TaskHandle};
use crate::label::Label;
use crate::observer::{ObjectKind, Use};

/// Waiters for which there is room at first.
const WAITERS: usize = 8;

/// A lock with a list of parked waiters.
///
/// ```
/// # use vpyb_core::{EventLoop, TaskError, official::Lock};
/// async fn task(ev: EventLoop, lock: &Lock) -> Result<(), TaskError> {
///     loop {
///         lock.acquire().await?;
///         ev.sleep_ms(500).await?;
///         lock.release()?;
///     }
/// }
/// ```
pub struct Lock {
    event_loop: EventLoop,
    label: Label,
    locked: Cell<bool>,
    waiters: RefCell<VecDeque<(u32, Waiter)>>,
    next_waiter: Cell<u32>,
}

/// Who is told of a release.
enum Waiter {
    /// A task that is parked.
    Task(TaskHandle),
    /// A part of one, beside others in a combinator (`select`, `join_all`).
    Part(Waker),
}

impl Lock {
    /// A free lock.
    pub fn new(event_loop: &EventLoop) -> Self {
        Self {
            event_loop: event_loop.clone(),
            label: Label::new(ObjectKind::Lock),
            locked: Cell::new(false),
            waiters: RefCell::new(VecDeque::with_capacity(WAITERS)),
            next_waiter: Cell::new(0),
        }
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

    /// Takes the lock; one turn is always given up first. While it is held, the current task is parked at the end
    /// of the list.
    ///
    /// # Cancellation
    ///
    /// The lock is not taken. A parked task gets the interrupt only when the lock is handed to it, perhaps never;
    /// the hand-over is spent with it, and the tasks behind it stay parked until the lock is released again.
    /// Beside other awaits in a combinator it is no parked task: there the interrupt arrives at once, if nothing else of
    /// the task takes it. Dropped, it leaves the list, and passes on a hand-over that it had been given.
    ///
    /// # Panics
    ///
    /// Outside a step of the lock's event loop.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn acquire(&self) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "Lock::acquire");
        async move {
            unawaited.begins();
            self.event_loop.yield_now().await?;
            if self.locked.get() {
                let _waiting = self.label.wait(&self.event_loop);
                while self.locked.get() {
                    self.wait_for_release().await?;
                }
            }
            self.locked.set(true);
            self.label.tell(&self.event_loop, Use::Acquired);
            Ok(())
        }
    }

    /// Gives the lock back. It is free from now on; the first waiter is queued and tries again at its turn.
    ///
    /// # Errors
    ///
    /// `NotLocked` if nobody holds it; `QueueFull` if the run queue has no place for the waiter, which is lost.
    pub fn release(&self) -> Result<(), ReleaseError> {
        if !self.locked.replace(false) {
            return Err(ReleaseError::NotLocked);
        }
        self.label.tell(&self.event_loop, Use::Released);
        self.hand_over()
    }

    fn hand_over(&self) -> Result<(), ReleaseError> {
        let first = self.waiters.borrow_mut().pop_front();
        match first {
            Some((_, Waiter::Task(task))) => self.event_loop.requeue(&task).map_err(ReleaseError::QueueFull),
            Some((_, Waiter::Part(waker))) => {
                waker.wake();
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Waits in the list until a release hands over.
    async fn wait_for_release(&self) -> Result<(), Interrupt> {
        let place = poll_fn(|cx| Poll::Ready(self.enlist(cx))).await;
        if place.is_part {
            poll_fn(|cx| place.poll(cx)).await?;
            core::mem::forget(place);
            return Ok(());
        }
        let woken = self.event_loop.park().await;
        // Woken or interrupted, its place in the list is as the original leaves it.
        core::mem::forget(place);
        woken
    }

    fn enlist(&self, cx: &Context<'_>) -> Place<'_> {
        let task = self.event_loop.current_task().expect("a lock is acquired inside a task");
        let is_part = !self.event_loop.shared().speaks_for_task(cx);
        let number = self.next_waiter.get();
        self.next_waiter.set(number.wrapping_add(1));
        let waiter = if is_part { Waiter::Part(cx.waker().clone()) } else { Waiter::Task(task) };
        self.waiters.borrow_mut().push_back((number, waiter));
        Place { lock: self, number, is_part }
    }
}

/// A place in the list, for as long as its future is not dropped.
struct Place<'l> {
    lock: &'l Lock,
    number: u32,
    is_part: bool,
}

impl Place<'_> {
    /// Whether a part of a task has been told of a release.
    fn poll(&self, cx: &Context<'_>) -> Poll<Result<(), Interrupt>> {
        if let Some(interrupt) = self.lock.event_loop.shared().take_interrupt() {
            return Poll::Ready(Err(interrupt));
        }
        let mut waiters = self.lock.waiters.borrow_mut();
        let Some((_, waiter)) = waiters.iter_mut().find(|(number, _)| *number == self.number) else {
            return Poll::Ready(Ok(()));
        };
        let before = core::mem::replace(waiter, Waiter::Part(cx.waker().clone()));
        drop(waiters);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.lock.event_loop.shared().is_closed() {
            return;
        }
        let mut waiters = self.lock.waiters.borrow_mut();
        if let Some(at) = waiters.iter().position(|(number, _)| *number == self.number) {
            waiters.remove(at);
            return;
        }
        drop(waiters);
        if !self.lock.locked.get() {
            // Without a place in the run queue the next release wakes the next waiter.
            self.lock.hand_over().ok();
        }
    }
}

/// Why a lock could not be released.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReleaseError {
    /// Nobody holds it. The original raises `AssertionError`.
    NotLocked,
    /// The run queue has no place for the next waiter.
    QueueFull(QueueFull),
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLocked => f.write_str("a lock that nobody holds was released"),
            Self::QueueFull(full) => full.fmt(f),
        }
    }
}

impl Error for ReleaseError {}

impl From<ReleaseError> for TaskError {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::QueueFull(full) => full.into(),
            ReleaseError::NotLocked => Self::failed(error),
        }
    }
}
