//! One pass of the loop: expire what is due, run what is ready, wait.
//!
//! Owns the order of things within a pass, and the asking of devices. What a task does in its step, and
//! what becomes of what it yields, stands in `resume` and `owner`.

use alloc::boxed::Box;

use super::admit::not_started;
use super::entry::{Decoded, RawEntry};
use super::owner::{Owner, Phase, Ran, Step, Stop, failed};
use super::poller::Waiter;
use super::run::Ended;
use super::run_queue::RunQueue;
use super::shared::Shared;
use super::task::{Pending, Place, State};
use super::wait_queue::Timer;
use crate::observer::{Event, Why};
use crate::ticks;
use crate::time::{Duration, Instant};
use core::task::Waker;

impl Owner {
    pub(super) fn expire(&mut self, shared: &Shared) -> Stop {
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

    fn move_due(&mut self, shared: &Shared, timer: Timer) -> Stop {
        let why = Why::Timer(timer.serial);
        match timer.entry.decode() {
            Decoded::Task(slot) => {
                let header = shared.header(slot);
                header.discount_entry();
                if shared.fast {
                    if header.state.get() == State::Fresh {
                        return Err(failed(header.name.borrow(), not_started()));
                    }
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
                shared.push_callback(key as usize, id, why).map(drop).map_err(|full| failed("callback", full))
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
    pub(super) fn ask_before_entry(&mut self, shared: &Shared, left: u32) -> Result<Step, Box<Ended>> {
        self.drain_wakes(shared)?;
        let (devices, ready) = Self::ask_devices(shared)?;
        self.phase = Phase::Run { left };
        if ready > 0 {
            shared.observe(|| Event::Polled { timeout_ms: 0, since: shared.now(), ready });
        }
        Ok(Step::Polled { devices, pass: false })
    }

    /// Runs what the I/O queue holds, which does not count against the pass, else the next entry of the pass.
    pub(super) fn run_after_asking(
        &mut self,
        shared: &Shared,
        left: u32,
    ) -> Result<Option<Step>, Box<Ended>> {
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

    /// Resumes the task that is next in this pass, unless something else is.
    #[inline]
    pub(super) fn resume_next(&mut self, shared: &Shared) -> bool {
        if let Phase::Run { left: left @ 1.. } = self.phase
            && shared.ioq.is_none()
            && let Some(Decoded::Task(slot)) = shared.runq.first().map(RawEntry::decode)
        {
            shared.runq.pop();
            self.phase = Phase::Run { left: left - 1 };
            self.resume(shared, slot, true);
            return true;
        }
        false
    }

    #[inline]
    pub(super) fn run_entry(&mut self, shared: &Shared, left: u32) -> Result<Option<Step>, Box<Ended>> {
        let Some(entry) = shared.runq.pop() else {
            unreachable!("a pass runs no more entries than it counted")
        };
        self.run(shared, entry, left)
    }

    /// Runs an entry that was taken out of a queue; `left` counts it still.
    #[inline]
    fn run(&mut self, shared: &Shared, entry: RawEntry, left: u32) -> Result<Option<Step>, Box<Ended>> {
        self.phase = Phase::Run { left: left - 1 };
        match entry.decode() {
            Decoded::Task(slot) => self.resume(shared, slot, true),
            Decoded::Woken(slot) => self.resume(shared, slot, false),
            Decoded::Callback(key) => {
                shared.runq.pop();
                self.phase = Phase::Run { left: left - 2 };
                if let Err(error) = shared.run_callback(key) {
                    self.ran = Ran::Failed(failed("callback", error));
                }
                return Ok(Some(Step::Callback));
            }
            Decoded::Nothing => return Ok(None),
            Decoded::Wake(_) => unreachable!("the run queue holds no such entry"),
        }
        Ok(Some(Step::Task))
    }

    pub(super) fn begin_wait(&mut self, shared: &Shared) {
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

    pub(super) fn wait(
        &mut self,
        shared: &Shared,
        since: Instant,
        timeout_ms: i32,
    ) -> Result<Step, Box<Ended>> {
        let woken = self.drain_wakes(shared)?;
        let (devices, ready) = Self::ask_devices(shared)?;
        let until = u64::try_from(timeout_ms)
            .ok()
            .map(|ms| Instant::from_millis(since.as_millis()) + Duration::from_millis(ms));
        let over = timeout_ms == 0 || until.is_some_and(|until| shared.now() >= until);
        if woken || ready > 0 || over {
            // Without passes, the head of the queue is next if it was due before the devices were asked.
            let go_on = shared.one_queue && timeout_ms == 0;
            self.phase = if go_on { Phase::Run { left: 0 } } else { Phase::Expire };
            if !go_on || ready > 0 {
                shared.observe(|| Event::Polled { timeout_ms, since, ready });
            }
            return Ok(Step::Polled { devices, pass: !shared.one_queue });
        }
        Ok(Step::Idle { until, sample: shared.poller.borrow().sampled() })
    }

    // ---- devices and wakers ----------------------------------------------------------------------

    /// Asks each device that is waited for; queues who waited for those that are ready.
    pub(super) fn ask_devices(shared: &Shared) -> Result<(u16, u16), Box<Ended>> {
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
            let told = shared.poller.borrow_mut().reported(place, found);
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
                if shared.one_queue {
                    header.discount_entry();
                    return shared
                        .push_now(&header, Why::Device(device))
                        .map_err(|full| Self::lost(&header, full));
                }
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
    pub(super) fn drain_wakes(&mut self, shared: &Shared) -> Result<bool, Box<Ended>> {
        if !self.wakes.any() {
            return Ok(false);
        }
        let (mut any, mut result) = (false, Ok(()));
        let slots = &self.slots;
        self.wakes.drain(|slot| {
            let header = &slots[slot].header;
            if result.is_err() || header.state.get() == State::Finished || header.woken.get() {
                return;
            }
            any = true;
            let mark = slots[slot].shared_waker.mark();
            result = shared.push_woken(header, mark).map_err(|full| Self::lost(header, full));
        });
        result.map(|()| any)
    }
}
