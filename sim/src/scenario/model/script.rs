//! Scripted tasks and what they share.
//!
//! Owns [`Op`], the operations. Their units are those of the library that they script.

use std::collections::BTreeMap;

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
