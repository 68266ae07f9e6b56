//! What handle, leaves and owner of one event loop have in common.
//!
//! Owns the queues, the table of tasks with their futures, and the cells through which a leaf future and the loop talk
//! during a step. Futures hold this, and are held by it until the owner of the loop lets go of them.
//!
//! Invariants: **one-step** — a step is under way exactly while the owner polls a task, whose slot is `turn.current`;
//! **counted** — each
//! entry and registration that names a task slot is counted in its header, so that the slot is not used
//! again too early; **no-borrow-across** — no `RefCell` here stays borrowed while a future, a callback, a
//! device or an observer is called, but for the future itself and its waker, which nobody else touches.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, OnceCell, RefCell};
use core::future::Future;
use core::pin::Pin;

use slab::Slab;

use super::callback::Callbacks;
use super::care;
use super::config::Config;
use super::devices::Devices;
use super::ending::{Ended, Halt, Stop};
use super::entry::RawEntry;
use super::name::TaskName;
use super::names::Names;
use super::registry::Registry;
use super::rules::Rules;
use super::run_queue::RunQueue;
use super::slot::Task;
use super::slow_waits::SlowWait;
use super::table::Table;
use super::task::{Mark, Pending, Place, State};
use super::timeline::Handler;
use super::turn::Turn;
use super::wait_queue::WaitQueue;
use super::wake::WAKERS;
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

/// Memory for no more tasks than this is taken before they are made: 6 MiB. Those beyond it take a longer way at each step.
const MOST_ROOM: usize = 1 << 17;

pub(crate) struct Shared {
    pub(super) clock: Rc<dyn Clock>,
    #[cfg(feature = "observer")]
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
    #[cfg(feature = "fast-io")]
    ioq: Option<RunQueue>,
    /// Under `FastIo` with a low-priority queue: its timed entries.
    #[cfg(feature = "fast-io")]
    lpq: Option<RefCell<WaitQueue>>,
    pub(super) max_overdue_ms: Cell<i32>,
    /// Serial numbers of timed entries, in all queues.
    pub(super) next_timer: Cell<u32>,
    /// Devices, once there are any.
    pub(super) devices: OnceCell<Box<dyn Devices>>,
    /// Which task slots are free.
    pub(super) registry: Registry,
    pub(super) names: Names,
    /// Callbacks, once there are any.
    pub(super) callbacks: OnceCell<Box<dyn Callbacks>>,
    pub(super) next_callback: Cell<u32>,
    /// Leaves that wait on the slow path.
    #[cfg(feature = "wakers")]
    slow_waits: RefCell<Slab<SlowWait>>,
    /// The owner is gone: nothing is accepted any more.
    pub(super) closed: Cell<bool>,

    // The run under way.
    /// It runs for ever, rather than until something is complete.
    pub(super) forever: Cell<bool>,
    /// Under `Asyncio3`: the slot of the task with which the run ends, however that ends.
    pub(super) main: Cell<u32>,
    /// Under `Asyncio3`: is given errors that nobody awaited.
    #[cfg(feature = "asyncio-v3")]
    exception_handler: RefCell<Option<Handler>>,
    /// A queue was full in a place that has no caller to tell.
    pub(super) overflow: Cell<Option<QueueFull>>,
    /// How it ends, once that is known, until who awaits it is told.
    pub(super) ending: Cell<Option<Ended>>,
}

impl Shared {
    pub(super) fn new(clock: Rc<dyn Clock>, observer: Option<Rc<dyn Observer>>, config: Config) -> Rc<Self> {
        #[cfg_attr(
            not(feature = "fast-io"),
            expect(unused_variables, reason = "there is no queue of that length")
        )]
        let (ioq_len, lp_len, max_overdue_ms) = config.discipline.lengths();
        let rules = Rules::of(config.discipline);
        let (runq_len, room, waitq) = match rules.one_queue() {
            true => (0, config.waitq_len, WaitQueue::growing(Queue::Wait, config.waitq_len)),
            false => (config.runq_len, config.runq_len, WaitQueue::new(Queue::Wait, config.waitq_len)),
        };
        let room = room.min(MOST_ROOM);
        let careful = (cfg!(feature = "observer") && observer.is_some()) || rules.one_queue() || ioq_len > 0;
        let mut care = care::IDLE;
        care |= if careful { care::ALWAYS } else { 0 };
        care |= if rules.low_priority() { care::TIMED } else { 0 };
        Rc::new(Self {
            clock,
            #[cfg(feature = "observer")]
            observer,
            config,
            rules,
            turn: Turn::new(),
            care: Cell::new(care),
            tasks: Table::new(room),
            runq: RunQueue::new(Queue::Run, runq_len),
            waitq: RefCell::new(waitq),
            #[cfg(feature = "fast-io")]
            ioq: (ioq_len > 0).then(|| RunQueue::new(Queue::Io, ioq_len)),
            #[cfg(feature = "fast-io")]
            lpq: (lp_len > 0).then(|| RefCell::new(WaitQueue::new(Queue::LowPriority, lp_len))),
            max_overdue_ms: Cell::new(max_overdue_ms),
            next_timer: Cell::new(0),
            devices: OnceCell::new(),
            registry: Registry::new(),
            names: Names::new(),
            callbacks: OnceCell::new(),
            next_callback: Cell::new(0),
            #[cfg(feature = "wakers")]
            slow_waits: RefCell::default(),
            closed: Cell::new(false),
            forever: Cell::new(false),
            main: Cell::new(NOBODY),
            #[cfg(feature = "asyncio-v3")]
            exception_handler: RefCell::default(),
            overflow: Cell::new(None),
            ending: Cell::new(None),
        })
    }

    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

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
        #[cfg(feature = "observer")]
        return self.observer.as_deref();
        #[cfg(not(feature = "observer"))]
        None
    }

    /// The I/O queue, if there is one.
    #[inline(always)]
    pub(super) fn ioq(&self) -> Option<&RunQueue> {
        #[cfg(feature = "fast-io")]
        return if self.rules.may_queue_io() { self.ioq.as_ref() } else { None };
        #[cfg(not(feature = "fast-io"))]
        None
    }

    /// The low-priority queue, if there is one.
    #[inline(always)]
    pub(super) fn lpq(&self) -> Option<&RefCell<WaitQueue>> {
        #[cfg(feature = "fast-io")]
        return if self.rules.low_priority() { self.lpq.as_ref() } else { None };
        #[cfg(not(feature = "fast-io"))]
        None
    }

    /// Leaves that wait on the slow path: for wakers.
    pub(super) fn slow_waits(&self) -> &RefCell<Slab<SlowWait>> {
        #[cfg(feature = "wakers")]
        return &self.slow_waits;
        #[cfg(not(feature = "wakers"))]
        super::wake::no_wakers()
    }

    /// Where the handler of errors that nobody awaits is kept, if there may be one.
    pub(super) fn exception_handler(&self) -> Option<&RefCell<Option<Handler>>> {
        #[cfg(feature = "asyncio-v3")]
        return Some(&self.exception_handler);
        #[cfg(not(feature = "asyncio-v3"))]
        None
    }

    /// The task in a slot.
    #[inline]
    pub(super) fn task(&self, slot: u32) -> Task<'_> {
        self.tasks.task(slot)
    }

    /// The task whose step is under way.
    pub(super) fn current_task(&self) -> Option<Task<'_>> {
        self.is_in_step().then(|| self.task(self.turn.current.get()))
    }

    /// Where a task stands.
    pub(super) fn state_of(&self, task: Task<'_>) -> State {
        match task.state() {
            State::Suspended if self.is_in_step() && self.turn.current.get() == task.slot => State::Running,
            state => state,
        }
    }

    pub(super) fn name_of(&self, task: Task<'_>) -> TaskName {
        self.names.name_of(task.name.get(), task.id.get())
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
    fn push_into(&self, queue: &RunQueue, task: Task<'_>, why: Why<'_>) -> Result<(), QueueFull> {
        self.append(queue, task, why)?;
        task.count_entry();
        Ok(())
    }

    /// Puts an entry of a task that was taken from its queue into the run queue.
    #[inline(always)]
    pub(super) fn move_entry(&self, task: Task<'_>, why: Why<'_>) -> Stop {
        self.append(&self.runq, task, why).map_err(|full| self.lose_entry(task, full))
    }

    /// An entry of a task that was taken from its queue has no place in another.
    #[cold]
    pub(super) fn lose_entry(&self, task: Task<'_>, full: QueueFull) -> Halt {
        task.discount_entry();
        self.lost(task.slot, full)
    }

    /// Appends an entry of a task, which is counted elsewhere.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    #[cfg_attr(not(target_pointer_width = "32"), inline(always))]
    fn append(&self, queue: &RunQueue, task: Task<'_>, why: Why<'_>) -> Result<(), QueueFull> {
        let id = task.id.get();
        queue.push(RawEntry::task(task.slot)).map_err(|full| self.report_full(full, Some(id)))?;
        self.spoil();
        self.observe(|| Event::Ready { entry: Entry::Task(id), why });
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
        self.spoil();
        pushed.map_err(|full| self.report_full(full, None))?;
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

    /// Leaves the loop without its owner: callbacks and devices are let go. The tasks go last.
    pub(super) fn close(&self) {
        self.closed.set(true);
        if let Some(observer) = self.observer() {
            let slots = self.registry.slots();
            for task in (0..slots).map(|slot| self.task(slot)).filter(|task| task.is_fresh()) {
                observer.observe(Event::NeverStarted { task: task.id.get() });
            }
        }
        // Taken out first: dropping them may call back into this loop.
        let callbacks = self.callbacks().map(|callbacks| callbacks.slots().take());
        let waits = WAKERS.then(|| self.slow_waits().take());
        let devices = self.devices().map(|devices| devices.poller().take());
        let handler = self.exception_handler().map(RefCell::take);
        drop((callbacks, waits, devices, handler));
    }

    /// Lets go of all futures, whose handles are perhaps the last ones on the loop.
    pub(super) fn drop_futures(&self) {
        let slots = self.registry.slots();
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
