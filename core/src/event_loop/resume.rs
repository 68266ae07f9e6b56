//! One step of a task: from the resumption to what it yields or ends with.
//!
//! Owns what is handed to the future before the step and taken back after it. What the loop does with a yield stands in
//! `owner`.
//!
//! Most steps are *plain*: nothing is pending, nobody watches, and the task yields its turn or waits. What other steps
//! need beside that is out of the way, in functions of their own.

use core::task::{Context, Poll};

use super::join::told_again;
use super::owner::{Owner, Ran, failed};
use super::shared::{NOBODY, Shared, Yielded};
use super::task::{Mark, Pending, Place, Task};
use super::wake::OwnWaker;
use crate::error::{Interrupt, TaskError};
use crate::observer::{Event, TaskId, Yield};

impl Owner {
    /// Resumes a task. Its entry stays counted until what it yields is applied.
    #[inline]
    pub(super) fn resume(&mut self, shared: &Shared, slot: u32, by_entry: bool) {
        let task = shared.task(slot);
        let plain = by_entry && shared.is_carefree() && task.is_plain();
        let polled = if plain {
            self.poll_plain(shared, task)
        } else {
            let Some(resumed) = Self::prepare(shared, task, by_entry) else { return };
            self.poll_any(shared, task, resumed)
        };
        let turn = &shared.turn;
        turn.current.set(NOBODY);
        turn.resumed.set(0);
        match polled {
            Poll::Pending => match turn.posted() {
                Some(token) if plain && shared.is_carefree() && turn.interrupt.get().is_none() => {
                    task.leaf.set(token);
                    self.ran = Ran::Plain(slot);
                }
                posted => {
                    Self::leave(shared, task, posted, by_entry);
                    self.ran = Ran::Task(slot);
                }
            },
            Poll::Ready(result) => self.finish(shared, task, result),
        }
    }

    /// Polls a task that nobody keeps a waker of, and completes the leaf that it waits for.
    #[inline]
    fn poll_plain(&mut self, shared: &Shared, task: Task<'_>) -> Poll<Result<(), TaskError>> {
        let spare = self.wakes.lend(task.slot);
        let polled = Self::poll(shared, task, task.leaf.get(), spare);
        if spare.is_held() {
            task.own_waker(self.wakes.give_away(task.slot));
        }
        polled
    }

    /// Polls a task with its own waker, if it has one, and completes the leaf `resumed`.
    fn poll_any(&mut self, shared: &Shared, task: Task<'_>, resumed: u32) -> Poll<Result<(), TaskError>> {
        if let Some(side) = task.side()
            && let Some(own) = &*side.waker.borrow()
        {
            return Self::poll(shared, task, resumed, own);
        }
        let spare = self.wakes.lend(task.slot);
        let polled = Self::poll(shared, task, resumed, spare);
        if spare.is_held() {
            task.own_waker(self.wakes.give_away(task.slot));
        }
        polled
    }

    /// Polls a task, and drops its future when that has ended: in its step, for what the future holds may retract
    /// entries.
    #[inline]
    fn poll(shared: &Shared, task: Task<'_>, resumed: u32, waker: &OwnWaker) -> Poll<Result<(), TaskError>> {
        let waker = waker.waker();
        shared.turn.begin(task.slot, resumed, waker.data());
        let mut future = task.future.borrow_mut();
        let running = future.as_mut().expect("a task that has not ended has a future");
        let polled = running.as_mut().poll(&mut Context::from_waker(waker));
        if polled.is_ready() {
            *future = None;
        }
        polled
    }

    /// What a step needs before it if it is not plain; gives the leaf that it completes, 0 for none. `None`: the task
    /// has ended already, and there is no step.
    #[cold]
    fn prepare(shared: &Shared, task: Task<'_>, by_entry: bool) -> Option<u32> {
        if !by_entry {
            task.unmark(Mark::Woken);
        }
        let id = task.id.get();
        if task.is_finished() {
            task.discount_entry();
            shared.observe(|| Event::StepBegins { task: id, first: false, stale: true });
            shared.observe(|| Event::StepEnds { task: id, yielded: Yield::Return });
            return None;
        }
        let first = task.begin();
        shared.observe(|| Event::StepBegins { task: id, first, stale: false });
        if !by_entry && task.place() != Place::Waker {
            return Some(0);
        }
        let with = match task.pending() {
            Pending::None => None,
            Pending::Interrupt(interrupt) => Some(interrupt),
            // The marker of a wait that a leftover entry cut short.
            Pending::Io | Pending::Timed => Some(Interrupt::Corrupt),
        };
        if let Some(with) = with {
            task.set_pending(Pending::None);
            shared.turn.interrupt.set(Some(with));
            shared.observe(|| Event::Interrupted { task: id, with });
        }
        Some(if by_entry { task.leaf.get() } else { 0 })
    }

    /// Takes back what a step left that was not plain: the leaf that posted, an interrupt that nobody took.
    #[cold]
    fn leave(shared: &Shared, task: Task<'_>, posted: Option<u32>, by_entry: bool) {
        shared.turn.offer.set(0);
        if let Some(posted) = posted {
            task.leaf.set(posted);
        } else if by_entry || task.leaf.get() == 0 {
            task.leaf.set(0);
            task.set_place(Place::Waker);
        }
        if let Some(interrupt) = shared.turn.interrupt.take() {
            task.set_pending(Pending::Interrupt(interrupt));
        }
        if let Some(observer) = &shared.observer {
            observe_yield(shared, &**observer, task.id.get());
        }
    }

    #[inline(never)]
    pub(super) fn finish(&mut self, shared: &Shared, task: Task<'_>, result: Result<(), TaskError>) {
        shared.turn.offer.set(0);
        shared.turn.interrupt.set(None);
        let id = task.id.get();
        task.discount_entry();
        task.finish();
        task.leaf.set(0);
        task.set_place(Place::Nowhere);
        shared.registry.borrow_mut().retire(task.slot);
        match result {
            Ok(()) => {
                let yielded = if shared.is_to_stop() { Yield::StopLoop } else { Yield::Return };
                shared.observe(|| Event::StepEnds { task: id, yielded });
                shared.wake_joiners(task);
            }
            Err(error) => {
                shared.observe(|| Event::StepFails { task: id, error: &error });
                let heard = shared.wake_joiners(task);
                if shared.rules.one_queue {
                    return self.settle_error(shared, task, error, heard);
                }
                // Under `FastIo` even the first interrupt of a task that ended by an error fails an assertion.
                task.set_pending(Pending::Interrupt(Interrupt::Cancelled));
                // Nobody can ask without a handle.
                if task.is_held() {
                    task.make_side().ending.set(Some(told_again(&error)));
                }
                if !error.ends_task_only() {
                    self.ran = Ran::Failed(failed(shared.name_of(task.header), error));
                }
            }
        }
    }
}

fn observe_yield(shared: &Shared, observer: &dyn crate::observer::Observer, task: TaskId) {
    let yielded = shared.turn.yielded.get();
    let device = match yielded {
        Yielded::IoRead(device)
        | Yielded::IoWrite(device)
        | Yielded::IoReadDone(device)
        | Yielded::IoWriteDone(device) => Some(shared.device(device)),
        _ => None,
    };
    let name = device.as_deref().map_or("", |device| device.name());
    let yielded = match yielded {
        Yielded::Nothing => Yield::Waker,
        Yielded::Park => Yield::Park,
        Yielded::Bare => Yield::Bare,
        Yielded::Delay(ms) => Yield::Delay(ms),
        Yielded::SleepMs(ms) => Yield::SleepMs(ms),
        Yielded::IoRead(_) => Yield::IoRead(name),
        Yielded::IoWrite(_) => Yield::IoWrite(name),
        Yielded::IoReadDone(_) => Yield::IoReadDone(name),
        Yielded::IoWriteDone(_) => Yield::IoWriteDone(name),
        Yielded::AfterMs(ms) => Yield::AfterMs(ms),
        Yielded::After(ms) => Yield::After(ms),
    };
    observer.observe(Event::StepEnds { task, yielded });
}
