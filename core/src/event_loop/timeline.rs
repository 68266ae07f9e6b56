//! The loop of `Asyncio3`: one queue, ordered by due tick and then by order of pushing.
//!
//! Owns what differs from the passes of `pass`: what is ready is pushed with the present tick, devices are asked
//! before each step, and an interrupt brings its task forward. The rules stand in `docs/asyncio-v3.md`.
//!
//! ```text
//!   ┌────────▶ Look ──head: how long to wait──▶ Wait ──nothing yet: Idle──▶ Wait
//!   │                                            ├── waited: look again ──▶ Look
//!   └────────── one step of the head ─── Head ◀──┘ head is due: asked without waiting
//! ```
//!
//! Invariants: **one-entry** — a suspended task has one entry or one registration of its own at the most, which
//! its `place` names, and beside it at the most one entry of a waker; **reckoned-in-the-step** — what a step
//! yields is due by the clock at its end, before the owner charges it.

use alloc::rc::{Rc, Weak};

use super::EventLoop;
use super::ending::{Halt, Stop};
use super::entry::{Decoded, RawEntry};
use super::handle::TaskHandle;
use super::owner::{Next, Owner, Phase};
use super::poller::Waiter;
use super::shared::{Shared, Timed};
use super::slot::Task;
use super::task::{Mark, Pending, Place, State};
use super::wait_queue::Timer;
use super::yielded::{Word, Yielded};
use crate::error::{CancelError, Interrupt, QueueFull, TaskError};
use crate::observer::{Entry, Event, Why, Yield};
use crate::ticks;
use crate::time::Instant;

/// Is given a task that failed and its error, when nobody has awaited the task meanwhile.
pub type ExceptionHandler = Rc<dyn Fn(&TaskHandle, &TaskError)>;

/// Who is given errors, and the loop of the tasks.
#[derive(Clone)]
pub(super) struct Handler {
    told: ExceptionHandler,
    shared: Weak<Shared>,
}

impl EventLoop {
    /// Sets who is given the errors of tasks that nobody awaits; `None`: the observer prints them. Only `Asyncio3`
    /// has such errors: under the others they stop the loop. Not in the tutorial.
    pub fn set_exception_handler(&self, handler: Option<ExceptionHandler>) {
        let handler = handler.map(|told| Handler { told, shared: Rc::downgrade(&self.shared) });
        let before = self.shared.exception_handler().and_then(|kept| kept.replace(handler));
        drop(before);
    }
}

impl Owner {
    /// Finds out how long to wait for the head of the queue; for ever if there is none.
    pub(super) fn look_ahead(&mut self, shared: &Shared) -> Stop {
        self.drain_wakes(shared)?;
        let since = shared.now();
        let until_due = |due| ticks::ticks_diff(due, ticks::ticks_ms(since)).max(0);
        let timeout_ms = shared.waitq.borrow().first_due().map_or(-1, until_due);
        self.wait_for(since, timeout_ms);
        Ok(())
    }

    /// Whether the head of the queue is next, and nobody is to be asked before: it was due when the last step ended, and
    /// there are neither devices nor wakers that were called.
    pub(super) fn is_head_next(&self, shared: &Shared) -> bool {
        if !matches!(self.phase, Phase::Look) || self.wakes.any() || shared.devices().is_some() {
            return false;
        }
        let due = shared.waitq.borrow().first_due();
        due.is_some_and(|due| ticks::ticks_diff(due, ticks::ticks_ms(self.stepped_at)) <= 0)
    }

    /// Runs the head of the queue; `None` if it is no step.
    pub(super) fn run_head(&mut self, shared: &Shared) -> Result<Next, Halt> {
        self.phase = Phase::Look;
        let mut waitq = shared.waitq.borrow_mut();
        let Some(place) = waitq.first() else { return Ok(Next::More) };
        let timer = waitq.take(place);
        drop(waitq);
        let announce = |entry| {
            if !timer.ready {
                shared.observe(|| Event::Ready { entry, why: Why::Timer(timer.serial) });
            }
        };
        match timer.entry.decode() {
            Decoded::Task(slot) => {
                let task = shared.task(slot);
                announce(Entry::Task(task.id.get()));
                if task.place() == Place::Timer(place) {
                    task.set_place(Place::Nowhere);
                }
                self.resume_head(shared, slot, true)?;
                Ok(Next::Task)
            }
            Decoded::Woken(slot) => {
                self.resume_head(shared, slot, false)?;
                Ok(Next::Task)
            }
            Decoded::Callback(key) => {
                if let Some(callbacks) = shared.callbacks() {
                    announce(Entry::Callback(callbacks.id(shared, key)));
                }
                Self::run_callback(shared, key);
                Ok(Next::Callback)
            }
            Decoded::Wake(key) => {
                shared.call_waker(key);
                Ok(Next::More)
            }
            Decoded::Nothing | Decoded::Half => unreachable!("the queue holds no such entry"),
        }
    }

    fn resume_head(&mut self, shared: &Shared, slot: u32, by_entry: bool) -> Stop {
        let task = shared.task(slot);
        match (task.state(), task.pending()) {
            (State::Fresh, Pending::Interrupt(with)) => self.end_unstarted(shared, task, with),
            (State::Finished, _) if task.unmark(Mark::Unheard) => Self::give_up_hope(shared, task),
            _ => self.resume(shared, slot, by_entry),
        }
        // Whom the step woke comes before the task itself, as the step did it before it yielded.
        self.drain_wakes(shared)?;
        if shared.turn.has_posted() {
            self.stepped_at = shared.now();
        }
        Ok(())
    }

    /// Ends a task with an interrupt that came before its first step: its body never runs.
    fn end_unstarted(&mut self, shared: &Shared, task: Task<'_>, with: Interrupt) {
        let id = task.id.get();
        task.set_pending(Pending::None);
        shared.observe(|| Event::StepBegins { task: id, first: true, stale: false });
        shared.observe(|| Event::Interrupted { task: id, with });
        task.begin();
        shared.turn.begin(task.slot, 0);
        drop(task.future.take());
        shared.turn.end();
        self.finish(shared, task, Err(with.into()));
    }

    /// A task failed some time ago and nobody has asked for its error.
    fn give_up_hope(shared: &Shared, task: Task<'_>) {
        let id = task.id.get();
        task.discount_entry();
        shared.observe(|| Event::StepBegins { task: id, first: false, stale: true });
        let ending = &task.make_side().ending;
        if let Some(error) = ending.take() {
            let handler = shared.exception_handler().and_then(|kept| kept.borrow().clone());
            let of_this = |handler: Handler| Some((handler.told, handler.shared.upgrade()?));
            match handler.and_then(of_this) {
                Some((told, shared)) => told(&TaskHandle::new(shared, task.slot), &error),
                None => shared.observe(|| Event::Uncaught { task: id, error: &error }),
            }
            // Who awaits the task from now on is still told.
            ending.set(Some(error));
        }
        shared.observe(|| Event::StepEnds { task: id, yielded: Yield::Return });
    }

    /// A task failed: the run ends with it if it is the run's own; else its error waits for who asks.
    pub(super) fn settle_error(&mut self, shared: &Shared, task: Task<'_>, error: TaskError, heard: bool) {
        if shared.main.get() == task.slot {
            return Self::fail(shared, task.slot, error);
        }
        let silent = error.interrupt() == Some(Interrupt::Cancelled);
        task.make_side().ending.set(Some(error));
        if !heard && !silent {
            task.mark(Mark::Unheard);
            let pushed = shared.push_now(task, Why::Requeued);
            pushed.unwrap_or_else(|_| unreachable!("the queue grows"));
        }
    }

    /// Queues what a step yielded, by the clock at its end.
    pub(super) fn apply_dated(&self, shared: &Shared, task: Task<'_>, posted: Word) -> Stop {
        let yielded = posted.yielded();
        let at = self.stepped_at;
        let arm = |queue, ms| {
            task.count_entry();
            let moved = Self::move_to_timed(shared, queue, task, at, ms);
            moved.map_err(|full| shared.lose_entry(task, full))
        };
        let push = |why| shared.push_dated(task, at, why).map_err(|full| shared.lost(task.slot, full));
        if yielded != Yielded::Nothing && matches!(task.pending(), Pending::Interrupt(_)) {
            // Interrupted during its own step, through a task that awaits it.
            return push(Why::Interrupted);
        }
        match yielded {
            Yielded::Nothing => Ok(()),
            Yielded::Park => {
                task.set_place(Place::Nowhere);
                Ok(())
            }
            Yielded::Bare => push(Why::Yielded),
            Yielded::Delay(ms) | Yielded::SleepMs(ms) if ms <= 0 => push(Why::Yielded),
            Yielded::Delay(ms) | Yielded::SleepMs(ms) => arm(Timed::Waiting, ms),
            // There is no low-priority queue, and the error says so.
            Yielded::AfterMs(ms) | Yielded::After(ms) => arm(Timed::LowPriority, ms),
            Yielded::IoRead(_) | Yielded::IoWrite(_) => {
                shared.devices().map_or(Ok(()), |devices| devices.apply(shared, task, posted))
            }
            Yielded::IoReadDone(_) | Yielded::IoWriteDone(_) => unreachable!("nobody gives a device up"),
        }
    }
}

impl Shared {
    /// Pushes an entry that is ready at `at`; gives its place.
    pub(super) fn push_raw(
        &self,
        raw: RawEntry,
        at: Instant,
        entry: Entry,
        why: Why<'_>,
    ) -> Result<u32, QueueFull> {
        let serial = self.next_timer.get();
        self.next_timer.set(serial.wrapping_add(1));
        let due = ticks::ticks_ms(at);
        let place = self.waitq.borrow_mut().push(Timer { due, serial, entry: raw, ready: true }, due)?;
        self.observe(|| Event::Ready { entry, why });
        Ok(place)
    }

    /// Pushes a task that is ready at `at`.
    fn push_dated(&self, task: Task<'_>, at: Instant, why: Why<'_>) -> Result<(), QueueFull> {
        let entry = Entry::Task(task.id.get());
        let place = self.push_raw(RawEntry::task(task.slot), at, entry, why)?;
        task.count_entry();
        // The place of a task that has ended is the registry's.
        if !task.is_finished() {
            task.set_place(Place::Timer(place));
        }
        Ok(())
    }

    /// Pushes a task that is ready now.
    pub(super) fn push_now(&self, task: Task<'_>, why: Why<'_>) -> Result<(), QueueFull> {
        self.push_dated(task, self.now(), why)
    }

    /// Raises an interrupt in a task, or in the one that it awaits.
    pub(super) fn interrupt_now(&self, task: Task<'_>, interrupt: Interrupt) -> Result<(), CancelError> {
        match self.state_of(task) {
            State::Finished => return Ok(()),
            State::Running => return Err(CancelError::Itself),
            State::Fresh | State::Suspended => {}
        }
        let target = self.innermost_awaited(task).unwrap_or(task);
        target.set_pending(Pending::Interrupt(interrupt));
        if self.state_of(target) == State::Running {
            return Ok(());
        }
        self.bring_forward(target, Why::Interrupted).map_err(CancelError::QueueFull)
    }

    /// Makes a suspended task ready now, whatever it waits for. One that is ready keeps its place.
    pub(super) fn bring_forward(&self, task: Task<'_>, why: Why<'_>) -> Result<(), QueueFull> {
        if matches!(self.state_of(task), State::Running | State::Finished) {
            return Ok(());
        }
        match task.place() {
            Place::Timer(at) => {
                let entry = RawEntry::task(task.slot);
                let due = self.waitq.borrow().due_at(at, entry);
                if due.is_some_and(|due| ticks::ticks_diff(due, self.ticks()) <= 0) {
                    return Ok(());
                }
                if self.remove_timer(at, entry) {
                    task.discount_entry();
                }
            }
            Place::Device(device) => {
                if self.withdraw(device, Waiter::Task(task.slot)) {
                    task.discount_entry();
                }
            }
            Place::Waker if task.has(Mark::Woken) => return Ok(()),
            Place::Waker | Place::Nowhere | Place::RunQueue => {}
        }
        self.push_now(task, why)
    }
}
