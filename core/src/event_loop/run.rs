//! Runs of the loop: `run_until_complete` and `run_forever`, as the program's top level awaits them.
//!
//! Owns the two futures and how a run ends. It does not step the loop: its owner does, and polls the top
//! level again when the run is over.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::Cell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::names::Naming;
use super::shared::{NOBODY, Shared, TaskFuture};
use crate::error::{RunError, TaskError};

/// Runs the loop until a future is complete (tutorial section 2.1). Made by [`Top::run_until_complete`](crate::Top::run_until_complete).
///
/// The future is wrapped in a task that goes to the end of the run queue and stops the loop, in the same
/// step, when the future succeeds. If the future ends by an interrupt, the stop request is never reached
/// and the run goes on (reference: "run until complete of a cancelled coroutine never returns"). Under `Asyncio3` the
/// run ends with its task, with an error if that was interrupted.
///
/// # Cancellation
///
/// The top level is no task and cannot be cancelled. Dropped, it leaves the wrapper task as it is.
#[must_use = "a run does nothing unless it is awaited"]
pub struct RunUntilComplete<F, T> {
    shared: Rc<Shared>,
    /// The future and how it is called, until it is a task.
    start: Option<(F, Naming)>,
    result: Rc<Cell<Option<T>>>,
}

/// Runs the loop until it is stopped (tutorial section 2.1). Made by [`Top::run_forever`](crate::Top::run_forever).
///
/// # Cancellation
///
/// As for [`RunUntilComplete`].
#[must_use = "a run does nothing unless it is awaited"]
pub struct RunForever {
    shared: Rc<Shared>,
    started: bool,
}

impl<F, T> RunUntilComplete<F, T> {
    pub(super) fn new(shared: Rc<Shared>, future: F) -> Self {
        Self { shared, start: Some((future, Naming::after::<F>())), result: Rc::default() }
    }

    /// Names the task that the future becomes; without it, it is named after its function.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        if let Some((_, before)) = &mut self.start {
            *before = Naming::given(name);
        }
        self
    }
}

/// Dropped without having been awaited, it has run nothing.
impl<F, T> Drop for RunUntilComplete<F, T> {
    fn drop(&mut self) {
        if self.start.is_some() {
            self.shared.tell_unawaited("run_until_complete");
        }
    }
}

/// As for [`RunUntilComplete`].
impl Drop for RunForever {
    fn drop(&mut self) {
        if !self.started {
            self.shared.tell_unawaited("run_forever");
        }
    }
}

impl RunForever {
    pub(super) fn new(shared: Rc<Shared>) -> Self {
        Self { shared, started: false }
    }
}

/// The future is moved into its task before it is first polled, so nothing here is pinned.
impl<F, T> Unpin for RunUntilComplete<F, T> {}

impl<F, T> Future for RunUntilComplete<F, T>
where
    F: Future<Output = Result<T, TaskError>> + 'static,
    T: 'static,
{
    type Output = Result<T, RunError>;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some((future, name)) = self.start.take() {
            let (shared, result) = (self.shared.clone(), self.result.clone());
            let wrapper: TaskFuture = Box::pin(async move {
                result.set(Some(future.await?));
                // With one queue a run ends with its own task; what an earlier run left behind merely ends.
                if !shared.rules.one_queue() || shared.main.get() == shared.turn.current.get() {
                    shared.request_stop();
                }
                Ok(())
            });
            return match self.shared.begin_with(name, wrapper) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            };
        }
        let Some(ended) = self.shared.take_end() else { return Poll::Pending };
        Poll::Ready(ended.and_then(|()| self.result.take().ok_or(RunError::Stopped)))
    }
}

impl Future for RunForever {
    type Output = Result<(), RunError>;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.started {
            self.started = true;
            self.shared.begin_run(true, NOBODY);
            return Poll::Pending;
        }
        self.shared.take_end().map_or(Poll::Pending, Poll::Ready)
    }
}
