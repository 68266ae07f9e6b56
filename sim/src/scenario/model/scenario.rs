//! The scenario itself: bench, CPU, firmware, bounds of the run, and the outside world.
//!
//! Owns [`Scenario`] and all of it that is neither script nor expectation.

use std::ops::Range;

use litemap::LiteMap;
use vpyb_core::time::{Duration, Instant};

use super::{
    Event, Expect, Exposure, Fault, Level, NetworkChange, Objects, Part, Phase, Row, Task, UartOverride,
};

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
    pub parts: LiteMap<String, Part>,
    /// Settings that override what the program asks for, by UART (`uart4`).
    pub uarts: LiteMap<String, UartOverride>,
    /// The firmware, if it is a compiled-in program.
    pub program: Option<Program>,
    /// Scripted tasks, in order of creation; `count` is already expanded (`hog#1`, `hog#2`, …).
    pub tasks: Vec<Task>,
    /// What scripted tasks share.
    pub objects: Objects,
    /// The runs of the loop, if there are several.
    pub phases: Vec<Phase>,
    /// How long, how far, from which seed.
    pub run: Run,
    /// What the outside world does.
    pub actors: Vec<Actor>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
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
    /// Overrides how overdue a low-priority entry may be, in milliseconds; only with a scheduler that has them.
    pub max_overdue_ms: Option<i32>,
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
    /// From an interrupt request to its handler's beginning.
    pub irq_latency: Option<Duration>,
    /// The price of one call into the board.
    pub access: Option<Duration>,
    /// The price of one step by task name; `hog` stands for every `hog#n`.
    pub task_step: LiteMap<String, Duration>,
}

impl Default for Cpu {
    fn default() -> Self {
        Self {
            scheduler: "uasyncio-v2".into(),
            runq_len: None,
            waitq_len: None,
            ioq_len: None,
            lp_len: None,
            max_overdue_ms: None,
            profile: "micropython-pyboard-v1.1".into(),
            step: None,
            callback: None,
            io_poll: None,
            isr: None,
            irq_latency: None,
            access: None,
            task_step: LiteMap::new(),
        }
    }
}

/// A compiled-in program and its arguments.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its arguments by name.
    pub args: LiteMap<String, Arg>,
}

/// An argument of a program.
#[derive(Clone, PartialEq, Debug)]
pub enum Arg {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
}

/// How a run is bounded.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// What the board's clock shows when the run begins. Instants of the run are counted from its beginning.
    pub start: Duration,
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
    /// The run is repeated with each of these; `seed` is then the first.
    pub seeds: Option<Range<u64>>,
    /// Verdicts that do not fail the run, e.g. `overrun`.
    pub allow: Vec<String>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            start: Duration::ZERO,
            until: None,
            main: None,
            limit: None,
            max_step: Duration::from_secs(10),
            livelock_after: Duration::from_secs(10),
            seed: 1,
            seeds: None,
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
    /// Where it stands in the source.
    pub span: Range<usize>,
}

/// When a step of an actor acts.
#[derive(Clone, PartialEq, Debug)]
pub enum When {
    /// At this instant, or as soon as the previous step is over.
    At(Instant),
    /// So long after the previous step is over.
    After(Duration),
    /// When this is seen, from the end of the previous step on.
    On(Event),
}

/// What an actor does.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Sends text to a board's UART: over its RX wire at `baud`, or straight into its register if the
    /// UART has a `uart-feed`. Takes as long as the bytes take.
    Send { to: String, data: Vec<u8>, times: u32, baud: u32 },
    /// Holds the RX wire of a board's UART low for so long.
    Break { to: String, span: Duration },
    /// Drives a pin from outside.
    Drive { pin: String, level: Option<Level> },
    /// Drives a pin from outside for so long, then does again what it did before.
    Pulse { pin: String, level: Level, span: Duration },
    /// Holds a pin's net at the other level for so long, whatever drives it.
    Glitch { pin: String, span: Duration },
    /// Plugs the wire of a link in, or pulls it out.
    Plug { link: [String; 2], plugged: bool },
    /// Requests a pin's interrupt without an edge.
    Irq { pin: String },
    /// Presses a button, or lets it go.
    Press { part: String, pressed: bool },
    /// Presses a button for so long.
    Tap { part: String, span: Duration },
    /// Waits until this is seen, but no longer than so long.
    Await { event: Event, within: Duration },
    /// Keeps the CPU from running for so long.
    Stall(Duration),
    /// Has a task of the loop cancel another one; `hog` stands for every `hog#n`.
    Cancel(String),
    /// Presses Ctrl-C, which ends a run of the loop.
    CtrlC,
    /// Does something to the network.
    Network(NetworkChange),
    /// Changes what a part is exposed to.
    Set { part: String, to: Exposure },
    /// Changes what a part is exposed to, row by row; the step is over at once.
    Feed { part: String, rows: Vec<Row> },
    /// Sends edges of infrared from a remote control; over with the last one.
    Infrared {
        part: String,
        edges: Vec<Duration>,
        /// In place of the part's.
        jitter: Option<Duration>,
    },
    /// Gives a part its supply, or takes it.
    Power { part: String, on: bool },
    /// Nothing but its mark.
    Nothing,
}
