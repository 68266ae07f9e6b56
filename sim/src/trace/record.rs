//! One entry of a run: when, what, and the entry that made it happen.
//!
//! Owns [`Record`] and [`Kind`], the vocabulary of a trace. Every record is small, `Copy` and free
//! of host data; texts are [`Name`]s of the trace's own table. Knows nothing of who writes records
//! or what is made of them.
//!
//! Invariant **cause-is-earlier**: a record's cause has a smaller sequence number than the record.

use std::fmt;

use serde::{Deserialize, Serialize};
use vpyb_core::time::{Duration, Instant};

pub use super::i2c::{I2cEvent, I2cFault};
pub use super::names::Name;
pub use super::net::{NetEvent, NetFault, NetLoss};
pub use super::pin::{Drive, Mode, NetLevel, Pulled, Trigger};
pub use super::serial::{Checked, Flow, Frame, SerialEvent};
pub use super::sharing::{Object, Use};

/// The place of a record in its trace, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Seq(pub u32);

/// How long something lasts, if that is said, in nanoseconds; in less room than an optional span.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<Duration>", into = "Option<Duration>")]
pub struct Lasts(u64);

impl From<Option<Duration>> for Lasts {
    fn from(span: Option<Duration>) -> Self {
        // No span is so long that it could not be told from none.
        Self(span.map_or(u64::MAX, |span| span.as_nanos().min(u64::MAX - 1)))
    }
}

impl From<Lasts> for Option<Duration> {
    fn from(lasts: Lasts) -> Self {
        lasts.span()
    }
}

impl Lasts {
    /// The span, if it is said.
    pub fn span(self) -> Option<Duration> {
        (self.0 < u64::MAX).then(|| Duration::from_nanos(self.0))
    }
}

impl fmt::Debug for Lasts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.span().fmt(f)
    }
}

/// A task, numbered in order of creation within one run; never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Task(pub u32);

/// A net, numbered in the order in which the board lists its pins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Net(pub u16);

/// What an entry of the run queue or of the wait queue names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Entry {
    /// A task, to be resumed.
    Task(Task),
    /// A callback, numbered in order of scheduling.
    Callback(u32),
}

/// Why an entry was appended to the run queue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Why {
    /// `create_task`, `call_soon`, or the start of a run.
    Created,
    /// The task yielded a zero delay.
    Yielded,
    /// The timer of this number was due.
    Timer(u32),
    /// The device it waits for is ready.
    Device(Name),
    /// `cancel` or a time-out made it ready before its wait was over.
    Interrupted,
    /// A `Waker` was called.
    Woken,
    /// Somebody queued it: a lock was handed over, or the program queued it once more.
    Requeued,
}

/// What a step gave back to the event loop, in the words of the recorded runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Yielded {
    /// The step has not ended (yet, or because the run was stopped inside it).
    Running,
    /// A bare yield.
    None,
    /// `sleep`: a delay in milliseconds; may be negative.
    Delay(i32),
    /// `sleep_ms`: a delay in milliseconds; may be negative.
    SleepMs(i32),
    /// Waits until the device can be read.
    IoRead(Name),
    /// Waits until the device can be written.
    IoWrite(Name),
    /// Gave up the device's read registration.
    IoReadDone(Name),
    /// Gave up the device's write registration.
    IoWriteDone(Name),
    /// In no queue: only something outside can make it ready.
    Park,
    /// Waits for a `Waker` of a foreign future.
    Waker,
    /// Asked the event loop to stop.
    StopLoop,
    /// The task ended normally.
    Return,
    /// The task ended with an untrapped cancellation.
    Cancelled,
    /// The task ended with an untrapped time-out.
    TimedOut,
    /// The task ended with another error, which stops the loop.
    Raise(Name),
    /// `after_ms`: a delay in milliseconds at low priority.
    AfterMs(i32),
    /// `after`: seconds at low priority, in milliseconds.
    After(i32),
}

/// What is delivered to a task at its `await`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Interrupt {
    /// `cancel` was called.
    Cancelled,
    /// A `wait_for` ran out.
    TimedOut,
    /// A leftover queue entry met the marker of a new wait.
    Corrupt,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// A pin belongs to a net, from here on; written once a pin when the run begins.
    NetPin { net: Net, pin: Name },
    /// A UART was opened by the program. `tx` and `rx` are pins, `ring` the receive ring's length.
    UartOpened { uart: Name, tx: Name, rx: Name, baud: u32, ring: u16 },

    /// A task was made; its first step comes later.
    TaskCreated { task: Task, name: Name },
    /// An entry was appended to the run queue.
    Ready { entry: Entry, why: Why },
    /// A task was resumed. `took` is the busy time inside plus the price of the step.
    Step { task: Task, first: bool, stale: bool, yielded: Yielded, took: Duration },
    /// An entry was put into the wait queue, due at the tick that begins at `due`.
    TimerArmed { timer: u32, entry: Entry, due: Instant },
    /// A timer left the wait queue without becoming ready: its wait was cancelled or dropped, or
    /// the run queue had no room.
    TimerRemoved { timer: u32 },
    /// A task waits for a device.
    IoWait { task: Task, device: Name, write: bool },
    /// A plain callback ran.
    Callback { callback: u32, took: Duration },
    /// The loop polled its devices: `waited` of `timeout_ms` (-1: for ever), `ready` were ready.
    Polled { timeout_ms: i32, waited: Duration, ready: u16 },
    /// `cancel` was called on a task.
    CancelRequested { task: Task },
    /// A time-out came due; `task` is the one it hit, if it was still armed.
    TimeoutExpired { task: Option<Task> },
    /// An interrupt was raised at a task's innermost await.
    Interrupted { task: Task, with: Interrupt },
    /// A task ended; how stands in the step's `yielded`.
    Finished { task: Task },
    /// A queue (`run queue`, `wait queue`) of this length was full; `task` was the one affected.
    QueueFull { queue: Name, len: u16, task: Option<Task> },
    /// The event loop stopped: a run came to its end (the program may start another).
    LoopStopped { error: Option<Name> },

    /// A scripted operation ended: its path in the script, its word, its result.
    Op { task: Option<Task>, at: Name, op: Name, result: Option<Name> },
    /// A whole line on the console.
    Line { task: Option<Task>, text: Name },
    /// The program kept the CPU busy on purpose.
    Busy { span: Duration },
    /// An LED was switched.
    Led { led: Name, on: bool },
    /// `Board::count`: a driver's own counter went up by `by`.
    Count { counter: Name, by: u32 },

    /// A pin changed what it does to its net.
    Driven { pin: Name, drive: Drive },
    /// A net changed its level.
    Edge { net: Net, level: NetLevel },
    /// Two pins push a net in opposite directions.
    Contention { net: Net },

    /// The program handed `bytes` bytes to a UART.
    UartWrite { uart: Name, bytes: u32 },
    /// A UART began to send a frame.
    UartTx { uart: Name, byte: u8 },
    /// A UART saw a start bit.
    UartStart { uart: Name },
    /// A frame was complete and in the data register; `framing`: its stop bit was low.
    UartRx { uart: Name, byte: u8, framing: bool },
    /// The receive interrupt moved the byte from the data register to the ring, now `ring` long.
    UartBuffered { uart: Name, byte: u8, ring: u16 },
    /// The ring was full: the byte stays in the data register and the interrupt is turned off.
    UartHeld { uart: Name, byte: u8 },
    /// A frame was complete while the data register was still full: the byte is lost.
    UartOverrun { uart: Name, byte: u8 },
    /// Frames went by unseen while the overrun flag stood.
    UartDeaf { uart: Name },
    /// The program took `bytes` bytes; `ring` are left.
    UartRead { uart: Name, bytes: u32, ring: u16 },

    /// A step of an actor began to act; `mark` if it carries one.
    Stimulus { actor: Name, step: u16, mark: Option<Name> },
    /// The run ended with this verdict.
    Verdict { verdict: Name },

    /// Something that tasks share was used; its name is empty if the program gave it none.
    Used { task: Option<Task>, object: Object, name: Name, how: Use },
    /// The program set an interrupt line up, or masked it. `irq` is its pin.
    IrqSetUp { irq: Name, line: u8, trigger: Trigger, masked: bool },
    /// An interrupt waits for its handler.
    IrqPending { irq: Name },
    /// What requests an interrupt came again before its handler began: the two are one.
    IrqCoalesced { irq: Name },
    /// The handler of an interrupt began; it keeps the CPU for `took`.
    Handler { irq: Name, took: Duration },

    /// A pause (`what` is the method's name) was made and dropped without being awaited.
    Unawaited { task: Option<Task>, what: Name },
    /// The run is over, and the task never had its first step.
    NeverStarted { task: Task },

    /// Something happened on an I2C bus.
    I2c { bus: Name, event: I2cEvent },
    /// A device on the bench changed, by itself or from outside, in a way that no wire shows.
    Device { device: Name, state: Name },
    /// The alarm's interrupt handler called `wakers` wakers, whose instant had come; it keeps the CPU for `took`.
    Alarm { wakers: u16, took: Duration },

    /// The wire between two pins was plugged in, or pulled out. `NetPin` says where their pins are then.
    Wire { a: Name, b: Name, plugged: bool },
    /// A pin was read while nothing held its net: what it showed is chance.
    FloatingRead { pin: Name, high: bool },
    /// The program set a pin up.
    PinMode { pin: Name, mode: Mode, pull: Pulled },
    /// A falling edge that looked like a start bit was none.
    UartNoStart { uart: Name },
    /// A step of an actor waited for an event that did not come in time; its later steps do not happen.
    AwaitMissed { actor: Name, step: u16 },
    /// Something happened on the network: to a socket, a listener or the network itself.
    Net { socket: Name, event: NetEvent },
    /// The program set a timer going, so that its handler is called every so often, or stopped it.
    TimerSetUp { timer: Name, every: Option<Duration> },

    /// Something happened at a UART that is not plain sending and receiving.
    Serial { uart: Name, event: SerialEvent },
    /// `cancel` was called on a part of a task, which is raised inside it when the task is next resumed. `part` is its
    /// name, or its function's; no task, if it was never polled.
    PartCancelled { task: Option<Task>, part: Name },
    /// A fault of the scenario struck; `lasts` if it is said how long.
    Fault { what: Name, place: Name, lasts: Lasts },
    /// The event loop was made with an I/O queue of so many places. What is ready for I/O is queued there, and runs before
    /// what is in the run queue.
    IoQueue { len: u16 },
}

impl Why {
    /// The name in it, if it holds one.
    pub fn name(&self) -> Option<Name> {
        match *self {
            Self::Device(name) => Some(name),
            _ => None,
        }
    }
}

impl Yielded {
    /// The name in it, if it holds one.
    pub fn name(&self) -> Option<Name> {
        match *self {
            Self::IoRead(name)
            | Self::IoWrite(name)
            | Self::IoReadDone(name)
            | Self::IoWriteDone(name)
            | Self::Raise(name) => Some(name),
            _ => None,
        }
    }
}

impl Kind {
    /// The kind in one word, as exports and searches spell it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NetPin { .. } => "net_pin",
            Self::UartOpened { .. } => "uart_opened",
            Self::TaskCreated { .. } => "task_created",
            Self::Ready { .. } => "ready",
            Self::Step { .. } => "step",
            Self::TimerArmed { .. } => "timer_armed",
            Self::TimerRemoved { .. } => "timer_removed",
            Self::IoWait { .. } => "io_wait",
            Self::Callback { .. } => "callback",
            Self::Polled { .. } => "polled",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::TimeoutExpired { .. } => "timeout_expired",
            Self::Interrupted { .. } => "interrupted",
            Self::Finished { .. } => "finished",
            Self::QueueFull { .. } => "queue_full",
            Self::LoopStopped { .. } => "loop_stopped",
            Self::Op { .. } => "op",
            Self::Line { .. } => "line",
            Self::Busy { .. } => "busy",
            Self::Led { .. } => "led",
            Self::Count { .. } => "count",
            Self::Driven { .. } => "driven",
            Self::Edge { .. } => "edge",
            Self::Contention { .. } => "contention",
            Self::UartWrite { .. } => "uart_write",
            Self::UartTx { .. } => "uart_tx",
            Self::UartStart { .. } => "uart_start",
            Self::UartRx { .. } => "uart_rx",
            Self::UartBuffered { .. } => "uart_buffered",
            Self::UartHeld { .. } => "uart_held",
            Self::UartOverrun { .. } => "uart_overrun",
            Self::UartDeaf { .. } => "uart_deaf",
            Self::UartRead { .. } => "uart_read",
            Self::Stimulus { .. } => "stimulus",
            Self::Verdict { .. } => "verdict",
            Self::Used { .. } => "used",
            Self::Unawaited { .. } => "unawaited",
            Self::NeverStarted { .. } => "never_started",
            Self::IrqSetUp { .. } => "irq_set_up",
            Self::IrqPending { .. } => "irq_pending",
            Self::IrqCoalesced { .. } => "irq_coalesced",
            Self::Handler { .. } => "handler",
            Self::I2c { event, .. } => event.word(),
            Self::Device { .. } => "device",
            Self::Alarm { .. } => "alarm",
            Self::Wire { .. } => "wire",
            Self::FloatingRead { .. } => "floating_read",
            Self::PinMode { .. } => "pin_mode",
            Self::UartNoStart { .. } => "uart_no_start",
            Self::AwaitMissed { .. } => "await_missed",
            Self::Net { event, .. } => event.word(),
            Self::TimerSetUp { .. } => "timer_set_up",
            Self::Serial { event, .. } => event.word(),
            Self::PartCancelled { .. } => "part_cancelled",
            Self::Fault { .. } => "fault",
            Self::IoQueue { .. } => "io_queue",
        }
    }
}

/// One entry of a trace. Its sequence number is its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Record {
    /// When it happened, nanoseconds of virtual time.
    pub at: Instant,
    /// The record that made it happen; `None` only for what the world began with.
    pub cause: Option<Seq>,
    /// What happened.
    pub kind: Kind,
}

/// Runs touch fresh memory for nearly each record, and the system takes longer to give it than a run takes to fill it.
const _: () = assert!(size_of::<Record>() <= 40);
