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
//! `Asyncio3` has no passes; its loop stands in `timeline`.
//!
//! What a step yielded is *applied* by the next call, which reads the clock then: so the owner can
//! charge the step's cost and deliver hardware between the resumption and the queueing, as the original
//! spends its time.

use alloc::boxed::Box;

use super::care;
use super::entry::RawEntry;
use super::name::TaskName;
use super::run::Ended;
use super::shared::{NOBODY, Shared, Timed};
use super::slot::Task;
use super::task::{Pending, Place};
use super::wake::{WakeMark, WakeSet};
use super::yielded::Yielded;
use crate::error::TaskError;
use crate::observer::{Entry, Why};
use crate::time::Instant;

/// What one call of [`Firmware::step`](super::Firmware::step) did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
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

#[derive(Clone, Copy)]
pub(super) enum Phase {
    Expire,
    /// Under `FastIo` with an I/O queue, the devices are asked before each entry.
    Ask,
    Run,
    Wait {
        since: Instant,
        timeout_ms: i32,
    },
    /// Under `Asyncio3`, in the place of `Expire`: finds out how long to wait.
    Look,
    /// Under `Asyncio3`, in the place of `Run`: the head of the queue is next.
    Head,
}

pub(super) struct Owner {
    pub wakes: WakeSet,
    pub phase: Phase,
    /// The slot of the task whose step was the last one, until what it yielded is applied; then [`NOBODY`].
    pub ran: u32,
    /// How the run ends, if somebody failed.
    pub failed: Option<Box<Ended>>,
    /// The tick at which the pass began.
    pub began: u32,
    /// Under `Asyncio3`: when the last step ended, before its cost.
    pub stepped_at: Instant,
}

/// An end is boxed, so that the answer of a step that goes well fits into registers.
pub(super) type Stop = Result<(), Box<Ended>>;

#[cold]
pub(super) fn failed(by: TaskName, error: impl Into<TaskError>) -> Box<Ended> {
    Box::new(Ended::Failed { by, error: error.into() })
}

impl Owner {
    pub fn new(shared: &Shared, mark: WakeMark) -> Self {
        let wakes = WakeSet::new(shared.tasks.first_block().len() as u32, mark);
        shared.turn.waker_data.set(wakes.spare().waker().data());
        Self {
            wakes,
            phase: if shared.rules.one_queue() { Phase::Look } else { Phase::Expire },
            ran: NOBODY,
            failed: None,
            began: 0,
            stepped_at: Instant::default(),
        }
    }

    /// One step of a run; the end of the run as an error.
    pub fn step(&mut self, shared: &Shared) -> Result<Step, Box<Ended>> {
        self.apply(shared)?;
        loop {
            if self.begins_quietly(shared) {
                shared.runq.begin_pass();
                self.phase = Phase::Run;
            }
            if self.turn(shared) {
                return Ok(Step::Task);
            }
            if matches!(self.phase, Phase::Run) && shared.is_quiet() && self.ends_quietly(shared) {
                self.phase = Phase::Expire;
                return Ok(Step::Polled { devices: 0, pass: true });
            }
            if let Some(step) = self.go_on(shared)? {
                return Ok(step);
            }
        }
    }

    /// Steps of a run up to one after which the owner of the loop has its turn; the end of the run as an error.
    pub fn pass(&mut self, shared: &Shared) -> Result<Step, Box<Ended>> {
        // Without passes, so many entries have to run before the owner has its turn.
        let mut left = if shared.rules.one_queue() { shared.waitq.borrow().len() } else { usize::MAX };
        loop {
            self.apply(shared)?;
            if self.begins_quietly(shared) {
                shared.runq.begin_pass();
                self.phase = Phase::Run;
            }
            if shared.rules.one_queue() {
                if left > 0 && self.is_head_next(shared) {
                    self.phase = Phase::Head;
                }
            } else if self.turns(shared) {
                continue;
            }
            match self.go_on(shared)? {
                None => {}
                Some(Step::Task | Step::Callback) => left = left.saturating_sub(1),
                Some(Step::Polled { pass: false, .. }) if left > 0 => {}
                Some(step) => return Ok(step),
            }
        }
    }

    /// Goes on round the loop where it is not for the next turn; gives what is a step.
    #[inline(never)]
    fn go_on(&mut self, shared: &Shared) -> Result<Option<Step>, Box<Ended>> {
        match self.phase {
            Phase::Expire => self.expire(shared).map(|()| None),
            Phase::Ask => self.ask_before_entry(shared).map(Some),
            Phase::Run => self.run_next(shared),
            Phase::Wait { since, timeout_ms } => self.wait(shared, since, timeout_ms).map(Some),
            Phase::Look if shared.rules.one_queue() => self.look_ahead(shared).map(|()| None),
            Phase::Head if shared.rules.one_queue() => self.run_head(shared),
            Phase::Look | Phase::Head => unreachable!("only a loop of one queue looks ahead"),
        }
    }

    /// Forgets the pass under way: the next run begins with a new one.
    pub fn stop(&mut self, shared: &Shared) {
        self.phase = if shared.rules.one_queue() { Phase::Look } else { Phase::Expire };
        shared.runq.end_pass();
        shared.care_for(care::LEFT);
    }

    /// Whether a waker was called that no poll point has seen yet.
    pub fn woken(&self) -> bool {
        self.wakes.any()
    }

    /// The run ends with this, as soon as the step is applied.
    pub(super) fn fail(&mut self, shared: &Shared, ended: Box<Ended>) {
        self.failed = Some(ended);
        shared.care_for(care::FAILED);
    }

    // ---- applying what the last step yielded -----------------------------------------------------

    #[inline(always)]
    fn apply(&mut self, shared: &Shared) -> Stop {
        if self.ran == NOBODY && !shared.is_to_be_applied() { Ok(()) } else { self.apply_ran(shared) }
    }

    #[inline(never)]
    fn apply_ran(&mut self, shared: &Shared) -> Stop {
        shared.take_care_of(care::LEFT);
        if self.ran != NOBODY && !self.take_turn_back(shared) {
            let task = shared.task(core::mem::replace(&mut self.ran, NOBODY));
            let yielded = shared.turn.take_posted();
            task.discount_entry();
            if shared.rules.one_queue() {
                self.apply_dated(shared, task, yielded)?;
            } else {
                Self::apply_yield(shared, task, yielded)?;
            }
        }
        if shared.take_care_of(care::FAILED)
            && let Some(ended) = self.failed.take()
        {
            return Err(ended);
        }
        if let Some(full) = shared.overflow.take() {
            shared.take_care_of(care::OVERFLOW);
            return Err(failed(TaskName::given("event loop"), full));
        }
        if shared.take_care_of(care::STOP) {
            return Err(Box::new(Ended::Stopped));
        }
        Ok(())
    }

    /// Applies what the last step yielded if that is a turn and nothing else was met.
    #[inline(always)]
    pub(super) fn take_turn_back(&mut self, shared: &Shared) -> bool {
        let turned = shared.turn.is_turn() && shared.runq.put_back(RawEntry::task(self.ran));
        if turned {
            self.ran = NOBODY;
        }
        turned
    }

    fn apply_yield(shared: &Shared, task: Task<'_>, yielded: Yielded) -> Stop {
        match yielded {
            Yielded::Nothing => Ok(()),
            Yielded::Park => {
                task.set_place(Place::Nowhere);
                Ok(())
            }
            Yielded::Bare | Yielded::Delay(0) | Yielded::SleepMs(0) => {
                task.set_place(Place::RunQueue);
                let pushed = shared.push_into(&shared.runq, task, Why::Yielded);
                pushed.map_err(|full| Self::lost(shared, task, full))
            }
            Yielded::Delay(ms) | Yielded::SleepMs(ms) => {
                Self::arm(shared, Timed::Waiting, task, shared.now(), ms)
            }
            Yielded::AfterMs(ms) | Yielded::After(ms) => {
                Self::arm(shared, Timed::LowPriority, task, shared.now(), ms)
            }
            Yielded::IoRead(_) | Yielded::IoWrite(_) | Yielded::IoReadDone(_) | Yielded::IoWriteDone(_) => {
                shared.devices().map_or(Ok(()), |devices| devices.apply(shared, task, yielded))
            }
        }
    }

    /// The loop could not move an entry: it is lost, with a record, and the run ends.
    #[cold]
    pub(super) fn lost(shared: &Shared, task: Task<'_>, full: crate::error::QueueFull) -> Box<Ended> {
        failed(shared.name_of(task), full)
    }

    pub(super) fn arm(shared: &Shared, queue: Timed, task: Task<'_>, now: Instant, ms: i32) -> Stop {
        let (raw, entry) = (RawEntry::task(task.slot), Entry::Task(task.id.get()));
        let armed = shared.arm_in(queue, now, ms, raw, Some(entry));
        let place = armed.map_err(|full| Self::lost(shared, task, full))?;
        task.count_entry();
        task.set_place(Place::Timer(place));
        if shared.rules.marks_timed_waits() {
            task.set_pending(Pending::Timed);
        }
        Ok(())
    }
}
