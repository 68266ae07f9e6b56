//! The loop of `Asyncio3`: one queue, ordered by due tick and then by order of pushing.
//!
//! Owns what differs from the passes of `pass`: what is ready is pushed with the present tick, devices are asked
//! before each step, and an interrupt brings its task forward. The rules stand in `docs/asyncio-v3.md`.
//!
//! ```text
//!   ┌──────▶ Expire ──head: how long to wait──▶ Wait ──nothing yet: Idle──▶ Wait
//!   │                                            ├── waited: look again ──▶ Expire
//!   └───────── one step of the head ──── Run ◀───┘ head is due: asked without waiting
//! ```
//!
//! Invariants: **one-entry** — a suspended task has one entry or one registration of its own at the most, which
//! its `place` names, and beside it at the most one entry of a waker; **reckoned-in-the-step** — what a step
//! yields is due by the clock at its end, before the owner charges it.

use alloc::boxed::Box;
use alloc::rc::Rc;

use super::EventLoop;
use super::entry::{Decoded, RawEntry};
use super::owner::{Owner, Phase, Ran, Step, Stop, failed};
use super::poller::Waiter;
use super::run::Ended;
use super::shared::{NOBODY, Shared, Yielded};
use super::task::{Header, Pending, Place, State, TaskHandle};
use super::wait_queue::Timer;
use crate::error::{CancelError, Interrupt, QueueFull, TaskError};
use crate::observer::{Entry, Event, Why, Yield};
use crate::stream::Readiness;
use crate::ticks;
use crate::time::Instant;

/// Is given a task that failed and its error, when nobody has awaited the task meanwhile.
pub type ExceptionHandler = Rc<dyn Fn(&TaskHandle, &TaskError)>;

impl EventLoop {
    /// Sets who is given the errors of tasks that nobody awaits; `None`: the observer prints them. Only `Asyncio3`
    /// has such errors: under the others they stop the loop.
    pub fn set_exception_handler(&self, handler: Option<ExceptionHandler>) {
        let before = self.shared.exception_handler.replace(handler);
        drop(before);
    }
}

impl Owner {
    /// Goes on along the queue, up to the next thing that is a step.
    pub(super) fn go_along(&mut self, shared: &Shared) -> Result<Step, Box<Ended>> {
        loop {
            match self.phase {
                Phase::Expire | Phase::Ask { .. } => self.look_ahead(shared)?,
                Phase::Wait { since, timeout_ms } => return self.wait(shared, since, timeout_ms),
                Phase::Run { .. } => {
                    if let Some(step) = self.run_head(shared)? {
                        return Ok(step);
                    }
                }
            }
        }
    }

    /// Finds out how long to wait for the head of the queue; for ever if there is none.
    fn look_ahead(&mut self, shared: &Shared) -> Stop {
        self.drain_wakes(shared)?;
        let since = shared.now();
        let until_due = |head: &Timer| ticks::ticks_diff(head.due, ticks::ticks_ms(since)).max(0);
        let timeout_ms = shared.waitq.borrow().first().map_or(-1, until_due);
        self.phase = Phase::Wait { since, timeout_ms };
        Ok(())
    }

    fn run_head(&mut self, shared: &Shared) -> Result<Option<Step>, Box<Ended>> {
        self.phase = Phase::Expire;
        let Some(timer) = shared.waitq.borrow_mut().pop() else { return Ok(None) };
        let announce = |entry| {
            if !timer.ready {
                shared.observe(|| Event::Ready { entry, why: Why::Timer(timer.serial) });
            }
        };
        match timer.entry.decode() {
            Decoded::Task(slot) => {
                announce(Entry::Task(shared.header(slot).id.get()));
                self.resume_head(shared, slot, true)?;
                Ok(Some(Step::Task))
            }
            Decoded::Woken(slot) => {
                self.resume_head(shared, slot, false)?;
                Ok(Some(Step::Task))
            }
            Decoded::Callback(key) => {
                announce(Entry::Callback(shared.callback_id(key)));
                if let Err(error) = shared.run_callback(key) {
                    self.ran = Ran::Failed(failed("callback", error));
                }
                Ok(Some(Step::Callback))
            }
            Decoded::Wake(key) => {
                let waker = shared.wakers.borrow_mut().remove(key as usize);
                waker.wake();
                Ok(None)
            }
            Decoded::Nothing => unreachable!("the queue holds no such entry"),
        }
    }

    fn resume_head(&mut self, shared: &Shared, slot: u32, by_entry: bool) -> Stop {
        if shared.has_new.get() {
            self.take_inbox(shared);
        }
        let header = shared.header(slot);
        match (header.state.get(), header.pending.get()) {
            (State::Fresh, Pending::Interrupt(with)) => self.end_unstarted(shared, &header, with),
            (State::Finished, _) if header.unheard.replace(false) => Self::give_up_hope(shared, header),
            _ => self.resume(shared, slot, by_entry),
        }
        // Whom the step woke comes before the task itself, as the step did it before it yielded.
        self.drain_wakes(shared)?;
        if let Ran::Task(slot) = self.ran {
            self.ran = Ran::Dated(slot);
            self.stepped_at = shared.now();
        }
        Ok(())
    }

    /// Ends a task with an interrupt that came before its first step: its body never runs.
    fn end_unstarted(&mut self, shared: &Shared, header: &Header, with: Interrupt) {
        let (task, slot) = (header.id.get(), header.slot);
        header.discount_entry();
        header.pending.set(Pending::None);
        shared.observe(|| Event::StepBegins { task, first: true, stale: false });
        shared.observe(|| Event::Interrupted { task, with });
        header.state.set(State::Running);
        shared.current.set(slot);
        shared.in_step.set(true);
        let future = self.slots[slot as usize].future.take();
        drop(future);
        shared.in_step.set(false);
        header.state.set(State::Finished);
        self.finish(shared, slot, Err(with.into()));
        shared.current.set(NOBODY);
    }

    /// A task failed some time ago and nobody has asked for its error.
    fn give_up_hope(shared: &Shared, header: Rc<Header>) {
        let task = header.id.get();
        header.discount_entry();
        shared.observe(|| Event::StepBegins { task, first: false, stale: true });
        if let Some(error) = header.ending.take() {
            let handler = shared.exception_handler.borrow().clone();
            let handle = TaskHandle { header };
            match handler {
                Some(handler) => handler(&handle, &error),
                None => shared.observe(|| Event::Uncaught { task, error: &error }),
            }
            // Who awaits the task from now on is still told.
            handle.header.ending.set(Some(error));
        }
        shared.observe(|| Event::StepEnds { task, yielded: Yield::Return });
    }

    /// A task failed: the run ends with it if it is the run's own; else its error waits for who asks.
    pub(super) fn settle_error(&mut self, shared: &Shared, header: &Header, error: TaskError, heard: bool) {
        if shared.main.get() == header.slot {
            self.ran = Ran::Failed(failed(header.name.borrow(), error));
            return;
        }
        let silent = error.interrupt() == Some(Interrupt::Cancelled);
        header.ending.set(Some(error));
        if !heard && !silent {
            header.unheard.set(true);
            let pushed = shared.push_now(header, Why::Requeued);
            pushed.unwrap_or_else(|_| unreachable!("the queue grows"));
        }
    }

    /// Queues what a step yielded, by the clock at its end. Kept out of the path of the other disciplines.
    #[inline(never)]
    pub(super) fn apply_dated(&self, shared: &Shared, slot: u32) -> Stop {
        let at = self.stepped_at;
        let header: &Header = &self.slots[slot as usize].header;
        let push = |why| shared.push_dated(header, at, why).map_err(|full| Self::lost(header, full));
        let yielded = shared.yielded.replace(Yielded::Nothing);
        if yielded != Yielded::Nothing && matches!(header.pending.get(), Pending::Interrupt(_)) {
            // Interrupted during its own step, through a task that awaits it.
            return push(Why::Interrupted);
        }
        match yielded {
            Yielded::Nothing => Ok(()),
            Yielded::Park => {
                header.place.set(Place::Nowhere);
                Ok(())
            }
            Yielded::Bare => push(Why::Yielded),
            Yielded::Delay(ms) | Yielded::SleepMs(ms) if ms <= 0 => push(Why::Yielded),
            Yielded::Delay(ms) | Yielded::SleepMs(ms) => Self::arm(shared, &shared.waitq, header, at, ms),
            // There is no low-priority queue, and the error says so.
            Yielded::AfterMs(ms) | Yielded::After(ms) => Self::arm(shared, &shared.lpq, header, at, ms),
            Yielded::IoRead(device) => Self::wait_for_device(shared, header, device, Readiness::READ),
            Yielded::IoWrite(device) => Self::wait_for_device(shared, header, device, Readiness::WRITE),
            Yielded::IoReadDone(_) | Yielded::IoWriteDone(_) => unreachable!("nobody gives a device up"),
        }
    }
}

impl Shared {
    /// Pushes an entry that is ready at `at`.
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
        self.waitq.borrow_mut().push(Timer { due, serial, entry: raw, ready: true })?;
        self.observe(|| Event::Ready { entry, why });
        Ok(serial)
    }

    /// Pushes a task that is ready at `at`.
    fn push_dated(&self, header: &Header, at: Instant, why: Why<'_>) -> Result<(), QueueFull> {
        let entry = Entry::Task(header.id.get());
        let serial = self.push_raw(RawEntry::task(header.slot), at, entry, why)?;
        header.count_entry();
        header.place.set(Place::Timer(serial));
        Ok(())
    }

    /// Pushes a task that is ready now.
    pub(super) fn push_now(&self, header: &Header, why: Why<'_>) -> Result<(), QueueFull> {
        self.push_dated(header, self.now(), why)
    }

    /// Raises an interrupt in a task, or in the one that it awaits.
    pub(super) fn interrupt_now(&self, header: &Header, interrupt: Interrupt) -> Result<(), CancelError> {
        match header.state.get() {
            State::Finished => return Ok(()),
            State::Running => return Err(CancelError::Itself),
            State::Fresh | State::Suspended => {}
        }
        let innermost = self.innermost_awaited(header);
        let target = innermost.as_deref().unwrap_or(header);
        target.pending.set(Pending::Interrupt(interrupt));
        if target.state.get() == State::Running {
            return Ok(());
        }
        self.bring_forward(target, Why::Interrupted).map_err(CancelError::QueueFull)
    }

    /// Makes a suspended task ready now, whatever it waits for. One that is ready keeps its place.
    pub(super) fn bring_forward(&self, header: &Header, why: Why<'_>) -> Result<(), QueueFull> {
        if matches!(header.state.get(), State::Running | State::Finished) {
            return Ok(());
        }
        match header.place.get() {
            Place::Timer(serial) => {
                let due = self.waitq.borrow().due_of(serial);
                if due.is_some_and(|due| ticks::ticks_diff(due, self.ticks()) <= 0) {
                    return Ok(());
                }
                if self.remove_timer(serial) {
                    header.discount_entry();
                }
            }
            Place::Device(device) => {
                if self.poller.borrow_mut().withdraw(device, Waiter::Task(header.slot)) {
                    header.discount_entry();
                }
            }
            Place::Waker if header.woken.get() => return Ok(()),
            Place::Waker | Place::Nowhere | Place::RunQueue => {}
        }
        self.push_now(header, why)
    }
}
