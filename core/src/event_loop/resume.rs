//! One step of a task: from the resumption to what it yields or ends with.
//!
//! Owns what is handed to the future before the step and taken back after it. What the loop does with a yield stands in
//! `owner`.
//!
//! Most steps are plain; their way is shorter and stands in `turns`.

use core::task::{Context, Poll, Waker};

use super::bug;
use super::owner::Owner;
use super::shared::Shared;
use super::slot::Task;
use super::task::{Mark, Pending, Place};
use super::wake::{WAKERS, no_wakers};
use super::yielded::Yielded;
use crate::error::{Interrupt, TaskError};
use crate::observer::{Event, TaskId, Yield};

impl Owner {
    /// Resumes a task, whatever there is to think of. Its entry stays counted until what it posts is applied.
    #[inline(never)]
    pub(super) fn resume(&mut self, shared: &Shared, slot: u32, by_entry: bool) {
        let task = shared.task(slot);
        let Some((resumed, interrupt)) = Self::prepare(shared, task, by_entry) else { return };
        let own = task.own_waker();
        let waker = match own.as_ref().and_then(|own| own.as_ref()) {
            Some(own) => own.waker(),
            None => self.wakes.lend(slot),
        };
        let polled = Self::poll(shared, task, (resumed, interrupt, by_entry), waker);
        drop(own);
        self.settle(shared, task, polled, by_entry);
    }

    /// Resumes a task that waits for its waker alone, which was called, if there is nothing else to think of; true if it did.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub(super) fn resume_woken(&mut self, shared: &Shared, slot: u32) -> bool {
        let woken = if shared.is_carefree() { plainly_woken(shared, slot) } else { None };
        woken.inspect(|task| self.poll_woken(shared, *task)).is_some()
    }

    /// Resumes a task that was plainly woken. Nearly all that the step then leaves is that the task waits again.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    #[cfg_attr(not(target_pointer_width = "32"), inline(always))]
    pub(super) fn poll_woken(&mut self, shared: &Shared, task: Task<'_>) {
        let own = task.own_waker();
        let waker = own.as_ref().and_then(|own| own.as_ref()).unwrap_or_else(|| bug()).waker();
        task.unmark(Mark::Woken);
        let polled = Self::poll(shared, task, (0, None, false), waker);
        drop(own);
        if polled.is_ready() || !shared.turn.is_untouched() {
            return self.settle(shared, task, polled, false);
        }
        shared.turn.end();
        shared.turn.forget();
        task.discount_entry();
        // Nothing is in it, but the compiler would drop it.
        core::mem::forget(polled);
    }

    /// Polls a task with a waker that wakes it.
    #[inline]
    fn poll(
        shared: &Shared,
        task: Task<'_>,
        (resumed, interrupt, by_entry): (u32, Option<Interrupt>, bool),
        waker: &Waker,
    ) -> Poll<Result<(), TaskError>> {
        let spare = shared.turn.waker_data.replace(waker.data());
        let mut context = Context::from_waker(waker);
        shared.turn.begin(task.slot, resumed);
        if resumed == 0 {
            shared.turn.offer_anew();
        }
        shared.turn.expect(&context);
        shared.turn.raise(interrupt);
        if !by_entry {
            shared.turn.woken.set(true);
            if task.leaf.get() != 0 {
                shared.turn.spoil();
            }
        }
        let mut taken = task.take_future();
        let future = taken.future.as_mut().unwrap_or_else(|| bug());
        let polled = future.as_mut().poll(&mut context);
        drop(taken);
        shared.turn.woken.set(false);
        shared.turn.injected.set(false);
        shared.turn.waker_data.set(spare);
        polled
    }

    /// What is done after a task was polled, whatever it yielded; plain turns need less. The future of a task that has
    /// ended is dropped in its step, for what it holds may retract entries.
    #[inline(never)]
    pub(super) fn settle(
        &mut self,
        shared: &Shared,
        task: Task<'_>,
        polled: Poll<Result<(), TaskError>>,
        by_entry: bool,
    ) {
        if let Some(own) = self.wakes.take_kept(task.slot) {
            task.keep_waker(own);
            shared.turn.waker_data.set(self.wakes.spare().waker().data());
        }
        match polled {
            Poll::Pending => {
                shared.turn.end();
                Self::leave(shared, task, by_entry);
            }
            Poll::Ready(result) => {
                drop(task.future.take());
                shared.turn.end();
                self.finish(shared, task, result);
            }
        }
    }

    /// What a step needs before it; gives the leaf that it completes, 0 for none, and the interrupt that it brings.
    /// `None`: the task has ended already, and there is no step.
    fn prepare(shared: &Shared, task: Task<'_>, by_entry: bool) -> Option<(u32, Option<Interrupt>)> {
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
            return Some((0, None));
        }
        let resumed = if by_entry { task.leaf.get() } else { 0 };
        let with = match task.pending() {
            Pending::None => return Some((resumed, None)),
            Pending::Interrupt(interrupt) => interrupt,
            // The marker of a wait that a leftover entry cut short.
            Pending::Io | Pending::Timed => Interrupt::Corrupt,
        };
        task.set_pending(Pending::None);
        shared.observe(|| Event::Interrupted { task: id, with });
        Some((resumed, Some(with)))
    }

    /// Takes back what a step left: the leaf that posted, an interrupt that nobody took.
    fn leave(shared: &Shared, task: Task<'_>, by_entry: bool) {
        let posted = shared.turn.close(task.leaf.get());
        if let Some(token) = posted {
            task.leaf.set(token);
            shared.leave();
        } else if !WAKERS {
            no_wakers();
        } else {
            task.discount_entry();
            if by_entry || task.leaf.get() == 0 {
                task.leaf.set(0);
                task.set_place(Place::Waker);
            }
        }
        if let Some(interrupt) = shared.turn.interrupt.take() {
            task.set_pending(Pending::Interrupt(interrupt));
        }
        if let Some(observer) = shared.observer() {
            let yielded = posted.map_or(Yielded::Nothing, |_| shared.turn.posted().yielded());
            observe_yield(shared, observer, task.id.get(), yielded);
        }
    }

    #[inline(never)]
    pub(super) fn finish(&mut self, shared: &Shared, task: Task<'_>, result: Result<(), TaskError>) {
        shared.turn.forget();
        shared.turn.interrupt.set(None);
        let id = task.id.get();
        task.discount_entry();
        task.finish();
        task.leaf.set(0);
        task.set_place(Place::Nowhere);
        shared.registry.retire(&shared.tasks, task.slot);
        match result {
            Ok(()) => {
                let yielded = if shared.is_to_stop() { Yield::StopLoop } else { Yield::Return };
                shared.observe(|| Event::StepEnds { task: id, yielded });
                shared.wake_joiners(task);
            }
            Err(error) => {
                shared.observe(|| Event::StepFails { task: id, error: &error });
                let heard = shared.wake_joiners(task);
                if shared.rules.one_queue() {
                    return self.settle_error(shared, task, error, heard);
                }
                // Under `FastIo` even the first interrupt of a task that ended by an error fails an assertion.
                task.set_pending(Pending::Interrupt(Interrupt::Cancelled));
                // Nobody can ask without a handle.
                if WAKERS && task.is_held() {
                    task.make_side().ending.set(Some(error.clone()));
                }
                if !error.ends_task_only() {
                    Self::fail(shared, task.slot, error);
                }
            }
        }
    }
}

/// The task in a slot, if it waits for its own waker alone, which was called, and nothing is pending.
#[inline]
pub(super) fn plainly_woken(shared: &Shared, slot: u32) -> Option<Task<'_>> {
    let header = shared.tasks.first_block().get(slot as usize)?;
    header.is_plainly_woken().then_some(Task { slot, header })
}

fn observe_yield(shared: &Shared, observer: &dyn crate::observer::Observer, task: TaskId, yielded: Yielded) {
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
