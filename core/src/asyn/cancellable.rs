//! A future that can be cancelled by group or by name (tutorial section 5.2.1).
//!
//! Owns [`Cancellable`] and what the registry keeps of it. Run as a task, it is interrupted as any task is. Awaited
//! inside another task it has a pending interrupt of its own, which is raised at its innermost await when that task
//! is next resumed there:
//!
//! ```text
//!   None ── cancel ──▶ Cancelled ── polled in a resumption: handed down, taken ──▶ None
//!                          ▲                            │ not taken: taken back
//!                          └────────────────────────────┘
//! ```

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, OnceCell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use super::cancellables::{Cancellables, Group};
use super::{Barrier, Error};
use crate::error::{CancelError, Interrupt, QueueFull, TaskError};
use crate::event_loop::{EventLoop, TaskHandle, TaskName};
use crate::observer::TaskId;

/// What the registry keeps of a cancellable future.
pub(super) struct Member {
    number: u32,
    pub group: Group,
    /// Counts its end for whoever cancelled it last.
    confirmation: RefCell<Option<Rc<Barrier>>>,
    /// The task that it is, if it is one.
    task: OnceCell<TaskHandle>,
    state: Cell<State>,
    pending: Cell<Option<Interrupt>>,
    /// What its function is called.
    function: &'static str,
    /// The task that awaits it; none until it is polled.
    within: Cell<Option<TaskId>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Neither awaited nor made a task.
    Made,
    Fresh,
    Suspended,
    Running,
}

impl Member {
    pub fn new<F>(number: u32, group: Group) -> Self {
        Self {
            number,
            group,
            confirmation: RefCell::new(None),
            task: OnceCell::new(),
            state: Cell::new(State::Made),
            pending: Cell::new(None),
            function: TaskName::function_of::<F>(),
            within: Cell::new(None),
        }
    }

    pub fn confirm_to(&self, barrier: Rc<Barrier>) {
        *self.confirmation.borrow_mut() = Some(barrier);
    }

    pub fn confirm(&self) -> Result<(), Error> {
        let barrier = self.confirmation.borrow().clone();
        barrier.map_or(Ok(()), |barrier| barrier.trigger())
    }

    /// Not cancelled, or cancelled and not all confirmed.
    pub fn is_running(&self) -> bool {
        self.confirmation.borrow().as_ref().is_none_or(|barrier| barrier.busy())
    }

    pub fn cancel(&self, event_loop: &EventLoop) -> Result<(), CancelError> {
        if let Some(task) = self.task.get() {
            return event_loop.cancel(task);
        }
        let part = match &self.group {
            Group::Name(name) => name,
            Group::Number(_) => self.function,
        };
        event_loop.shared().tell_part_cancelled(self.within.get(), part);
        match self.state.get() {
            State::Made | State::Fresh => Err(CancelError::NotStarted),
            State::Running => Ok(()),
            State::Suspended => {
                self.pending.set(Some(Interrupt::Cancelled));
                Ok(())
            }
        }
    }

    /// Polls the future, and hands down an interrupt that is meant for it alone.
    fn poll<F: Future>(
        &self,
        event_loop: &EventLoop,
        future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let shared = event_loop.shared();
        let arrives = self.pending.get().is_some() && shared.is_resumption();
        let own = if arrives { self.pending.take() } else { None };
        self.within.set(shared.current_id());
        self.state.set(State::Running);
        let polled = match own {
            None => future.poll(cx),
            Some(interrupt) => {
                // It takes the place of one that is meant for the whole task, as in the original.
                shared.drop_interrupt();
                let (polled, taken) = shared.hand_down(interrupt, || future.poll(cx));
                if !taken {
                    // No await of this loop took it; it must not leave this future.
                    self.pending.set(own);
                }
                polled
            }
        };
        self.state.set(State::Suspended);
        polled
    }
}

/// A future with its entry in the registry. Made by [`Cancellables::cancellable`] and [`Cancellables::named`].
///
/// Dropped before its end, it leaves the registry, and whoever waits for its end is told.
#[must_use = "it does nothing unless it is run"]
pub struct Cancellable<F> {
    future: F,
    entry: Registered,
}

/// A [`Cancellable`] whose group is a name.
pub type NamedTask<F> = Cancellable<F>;

impl<F, T, E> Cancellable<F>
where
    F: Future<Output = Result<T, E>>,
    E: From<Error>,
{
    pub(super) fn new(future: F, registry: Cancellables, member: Rc<Member>) -> Self {
        Self { future, entry: Registered { registry, member, ended: Cell::new(false) } }
    }

    /// Has the end of this named task reported to `barrier`, however it ends.
    pub fn reporting_to(self, barrier: Rc<Barrier>) -> Self {
        self.entry.registry.report_to(&self.entry.member.group, barrier);
        self
    }

    /// Its number in the registry; they rise for ever.
    pub fn number(&self) -> u32 {
        self.entry.member.number
    }

    /// Runs it inside the current task, and gives its value. The original's `await Cancellable(…)`.
    ///
    /// # Errors
    ///
    /// Those of the future; in their place `TooManyTasks` or `Callback`, if a barrier fails that is told of its end.
    ///
    /// # Cancellation
    ///
    /// An interrupt of the task arrives inside the future, and so does one that is meant for this future alone: the
    /// next time that the task is resumed, which nothing hastens. Dropped, it leaves the registry.
    pub async fn run(self) -> Result<T, E> {
        let Self { future, entry } = self;
        let event_loop = entry.registry.event_loop().clone();
        let mut future = pin!(future);
        let ended = poll_fn(|cx| entry.member.poll(&event_loop, future.as_mut(), cx)).await;
        entry.ended.set(true);
        entry.registry.stopped(&entry.member)?;
        ended
    }
}

impl<F, T> Cancellable<F>
where
    F: Future<Output = Result<T, TaskError>> + 'static,
    T: 'static,
{
    /// Makes a task of it: `create_task(Cancellable(…)())`. A named one is called by its name, else it is called as its
    /// function is.
    ///
    /// # Errors
    ///
    /// `QueueFull` if the run queue has no place; it then leaves the registry.
    pub fn create_task(self) -> Result<TaskHandle, QueueFull> {
        match self.entry.member.group.clone() {
            Group::Name(name) => self.create_task_named(name),
            Group::Number(_) => self.create(|event_loop, task| event_loop.create_task_like::<F>(task)),
        }
    }

    /// As [`create_task`](Self::create_task), under a name of the program's choice.
    ///
    /// # Errors
    ///
    /// As for [`create_task`](Self::create_task).
    pub fn create_task_named(
        self,
        name: impl Into<alloc::borrow::Cow<'static, str>>,
    ) -> Result<TaskHandle, QueueFull> {
        self.create(|event_loop, task| event_loop.create_task_named(name, task))
    }

    fn create(
        self,
        create: impl FnOnce(&EventLoop, Task) -> Result<TaskHandle, QueueFull>,
    ) -> Result<TaskHandle, QueueFull> {
        let (event_loop, member) = (self.entry.registry.event_loop().clone(), self.entry.member.clone());
        member.state.set(State::Fresh);
        let task = create(&event_loop, Box::pin(async move { self.run().await.map(drop) }))?;
        // A future becomes a task once at the most: it is moved there.
        member.task.set(task.clone()).ok();
        Ok(task)
    }
}

type Task = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

/// An entry of the registry, struck off when it is dropped.
struct Registered {
    registry: Cancellables,
    member: Rc<Member>,
    ended: Cell<bool>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let shared = self.registry.event_loop().shared();
        if !self.ended.get() && !shared.is_closed() {
            if self.member.state.get() == State::Made {
                shared.tell_unawaited("Cancellable");
            }
            self.registry.stopped(&self.member).ok();
        }
    }
}
