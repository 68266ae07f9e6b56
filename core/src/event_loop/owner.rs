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
use core::cell::RefCell;
use core::task::{Context, Poll, Waker};

use super::entry::{Decoded, RawEntry};
use super::poller::Waiter;
use super::run::Ended;
use super::run_queue::RunQueue;
use super::shared::{NOBODY, Shared, TaskFuture, Yielded};
use super::task::{Header, Pending, Place, State};
use super::wait_queue::WaitQueue;
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
    /// The devices were asked without waiting, or a wait is over.
    Polled {
        /// How many devices were asked.
        devices: u16,
        /// Whether the pass is over; if not, the devices were asked before a step.
        pass: bool,
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
    /// Under `FastIo` with an I/O queue, the devices are asked before each entry.
    Ask {
        left: u32,
    },
    Run {
        left: u32,
    },
    Wait {
        since: Instant,
        timeout_ms: i32,
    },
}

pub(super) struct Owner {
    slots: Vec<Slot>,
    wakes: WakeSet,
    phase: Phase,
    ran: Ran,
    /// The tick at which the pass began.
    began: u32,
}

type Stop = Result<(), Ended>;

fn failed(by: impl ToString, error: impl Into<TaskError>) -> Ended {
    Ended::Failed { by: by.to_string(), error: error.into() }
}

impl Owner {
    pub fn new() -> Self {
        Self {
            slots: Vec::new(),
            wakes: WakeSet::default(),
            phase: Phase::Expire,
            ran: Ran::Nothing,
            began: 0,
        }
    }

    /// One step of a run; the end of the run as an error.
    pub fn step(&mut self, shared: &Shared) -> Result<Step, Ended> {
        self.apply(shared)?;
        loop {
            match self.phase {
                Phase::Expire => self.expire(shared)?,
                Phase::Ask { left } => return self.ask_before_entry(shared, left),
                Phase::Run { left } if shared.ioq.is_some() => {
                    if let Some(step) = self.run_after_asking(shared, left)? {
                        return Ok(step);
                    }
                }
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
            Yielded::Delay(ms) | Yielded::SleepMs(ms) => Self::arm(shared, &shared.waitq, header, ms),
            Yielded::AfterMs(ms) | Yielded::After(ms) => Self::arm(shared, &shared.lpq, header, ms),
            Yielded::IoRead(device) => Self::wait_for_device(shared, header, device, Readiness::READ),
            Yielded::IoWrite(device) => Self::wait_for_device(shared, header, device, Readiness::WRITE),
            Yielded::IoReadDone(device) => Self::give_up_device(shared, header, device, Readiness::READ),
            Yielded::IoWriteDone(device) => Self::give_up_device(shared, header, device, Readiness::WRITE),
        }
    }

    /// The loop could not move an entry: it is lost, with a record, and the run ends.
    fn lost(header: &Header, full: crate::error::QueueFull) -> Ended {
        failed(header.name.borrow(), full)
    }

    fn arm(shared: &Shared, queue: &RefCell<WaitQueue>, header: &Header, ms: i32) -> Stop {
        let entry = Entry::Task(header.id.get());
        let timer = shared
            .arm_in(queue, ms, RawEntry::task(header.slot), Some(entry))
            .map_err(|full| Self::lost(header, full))?;
        header.count_entry();
        header.place.set(Place::Timer(timer));
        if shared.fast {
            header.pending.set(Pending::Timed);
        }
        Ok(())
    }

    fn wait_for_device(shared: &Shared, header: &Header, device: u32, mask: Readiness) -> Stop {
        header.pending.set(Pending::Io);
        header.place.set(Place::Device(device));
        header.count_entry();
        let before =
            shared.poller.borrow_mut().register(device, mask, Waiter::Task(header.slot), shared.fast);
        if let Some(Waiter::Task(slot)) = before {
            shared.header(slot).discount_entry();
        }
        let name = shared.device(device);
        let (task, write) = (header.id.get(), mask == Readiness::WRITE);
        shared.observe(|| Event::IoWait { task, device: name.name(), write });
        Ok(())
    }

    /// Gives up a registration, and queues the task for I/O. V2's `remove_reader` fails on a device that is not
    /// registered.
    fn give_up_device(shared: &Shared, header: &Header, device: u32, direction: Readiness) -> Stop {
        let former = shared.poller.borrow_mut().unregister(device, direction, shared.fast);
        match former {
            Some(Some(Waiter::Task(slot))) => shared.header(slot).discount_entry(),
            None if !shared.fast && direction == Readiness::READ => {
                let name = shared.device(device);
                let message = alloc::format!("{} was given up but nobody waits for it", name.name());
                return Err(failed("event loop", TaskError::failed(message)));
            }
            _ => {}
        }
        header.place.set(Place::RunQueue);
        shared.push_io(header, Why::Yielded).map_err(|full| Self::lost(header, full))
    }

    // ---- the pass --------------------------------------------------------------------------------

    fn expire(&mut self, shared: &Shared) -> Stop {
        self.began = shared.ticks();
        self.expire_low_priority(shared)?;
        loop {
            let due = {
                let mut waitq = shared.waitq.borrow_mut();
                let is_due = waitq.first().is_some_and(|timer| ticks::ticks_diff(timer.due, self.began) <= 0);
                if is_due { waitq.pop() } else { None }
            };
            let Some(timer) = due else { break };
            self.move_due(shared, timer)?;
        }
        let left = shared.runq.len();
        self.phase = if shared.ioq.is_some() { Phase::Ask { left } } else { Phase::Run { left } };
        Ok(())
    }

    /// Moves one low-priority entry if it is overdue beyond the limit, or due while nothing else is ready or due.
    fn expire_low_priority(&mut self, shared: &Shared) -> Stop {
        let Some(due) = shared.lpq.borrow().first().map(|timer| timer.due) else { return Ok(()) };
        let late = ticks::ticks_diff(due, self.began);
        let limit = shared.max_overdue_ms.get();
        let overdue = limit > 0 && late < -limit;
        let nothing_due = || {
            let waitq = shared.waitq.borrow();
            waitq.first().is_none_or(|timer| ticks::ticks_diff(timer.due, self.began) > 0)
        };
        if overdue || (shared.runq.len() == 0 && late <= 0 && nothing_due()) {
            let timer = shared.lpq.borrow_mut().pop();
            return timer.map_or(Ok(()), |timer| self.move_due(shared, timer));
        }
        Ok(())
    }

    fn move_due(&mut self, shared: &Shared, timer: super::wait_queue::Timer) -> Stop {
        let why = Why::Timer(timer.serial);
        match timer.entry.decode() {
            Decoded::Task(slot) => {
                let header = shared.header(slot);
                header.discount_entry();
                if shared.fast {
                    if header.cancelled.replace(false) {
                        shared.observe(|| Event::TimerDropped { timer: timer.serial });
                        return Ok(());
                    }
                    // An interrupt that was not delivered yet is lost here, as in the original.
                    header.pending.set(Pending::None);
                }
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

    /// Asks the devices before the next entry runs: the whole point of the I/O queue.
    fn ask_before_entry(&mut self, shared: &Shared, left: u32) -> Result<Step, Ended> {
        self.drain_wakes(shared)?;
        let (devices, ready) = Self::ask_devices(shared)?;
        self.phase = Phase::Run { left };
        if ready > 0 {
            shared.observe(|| Event::Polled { timeout_ms: 0, since: shared.now(), ready });
        }
        Ok(Step::Polled { devices, pass: false })
    }

    /// Runs what the I/O queue holds, which does not count against the pass, else the next entry of the pass.
    fn run_after_asking(&mut self, shared: &Shared, left: u32) -> Result<Option<Step>, Ended> {
        let io = shared.ioq.as_ref().and_then(RunQueue::pop);
        let step = match io {
            Some(entry) => self.run(shared, entry, left + 1)?,
            None if left == 0 => {
                self.begin_wait(shared);
                return Ok(None);
            }
            None => self.run_entry(shared, left)?,
        };
        if let Phase::Run { left } = self.phase {
            self.phase = Phase::Ask { left };
        }
        Ok(step)
    }

    #[inline]
    fn run_entry(&mut self, shared: &Shared, left: u32) -> Result<Option<Step>, Ended> {
        let Some(entry) = shared.runq.pop() else {
            unreachable!("a pass runs no more entries than it counted")
        };
        self.run(shared, entry, left)
    }

    /// Runs an entry that was taken out of a queue; `left` counts it still.
    #[inline]
    fn run(&mut self, shared: &Shared, entry: RawEntry, left: u32) -> Result<Option<Step>, Ended> {
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
                return Ok(Some(Step::Callback));
            }
            Decoded::Nothing => return Ok(None),
            Decoded::Wake(_) => unreachable!("the run queue holds no such entry"),
        }
        Ok(Some(Step::Task))
    }

    fn begin_wait(&mut self, shared: &Shared) {
        let since = shared.now();
        let mut timeout_ms = if shared.runq.len() > 0 { 0 } else { -1 };
        if timeout_ms < 0 {
            // With an empty wait queue, a low-priority delay is reckoned from the beginning of the pass.
            let mut from = self.began;
            if let Some(timer) = shared.waitq.borrow().first() {
                from = ticks::ticks_ms(since);
                timeout_ms = ticks::ticks_diff(timer.due, from).max(0);
            }
            if let Some(timer) = shared.lpq.borrow().first() {
                let delay = ticks::ticks_diff(timer.due, from).max(0);
                if timeout_ms < 0 || delay < timeout_ms {
                    timeout_ms = delay;
                }
            }
        }
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
            return Ok(Step::Polled { devices, pass: true });
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
            let found = device.poll(mask).and(mask);
            if found.is_empty() {
                continue;
            }
            ready += 1;
            let told = shared.poller.borrow_mut().reported(place, found, shared.fast);
            for waiter in told.into_iter().flatten() {
                Self::tell(shared, waiter, device.name())?;
            }
        }
        Ok((devices, ready))
    }

    /// A device that somebody waits for is ready.
    fn tell(shared: &Shared, waiter: Waiter, device: &str) -> Stop {
        match waiter {
            Waiter::Task(slot) => {
                let header = shared.header(slot);
                // An interrupt that was not delivered yet is lost here, as in the original.
                header.pending.set(Pending::None);
                shared.push_io(&header, Why::Device(device)).map_err(|full| Self::lost(&header, full))?;
                if shared.fast {
                    header.discount_entry();
                }
            }
            Waiter::Waker(key) => {
                let waker = shared.wakers.borrow().get(key).cloned();
                waker.inspect(Waker::wake_by_ref);
            }
        }
        Ok(())
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
            Pending::Io | Pending::Timed => Some(Interrupt::Corrupt),
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
        Yielded::IoWriteDone(_) => Yield::IoWriteDone(name),
        Yielded::AfterMs(ms) => Yield::AfterMs(ms),
        Yielded::After(ms) => Yield::After(ms),
    };
    observer.observe(Event::StepEnds { task, yielded });
}
