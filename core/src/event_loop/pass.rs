//! One pass of the loop: expire what is due, run what is ready, wait.
//!
//! Owns the order of things within a pass, and the asking of devices. What a task does in its step, and
//! what becomes of what it yields, stands in `resume` and `owner`.

use super::admit::not_started;
use super::bug;
use super::care;
use super::ending::{CALLBACK, Halt, Stop};
use super::entry::{Decoded, RawEntry};
use super::owner::{Next, Owner, Phase};
use super::shared::{LOW_PRIORITY, Shared};
use super::slot::Task;
use super::task::{Mark, Pending, Place};
use super::wait_queue::Timer;
use super::wake::{OwnWaker, WAKERS};
use crate::observer::{Event, Why};
use crate::ticks;
use crate::time::Instant;

impl Owner {
    /// Begins a pass: with what is due behind what is ready. What goes wrong is found before the next step.
    pub(super) fn expire(&mut self, shared: &Shared) {
        if shared.cares_for(care::TIMED)
            && let Err(Halt) = self.move_all_due(shared)
        {
            shared.care_for(care::FAILED);
        }
        shared.runq.begin_pass();
        self.phase = if shared.ioq().is_some() { Phase::Ask } else { Phase::Run };
    }

    #[inline]
    fn move_all_due(&mut self, shared: &Shared) -> Stop {
        self.began = shared.ticks();
        if shared.rules.low_priority() {
            self.expire_low_priority(shared)?;
        }
        loop {
            let mut waitq = shared.waitq.borrow_mut();
            let Some(first) = waitq.first() else {
                // Where there is a low-priority queue, when a pass began is asked in any case.
                if !shared.rules.low_priority() {
                    shared.take_care_of(care::TIMED);
                }
                return Ok(());
            };
            if ticks::ticks_diff(waitq.due(first), self.began) > 0 {
                return Ok(());
            }
            let timer = waitq.take(first);
            drop(waitq);
            self.move_due(shared, timer, first)?;
        }
    }

    /// Moves one low-priority entry if it is overdue beyond the limit, or due while nothing else is ready or due.
    fn expire_low_priority(&mut self, shared: &Shared) -> Stop {
        let Some(lpq) = shared.lpq() else { return Ok(()) };
        let Some(first) = lpq.borrow().first() else { return Ok(()) };
        let late = ticks::ticks_diff(lpq.borrow().due(first), self.began);
        let limit = shared.max_overdue_ms.get();
        let overdue = limit > 0 && late < -limit;
        let nothing_due = || {
            let first = shared.waitq.borrow().first_due();
            first.is_none_or(|due| ticks::ticks_diff(due, self.began) > 0)
        };
        if overdue || (shared.runq.len() == 0 && late <= 0 && nothing_due()) {
            let timer = lpq.borrow_mut().take(first);
            return self.move_due(shared, timer, first | LOW_PRIORITY);
        }
        Ok(())
    }

    /// Moves an entry that is due, and was at this place, to the run queue.
    #[cfg_attr(not(target_pointer_width = "32"), inline(always))]
    fn move_due(&mut self, shared: &Shared, timer: Timer, place: u32) -> Stop {
        let why = Why::Timer(timer.serial);
        match timer.entry.decode() {
            Decoded::Task(slot) => {
                let task = shared.task(slot);
                if shared.rules.fails_late_starts() && task.is_fresh() {
                    task.discount_entry();
                    return Err(shared.failed(slot, not_started()));
                }
                if shared.rules.marks_timed_waits() {
                    if task.unmark(Mark::Cancelled) {
                        task.discount_entry();
                        shared.observe(|| Event::TimerDropped { timer: timer.serial });
                        return Ok(());
                    }
                    // An interrupt that was not delivered yet is lost here, as in the original.
                    task.set_pending(Pending::None);
                }
                if task.place() == Place::Timer(place) {
                    task.set_place(Place::RunQueue);
                }
                shared.move_entry(task, why)
            }
            Decoded::Callback(key) => {
                let queued = shared.callbacks().map_or(Ok(()), |callbacks| callbacks.queue(shared, key, why));
                queued.map_err(|full| shared.lost(CALLBACK, full))
            }
            Decoded::Wake(key) if WAKERS => {
                shared.call_waker(key);
                self.drain_wakes(shared).map(drop)
            }
            // The wait queue holds no such entry.
            Decoded::Wake(_) | Decoded::Woken(_) | Decoded::Nothing | Decoded::Half => bug(),
        }
    }

    /// Asks the devices before the next entry runs: the whole point of the I/O queue.
    pub(super) fn ask_before_entry(&mut self, shared: &Shared) -> Result<Next, Halt> {
        self.drain_wakes(shared)?;
        let (devices, ready) = shared.ask_devices()?;
        self.phase = Phase::Run;
        if ready > 0 {
            shared.observe(|| Event::Polled { timeout_ms: 0, since: shared.now(), ready });
        }
        Ok(Next::Polled { devices, pass: false })
    }

    /// Takes the next entry of the pass, or what the I/O queue holds, which does not count against the pass.
    #[inline(always)]
    pub(super) fn next_of_pass(&mut self, shared: &Shared) -> Option<RawEntry> {
        if let Some(ioq) = shared.ioq()
            && let Some(entry) = ioq.pop()
        {
            self.phase = Phase::Ask;
            return Some(entry);
        }
        let entry = shared.runq.first_of_pass()?;
        shared.runq.take();
        if shared.ioq().is_some() {
            self.phase = Phase::Ask;
        }
        Some(entry)
    }

    /// Runs an entry that was taken.
    #[inline(always)]
    pub(super) fn run_entry(&mut self, shared: &Shared, entry: RawEntry) -> Result<Next, Halt> {
        Ok(match entry.decode() {
            Decoded::Task(slot) => {
                self.resume(shared, slot, true);
                Next::Task
            }
            Decoded::Woken(slot) if WAKERS => {
                if !self.resume_woken(shared, slot) {
                    self.resume(shared, slot, false);
                }
                Next::Task
            }
            Decoded::Callback(key) => {
                shared.runq.take();
                Self::run_callback(shared, key);
                Next::Callback
            }
            Decoded::Nothing => Next::More,
            Decoded::Half => {
                return Err(shared.lost(CALLBACK, shared.report_full(shared.runq.full(), None)));
            }
            // The run queue holds no such entry.
            Decoded::Wake(_) | Decoded::Woken(_) => bug(),
        })
    }

    pub(super) fn run_callback(shared: &Shared, key: u32) {
        let ran = shared.callbacks().map_or(Ok(()), |callbacks| callbacks.run(shared, key));
        if let Err(error) = ran {
            Self::fail(shared, CALLBACK, error);
        }
    }

    /// Ends a pass: finds out how long there is to wait from now on.
    #[inline(always)]
    pub(super) fn begin_wait(&mut self, shared: &Shared, since: Instant) {
        if shared.runq.len() > 0 {
            self.phase = Phase::Wait { since, timeout_ms: 0, until: since };
            return;
        }
        let mut timeout_ms = -1;
        // With an empty wait queue, a low-priority delay is reckoned from the beginning of the pass.
        let mut from = self.began;
        if let Some(due) = shared.waitq.borrow().first_due() {
            from = ticks::ticks_ms(since);
            timeout_ms = ticks::ticks_diff(due, from).max(0);
        }
        if let Some(due) = shared.lpq().and_then(|lpq| lpq.borrow().first_due()) {
            let delay = ticks::ticks_diff(due, from).max(0);
            if timeout_ms < 0 || delay < timeout_ms {
                timeout_ms = delay;
            }
        }
        self.wait_for(since, timeout_ms);
    }

    /// Asks devices and wakers; the wait is over, or there is nothing to do yet. A wait that has just begun is not over, if
    /// nobody was asked meanwhile.
    #[inline(always)]
    pub(super) fn wait(&mut self, shared: &Shared, begins: bool) -> Result<Next, Halt> {
        let Phase::Wait { since, timeout_ms, until } = self.phase else { return Ok(Next::More) };
        let woken = self.drain_wakes(shared)?;
        let (devices, ready) = shared.ask_devices()?;
        let lasts = || (begins && devices == 0) || shared.now() < until;
        if !woken && ready == 0 && timeout_ms != 0 && lasts() {
            return Ok(Next::Idle);
        }
        let passes = !shared.rules.one_queue();
        self.phase = match (passes, timeout_ms) {
            (true, _) => Phase::Expire,
            // The head of the queue is next if it was due before the devices were asked.
            (false, 0) => Phase::Head,
            (false, _) => Phase::Look,
        };
        if passes || timeout_ms != 0 || ready > 0 {
            shared.observe(|| Event::Polled { timeout_ms, since, ready });
        }
        Ok(Next::Polled { devices, pass: passes })
    }

    // ---- devices and wakers ----------------------------------------------------------------------

    /// Queues the tasks whose wakers were called, in order of slots. True if there were any.
    #[inline(always)]
    pub(super) fn drain_wakes(&mut self, shared: &Shared) -> Result<bool, Halt> {
        if self.wakes.any() { self.drain_called(shared) } else { Ok(false) }
    }

    /// The number of the loop's owner when the waker of a task was called.
    #[cold]
    fn mark_of(&self, task: Task<'_>) -> u32 {
        let own = task.own_waker();
        let own = own.as_ref().and_then(|own| own.as_ref());
        own.map_or_else(|| self.wakes.spare_mark(task.slot), OwnWaker::mark)
    }

    #[inline(never)]
    pub(super) fn drain_called(&mut self, shared: &Shared) -> Result<bool, Halt> {
        let (mut any, mut result) = (false, Ok(()));
        self.wakes.drain(|slot| {
            let task = shared.task(slot);
            if result.is_err() || task.is_finished() || task.has(Mark::Woken) {
                return;
            }
            any = true;
            // It is for the observer alone.
            let mark = if shared.observer().is_some() { self.mark_of(task) } else { 0 };
            result = shared.push_woken(task, mark).map_err(|full| shared.lost(slot, full));
        });
        result.map(|()| any)
    }
}
