//! The owner's side of the loop: it holds the futures and does one thing at a time.
//!
//! Owns [`Step`] and the trip round the loop. It never waits and never advances time: who calls
//! [`Firmware::step`](super::Firmware::step) does both.
//!
//! One pass under `UasyncioV2`, each arrow one call of `step`, or none:
//!
//! ```text
//!          expire: due timers to the run queue; n = its length
//!   ┌────────────▶ Expire ──────────────▶ Run(n) ───task or callback──▶ Run(n - 1)
//!   │                                       │ n = 0: wait 0 if entries are ready,
//!   │                                       ▼        else until the first timer, else for ever
//!   └── ready, due, or no wait: Polled ── Wait ──nothing yet: Idle──▶ Wait
//! ```
//!
//! What a step yielded is *applied* by the next call, which reads the clock then: so the owner can
//! charge the step's cost and deliver hardware between the resumption and the queueing, as the original
//! spends its time.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::task::{Context, Poll, Waker};

use super::entry::{Decoded, RawEntry};
use super::poller::Waiter;
use super::run::Ended;
use super::shared::{NOBODY, Shared, TaskFuture, Yielded};
use super::task::{Header, Pending, Place, State};
use super::wake::{TaskWaker, WakeSet};
use crate::error::{Interrupt, TaskError};
use crate::observer::{Entry, Event, TaskId, Why, Yield};
use crate::stream::Readiness;
use crate::ticks;
use crate::time::{Duration, Instant};

/// What one call of [`Firmware::step`](super::Firmware::step) did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The program's top level ran.
    Main,
    /// A task was resumed, or an entry of a finished one was met.
    Task,
    /// A callback ran.
    Callback,
    /// The devices were asked and the pass is over; `devices` were waited for.
    Polled {
        /// How many devices were asked.
        devices: u16,
    },
    /// Nothing can be done before `until`, or before something outside happens.
    Idle {
        /// When the first timer is due.
        until: Option<Instant>,
        /// A device is waited for that has to be asked at each tick of a millisecond.
        sample: bool,
    },
    /// The program's top level has returned.
    Done,
}

struct Slot {
    future: Option<TaskFuture>,
    header: alloc::rc::Rc<Header>,
    waker: Waker,
    shared_waker: Arc<TaskWaker>,
}

/// What the last step left to be applied.
enum Ran {
    Nothing,
    Task(u32),
    Failed { by: String, error: TaskError },
}

#[derive(Clone, Copy)]
enum Phase {
    Expire,
    Run { left: u32 },
    Wait { since: Instant, timeout_ms: i32 },
}

pub(super) struct Owner {
    slots: Vec<Slot>,
    wakes: WakeSet,
    phase: Phase,
    ran: Ran,
}

type Stop = Result<(), Ended>;

fn failed(by: impl ToString, error: impl Into<TaskError>) -> Ended {
    Ended::Failed { by: by.to_string(), error: error.into() }
}

impl Owner {
    pub fn new() -> Self {
        Self { slots: Vec::new(), wakes: WakeSet::default(), phase: Phase::Expire, ran: Ran::Nothing }
    }

    /// One step of a run; the end of the run as an error.
    pub fn step(&mut self, shared: &Shared) -> Result<Step, Ended> {
        self.apply(shared)?;
        loop {
            match self.phase {
                Phase::Expire => self.expire(shared)?,
                Phase::Run { left: 0 } => self.begin_wait(shared),
                Phase::Run { left } => {
                    if let Some(step) = self.run_entry(shared, left)? {
                        return Ok(step);
                    }
                }
                Phase::Wait { since, timeout_ms } => return self.wait(shared, since, timeout_ms),
            }
        }
    }

    /// Forgets the pass under way: the next run begins with a new one.
    pub fn stop(&mut self) {
        self.phase = Phase::Expire;
    }

    /// Lets go of all futures; theirs may be the last handles on the loop.
    pub fn drop_futures(&mut self) {
        for slot in &mut self.slots {
            slot.future = None;
        }
    }

    /// Whether a waker was called that no poll point has seen yet.
    pub fn woken(&self) -> bool {
        self.wakes.any()
    }

    // ---- applying what the last step yielded -----------------------------------------------------

    #[inline]
    fn apply(&mut self, shared: &Shared) -> Stop {
        match core::mem::replace(&mut self.ran, Ran::Nothing) {
            Ran::Nothing => {}
            Ran::Task(slot) => {
                let yielded = shared.yielded.replace(Yielded::Nothing);
                Self::apply_yield(shared, &self.slots[slot as usize].header, yielded)?;
            }
            Ran::Failed { by, error } => return Err(Ended::Failed { by, error }),
        }
        if let Some(full) = shared.overflow.take() {
            return Err(failed("event loop", full));
        }
        if shared.stop_requested.replace(false) { Err(Ended::Stopped) } else { Ok(()) }
    }

    #[inline]
    fn apply_yield(shared: &Shared, header: &Header, yielded: Yielded) -> Stop {
        match yielded {
            Yielded::Nothing => Ok(()),
            Yielded::Park => {
                header.place.set(Place::Nowhere);
                Ok(())
            }
            Yielded::Bare | Yielded::Delay(0) | Yielded::SleepMs(0) => {
                header.place.set(Place::RunQueue);
                shared.push_task(header, Why::Yielded).map_err(|full| Self::lost(header, full))
            }
            Yielded::Delay(ms) | Yielded::SleepMs(ms) => {
                let entry = Entry::Task(header.id.get());
                let timer = shared
                    .arm(ms, RawEntry::task(header.slot), Some(entry))
                    .map_err(|full| Self::lost(header, full))?;
                header.count_entry();
                header.place.set(Place::Timer(timer));
                Ok(())
            }
            Yielded::IoRead(device) => Self::wait_for_device(shared, header, device, Readiness::READ),
            Yielded::IoWrite(device) => Self::wait_for_device(shared, header, device, Readiness::WRITE),
            Yielded::IoReadDone(device) => {
                Self::give_up_device(shared, device)?;
                header.place.set(Place::RunQueue);
                shared.push_task(header, Why::Yielded).map_err(|full| Self::lost(header, full))
            }
        }
    }

    /// The loop could not move an entry: it is lost, with a record, and the run ends.
    fn lost(header: &Header, full: crate::error::QueueFull) -> Ended {
        failed(header.name.borrow(), full)
    }

    fn wait_for_device(shared: &Shared, header: &Header, device: u32, mask: Readiness) -> Stop {
        header.pending.set(Pending::Io);
        header.place.set(Place::Device(device));
        header.count_entry();
        let before = shared.poller.borrow_mut().register(device, mask, Waiter::Task(header.slot));
        if let Some(Waiter::Task(slot)) = before {
            shared.header(slot).discount_entry();
        }
        let name = shared.device(device);
        let (task, write) = (header.id.get(), mask == Readiness::WRITE);
        shared.observe(|| Event::IoWait { task, device: name.name(), write });
        Ok(())
    }

    /// V2's `remove_reader` fails on a device that is not registered.
    fn give_up_device(shared: &Shared, device: u32) -> Stop {
        let former = shared.poller.borrow_mut().unregister(device);
        match former {
            Some(Some(Waiter::Task(slot))) => shared.header(slot).discount_entry(),
            None => {
                let name = shared.device(device);
                let message = alloc::format!("{} was given up but nobody waits for it", name.name());
                return Err(failed("event loop", TaskError::failed(message)));
            }
            Some(_) => {}
        }
        Ok(())
    }

    // ---- the pass --------------------------------------------------------------------------------

    fn expire(&mut self, shared: &Shared) -> Stop {
        let start = shared.ticks();
        loop {
            let due = {
                let mut waitq = shared.waitq.borrow_mut();
                let is_due = waitq.first().is_some_and(|timer| ticks::ticks_diff(timer.due, start) <= 0);
                if is_due { waitq.pop() } else { None }
            };
            let Some(timer) = due else { break };
            self.move_due(shared, timer)?;
        }
        self.phase = Phase::Run { left: shared.runq.len() };
        Ok(())
    }

    fn move_due(&mut self, shared: &Shared, timer: super::wait_queue::Timer) -> Stop {
        let why = Why::Timer(timer.serial);
        match timer.entry.decode() {
            Decoded::Task(slot) => {
                let header = shared.header(slot);
                header.discount_entry();
                if header.place.get() == Place::Timer(timer.serial) {
                    header.place.set(Place::RunQueue);
                }
                shared.push_task(&header, why).map_err(|full| Self::lost(&header, full))
            }
            Decoded::Callback(key) => {
                let id = shared.callback_id(key);
                shared.push_callback(key as usize, id, why).map_err(|full| failed("callback", full))
            }
            Decoded::Wake(key) => {
                let waker = shared.wakers.borrow_mut().remove(key as usize);
                waker.wake();
                self.drain_wakes(shared).map(drop)
            }
            Decoded::Woken(_) | Decoded::Nothing => unreachable!("the wait queue holds no such entry"),
        }
    }

    #[inline]
    fn run_entry(&mut self, shared: &Shared, left: u32) -> Result<Option<Step>, Ended> {
        let Some(entry) = shared.runq.pop() else {
            unreachable!("a pass runs no more entries than it counted")
        };
        self.phase = Phase::Run { left: left - 1 };
        match entry.decode() {
            Decoded::Task(slot) => self.resume(shared, slot, true),
            Decoded::Woken(slot) => self.resume(shared, slot, false),
            Decoded::Callback(key) => {
                shared.runq.pop();
                self.phase = Phase::Run { left: left - 2 };
                if let Err(error) = shared.run_callback(key) {
                    self.ran = Ran::Failed { by: "callback".into(), error };
                }
            }
            Decoded::Nothing => return Ok(None),
            Decoded::Wake(_) => unreachable!("the run queue holds no such entry"),
        }
        let callback = matches!(entry.decode(), Decoded::Callback(_));
        Ok(Some(if callback { Step::Callback } else { Step::Task }))
    }

    fn begin_wait(&mut self, shared: &Shared) {
        let since = shared.now();
        let timeout_ms = if shared.runq.len() > 0 {
            0
        } else {
            let waitq = shared.waitq.borrow();
            waitq.first().map_or(-1, |timer| ticks::ticks_diff(timer.due, ticks::ticks_ms(since)).max(0))
        };
        self.phase = Phase::Wait { since, timeout_ms };
    }

    fn wait(&mut self, shared: &Shared, since: Instant, timeout_ms: i32) -> Result<Step, Ended> {
        let woken = self.drain_wakes(shared)?;
        let (devices, ready) = Self::ask_devices(shared)?;
        let until = u64::try_from(timeout_ms)
            .ok()
            .map(|ms| Instant::from_millis(since.as_millis()) + Duration::from_millis(ms));
        let over = timeout_ms == 0 || until.is_some_and(|until| shared.now() >= until);
        if woken || ready > 0 || over {
            self.phase = Phase::Expire;
            shared.observe(|| Event::Polled { timeout_ms, since, ready });
            return Ok(Step::Polled { devices });
        }
        Ok(Step::Idle { until, sample: shared.poller.borrow().sampled() })
    }

    // ---- devices and wakers ----------------------------------------------------------------------

    /// Asks each device that is waited for; queues who waited for those that are ready.
    fn ask_devices(shared: &Shared) -> Result<(u16, u16), Ended> {
        let (mut devices, mut ready) = (0, 0);
        let known = shared.poller.borrow().len();
        for place in 0..known {
            let asked = shared.poller.borrow().asked(place);
            let Some((device, mask)) = asked else { continue };
            devices += 1;
            if device.poll(mask).and(mask).is_empty() {
                continue;
            }
            ready += 1;
            let waiter = shared.poller.borrow_mut().reported(place);
            match waiter {
                Some(Waiter::Task(slot)) => {
                    let header = shared.header(slot);
                    // An interrupt that was not delivered yet is lost here, as in the original.
                    header.pending.set(Pending::None);
                    shared
                        .push_task(&header, Why::Device(device.name()))
                        .map_err(|full| Self::lost(&header, full))?;
                }
                Some(Waiter::Waker(key)) => {
                    let waker = shared.wakers.borrow().get(key).cloned();
                    waker.inspect(Waker::wake_by_ref);
                }
                None => {}
            }
        }
        Ok((devices, ready))
    }

    /// Queues the tasks whose wakers were called, in order of slots. True if there were any.
    #[inline]
    fn drain_wakes(&mut self, shared: &Shared) -> Result<bool, Ended> {
        if !self.wakes.any() {
            return Ok(false);
        }
        let (mut any, mut result) = (false, Ok(()));
        let slots = &self.slots;
        self.wakes.drain(|slot| {
            let header = &slots[slot].header;
            if result.is_err() || header.state.get() == State::Finished || header.woken.replace(true) {
                return;
            }
            any = true;
            let task = Some(header.id.get());
            result = shared
                .runq
                .push(RawEntry::woken(slot as u32))
                .map_err(|full| Self::lost(header, shared.report_full(full, task)));
            if result.is_ok() {
                header.count_entry();
                shared.observe(|| Event::Ready { entry: Entry::Task(header.id.get()), why: Why::Woken });
            }
        });
        result.map(|()| any)
    }

    // ---- one step of a task ----------------------------------------------------------------------

    fn take_inbox(&mut self, shared: &Shared) {
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
    fn resume(&mut self, shared: &Shared, slot: u32, by_entry: bool) {
        if !shared.inbox.borrow().is_empty() {
            self.take_inbox(shared);
        }
        let Slot { future, header, waker, .. } = &mut self.slots[slot as usize];
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
        let interrupt = match header.pending.replace(Pending::None) {
            Pending::None => None,
            Pending::Interrupt(interrupt) => Some(interrupt),
            Pending::Io => Some(Interrupt::Corrupt),
        };
        shared.interrupt.set(interrupt);
        if let Some(with) = interrupt {
            shared.observe(|| Event::Interrupted { task: header.id.get(), with });
        }
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
        if let Some(interrupt) = shared.interrupt.take() {
            header.pending.set(Pending::Interrupt(interrupt));
        }
        let task = header.id.get();
        if let Some(observer) = &shared.observer {
            observe_yield(shared, &**observer, task);
        }
    }

    fn finish(&mut self, shared: &Shared, slot: u32, result: Result<(), TaskError>) {
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
            }
            Err(error) => {
                shared.observe(|| Event::StepFails { task, error: &error });
                if !error.ends_task_only() {
                    self.ran = Ran::Failed { by: header.name.borrow().to_string(), error };
                }
            }
        }
    }
}

fn observe_yield(shared: &Shared, observer: &dyn crate::observer::Observer, task: TaskId) {
    let yielded = shared.yielded.get();
    let device = match yielded {
        Yielded::IoRead(device) | Yielded::IoWrite(device) | Yielded::IoReadDone(device) => {
            Some(shared.device(device))
        }
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
    };
    observer.observe(Event::StepEnds { task, yielded });
}
