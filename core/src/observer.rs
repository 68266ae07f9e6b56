//! What the event loop tells about itself.
//!
//! Owns the trait [`Observer`] and its vocabulary. A simulator records the events, a board may toggle
//! a pin; without an observer the loop pays one predictable branch an event.
//! It is not in the tutorial.

use crate::error::{Interrupt, QueueFull, TaskError};
use crate::event_loop::TaskName;
use crate::time::Instant;

/// A task, numbered in order of creation; never used twice within one loop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TaskId(pub u32);

/// A callback, numbered in order of scheduling; never used twice within one loop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallbackId(pub u32);

/// What an entry of a queue names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A task, to be resumed.
    Task(TaskId),
    /// A callback, to be called; the timer of a `wait_for` is one.
    Callback(CallbackId),
}

/// Why an entry was appended to the run queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why<'a> {
    /// It is new: `create_task`, `call_soon`.
    Created,
    /// The task yielded a zero delay.
    Yielded,
    /// This timer was due.
    Timer(u32),
    /// The device of this name is ready.
    Device(&'a str),
    /// An interrupt does not wait for the end of the task's wait.
    Interrupted,
    /// A `Waker` was called, when the owner's [`WakeMark`](crate::WakeMark) was this.
    Woken(u32),
    /// `requeue`: a lock was handed over, or a program queued the task once more.
    Requeued,
}

/// What a step gave back.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Yield<'a> {
    /// A bare yield.
    Bare,
    /// `sleep`: milliseconds.
    Delay(i32),
    /// `sleep_ms`: milliseconds.
    SleepMs(i32),
    /// Waits until the device of this name can be read.
    IoRead(&'a str),
    /// Waits until the device of this name can be written.
    IoWrite(&'a str),
    /// Gives up reading from the device.
    IoReadDone(&'a str),
    /// Gives up writing to the device.
    IoWriteDone(&'a str),
    /// `after_ms`: milliseconds at low priority.
    AfterMs(i32),
    /// `after`: seconds at low priority, in milliseconds.
    After(i32),
    /// In no queue until somebody queues it.
    Park,
    /// Waits for a `Waker`.
    Waker,
    /// Asks the loop to stop.
    StopLoop,
    /// Ended well.
    Return,
}

/// A kind of thing that tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectKind {
    /// A lock, of either library.
    Lock,
    /// An event.
    Event,
    /// A barrier.
    Barrier,
    /// A semaphore, bounded or not.
    Semaphore,
    /// A condition variable.
    Condition,
    /// A queue of items.
    Queue,
    /// A pause that can be extended and stopped.
    Delay,
    /// A future of another crate, or a flag that an interrupt handler sets.
    Future,
}

/// A thing that tasks share, by the name that the program gave it; empty if it gave none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Object<'a> {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: &'a str,
}

/// What was done to a thing that tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// The task begins to wait for it.
    WaitsOn,
    /// The wait is over: in success, by an interrupt, or because its future was dropped.
    WaitEnds,
    /// A lock or a place of a semaphore was taken.
    Acquired,
    /// It was given back.
    Released,
    /// An event was set, a barrier opened, a condition notified.
    Set,
    /// An event was cleared.
    Cleared,
    /// An item went into a queue.
    Put,
    /// An item was taken out of a queue.
    Got,
}

/// Something that the loop did or saw. Fields are called after what they hold.
#[expect(missing_docs, reason = "the line above each variant speaks of its fields")]
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A task was made by the one that runs now, if any does.
    TaskCreated { task: TaskId, name: &'a TaskName },
    /// An entry was appended to the run queue.
    Ready { entry: Entry, why: Why<'a> },
    /// An entry went into the wait queue.
    TimerArmed { timer: u32, entry: Entry, due: Instant },
    /// An entry was taken out of a queue because its future was dropped.
    TimerDropped { timer: u32 },
    /// A step begins. `stale`: the task had already ended, and nothing happens.
    StepBegins { task: TaskId, first: bool, stale: bool },
    /// An interrupt is raised at the innermost await of the step that just began.
    Interrupted { task: TaskId, with: Interrupt },
    /// The step is over.
    StepEnds { task: TaskId, yielded: Yield<'a> },
    /// The step is over, and the task with it, because of an error.
    StepFails { task: TaskId, error: &'a TaskError },
    /// A callback is about to run.
    CallbackBegins { callback: CallbackId },
    /// A callback has run.
    CallbackEnds { callback: CallbackId, error: Option<&'a TaskError> },
    /// A task waits for a device.
    IoWait { task: TaskId, device: &'a str, write: bool },
    /// A wait of `timeout_ms` (-1: without end) that began at `since` is over; `ready` devices were ready.
    Polled { timeout_ms: i32, since: Instant, ready: u16 },
    /// `cancel` was called.
    CancelRequested { task: TaskId },
    /// `cancel` was called on a part of a task, a `Cancellable` that it awaits: `part` is its name, or its function's.
    /// No task, if it was never polled.
    PartCancelled { task: Option<TaskId>, part: &'a str },
    /// The timer of a `wait_for` came due and hit this task, or nobody any more.
    TimeoutExpired { task: Option<TaskId> },
    /// A queue was full.
    QueueFull { full: QueueFull, task: Option<TaskId> },
    /// Under `Asyncio3`: a task failed, nobody awaited it, and no exception handler was set.
    Uncaught { task: TaskId, error: &'a TaskError },
    /// Something to be awaited, called `what` (`sleep_ms`, `Lock::acquire`), was made and dropped without being awaited:
    /// it did nothing. The tutorial calls it a common error (section 7.5). A branch of a `select` that was not polled is
    /// told of, too, and so is what was handed to something that is not awaited. Primitives of [`sync`](crate::sync) tell
    /// if they are named; `aclose` and [`Gather::wait`](crate::asyn::Gather::wait), which take their object with them, tell
    /// nothing.
    Unawaited { task: Option<TaskId>, what: &'a str },
    /// The owner of the loop is gone, and this task has never had its first step.
    NeverStarted { task: TaskId },
    /// A run ended.
    LoopStopped { error: Option<&'a TaskError> },
    /// Something that tasks share was used, by the task that runs now if any does.
    Used { task: Option<TaskId>, object: Object<'a>, how: Use },
}

/// Is told what happens, as it happens.
///
/// # For board authors
///
/// - `observe` is called inside the loop and MUST NOT call back into it.
/// - It MUST NOT change what the program can see, or observed and unobserved runs would differ.
pub trait Observer {
    /// Takes note of an event.
    fn observe(&self, event: Event<'_>);
}
