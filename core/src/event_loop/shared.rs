//! What handle, leaves and owner of one event loop have in common.
//!
//! Owns the queues, the table of tasks with their futures, and the cells through which a leaf future and the loop talk
//! during a step. Futures hold this, and are held by it until the owner of the loop lets go of them.
//!
//! Invariants: **one-step** — `turn.current` names a task exactly while the owner polls it; **counted** — each
//! entry and registration that names a task slot is counted in its header, so that the slot is not used
//! again too early; **no-borrow-across** — no `RefCell` here stays borrowed while a future, a callback, a
//! device or an observer is called, but for the future itself and its waker, which nobody else touches.

use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;

use slab::Slab;

use super::callback::{Callback, Callbacks};
use super::care;
use super::config::Config;
use super::devices::Devices;
use super::entry::RawEntry;
use super::leaf::Turn;
use super::name::TaskName;
use super::poller::Poller;
use super::registry::Registry;
use super::rules::Rules;
use super::run_queue::RunQueue;
use super::slot::Task;
use super::slow_waits::SlowWait;
use super::table::Table;
use super::task::{Mark, Pending, Place, State};
use super::wait_queue::WaitQueue;
use crate::clock::Clock;
use crate::error::{CancelError, Interrupt, Queue, QueueFull, TaskError};
use crate::observer::{CallbackId, Entry, Event, Observer, TaskId, Why};
use crate::ticks;
use crate::time::{Duration, Instant};

pub(super) type TaskFuture = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

/// A timed queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Timed {
    Waiting,
    LowPriority,
}

/// Marks a place in the low-priority queue.
pub(super) const LOW_PRIORITY: u32 = 1 << 30;

/// No task runs.
pub(super) const NOBODY: u32 = u32::MAX;

/// Memory for no more tasks than this is taken before they are made.
const MOST_ROOM: usize = 4096;

pub(crate) struct Shared {
    me: Weak<Self>,
    pub(super) clock: Rc<dyn Clock>,
    observer: Option<Rc<dyn Observer>>,
    pub(super) config: Config,
    pub(super) rules: Rules,

    /// The step under way.
    pub(super) turn: Turn,
    /// What has to be looked at beside the next step; see [`care`].
    pub(super) care: Cell<u16>,

    /// All task slots.
    pub(super) tasks: Table,
    pub(super) runq: RunQueue,
    pub(super) waitq: RefCell<WaitQueue>,
    /// Under `FastIo` with an I/O queue: tasks whose device is ready.
    ioq: Option<RunQueue>,
    /// Under `FastIo` with a low-priority queue: its timed entries.
    lpq: Option<RefCell<WaitQueue>>,
    pub(super) max_overdue_ms: Cell<i32>,
    /// Serial numbers of timed entries, in all queues.
    pub(super) next_timer: Cell<u32>,
    pub(super) poller: RefCell<Poller>,
    /// What can be done with devices, once there are any.
    pub(super) devices: Cell<Option<&'static dyn Devices>>,
    pub(super) registry: RefCell<Registry>,
    pub(super) called_back: RefCell<Slab<Callback>>,
    /// What can be done with callbacks, once there are any.
    pub(super) callbacks: Cell<Option<&'static dyn Callbacks>>,
    pub(super) next_callback: Cell<u32>,
    /// Leaves that wait on the slow path.
    pub(super) slow_waits: RefCell<Slab<SlowWait>>,
    /// The owner is gone: nothing is accepted any more.
    pub(super) closed: Cell<bool>,

    // The run under way.
    /// It runs for ever, rather than until something is complete.
    pub(super) forever: Cell<bool>,
    /// Under `Asyncio3`: the slot of the task with which the run ends, however that ends.
    pub(super) main: Cell<u32>,
    /// Under `Asyncio3`: is given errors that nobody awaited.
    pub(super) exception_handler: RefCell<Option<super::timeline::ExceptionHandler>>,
    /// A queue was full in a place that has no caller to tell.
    pub(super) overflow: Cell<Option<QueueFull>>,
    pub(super) ended: RefCell<Option<super::run::Ended>>,
}

impl Shared {
    pub(super) fn new(clock: Rc<dyn Clock>, observer: Option<Rc<dyn Observer>>, config: Config) -> Rc<Self> {
        let (ioq_len, lp_len, max_overdue_ms) = config.discipline.lengths();
        let rules = Rules::of(config.discipline);
        let (runq_len, room, waitq) = match rules.one_queue() {
            true => (0, config.waitq_len, WaitQueue::growing(Queue::Wait, config.waitq_len)),
            false => (config.runq_len, config.runq_len, WaitQueue::new(Queue::Wait, config.waitq_len)),
        };
        let room = room.min(MOST_ROOM);
        let careful = observer.is_some() || rules.one_queue() || ioq_len > 0;
        let mut care = care::IDLE;
        care |= if careful { care::ALWAYS } else { 0 };
        care |= if rules.low_priority() { care::TIMED } else { 0 };
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            clock,
            observer,
            config,
            rules,
            turn: Turn::new(),
            care: Cell::new(care),
            tasks: Table::new(room),
            runq: RunQueue::new(Queue::Run, runq_len),
            waitq: RefCell::new(waitq),
            ioq: (ioq_len > 0).then(|| RunQueue::new(Queue::Io, ioq_len)),
            lpq: (lp_len > 0).then(|| RefCell::new(WaitQueue::new(Queue::LowPriority, lp_len))),
            max_overdue_ms: Cell::new(max_overdue_ms),
            next_timer: Cell::new(0),
            poller: RefCell::new(Poller::new(rules)),
            devices: Cell::new(None),
            registry: RefCell::new(Registry::new(room)),
            called_back: RefCell::default(),
            callbacks: Cell::new(None),
            next_callback: Cell::new(0),
            slow_waits: RefCell::default(),
            closed: Cell::new(false),
            forever: Cell::new(false),
            main: Cell::new(NOBODY),
            exception_handler: RefCell::default(),
            overflow: Cell::new(None),
            ended: RefCell::default(),
        })
    }

    /// A handle's hold on this.
    pub(super) fn rc(&self) -> Rc<Self> {
        self.me.upgrade().expect("who asks holds it")
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
        if let Some(observer) = self.observer() {
            observer.observe(event());
        }
    }

    #[inline(always)]
    pub(super) fn observer(&self) -> Option<&dyn Observer> {
        if cfg!(feature = "observer") { self.observer.as_deref() } else { None }
    }

    /// The I/O queue, if there is one.
    #[inline(always)]
    pub(super) fn ioq(&self) -> Option<&RunQueue> {
        if self.rules.may_queue_io() { self.ioq.as_ref() } else { None }
    }

    /// The low-priority queue, if there is one.
    #[inline(always)]
    pub(super) fn lpq(&self) -> Option<&RefCell<WaitQueue>> {
        if self.rules.low_priority() { self.lpq.as_ref() } else { None }
    }

    /// The task in a slot.
    #[inline]
    pub(super) fn task(&self, slot: u32) -> Task<'_> {
        self.tasks.task(slot)
    }

    /// The task whose step is under way.
    pub(super) fn current_task(&self) -> Option<Task<'_>> {
        let slot = self.turn.current.get();
        (slot != NOBODY).then(|| self.task(slot))
    }

    /// Where a task stands.
    pub(super) fn state_of(&self, task: Task<'_>) -> State {
        match task.state() {
            State::Suspended if self.turn.current.get() == task.slot => State::Running,
            state => state,
        }
    }

    pub(super) fn name_of(&self, task: Task<'_>) -> TaskName {
        self.registry.borrow().names.name_of(task.slot, task.id.get())
    }

    pub(super) fn report_full(&self, full: QueueFull, task: Option<TaskId>) -> QueueFull {
        self.observe(|| Event::QueueFull { full, task });
        full
    }

    /// Makes a task ready.
    pub(super) fn push_task(&self, task: Task<'_>, why: Why<'_>) -> Result<(), QueueFull> {
        if self.rules.one_queue() { self.push_now(task, why) } else { self.push_into(&self.runq, task, why) }
    }

    /// Queues a task for I/O: in the I/O queue if there is one.
    pub(super) fn push_io(&self, task: Task<'_>, why: Why<'_>) -> Result<(), QueueFull> {
        match self.ioq() {
            Some(ioq) => self.push_into(ioq, task, why),
            None => self.push_task(task, why),
        }
    }

    /// Appends a task to the run queue or the I/O queue.
    pub(super) fn push_into(&self, queue: &RunQueue, task: Task<'_>, why: Why<'_>) -> Result<(), QueueFull> {
        let id = task.id.get();
        queue.push(RawEntry::task(task.slot)).map_err(|full| self.report_full(full, Some(id)))?;
        task.count_entry();
        self.turn.spoil();
        self.observe(|| Event::Ready { entry: Entry::Task(id), why });
        Ok(())
    }

    /// Makes a task ready to be polled because a waker was called; it is in no queue for that yet.
    pub(super) fn push_woken(&self, task: Task<'_>, mark: u32) -> Result<(), QueueFull> {
        task.mark(Mark::Woken);
        let raw = RawEntry::woken(task.slot);
        let id = task.id.get();
        if self.rules.one_queue() {
            self.push_raw(raw, self.now(), Entry::Task(id), Why::Woken(mark))?;
        } else {
            self.runq.push(raw).map_err(|full| self.report_full(full, Some(id)))?;
            self.turn.spoil();
            self.observe(|| Event::Ready { entry: Entry::Task(id), why: Why::Woken(mark) });
        }
        task.count_entry();
        Ok(())
    }

    /// Appends a callback to the run queue, where it takes two places; `Asyncio3` gives its place.
    pub(super) fn push_callback(
        &self,
        key: usize,
        id: CallbackId,
        why: Why<'_>,
    ) -> Result<Option<u32>, QueueFull> {
        if self.rules.one_queue() {
            let raw = RawEntry::callback(key as u32);
            return self.push_raw(raw, self.now(), Entry::Callback(id), why).map(Some);
        }
        let pushed = self.runq.push_callback(RawEntry::callback(key as u32));
        pushed.map_err(|full| self.report_full(full, None))?;
        self.turn.spoil();
        self.observe(|| Event::Ready { entry: Entry::Callback(id), why });
        Ok(None)
    }

    // ---- tasks ---------------------------------------------------------------------------------

    /// Raises an interrupt in a task, by the rules of the discipline.
    pub(super) fn deliver(&self, task: Task<'_>, interrupt: Interrupt) -> Result<(), CancelError> {
        if self.rules.one_queue() {
            return self.interrupt_now(task, interrupt);
        }
        let state = self.state_of(task);
        let asserts = self.rules.asserts_interrupts();
        if !asserts && state != State::Suspended {
            // A running task does not interrupt itself, and a finished one is beyond reach.
            return Ok(());
        }
        if state == State::Running {
            return Err(CancelError::AlreadyInterrupted);
        }
        // On a finished task this is stored all the same, so that the next one is an error under `FastIo`.
        let before = task.replace_pending(Pending::Interrupt(interrupt));
        // One whose waker was called has its turn anyway: a second entry would cut its next wait short.
        let waits_for_waker =
            state == State::Suspended && task.place() == Place::Waker && !task.has(Mark::Woken);
        match before {
            Pending::Interrupt(_) if asserts => return Err(CancelError::AlreadyInterrupted),
            Pending::Timed => task.mark(Mark::Cancelled),
            Pending::Io => {}
            _ if waits_for_waker => {}
            _ => return Ok(()),
        }
        task.set_place(Place::RunQueue);
        self.push_io(task, Why::Interrupted).map_err(CancelError::QueueFull)
    }

    /// A device that was waited for.
    pub(crate) fn device(&self, device: u32) -> Rc<dyn crate::stream::Pollable> {
        self.poller.borrow().device(device)
    }

    /// Leaves the loop without its owner: callbacks and devices are let go. The tasks go last.
    pub(super) fn close(&self) {
        self.closed.set(true);
        if let Some(observer) = self.observer() {
            let slots = self.registry.borrow().slots();
            for task in (0..slots).map(|slot| self.task(slot)).filter(|task| task.is_fresh()) {
                observer.observe(Event::NeverStarted { task: task.id.get() });
            }
        }
        // Taken out first: dropping them may call back into this loop.
        let callbacks = core::mem::take(&mut *self.called_back.borrow_mut());
        let waits = core::mem::take(&mut *self.slow_waits.borrow_mut());
        let poller = core::mem::take(&mut *self.poller.borrow_mut());
        let handler = self.exception_handler.take();
        drop((callbacks, waits, poller, handler));
    }

    /// Lets go of all futures, whose handles are perhaps the last ones on the loop.
    pub(super) fn drop_futures(&self) {
        let slots = self.registry.borrow().slots();
        for slot in 0..slots {
            let future = self.task(slot).future.take();
            drop(future);
        }
    }
}

/// The instant at which a delay that is counted from the tick of `now` is over.
pub(super) fn due_instant(now: Instant, delay_ms: i32) -> Instant {
    match u64::try_from(delay_ms) {
        Ok(0) | Err(_) => now,
        Ok(ms) => Instant::from_millis(now.as_millis()) + Duration::from_millis(ms),
    }
}
