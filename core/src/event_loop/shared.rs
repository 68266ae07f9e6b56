//! What handle, leaves and owner of one event loop have in common.
//!
//! Owns the queues, the registry of tasks and the cells through which a leaf future and the loop talk
//! during a step. It does not hold the futures: their owner does, and futures hold this.
//!
//! Invariants: **one-step** — `in_step` is set exactly while the owner polls a task; **counted** — each
//! entry and registration that names a task slot is counted in its header, so that the slot is not used
//! again too early; **no-borrow-across** — no `RefCell` here stays borrowed while a future, a callback, a
//! device or an observer is called.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::Waker;

use slab::Slab;

use super::callback::Callback;
use super::config::{Config, Discipline};
use super::entry::RawEntry;
use super::poller::{Keeping, Poller};
use super::registry::Registry;
use super::run_queue::RunQueue;
use super::task::{Header, Pending, Place, State};
use super::wait_queue::{Timer, WaitQueue};
use crate::clock::Clock;
use crate::error::{CancelError, Interrupt, Queue, QueueFull, TaskError};
use crate::observer::{CallbackId, Entry, Event, Observer, TaskId, Why};
use crate::ticks;
use crate::time::{Duration, Instant};

pub(super) type TaskFuture = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

/// What a leaf leaves for the loop when its step ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Yielded {
    /// No leaf of this loop was reached: the task waits for a waker.
    Nothing,
    Bare,
    Delay(i32),
    SleepMs(i32),
    IoRead(u32),
    IoWrite(u32),
    IoReadDone(u32),
    IoWriteDone(u32),
    /// Low priority, milliseconds.
    AfterMs(i32),
    /// Low priority, from seconds; in milliseconds.
    After(i32),
    /// In no queue: only `requeue` or a delivered interrupt can make it ready.
    Park,
}

impl Yielded {
    /// The method that a program calls for it.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Nothing | Self::Bare => "yield_now",
            Self::Delay(_) => "sleep",
            Self::SleepMs(_) => "sleep_ms",
            Self::IoRead(_) | Self::IoReadDone(_) => "read",
            Self::IoWrite(_) | Self::IoWriteDone(_) => "awrite",
            Self::AfterMs(_) => "after_ms",
            Self::After(_) => "after",
            Self::Park => "park",
        }
    }
}

/// No task runs.
pub(super) const NOBODY: u32 = u32::MAX;

pub(crate) struct Shared {
    pub(super) clock: Rc<dyn Clock>,
    pub(super) observer: Option<Rc<dyn Observer>>,
    pub(super) config: Config,

    pub(super) runq: RunQueue,
    pub(super) waitq: RefCell<WaitQueue>,
    /// Under `FastIo` with an I/O queue: tasks whose device is ready.
    pub(super) ioq: Option<RunQueue>,
    /// Under `FastIo`: timed entries of low priority; empty and of no length without them.
    pub(super) lpq: RefCell<WaitQueue>,
    /// Whether the discipline is `FastIo`.
    pub(super) fast: bool,
    /// Whether the discipline is `Asyncio3`: the wait queue holds what is ready, too.
    pub(super) one_queue: bool,
    pub(super) max_overdue_ms: Cell<i32>,
    /// Serial numbers of timed entries, in all queues.
    pub(super) next_timer: Cell<u32>,
    pub(super) poller: RefCell<Poller>,
    pub(super) registry: RefCell<Registry>,
    pub(super) callbacks: RefCell<Slab<Callback>>,
    pub(super) next_callback: Cell<u32>,
    /// Wakers of leaves on the slow path, until their wait is over.
    pub(super) wakers: RefCell<Slab<Waker>>,

    /// New tasks on their way to the owner.
    pub(super) inbox: RefCell<Vec<(u32, TaskFuture)>>,
    /// The inbox is not empty.
    pub(super) has_new: Cell<bool>,
    /// The owner is gone: nothing is accepted any more.
    pub(super) closed: Cell<bool>,

    // The step under way.
    pub(super) in_step: Cell<bool>,
    pub(super) current: Cell<u32>,
    pub(super) waker_data: Cell<*const ()>,
    pub(super) yielded: Cell<Yielded>,
    /// The leaf that posted the yield of this step; 0 if none has.
    pub(super) posted: Cell<u32>,
    /// The leaf that this step completes; 0 if none (or none any more).
    pub(super) resumed: Cell<u32>,
    pub(super) interrupt: Cell<Option<Interrupt>>,
    pub(super) next_leaf: Cell<u32>,

    // The run under way.
    pub(super) running: Cell<bool>,
    /// It runs for ever, rather than until something is complete.
    pub(super) forever: Cell<bool>,
    pub(super) stop_requested: Cell<bool>,
    /// Under `Asyncio3`: the slot of the task with which the run ends, however that ends.
    pub(super) main: Cell<u32>,
    /// Under `Asyncio3`: is given errors that nobody awaited.
    pub(super) exception_handler: RefCell<Option<super::timeline::ExceptionHandler>>,
    /// A queue was full in a place that has no caller to tell.
    pub(super) overflow: Cell<Option<QueueFull>>,
    pub(super) ended: RefCell<Option<super::run::Ended>>,
}

impl Shared {
    pub(super) fn new(clock: Rc<dyn Clock>, observer: Option<Rc<dyn Observer>>, config: Config) -> Self {
        let (fast, ioq_len, lp_len, max_overdue_ms) = match config.discipline {
            Discipline::UasyncioV2 | Discipline::Asyncio3 => (false, 0, 0, 0),
            Discipline::FastIo { ioq_len, lp_len, max_overdue_ms } => (true, ioq_len, lp_len, max_overdue_ms),
        };
        let one_queue = config.discipline == Discipline::Asyncio3;
        let (runq_len, waitq) = match one_queue {
            true => (0, WaitQueue::growing(Queue::Wait, config.waitq_len)),
            false => (config.runq_len, WaitQueue::new(Queue::Wait, config.waitq_len)),
        };
        let keeping = match config.discipline {
            Discipline::UasyncioV2 => Keeping::One,
            Discipline::FastIo { .. } => Keeping::Joined,
            Discipline::Asyncio3 => Keeping::Apart,
        };
        Self {
            clock,
            observer,
            runq: RunQueue::new(Queue::Run, runq_len),
            waitq: RefCell::new(waitq),
            ioq: (ioq_len > 0).then(|| RunQueue::new(Queue::Io, ioq_len)),
            lpq: RefCell::new(WaitQueue::new(Queue::LowPriority, lp_len)),
            fast,
            one_queue,
            max_overdue_ms: Cell::new(max_overdue_ms),
            next_timer: Cell::new(0),
            config,
            poller: RefCell::new(Poller::new(keeping)),
            registry: RefCell::default(),
            callbacks: RefCell::default(),
            next_callback: Cell::new(0),
            wakers: RefCell::default(),
            inbox: RefCell::default(),
            has_new: Cell::new(false),
            closed: Cell::new(false),
            in_step: Cell::new(false),
            current: Cell::new(NOBODY),
            waker_data: Cell::new(core::ptr::null()),
            yielded: Cell::new(Yielded::Nothing),
            posted: Cell::new(0),
            resumed: Cell::new(0),
            interrupt: Cell::new(None),
            next_leaf: Cell::new(0),
            running: Cell::new(false),
            forever: Cell::new(false),
            stop_requested: Cell::new(false),
            main: Cell::new(NOBODY),
            exception_handler: RefCell::default(),
            overflow: Cell::new(None),
            ended: RefCell::default(),
        }
    }

    #[inline]
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    #[inline]
    pub(super) fn ticks(&self) -> u32 {
        ticks::ticks_ms(self.now())
    }

    /// Tells the observer. The event is made only if there is one.
    #[inline]
    pub(super) fn observe<'a>(&self, event: impl FnOnce() -> Event<'a>) {
        if let Some(observer) = &self.observer {
            observer.observe(event());
        }
    }

    pub(super) fn header(&self, slot: u32) -> Rc<Header> {
        self.registry.borrow().headers[slot as usize].clone()
    }

    /// The task whose step is under way.
    pub(super) fn current_header(&self) -> Option<Rc<Header>> {
        let slot = self.current.get();
        (slot != NOBODY).then(|| self.header(slot))
    }

    pub(super) fn report_full(&self, full: QueueFull, task: Option<TaskId>) -> QueueFull {
        self.observe(|| Event::QueueFull { full, task });
        full
    }

    // ---- the run queue -------------------------------------------------------------------------

    /// Makes a task ready.
    pub(super) fn push_task(&self, header: &Header, why: Why<'_>) -> Result<(), QueueFull> {
        if self.one_queue { self.push_now(header, why) } else { self.push_run(header, why) }
    }

    /// Makes a task ready to be polled because a waker was called; it is in no queue for that yet.
    pub(super) fn push_woken(&self, header: &Header, mark: u32) -> Result<(), QueueFull> {
        header.woken.set(true);
        let raw = RawEntry::woken(header.slot);
        let task = header.id.get();
        if self.one_queue {
            self.push_raw(raw, self.now(), Entry::Task(task), Why::Woken(mark))?;
        } else {
            self.runq.push(raw).map_err(|full| self.report_full(full, Some(task)))?;
            self.observe(|| Event::Ready { entry: Entry::Task(task), why: Why::Woken(mark) });
        }
        header.count_entry();
        Ok(())
    }

    /// Appends a task to the run queue.
    #[inline]
    pub(super) fn push_run(&self, header: &Header, why: Why<'_>) -> Result<(), QueueFull> {
        self.runq
            .push(RawEntry::task(header.slot))
            .map_err(|full| self.report_full(full, Some(header.id.get())))?;
        header.count_entry();
        self.observe(|| Event::Ready { entry: Entry::Task(header.id.get()), why });
        Ok(())
    }

    /// Appends a callback to the run queue, where it takes two places; `Asyncio3` gives its entry's number.
    pub(super) fn push_callback(
        &self,
        key: usize,
        id: CallbackId,
        why: Why<'_>,
    ) -> Result<Option<u32>, QueueFull> {
        if self.one_queue {
            let raw = RawEntry::callback(key as u32);
            return self.push_raw(raw, self.now(), Entry::Callback(id), why).map(Some);
        }
        self.runq.push_two(RawEntry::callback(key as u32)).map_err(|full| self.report_full(full, None))?;
        self.observe(|| Event::Ready { entry: Entry::Callback(id), why });
        Ok(None)
    }

    /// Queues a task for I/O: in the I/O queue if there is one.
    pub(super) fn push_io(&self, header: &Header, why: Why<'_>) -> Result<(), QueueFull> {
        let Some(ioq) = &self.ioq else { return self.push_task(header, why) };
        ioq.push(RawEntry::task(header.slot))
            .map_err(|full| self.report_full(full, Some(header.id.get())))?;
        header.count_entry();
        self.observe(|| Event::Ready { entry: Entry::Task(header.id.get()), why });
        Ok(())
    }

    // ---- timed queues --------------------------------------------------------------------------

    /// Puts an entry into the wait queue, due `delay_ms` after the present tick.
    pub(super) fn arm(&self, delay_ms: i32, raw: RawEntry, entry: Option<Entry>) -> Result<u32, QueueFull> {
        self.arm_in(&self.waitq, self.now(), delay_ms, raw, entry)
    }

    /// Puts an entry into a timed queue, due `delay_ms` after the tick of `now`.
    pub(super) fn arm_in(
        &self,
        queue: &RefCell<WaitQueue>,
        now: Instant,
        delay_ms: i32,
        raw: RawEntry,
        entry: Option<Entry>,
    ) -> Result<u32, QueueFull> {
        let due = ticks::ticks_add(ticks::ticks_ms(now), delay_ms);
        let timer = self.next_timer.get();
        queue.borrow_mut().push(Timer { due, serial: timer, entry: raw, ready: false }).map_err(|full| {
            let task = match entry {
                Some(Entry::Task(task)) => Some(task),
                _ => None,
            };
            self.report_full(full, task)
        })?;
        self.next_timer.set(timer.wrapping_add(1));
        if let Some(entry) = entry {
            self.observe(|| Event::TimerArmed { timer, entry, due: due_instant(now, delay_ms) });
        }
        Ok(timer)
    }

    // ---- tasks ---------------------------------------------------------------------------------

    /// Takes a timed entry out of whichever queue it is in.
    pub(super) fn remove_timer(&self, serial: u32) -> bool {
        let removed = self.waitq.borrow_mut().remove(serial);
        let removed = removed.or_else(|| self.lpq.borrow_mut().remove(serial));
        if removed.is_some_and(|timer| !timer.ready) {
            self.observe(|| Event::TimerDropped { timer: serial });
        }
        removed.is_some()
    }

    /// Raises an interrupt in a task, by the rules of the discipline.
    pub(super) fn deliver(&self, header: &Header, interrupt: Interrupt) -> Result<(), CancelError> {
        if self.one_queue {
            return self.interrupt_now(header, interrupt);
        }
        let state = header.state.get();
        if !self.fast && state != State::Suspended {
            // A running task does not interrupt itself, and a finished one is beyond reach.
            return Ok(());
        }
        if state == State::Running {
            return Err(CancelError::AlreadyInterrupted);
        }
        // On a finished task this is stored all the same, so that the next one is an error under `FastIo`.
        let before = header.pending.replace(Pending::Interrupt(interrupt));
        // One whose waker was called has its turn anyway: a second entry would cut its next wait short.
        let waits_for_waker =
            state == State::Suspended && header.place.get() == Place::Waker && !header.woken.get();
        match before {
            Pending::Interrupt(_) if self.fast => return Err(CancelError::AlreadyInterrupted),
            Pending::Timed => header.cancelled.set(true),
            Pending::Io => {}
            _ if waits_for_waker => {}
            _ => return Ok(()),
        }
        header.place.set(Place::RunQueue);
        self.push_io(header, Why::Interrupted).map_err(CancelError::QueueFull)
    }

    /// A device that was waited for.
    pub(crate) fn device(&self, device: u32) -> Rc<dyn crate::stream::Pollable> {
        self.poller.borrow().device(device)
    }

    /// Leaves the loop without its owner: new tasks, callbacks and devices are let go.
    pub(super) fn close(&self) {
        self.closed.set(true);
        if let Some(observer) = &self.observer {
            for header in self.registry.borrow().headers.iter().filter(|it| it.state.get() == State::Fresh) {
                observer.observe(Event::NeverStarted { task: header.id.get() });
            }
        }
        // Taken out first: dropping them may call back into this loop.
        let inbox = core::mem::take(&mut *self.inbox.borrow_mut());
        let callbacks = core::mem::take(&mut *self.callbacks.borrow_mut());
        let wakers = core::mem::take(&mut *self.wakers.borrow_mut());
        let poller = core::mem::take(&mut *self.poller.borrow_mut());
        let handler = self.exception_handler.take();
        drop((inbox, callbacks, wakers, poller, handler));
    }
}

/// The instant at which a delay that is counted from the tick of `now` is over.
pub(super) fn due_instant(now: Instant, delay_ms: i32) -> Instant {
    match u64::try_from(delay_ms) {
        Ok(0) | Err(_) => now,
        Ok(ms) => Instant::from_millis(now.as_millis()) + Duration::from_millis(ms),
    }
}
