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

use super::bug;
use super::care;
use super::ending::{EVENT_LOOP, Ended, Halt, Stop};
use super::entry::RawEntry;
use super::shared::{Shared, Timed};
use super::slot::Task;
use super::task::{Pending, Place};
use super::wake::{WakeMark, WakeSet};
use super::yielded::{Kind, Word};
use crate::error::{QueueFull, TaskError};
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

/// What was done round the loop, or is to be done. It is what the owner of the board is told as a [`Step`].
#[derive(Clone, Copy)]
pub(super) enum Next {
    /// Nothing that is a step.
    More,
    Task,
    Callback,
    Polled {
        devices: u16,
        pass: bool,
    },
    /// The phase says until when.
    Idle,
}

#[derive(Clone, Copy)]
pub(super) enum Phase {
    Expire,
    /// Under `FastIo` with an I/O queue, the devices are asked before each entry.
    Ask,
    Run,
    Wait {
        since: Instant,
        /// 0: it is over; negative: for ever.
        timeout_ms: i32,
        /// When it is over; the last instant, if never.
        until: Instant,
    },
    /// Under `Asyncio3`, in the place of `Expire`: finds out how long to wait.
    Look,
    /// Under `Asyncio3`, in the place of `Run`: the head of the queue is next.
    Head,
}

pub(super) struct Owner {
    pub wakes: WakeSet,
    pub phase: Phase,
    /// The tick at which the pass began.
    pub began: u32,
    /// Under `Asyncio3`: when the last step ended, before its cost.
    pub stepped_at: Instant,
}

impl Owner {
    pub fn new(shared: &Shared, mark: WakeMark) -> Self {
        let wakes = WakeSet::new(shared.tasks.first_block().len() as u32, mark);
        shared.turn.waker_data.set(wakes.spare().waker().data());
        Self {
            wakes,
            phase: if shared.rules.one_queue() { Phase::Look } else { Phase::Expire },
            began: 0,
            stepped_at: Instant::default(),
        }
    }

    /// One step of a run; the end of the run as an error.
    #[inline(always)]
    pub fn step(&mut self, shared: &Shared) -> Result<Step, Halt> {
        loop {
            self.apply(shared)?;
            if self.turn(shared) {
                return Ok(Step::Task);
            }
            match self.go_on(shared)? {
                Next::More => {}
                next => return Ok(self.as_step(shared, next)),
            }
        }
    }

    /// Steps of a run up to one after which the owner of the loop has its turn; the end of the run as an error.
    #[inline(always)]
    pub fn pass(&mut self, shared: &Shared) -> Result<Step, Halt> {
        // Without passes, so many entries have to run before the owner has its turn.
        let mut left = if shared.rules.one_queue() { shared.waitq.borrow().len() } else { usize::MAX };
        loop {
            self.apply(shared)?;
            self.begin_quietly(shared);
            if shared.rules.one_queue() {
                if left > 0 && self.is_head_next(shared) {
                    self.phase = Phase::Head;
                }
            } else if matches!(self.phase, Phase::Run) && self.turns(shared) {
                continue;
            }
            match self.go_on(shared)? {
                Next::More => {}
                Next::Task | Next::Callback if !shared.rules.one_queue() => {}
                Next::Task | Next::Callback => left = left.saturating_sub(1),
                Next::Polled { pass: false, .. } if left > 0 => {}
                next => return Ok(self.as_step(shared, next)),
            }
        }
    }

    /// Goes on round the loop where it is not for the next turn.
    #[cfg_attr(not(target_pointer_width = "32"), inline(always))]
    fn go_on(&mut self, shared: &Shared) -> Result<Next, Halt> {
        let begins = !matches!(self.phase, Phase::Wait { .. });
        match self.phase {
            Phase::Expire => {
                self.expire(shared);
                return Ok(Next::More);
            }
            Phase::Ask if shared.rules.may_queue_io() => return self.ask_before_entry(shared),
            Phase::Run => match self.next_of_pass(shared) {
                Some(entry) => return self.run_entry(shared, entry),
                None => self.begin_wait(shared, shared.now()),
            },
            Phase::Wait { .. } => {}
            Phase::Look if shared.rules.one_queue() => self.look_ahead(shared)?,
            Phase::Head if shared.rules.one_queue() => return self.run_head(shared),
            Phase::Ask | Phase::Look | Phase::Head => bug(),
        }
        self.wait(shared, begins)
    }

    /// What was done, in the words of the owner of the board.
    fn as_step(&self, shared: &Shared, next: Next) -> Step {
        match next {
            Next::Task => Step::Task,
            Next::Callback => Step::Callback,
            Next::Polled { devices, pass } => Step::Polled { devices, pass },
            Next::Idle | Next::More => Step::Idle {
                until: match self.phase {
                    Phase::Wait { timeout_ms: 0.., until, .. } => Some(until),
                    _ => None,
                },
                sample: shared.devices().is_some_and(|devices| devices.sampled()),
            },
        }
    }

    /// Begins a wait of so many milliseconds, from the tick of `since`; for ever if that is negative.
    pub(super) fn wait_for(&mut self, since: Instant, timeout_ms: i32) {
        let until =
            u64::try_from(timeout_ms).map_or(Instant::MAX, |ms| Instant::from_millis(since.as_millis() + ms));
        self.phase = Phase::Wait { since, timeout_ms, until };
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
    pub(super) fn fail(shared: &Shared, by: u32, error: TaskError) {
        shared.failed(by, error);
        shared.care_for(care::FAILED);
    }

    // ---- applying what the last step yielded -----------------------------------------------------

    #[inline(always)]
    fn apply(&mut self, shared: &Shared) -> Stop {
        self.take_turn_back(shared);
        if shared.is_to_be_applied() { self.apply_ran(shared) } else { Ok(()) }
    }

    #[inline]
    fn apply_ran(&mut self, shared: &Shared) -> Stop {
        if shared.turn.has_posted() {
            let task = shared.task(shared.turn.current.get());
            let posted = shared.turn.take_posted();
            if shared.rules.one_queue() {
                task.discount_entry();
                self.apply_dated(shared, task, posted)?;
            } else {
                Self::apply_yield(shared, task, posted)?;
            }
        }
        shared.take_care_of(care::LEFT);
        if shared.is_to_be_applied() { Self::heed(shared) } else { Ok(()) }
    }

    /// Looks at what was met beside the step.
    fn heed(shared: &Shared) -> Stop {
        if shared.take_care_of(care::FAILED) {
            return Err(Halt);
        }
        if let Some(full) = shared.overflow.take() {
            shared.take_care_of(care::OVERFLOW);
            return Err(shared.lost(EVENT_LOOP, full));
        }
        if shared.take_care_of(care::STOP) {
            return Err(shared.halt(Ended::Stopped));
        }
        Ok(())
    }

    /// Applies what the last step yielded if that is a turn and nothing else was met.
    #[inline(always)]
    pub(super) fn take_turn_back(&mut self, shared: &Shared) {
        if shared.turn.is_turn() {
            shared.turn.take_posted();
            shared.runq.keep();
        }
    }

    #[inline]
    fn apply_yield(shared: &Shared, task: Task<'_>, posted: Word) -> Stop {
        match posted.kind() {
            Kind::Turn => {
                task.set_place(Place::RunQueue);
                return shared.move_entry(task, Why::Yielded);
            }
            Kind::Timed(queue) => {
                let moved = Self::move_to_timed(shared, queue, task, shared.now(), posted.value as i32);
                return moved.map_err(|full| shared.lose_entry(task, full));
            }
            Kind::Nothing => {}
            Kind::Park => task.set_place(Place::Nowhere),
            Kind::Device => {
                task.discount_entry();
                return shared.devices().map_or(Ok(()), |devices| devices.apply(shared, task, posted));
            }
        }
        task.discount_entry();
        Ok(())
    }

    /// Puts the entry that resumed a task into a timed queue.
    pub(super) fn move_to_timed(
        shared: &Shared,
        queue: Timed,
        task: Task<'_>,
        now: Instant,
        ms: i32,
    ) -> Result<(), QueueFull> {
        let (raw, entry) = (RawEntry::task(task.slot), Entry::Task(task.id.get()));
        let place = shared.enter_timed(queue, now, ms, raw, Some(entry))?;
        task.set_place(Place::Timer(place));
        if shared.rules.marks_timed_waits() {
            task.set_pending(Pending::Timed);
        }
        Ok(())
    }
}
