//! Expectations: patterns over events, with limits.
//!
//! Owns their form. What each means is said where it is judged.

use std::ops::Range;

use litemap::LiteMap;
use vpyb_core::time::{Duration, Instant};

use super::Level;

/// Something that must hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Expect {
    /// The sentence it is reported as.
    pub title: String,
    /// What must hold.
    pub pattern: Pattern,
    /// Where its keys' values stand in the source, by key; findings point there.
    pub spans: LiteMap<String, Range<usize>>,
}

/// A property of a trace.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// `that` happens so often in `between`.
    Existence { that: Event, count: Bound, between: Option<(Instant, Instant)> },
    /// `never` happens in `between`.
    Absence { never: Event, between: Option<(Instant, Instant)> },
    /// The first `that` is at this instant.
    Instant { that: Event, at: Bound },
    /// First occurrences are in this order.
    Order { events: Vec<Event> },
    /// Each `from` is answered by the first `to` after it, in time.
    Response { from: Event, to: Event, within: Option<Bound>, p99: Option<Bound> },
    /// How often `from` came again before its `to`.
    Overrun { from: Event, to: Event, overrun: Bound },
    /// Each `every` comes so long after the one before.
    Period { every: Event, period: Bound, between: Option<(Instant, Instant)> },
    /// A pin's net shows this level at an instant; `None` is floating.
    Level { pin: String, is: Option<Level>, at: Instant },
    /// A pin's net shows this level all the time; `None` is floating.
    Stays { pin: String, level: Option<Level>, between: Option<(Instant, Instant)> },
    /// The part of the time that a pin's net is high.
    Duty { pin: String, duty: Bound, between: Option<(Instant, Instant)> },
    /// How long each stretch of this level of a pin's net is.
    Pulse { pin: String, level: Level, pulse: Bound, between: Option<(Instant, Instant)> },
    /// A count at the end of the run.
    Counter { counter: String, is: Bound },
    /// What was printed: whole lines, each perhaps with its instant.
    Transcript { lines: Vec<TranscriptLine> },
    /// How the run ended.
    Verdict { verdict: String },
    /// The expectation of that title must fail with that code.
    Fails { code: String, on: String },
}

/// A line of a transcript.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TranscriptLine {
    /// When it was printed, if said (`1.018 750  text`).
    pub at: Option<Instant>,
    /// The whole line.
    pub text: String,
}

/// Something that is seen in a trace.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// What is seen.
    pub what: What,
    /// Only the nth of them, counted from 1.
    pub nth: Option<u32>,
    /// A burst within this span counts once.
    pub once_per: Option<Duration>,
}

/// What is seen.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// A console line that contains the text.
    Prints(String),
    /// A console line that is the text.
    Line(String),
    /// A console line that matches the regular expression.
    Matches(String),
    /// Something about a task; `hog` stands for every `hog#n`.
    Task { task: String, event: TaskEvent },
    /// A pin's net reaches a level.
    Edge { pin: String, to: Level },
    /// Two pins begin to drive a pin's net in opposite directions.
    Contention(String),
    /// Something about the interrupt of a pin or a timer.
    Irq { irq: String, event: IrqEvent },
    /// Something about a UART; `byte` picks frames of this value.
    Uart { uart: String, event: UartEvent, byte: Option<u8> },
    /// Something on the network, of a socket if one is said. The event is the trace's word for it.
    Network { event: &'static str, socket: Option<String> },
    /// Something about an I2C bus; `address` picks transfers with this device, `byte` bytes of this value.
    I2c { bus: String, event: I2cSight, address: Option<u8>, byte: Option<u8> },
    /// A step of an actor with this mark, or this actor.
    Stimulus(String),
    /// A mark.
    Mark(String),
    /// A fault of this kind struck, at this place if one is said.
    Fault { what: &'static str, place: Option<String> },
}

/// What is seen of a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskEvent {
    /// It was created.
    Created,
    /// It was put into the run queue.
    Ready,
    /// It was resumed.
    Step,
    /// `cancel` was called on it.
    CancelRequested,
    /// A time-out hit it.
    TimeoutExpired,
    /// An interrupt was raised in it: any, or this one.
    Interrupted(Option<InterruptKind>),
    /// It ended.
    Finished,
}

/// Which interrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InterruptKind {
    /// `cancelled`.
    Cancelled,
    /// `timed out`.
    TimedOut,
}

/// What is seen of an interrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IrqEvent {
    /// It waits for its handler.
    Pending,
    /// Its handler ran.
    Handler,
    /// It came again before its handler ran.
    Coalesced,
}

/// What is seen of a UART.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UartEvent {
    /// A byte reached the ring.
    Rx,
    /// A frame began to be sent.
    Tx,
    /// A byte was lost because the data register was full.
    Overrun,
    /// A frame's stop bit was low.
    Framing,
    /// A frame's parity bit was wrong.
    Parity,
    /// The samples of a bit differed.
    Noise,
    /// A frame of zeros came, its stop bit as well.
    Break,
    /// No frame came for as long as one after the last.
    Idle,
    /// A frame waits because the other side does not let it be sent.
    HeldBack,
    /// A write was given up because the other side let nothing be sent.
    GaveUp,
}

/// What is seen of an I2C bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum I2cSight {
    /// A START, repeated or not.
    Start,
    /// A STOP.
    Stop,
    /// An address was acknowledged.
    Ack,
    /// An address, or a byte that was sent, was not acknowledged.
    Nack,
    /// A byte was sent.
    Sent,
    /// A byte was read.
    Read,
    /// A device held the clock low.
    Stretch,
    /// A transfer was given up.
    Failed,
    /// A recovery was over.
    Recovered,
}

/// Limits for a number; both sides may be open.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bound {
    /// At least this.
    pub min: Option<Limit>,
    /// At most this.
    pub max: Option<Limit>,
    /// As it was written, e.g. `< 20ms`.
    pub text: String,
}

/// One side of a bound.
#[derive(Clone, PartialEq, Debug)]
pub struct Limit {
    /// The value.
    pub amount: Amount,
    /// Whether the value itself is allowed.
    pub inclusive: bool,
}

/// A value that something is compared with.
#[derive(Clone, PartialEq, Debug)]
pub enum Amount {
    /// A count.
    Count(i64),
    /// A time, nanoseconds.
    Time(i64),
    /// A part of a whole, in hundredths of a percent.
    Share(i64),
    /// A counter of the run, e.g. `sched.bound`.
    Counter(String),
}
