//! Scripted tasks.
//!
//! Owns [`Op`], the operations. Their units are those of the library that they script; what they name is in
//! [`Objects`](super::Objects).

pub use vpyb_core::Edge;
use vpyb_core::time::Duration;

/// A scripted task.
#[derive(Clone, PartialEq, Debug)]
pub struct Task {
    /// Its name.
    pub name: String,
    /// Whether it is created when the event loop begins to exist.
    pub start: bool,
    /// What it does.
    pub script: Vec<Op>,
}

/// One of several runs of the loop, in order.
#[derive(Clone, PartialEq, Debug)]
pub struct Phase {
    /// Blocks so long before it begins.
    pub gap: Duration,
    /// Creates these scripted tasks first, unless they were created before.
    pub create: Vec<String>,
    /// What `run_until_complete` is given; without it, `run_forever`.
    pub script: Option<Vec<Op>>,
}

/// A level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// 0 V.
    Low,
    /// 3.3 V.
    High,
}

/// One operation of a script. Units are those of the library that it scripts.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// Prints a line.
    Log(String),
    /// Notes the loop's millisecond ticks.
    Time,
    /// `sleep_ms`, milliseconds.
    SleepMs(i32),
    /// `sleep`, seconds.
    Sleep(f64),
    /// A bare yield.
    Yield,
    /// A yielded number of milliseconds.
    Delay(i32),
    /// Keeps the CPU busy, microseconds.
    BusyUs(u32),
    /// `create_task` of a scripted task, by name.
    Create(String),
    /// `cancel` of a scripted task, by name.
    Cancel(String),
    /// `wait_for_ms`; a time-out is trapped here.
    WaitForMs { limit: i32, body: Vec<Op> },
    /// The first matching handler runs.
    Try { body: Vec<Op>, handlers: Vec<(ErrorKind, Vec<Op>)> },
    /// `then` runs however `body` ends.
    Finally { body: Vec<Op>, then: Vec<Op> },
    /// Raises an error.
    Raise { kind: ErrorKind, text: String },
    /// Repeats its body.
    Repeat { times: u32, body: Vec<Op> },
    /// Repeats its body without end.
    Forever(Vec<Op>),
    /// `call_soon` of a callback that notes `text`.
    CallSoon(String),
    /// `call_later` of a callback that notes `text`; seconds.
    CallLater { after: f64, text: String },
    /// `call_later_ms` of a callback that notes `text`; milliseconds.
    CallLaterMs { after: i32, text: String },
    /// Notes how many bytes the UART object holds.
    Any(String),
    /// `StreamReader::readline` on the UART object; prints the line.
    Readline(String),
    /// `StreamReader::read`: up to `n` bytes.
    Read { uart: String, n: usize },
    /// `StreamWriter::awrite`.
    Awrite { uart: String, data: Vec<u8> },
    /// Sends a break on the UART object.
    SendBreak(String),
    /// Switches an LED.
    Led { led: String, to: LedTo },
    /// Sets a pin object.
    Pin { pin: String, to: Level },
    /// Notes the level of a pin object, 0 or 1.
    PinRead(String),
    /// Waits for an edge of a pin object; notes the level after it, 0 or 1.
    PinWait { pin: String, edge: Edge },
    /// Has an interrupt handler set an event at edges of a pin object.
    OnEdge { pin: String, edge: Edge, event: String },
    /// Takes the handler of a pin object away.
    OffEdge(String),
    /// Keeps the handler of a pin object from being called.
    MaskEdge(String),
    /// Lets the handler of a pin object be called again.
    UnmaskEdge(String),
    /// Has a timer's handler set an event every so often.
    OnTimer { timer: String, every: Duration, event: String },
    /// Stops a timer.
    OffTimer(String),
    /// Writes to a device on an I2C unit, keeping the CPU.
    I2cWrite { bus: String, address: u8, bytes: Vec<u8> },
    /// Reads from a device on an I2C unit, keeping the CPU; `write` is sent first, in the same transfer.
    I2cRead { bus: String, address: u8, write: Option<u8>, n: usize },
    /// Notes which addresses of an I2C unit are acknowledged.
    I2cScan(String),
    /// Frees an I2C bus whose SDA a device holds low.
    I2cRecover(String),
    /// Notes what the accelerometer shows; the first one wakes it.
    Accel,
    /// `after_ms`: a low-priority pause, milliseconds.
    AfterMs(i32),
    /// `after`: a low-priority pause, seconds.
    After(f64),
    /// `call_after_ms` of a callback that notes `text`; milliseconds.
    CallAfterMs { after: i32, text: String },
    /// `asyn.sleep`; seconds, and milliseconds of granularity.
    GSleep { seconds: f64, granularity: i32 },
    /// Stops the loop.
    Stop,
    /// Takes a lock, runs its body, releases the lock.
    Locked { lock: String, body: Vec<Op> },
    /// The same as an asynchronous context manager: a turn is given up after the release. Polled locks only.
    WithLock { lock: String, body: Vec<Op> },
    /// Takes a place of a semaphore while its body runs.
    WithSem { sem: String, body: Vec<Op> },
    /// Takes a place of a bounded semaphore while its body runs.
    WithBsem { sem: String, body: Vec<Op> },
    /// Releases a bounded semaphore.
    BsemRelease(String),
    /// Sets an event.
    EvSet { event: String, value: String },
    /// Clears an event.
    EvClear(String),
    /// Waits for an event; notes its value.
    EvWait(String),
    /// `call_later_ms` of a callback that sets an event; milliseconds.
    CallSet { after: i32, event: String, value: String },
    /// Waits at a barrier.
    Barrier(String),
    /// Arrives at a barrier without waiting.
    BarrierTrigger(String),
    /// Notes whether somebody has come to a barrier.
    BarrierBusy(String),
    /// Puts an item into a queue; notes its length.
    QPut { queue: String, value: String },
    /// Takes an item out of a queue.
    QGet(String),
    /// Puts an item if there is room.
    QPutNowait { queue: String, value: String },
    /// Takes an item if there is one.
    QGetNowait(String),
    /// `StreamReader::readexactly`: `n` bytes.
    Readexactly { uart: String, n: usize },
    /// Waits for a notification, with the condition's lock.
    CondWait(String),
    /// Waits until the condition was notified `n` times, with its lock.
    CondWaitFor { cond: String, n: u32 },
    /// Notifies up to `n` waiters, with the condition's lock.
    CondNotify { cond: String, n: u32 },
    /// Notifies all waiters, with the condition's lock.
    CondNotifyAll(String),
    /// Runs bodies side by side and notes their results.
    Gather(Vec<Gathered>),
    /// Makes and schedules a named task.
    Named { name: String, body: Vec<Op>, barrier: Option<String> },
    /// Makes and schedules a task of a group.
    Group { group: i32, body: Vec<Op> },
    /// Cancels a named task.
    CancelNamed { name: String, nowait: bool },
    /// Cancels the tasks of a group.
    CancelGroup { group: i32, nowait: bool },
    /// Notes whether a named task runs.
    IsRunning(String),
}

/// One of several bodies that run side by side.
#[derive(Clone, PartialEq, Debug)]
pub struct Gathered {
    /// What it does.
    pub body: Vec<Op>,
    /// Its time-out, seconds.
    pub timeout: Option<f64>,
}

impl Op {
    /// The bodies inside it.
    pub fn bodies(&self) -> Vec<&[Op]> {
        match self {
            Self::WaitForMs { body, .. }
            | Self::Repeat { body, .. }
            | Self::Forever(body)
            | Self::Locked { body, .. }
            | Self::WithLock { body, .. }
            | Self::WithSem { body, .. }
            | Self::WithBsem { body, .. }
            | Self::Named { body, .. }
            | Self::Group { body, .. } => vec![body],
            Self::Try { body, handlers } => {
                let handlers = handlers.iter().map(|(_, body)| body.as_slice());
                std::iter::once(body.as_slice()).chain(handlers).collect()
            }
            Self::Finally { body, then } => vec![body, then],
            Self::Gather(members) => members.iter().map(|member| member.body.as_slice()).collect(),
            _ => Vec::new(),
        }
    }
}

/// What an LED is switched to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LedTo {
    /// Lit.
    On,
    /// Dark.
    Off,
    /// The other one.
    Toggle,
}

/// The kinds of error that scripts raise and trap. `TimeoutError` is a `CancelledError`, and both
/// are `Exception`s, as in the library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// `Exception`: any of them.
    Exception,
    /// `CancelledError`.
    CancelledError,
    /// `TimeoutError`.
    TimeoutError,
    /// `ValueError`.
    ValueError,
    /// `RuntimeError`.
    RuntimeError,
    /// `AssertionError`.
    AssertionError,
    /// `TypeError`.
    TypeError,
    /// `OSError`.
    OsError,
}
