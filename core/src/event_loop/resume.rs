//! One step of a task: from the resumption to what it yields or ends with.
//!
//! Owns what is handed to the future before the step and taken back after it. What the loop does with a yield
//! stands in `owner`.

use alloc::rc::Rc;
use alloc::sync::Arc;
use core::task::{Context, Poll};

use super::join::told_again;
use super::owner::{Owner, Ran, Slot, failed};
use super::shared::{NOBODY, Shared, Yielded};
use super::task::{Header, Pending, Place, State};
use super::wake::TaskWaker;
use crate::error::{Interrupt, TaskError};
use crate::observer::{Event, TaskId, Yield};

impl Owner {
    #[cold]
    pub(super) fn take_inbox(&mut self, shared: &Shared) {
        shared.has_new.set(false);
        let new = shared.inbox.take();
        for (slot, future) in new {
            while self.slots.len() <= slot as usize {
                let shared_waker = self.wakes.waker(self.slots.len());
                let waker = TaskWaker::to_waker(&shared_waker);
                let header = shared.header(self.slots.len() as u32);
                self.slots.push(Slot { future: None, header, waker, shared_waker });
            }
            let entry = &mut self.slots[slot as usize];
            // Two holders are ours: the slot and its `Waker`. A third one outlived the former task.
            if Arc::strong_count(&entry.shared_waker) > 2 {
                TaskWaker::renew(&mut entry.shared_waker);
                entry.waker = TaskWaker::to_waker(&entry.shared_waker);
            }
            entry.future = Some(future);
        }
    }

    #[inline]
    pub(super) fn resume(&mut self, shared: &Shared, slot: u32, by_entry: bool) {
        if shared.has_new.get() {
            self.take_inbox(shared);
        }
        let Slot { future, header, waker, .. } = &mut self.slots[slot as usize];
        let header: &Header = header;
        header.discount_entry();
        if !by_entry {
            header.woken.set(false);
        }
        let task = header.id.get();
        let Some(running) = future else {
            shared.observe(|| Event::StepBegins { task, first: false, stale: true });
            shared.observe(|| Event::StepEnds { task, yielded: Yield::Return });
            return;
        };
        let first = header.state.replace(State::Running) == State::Fresh;
        shared.observe(|| Event::StepBegins { task, first, stale: false });
        Self::enter(shared, header, by_entry);
        shared.current.set(slot);
        shared.waker_data.set(waker.data());
        shared.posted.set(0);
        shared.in_step.set(true);
        let polled = running.as_mut().poll(&mut Context::from_waker(waker));
        match polled {
            Poll::Pending => {
                shared.in_step.set(false);
                header.state.set(State::Suspended);
                Self::leave(shared, header, by_entry);
                self.ran = Ran::Task(slot);
            }
            Poll::Ready(result) => {
                // Still inside the step: what the future holds may retract entries when it is dropped.
                *future = None;
                shared.in_step.set(false);
                header.state.set(State::Finished);
                self.finish(shared, slot, result);
            }
        }
        shared.current.set(NOBODY);
    }

    /// Hands over what this resumption brings: a completion, an interrupt, or neither.
    #[inline]
    fn enter(shared: &Shared, header: &Header, by_entry: bool) {
        if !by_entry && header.place.get() != Place::Waker {
            shared.resumed.set(0);
            shared.interrupt.set(None);
            return;
        }
        shared.resumed.set(if by_entry { header.leaf.get() } else { 0 });
        if header.pending.get() != Pending::None {
            Self::raise(shared, header);
        }
    }

    /// Hands over an interrupt, or the marker of a wait that a leftover entry cut short.
    #[cold]
    fn raise(shared: &Shared, header: &Header) {
        let with = match header.pending.replace(Pending::None) {
            Pending::None => return,
            Pending::Interrupt(interrupt) => interrupt,
            Pending::Io | Pending::Timed => Interrupt::Corrupt,
        };
        shared.interrupt.set(Some(with));
        shared.observe(|| Event::Interrupted { task: header.id.get(), with });
    }

    /// Takes back what the step left: the leaf that posted, an interrupt that nobody took.
    #[inline]
    fn leave(shared: &Shared, header: &Header, by_entry: bool) {
        let posted = shared.posted.get();
        if posted != 0 {
            header.leaf.set(posted);
        } else if by_entry || header.leaf.get() == 0 {
            header.leaf.set(0);
            header.place.set(Place::Waker);
        }
        if let Some(interrupt) = shared.interrupt.get() {
            shared.interrupt.set(None);
            header.pending.set(Pending::Interrupt(interrupt));
        }
        let task = header.id.get();
        if let Some(observer) = &shared.observer {
            observe_yield(shared, &**observer, task);
        }
    }

    #[inline(never)]
    pub(super) fn finish(&mut self, shared: &Shared, slot: u32, result: Result<(), TaskError>) {
        let header = &self.slots[slot as usize].header;
        let task = header.id.get();
        shared.yielded.set(Yielded::Nothing);
        shared.interrupt.set(None);
        header.leaf.set(0);
        header.place.set(Place::Nowhere);
        shared.registry.borrow_mut().retire(slot);
        match result {
            Ok(()) => {
                let stop = shared.stop_requested.get();
                let yielded = if stop { Yield::StopLoop } else { Yield::Return };
                shared.observe(|| Event::StepEnds { task, yielded });
                shared.wake_joiners(header);
            }
            Err(error) => {
                shared.observe(|| Event::StepFails { task, error: &error });
                let heard = shared.wake_joiners(header);
                if shared.one_queue {
                    let header = header.clone();
                    return self.settle_error(shared, &header, error, heard);
                }
                // Under `FastIo` even the first interrupt of a task that ended by an error fails an assertion.
                header.pending.set(Pending::Interrupt(Interrupt::Cancelled));
                // The slot and the registry hold one each: nobody else can ask any more.
                if Rc::strong_count(header) > 2 {
                    header.ending.set(Some(told_again(&error)));
                }
                if !error.ends_task_only() {
                    self.ran = Ran::Failed(failed(header.name.borrow(), error));
                }
            }
        }
    }
}

fn observe_yield(shared: &Shared, observer: &dyn crate::observer::Observer, task: TaskId) {
    let yielded = shared.yielded.get();
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
