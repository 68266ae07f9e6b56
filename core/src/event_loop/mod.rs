//! The event loop: cooperative round-robin scheduling that never waits.
//!
//! Words: a *task* is a top-level future that the loop holds; a *step* is one resumption of a task up to
//! its next yield; a *pass* is one trip round the loop. Programs hold [`EventLoop`], a handle; the futures
//! belong to [`Firmware`], which the owner of the board steps.
//!
//! | file | owns |
//! |---|---|
//! | `handle` | [`TaskHandle`] |
//! | `slot` | a task and its future while it is polled |
//! | `tell`, `timed` | what awaits tell of themselves; how entries are armed and taken back |
//! | `firmware` | [`Top`], [`Firmware`]: a program and its loop as one thing to be stepped |
//! | `owner` | what is done next, and what becomes of what a step yielded |
//! | `turn` | the step under way: what it completes, and what is posted in it |
//! | `turns` | steps that are nothing but a task's turn, as nearly all are |
//! | `resume` | one step of a task |
//! | `woken` | the step of a task that waits for its waker alone, and the end of a pass for it |
//! | `rules` | what distinguishes the disciplines |
//! | `shared` | what handle, leaves and owner have in common |
//! | `admit` | how a new task comes in |
//! | `care` | what there is to look at beside the next turn |
//! | `leaf`, `yielded` | how an await and the loop talk during a step, and in what words |
//! | `table`, `registry`, `name`, `names` | all task slots, which are free, how tasks are called |
//! | `ending` | how a run ends |
//! | `devices` | what tasks and the loop do with devices |
//! | `run_queue`, `wait_queue`, `poller`, `callback`, `wake` | what is ready, due, waited for, to be called, woken |
//! | `soon`, `later`, `rows` | what of it is due tick by tick, and later; what it stands in |
//! | `timeline` | the other loop of `Asyncio3`: one queue, no passes |
//! | `join` | awaiting a task |
//! | `task` | what the loop keeps of a task; the pending-interrupt slot |
//! | `run` | `run_until_complete`, `run_forever` |

mod admit;
mod callback;
mod care;
mod config;
#[cfg(feature = "observer")]
mod contents;
mod devices;
mod ending;
mod entry;
mod firmware;
mod handle;
mod join;
mod later;
mod leaf;
mod name;
#[cfg_attr(not(feature = "observer"), path = "no_names.rs")]
mod names;
mod owner;
mod pass;
mod poller;
mod registry;
mod resume;
mod rows;
mod rules;
mod run;
mod run_queue;
mod shared;
mod slot;
mod slow_waits;
mod soon;
mod table;
mod task;
mod tell;
mod timed;
mod timeline;
mod turn;
mod turns;
mod wait_queue;
#[cfg_attr(not(feature = "wakers"), path = "no_wakers.rs")]
mod wake;
mod woken;
mod yielded;

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::future::Future;

pub use callback::Outcome;
pub use config::{Config, Discipline, Overrides};
#[cfg(feature = "observer")]
pub use contents::Contents;
pub use firmware::{Firmware, Setup, Started, Top};
pub use handle::TaskHandle;
pub use join::Join;
pub use name::TaskName;
use names::Naming;
pub use owner::Step;
pub use run::{RunForever, RunUntilComplete};
pub use timeline::ExceptionHandler;
pub use wake::WakeMark;

pub(crate) use callback::Guard;
use callback::{What, When};
pub(crate) use leaf::Post;
pub(crate) use shared::Shared;
pub(crate) use turn::COMPLETED;
pub(crate) use wake::{WAKERS, no_wakers};
pub(crate) use yielded::{Word, Yielded};

use crate::error::{CancelError, Interrupt, QueueFull, TaskError};
use crate::observer::{Event, TaskId, Why};

/// A handle on an event loop. Cheap to clone; tasks receive it as an argument (tutorial section 7.7).
#[derive(Clone)]
pub struct EventLoop {
    shared: Rc<Shared>,
}

impl EventLoop {
    /// Queues a new task (tutorial section 2.2.1). It is named after its function, with a number:
    /// `sender#1`.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place; the task is not made.
    pub fn create_task<F>(&self, future: F) -> Result<TaskHandle, QueueFull>
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        self.handle(self.shared.create(Naming::after::<F>(), Box::pin(future)))
    }

    /// As [`create_task`](Self::create_task) (tutorial section 2.2.1), under a name of the program's choice.
    ///
    /// # Errors
    ///
    /// As for [`create_task`](Self::create_task).
    pub fn create_task_named<F>(
        &self,
        name: impl Into<alloc::borrow::Cow<'static, str>>,
        future: F,
    ) -> Result<TaskHandle, QueueFull>
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        self.handle(self.shared.create(Naming::given(name), Box::pin(future)))
    }

    /// Queues a new task whose first step is after `delay_ms` milliseconds, by the wait queue; as
    /// [`create_task`](Self::create_task) if that is 0. It is `call_later_ms` with a coroutine
    /// (tutorial section 2.2.1).
    ///
    /// # Errors
    ///
    /// `QueueFull` if the queue has no place; the task is not made. Under `FastIo`, `Failed` if there is a delay: as in
    /// the original, the entry is in the queue by then, and stops the loop when it falls due.
    pub fn create_task_later_ms<F>(&self, delay_ms: i32, future: F) -> Result<TaskHandle, TaskError>
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        self.handle(self.shared.create_later(Naming::after::<F>(), Box::pin(future), delay_ms))
    }

    /// As [`create_task_later_ms`](Self::create_task_later_ms) (tutorial section 2.2.1), under a name of the program's choice.
    ///
    /// # Errors
    ///
    /// As for [`create_task_later_ms`](Self::create_task_later_ms).
    pub fn create_task_later_ms_named<F>(
        &self,
        name: impl Into<alloc::borrow::Cow<'static, str>>,
        delay_ms: i32,
        future: F,
    ) -> Result<TaskHandle, TaskError>
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        self.handle(self.shared.create_later(Naming::given(name), Box::pin(future), delay_ms))
    }

    /// Queues a new task whose first step is after `seconds`, truncated to whole milliseconds, always by the wait queue:
    /// with a delay of 0 it runs one pass later than by [`create_task`](Self::create_task). It is `call_later` with a
    /// coroutine (tutorial section 2.2.1).
    ///
    /// # Errors
    ///
    /// As for [`create_task_later_ms`](Self::create_task_later_ms); under `FastIo` always `Failed`.
    pub fn create_task_later<F>(&self, seconds: f64, future: F) -> Result<TaskHandle, TaskError>
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        self.handle(self.shared.create_timed(Naming::after::<F>(), Box::pin(future), whole_ms(seconds)))
    }

    /// Queues a task that is named after the function of `F`.
    pub(crate) fn create_task_like<F>(&self, future: shared::TaskFuture) -> Result<TaskHandle, QueueFull> {
        self.handle(self.shared.create(Naming::after::<F>(), future))
    }

    /// A handle on the task in a slot, if one was made.
    fn handle<E>(&self, created: Result<u32, E>) -> Result<TaskHandle, E> {
        created.map(|slot| TaskHandle::new(self.shared.clone(), slot))
    }

    /// Queues a callback (tutorial section 2.2.2). It takes two places in the run queue.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has not two places. If it has one, that is taken all the same, as in the original,
    /// by half a callback: when its turn comes, the run ends with [`QueueFull`] once more. `Asyncio3` has no such limit.
    pub fn call_soon<R: Outcome>(&self, callback: impl FnOnce() -> R + 'static) -> Result<(), QueueFull> {
        self.call(When::Soon, callback)
    }

    /// Calls back after `delay_ms` milliseconds (tutorial section 2.2.2); at once, by the run queue, if that is 0. A
    /// negative delay goes through the wait queue and is overdue.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the queue in question has no place; nothing is queued.
    pub fn call_later_ms<R: Outcome>(
        &self,
        delay_ms: i32,
        callback: impl FnOnce() -> R + 'static,
    ) -> Result<(), QueueFull> {
        self.call(When::later_ms(delay_ms), callback)
    }

    /// Calls back after `delay_s` seconds, truncated to whole milliseconds (tutorial section 2.2.2). Always through the wait queue,
    /// so that a delay of 0 runs one pass later than with [`call_soon`](Self::call_soon).
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the wait queue has no place; nothing is queued.
    pub fn call_later<R: Outcome>(
        &self,
        delay_s: f64,
        callback: impl FnOnce() -> R + 'static,
    ) -> Result<(), QueueFull> {
        self.call(When::Later(whole_ms(delay_s)), callback)
    }

    /// Calls back after `delay_ms` milliseconds at low priority: when nothing else is ready. Not in the tutorial, but
    /// of the library `fast_io`.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the low-priority queue has no place, or does not exist: only `FastIo` has one.
    pub fn call_after_ms<R: Outcome>(
        &self,
        delay_ms: i32,
        callback: impl FnOnce() -> R + 'static,
    ) -> Result<(), QueueFull> {
        self.call(When::After(delay_ms), callback)
    }

    /// Calls back after `delay_s` seconds, truncated to whole milliseconds, at low priority. Not in the tutorial, as
    /// [`call_after_ms`](Self::call_after_ms).
    ///
    /// # Errors
    ///
    /// As for [`call_after_ms`](Self::call_after_ms).
    pub fn call_after<R: Outcome>(
        &self,
        delay_s: f64,
        callback: impl FnOnce() -> R + 'static,
    ) -> Result<(), QueueFull> {
        self.call(When::After(whole_ms(delay_s)), callback)
    }

    fn call<R: Outcome>(&self, when: When, callback: impl FnOnce() -> R + 'static) -> Result<(), QueueFull> {
        let function = What::Function(Box::new(|| callback().into_result()));
        self.shared.add_callback(function, when).map(drop)
    }

    /// How many milliseconds a low-priority entry may be overdue before it runs although others are ready; 0:
    /// without limit. Only `FastIo` has such entries; they are not in the tutorial.
    pub fn max_overdue_ms(&self) -> i32 {
        self.shared.max_overdue_ms.get()
    }

    /// Sets [`max_overdue_ms`](Self::max_overdue_ms). Not in the tutorial.
    pub fn set_max_overdue_ms(&self, ms: i32) {
        self.shared.max_overdue_ms.set(ms);
    }

    /// Raises [`Interrupt::Cancelled`] in a task (tutorial section 5.2.1), when it is next resumed. A task that waits
    /// for a device, or for a waker, is made ready for it at once. One that sleeps gets it when its sleep is over
    /// under `UasyncioV2`, and is made ready at once under `FastIo`. Under `UasyncioV2`, a task that has ended, or
    /// that cancels itself, is not affected.
    ///
    /// Under `Asyncio3` every task is made ready at once, and one that awaits another hands the interrupt on to that. A
    /// task that has not started never runs its body: its first step ends it. One that has ended is not affected.
    ///
    /// # Errors
    ///
    /// - `NotStarted`, under `UasyncioV2` and `FastIo`, if the task has not had its first step; it then runs normally.
    /// - `AlreadyInterrupted` under `FastIo`, where the original fails an assertion: an interrupt is pending already, or
    ///   the task has ended or cancels itself. On a task that waits or has ended, the later interrupt takes the place of
    ///   the earlier.
    /// - `QueueFull`, under `UasyncioV2` and `FastIo`, if the task waits for a device or for a waker, or sleeps under
    ///   `FastIo`, and the queue has no place for it. The interrupt stays pending.
    /// - `Itself`, under `Asyncio3`, if it is the task that runs.
    pub fn cancel(&self, task: &TaskHandle) -> Result<(), CancelError> {
        let task = task.task();
        self.shared.observe(|| Event::CancelRequested { task: task.id.get() });
        if task.is_fresh() && !self.shared.rules.one_queue() {
            return Err(CancelError::NotStarted);
        }
        self.shared.deliver(task, Interrupt::Cancelled)
    }

    /// Appends a task to the run queue once more, whatever it waits for: `create_task` of a task that exists, in
    /// the original, though not in the tutorial. Its innermost await is complete when it is resumed, and an entry that it still has elsewhere
    /// stays. A parked task is made ready by it.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place.
    pub fn requeue(&self, task: &TaskHandle) -> Result<(), QueueFull> {
        if self.shared.rules.one_queue() {
            return self.shared.bring_forward(task.task(), Why::Requeued);
        }
        self.shared.push_task(task.task(), Why::Requeued)
    }

    /// Asks the loop to stop once everything that is queued now has run. Not in the tutorial.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the request.
    pub fn stop(&self) -> Result<(), QueueFull> {
        let shared = self.shared.clone();
        let request = async move {
            shared.request_stop();
            Ok(())
        };
        self.shared.create(Naming::given("stop"), Box::pin(request)).map(drop)
    }

    /// The loop's time: the board's millisecond ticks, which wrap at 2^30. Not in the tutorial.
    pub fn time(&self) -> u32 {
        self.shared.ticks()
    }

    /// How the loop is set up (tutorial section 7.7), what a board's owner set in place of the program's wishes included.
    pub fn config(&self) -> Config {
        self.shared.config
    }

    /// The task of this number, unless it has ended: for whoever knows numbers from an
    /// [`Observer`](crate::observer::Observer). Not in the tutorial.
    pub fn task(&self, id: TaskId) -> Option<TaskHandle> {
        let slots = self.shared.registry.slots();
        let meant = |&slot: &u32| {
            let task = self.shared.task(slot);
            task.id.get() == id && !task.is_finished()
        };
        (0..slots).find(meant).map(|slot| TaskHandle::new(self.shared.clone(), slot))
    }

    /// The task whose step is under way, if any. Not in the tutorial.
    pub fn current_task(&self) -> Option<TaskHandle> {
        self.shared.current_task().map(|task| TaskHandle::new(self.shared.clone(), task.slot))
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// An invariant does not hold. There is one place for all of them, since each message and each place takes flash.
#[cold]
#[inline(never)]
fn bug() -> ! {
    panic!("a bug in the event loop of vpyb-core")
}

/// Seconds as whole milliseconds, truncated towards zero as the original's `int(s * 1000)`.
pub(crate) fn whole_ms(seconds: f64) -> i32 {
    (seconds * 1000.0) as i32
}

/// What leaves on devices need.
impl Shared {
    /// Whether readers and writers give a device up, which costs a turn.
    pub(crate) fn gives_up_devices(&self, end_of_stream: bool) -> bool {
        self.rules.gives_up_after_calls() || (end_of_stream && self.rules.gives_up_at_the_end())
    }

    /// Whether a device stays registered until it is given up.
    pub(crate) fn has_registrations(&self) -> bool {
        !self.rules.one_queue()
    }

    /// Whether a device is asked before it is written.
    pub(crate) fn asks_before_writing(&self) -> bool {
        self.rules.one_queue()
    }

    /// Whether the timer of a `wait_for` goes with it, however that ends.
    pub(crate) fn leaves_no_timers(&self) -> bool {
        self.rules.one_queue()
    }
}
