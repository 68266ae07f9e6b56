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
use alloc::string::ToString;

use super::entry::RawEntry;
use super::poller::Waiter;
use super::run::Ended;
use super::shared::{Shared, Timed, Yielded};
use super::task::{Pending, Place, Task};
use super::wake::WakeSet;
use crate::error::TaskError;
use crate::observer::{Entry, Event, Why};
use crate::stream::Readiness;
use crate::time::Instant;

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

/// What the last step left to be applied.
pub(super) enum Ran {
    Nothing,
    /// A plain step of the task in this slot, in which a leaf posted.
    Plain(u32),
    Task(u32),
    /// Under `Asyncio3`, where a yield is reckoned from the end of its step.
    Dated(u32),
    Failed(Box<Ended>),
}

#[derive(Clone, Copy)]
pub(super) enum Phase {
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
    pub wakes: WakeSet,
    pub phase: Phase,
    pub ran: Ran,
    /// The tick at which the pass began.
    pub began: u32,
    /// Under `Asyncio3`: when the last step ended, before its cost.
    pub stepped_at: Instant,
}

/// An end is boxed, so that the answer of a step that goes well fits into registers.
pub(super) type Stop = Result<(), Box<Ended>>;

#[cold]
pub(super) fn failed(by: impl ToString, error: impl Into<TaskError>) -> Box<Ended> {
    Box::new(Ended::Failed { by: by.to_string(), error: error.into() })
}

impl Owner {
    pub fn new(shared: &Shared) -> Self {
        Self {
            wakes: WakeSet::new(shared.tasks.first_len()),
            phase: Phase::Expire,
            ran: Ran::Nothing,
            began: 0,
            stepped_at: Instant::default(),
        }
    }

    /// One step of a run; the end of the run as an error.
    #[inline]
    pub fn step(&mut self, shared: &Shared) -> Result<Step, Box<Ended>> {
        self.apply(shared)?;
        // Nearly every step is a task's turn.
        if self.resume_next(shared) { Ok(Step::Task) } else { self.go_round(shared) }
    }

    /// Goes on round the loop, up to the next thing that is a step.
    #[inline(never)]
    fn go_round(&mut self, shared: &Shared) -> Result<Step, Box<Ended>> {
        if shared.rules.one_queue {
            return self.go_along(shared);
        }
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

    /// Whether a waker was called that no poll point has seen yet.
    pub fn woken(&self) -> bool {
        self.wakes.any()
    }

    // ---- applying what the last step yielded -----------------------------------------------------

    #[inline]
    fn apply(&mut self, shared: &Shared) -> Stop {
        match core::mem::replace(&mut self.ran, Ran::Nothing) {
            Ran::Nothing => {}
            Ran::Plain(slot) => return Self::apply_plain(shared, slot),
            Ran::Task(slot) => {
                let task = shared.task(slot);
                task.discount_entry();
                Self::apply_yield(shared, task, shared.turn.yielded.get())?;
            }
            Ran::Dated(slot) => self.apply_dated(shared, slot)?,
            Ran::Failed(ended) => return Err(ended),
        }
        if shared.is_called_off() {
            return Err(Self::called_off(shared));
        }
        Ok(())
    }

    /// Applies what a plain step yielded: mostly, its turn.
    #[inline]
    fn apply_plain(shared: &Shared, slot: u32) -> Stop {
        let (task, yielded) = (shared.task(slot), shared.turn.yielded.get());
        if !yielded.is_turn() {
            task.discount_entry();
            return Self::apply_yield(shared, task, yielded);
        }
        task.set_place(Place::RunQueue);
        // The entry that resumed it stays counted, as this one.
        match shared.runq.push(RawEntry::task(slot)) {
            Ok(()) => Ok(()),
            Err(full) => {
                task.discount_entry();
                Err(Self::lost(shared, task, shared.report_full(full, Some(task.id.get()))))
            }
        }
    }

    /// Why the run ends although nobody failed.
    #[cold]
    fn called_off(shared: &Shared) -> Box<Ended> {
        match shared.take_overflow() {
            Some(full) => failed("event loop", full),
            None => Box::new(Ended::Stopped),
        }
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
            Yielded::IoRead(device) => Self::wait_for_device(shared, task, device, Readiness::READ),
            Yielded::IoWrite(device) => Self::wait_for_device(shared, task, device, Readiness::WRITE),
            Yielded::IoReadDone(device) => Self::give_up_device(shared, task, device, Readiness::READ),
            Yielded::IoWriteDone(device) => Self::give_up_device(shared, task, device, Readiness::WRITE),
        }
    }

    /// The loop could not move an entry: it is lost, with a record, and the run ends.
    #[cold]
    pub(super) fn lost(shared: &Shared, task: Task<'_>, full: crate::error::QueueFull) -> Box<Ended> {
        failed(shared.name_of(task.header), full)
    }

    pub(super) fn arm(shared: &Shared, queue: Timed, task: Task<'_>, now: Instant, ms: i32) -> Stop {
        let (raw, entry) = (RawEntry::task(task.slot), Entry::Task(task.id.get()));
        let armed = shared.arm_in(queue, now, ms, raw, Some(entry));
        let place = armed.map_err(|full| Self::lost(shared, task, full))?;
        task.count_entry();
        task.set_place(Place::Timer(place));
        if shared.rules.marks_timed_waits {
            task.set_pending(Pending::Timed);
        }
        Ok(())
    }

    pub(super) fn wait_for_device(shared: &Shared, task: Task<'_>, device: u32, mask: Readiness) -> Stop {
        if !shared.rules.one_queue {
            task.set_pending(Pending::Io);
        }
        task.set_place(Place::Device(device));
        task.count_entry();
        let before = shared.poller.borrow_mut().register(device, mask, Waiter::Task(task.slot));
        if let Some(Waiter::Task(slot)) = before {
            shared.task(slot).discount_entry();
        }
        let name = shared.device(device);
        let (task, write) = (task.id.get(), mask == Readiness::WRITE);
        shared.observe(|| Event::IoWait { task, device: name.name(), write });
        Ok(())
    }

    /// Gives up a registration, and queues the task for I/O. V2's `remove_reader` fails on a device that is not
    /// registered.
    fn give_up_device(shared: &Shared, task: Task<'_>, device: u32, direction: Readiness) -> Stop {
        let former = shared.poller.borrow_mut().unregister(device, direction);
        match former {
            Some(Some(Waiter::Task(slot))) => shared.task(slot).discount_entry(),
            None if shared.rules.fails_unknown_readers && direction == Readiness::READ => {
                let name = shared.device(device);
                let message = alloc::format!("{} was given up but nobody waits for it", name.name());
                return Err(failed("event loop", TaskError::failed(message)));
            }
            _ => {}
        }
        task.set_place(Place::RunQueue);
        shared.push_io(task, Why::Yielded).map_err(|full| Self::lost(shared, task, full))
    }
}
