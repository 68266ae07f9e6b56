//! A scenario as the runner takes it: validated, defaults filled in, one value per variant.
//!
//! Owns the lowered form. It knows neither TOML nor the world: the parser makes it from a file, and a
//! test may write it by hand. Times are [`Duration`]s and [`Instant`]s except in [`Op`], whose units
//! are those of the library that it scripts.

use std::collections::BTreeMap;
use std::ops::Range;

use vpyb_core::time::{Duration, Instant};

/// One test: what is on the bench, what runs, what the outside does and what must hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scenario {
    /// The file's path as given, with `::variant` appended if the file has variants.
    pub name: String,
    /// The file's path as given.
    pub path: String,
    /// The file's text; findings point into it.
    pub source: String,
    /// What the scenario shows, as a sentence.
    pub title: String,
    /// The section of the tutorial it replays, e.g. `6.3`.
    pub tutorial: Option<String>,
    /// Words to select by.
    pub tags: Vec<String>,
    /// The bench.
    pub board: Board,
    /// The CPU: discipline and prices.
    pub cpu: Cpu,
    /// What is on the bench beside the board, by name.
    pub parts: BTreeMap<String, Part>,
    /// Settings that override what the program asks for, by UART (`uart4`).
    pub uarts: BTreeMap<String, UartOverride>,
    /// The firmware, if it is a compiled-in program.
    pub program: Option<Program>,
    /// Scripted tasks, in order of creation; `count` is already expanded (`hog#1`, `hog#2`, …).
    pub tasks: Vec<Task>,
    /// What scripted tasks share.
    pub objects: Objects,
    /// How long, how far, from which seed.
    pub run: Run,
    /// What the outside world does.
    pub actors: Vec<Actor>,
    /// What must hold.
    pub expects: Vec<Expect>,
}

/// The board and its wiring.
#[derive(Clone, PartialEq, Debug)]
pub struct Board {
    /// `pyboard-v1.1`.
    pub model: String,
    /// Pairs of pins joined by a wire.
    pub links: Vec<[String; 2]>,
}

impl Default for Board {
    fn default() -> Self {
        Self { model: "pyboard-v1.1".into(), links: Vec::new() }
    }
}

/// The CPU: how it schedules and what its work costs. `None` leaves the program's or profile's value.
#[derive(Clone, PartialEq, Debug)]
pub struct Cpu {
    /// `uasyncio-v2`.
    pub scheduler: String,
    /// Overrides the program's length of the run queue.
    pub runq_len: Option<usize>,
    /// Overrides the program's length of the wait queue.
    pub waitq_len: Option<usize>,
    /// Overrides the program's length of the I/O queue; only with a scheduler that has one.
    pub ioq_len: Option<usize>,
    /// Overrides the program's length of the low-priority queue; only with a scheduler that has one.
    pub lp_len: Option<usize>,
    /// The cost profile's name.
    pub profile: String,
    /// The price of one step.
    pub step: Option<Duration>,
    /// The price of one callback.
    pub callback: Option<Duration>,
    /// The price of asking one device.
    pub io_poll: Option<Duration>,
    /// From an interrupt request to its handler's end.
    pub isr: Option<Duration>,
    /// The price of one call into the board.
    pub access: Option<Duration>,
    /// The price of one step by task name; `hog` stands for every `hog#n`.
    pub task_step: BTreeMap<String, Duration>,
}

impl Default for Cpu {
    fn default() -> Self {
        Self {
            scheduler: "uasyncio-v2".into(),
            runq_len: None,
            waitq_len: None,
            ioq_len: None,
            lp_len: None,
            profile: "micropython-pyboard-v1.1".into(),
            step: None,
            callback: None,
            io_poll: None,
            isr: None,
            access: None,
            task_step: BTreeMap::new(),
        }
    }
}

/// Something on the bench.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    /// Drives the RX wire of a UART as a peer would.
    SerialPeer {
        /// The board's UART it is wired to.
        uart: String,
        /// Its speed in baud.
        baud: u32,
    },
    /// Puts bytes into a UART's receive register without a wire.
    UartFeed {
        /// The board's UART.
        uart: String,
    },
}

/// Settings of one UART that override what the program asks for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct UartOverride {
    /// Speed in baud.
    pub baud: Option<u32>,
    /// Length of the receive ring in bytes.
    pub read_buf_len: Option<u16>,
    /// From the receive interrupt's request to its handler's end.
    pub rx_irq_latency: Option<Duration>,
}

/// A compiled-in program and its arguments.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its arguments by name.
    pub args: BTreeMap<String, Arg>,
}

/// An argument of a program.
#[derive(Clone, PartialEq, Debug)]
pub enum Arg {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A fraction.
    Float(f64),
    /// Yes or no.
    Bool(bool),
}

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

/// What scripted tasks share, by name.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Objects {
    /// UARTs opened for the scripts: name to unit (`uart4`) and speed.
    pub uarts: BTreeMap<String, UartObject>,
    /// Pins opened for the scripts: name to pin and direction.
    pub pins: BTreeMap<String, PinObject>,
}

/// A UART that scripted tasks share.
#[derive(Clone, PartialEq, Debug)]
pub struct UartObject {
    /// `uart4`.
    pub uart: String,
    /// Speed in baud; 9600 if not said.
    pub baud: u32,
}

/// A pin that scripted tasks share.
#[derive(Clone, PartialEq, Debug)]
pub struct PinObject {
    /// `X3`.
    pub pin: String,
    /// True for an output, false for an input.
    pub output: bool,
    /// The pull resistor.
    pub pull: Pull,
}

/// A pin's pull resistor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pull {
    /// None.
    #[default]
    None,
    /// To 3.3 V.
    Up,
    /// To ground.
    Down,
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
    /// Switches an LED.
    Led { led: String, to: LedTo },
    /// Sets a pin object.
    Pin { pin: String, to: Level },
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
}

/// How a run is bounded.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// The run's virtual end.
    pub until: Option<Instant>,
    /// A scripted task that is given to `run_until_complete`.
    pub main: Option<String>,
    /// Reaching this instant is a verdict of its own.
    pub limit: Option<Instant>,
    /// A longer step is a hang.
    pub max_step: Duration,
    /// Only unchanged zero-delay steps for so long are a livelock.
    pub livelock_after: Duration,
    /// Where all randomness comes from.
    pub seed: u64,
    /// Verdicts that do not fail the run, e.g. `overrun`.
    pub allow: Vec<String>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            until: None,
            main: None,
            limit: None,
            max_step: Duration::from_secs(10),
            livelock_after: Duration::from_secs(10),
            seed: 1,
            allow: Vec::new(),
        }
    }
}

/// Somebody outside who does things in order.
#[derive(Clone, PartialEq, Debug)]
pub struct Actor {
    /// Its name; a lone `[[stimulus]]` gets `stimulus#n`.
    pub name: String,
    /// What it does.
    pub steps: Vec<Step>,
}

/// One step of an actor.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// When.
    pub when: When,
    /// What.
    pub action: Action,
    /// A name for the instant.
    pub mark: Option<String>,
}

/// When a step of an actor acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// At this instant, or as soon as the previous step is over.
    At(Instant),
    /// So long after the previous step is over.
    After(Duration),
}

/// What an actor does.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Sends text to a board's UART: over its RX wire at `baud`, or straight into its register if the
    /// UART has a `uart-feed`. Takes as long as the bytes take.
    Send { to: String, data: Vec<u8>, times: u32, baud: u32 },
    /// Drives a pin from outside.
    Drive { pin: String, level: Option<Level> },
    /// Keeps the CPU from running for so long.
    Stall(Duration),
    /// Nothing but its mark.
    Nothing,
}

/// Something that must hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Expect {
    /// The sentence it is reported as.
    pub title: String,
    /// What must hold.
    pub pattern: Pattern,
    /// Where its keys' values stand in the source, by key; findings point there.
    pub spans: BTreeMap<String, Range<usize>>,
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
    /// Something about a task; `hog` stands for every `hog#n`.
    Task { task: String, event: TaskEvent },
    /// A pin's net reaches a level.
    Edge { pin: String, to: Level },
    /// Something about a UART; `byte` picks frames of this value.
    Uart { uart: String, event: UartEvent, byte: Option<u8> },
    /// A step of an actor with this mark, or this actor.
    Stimulus(String),
    /// A mark.
    Mark(String),
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
    /// A counter of the run, e.g. `sched.bound`.
    Counter(String),
}
