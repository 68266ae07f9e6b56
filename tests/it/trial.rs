//! Small programs on the virtual board, where nothing costs anything unless a test says so.
//!
//! Owns how they are run under each discipline, what they hold, and a device that is ready when it is told to be. What
//! a program prints is compared as a whole, each line with its millisecond; an end that is not good is its last line.

use std::cell::Cell;
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;

use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::time::Instant;
use vpyb_core::{
    Args, Board, Config, Discipline, EventLoop, StreamReader, StreamWriter, TaskError, TaskHandle, Top,
};
use vpyb_sim::board::VirtualBoard;
use vpyb_sim::runner::{self, Main, Options, Program};
use vpyb_sim::scenario::model::{self, Cpu, Scenario};
use vpyb_sim::trace::{Kind, Record, Trace};

/// A discipline with its queues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rules {
    V2,
    /// `fast-io` without an I/O queue.
    Fast,
    /// `fast-io` with an I/O queue.
    FastIo,
    V3,
}

impl Rules {
    pub const ALL: [Self; 4] = [Self::V2, Self::Fast, Self::FastIo, Self::V3];

    pub const fn discipline(self) -> Discipline {
        let ioq_len = match self {
            Self::V2 => return Discipline::UasyncioV2,
            Self::V3 => return Discipline::Asyncio3,
            Self::Fast => 0,
            Self::FastIo => 16,
        };
        Discipline::FastIo { ioq_len, lp_len: 16, max_overdue_ms: 0 }
    }

    /// The keys of `[cpu]` that say so.
    pub fn as_written(self) -> String {
        let scheduler = format!("scheduler = \"{}\"\n", self.discipline().name());
        match self.discipline() {
            Discipline::FastIo { ioq_len, lp_len, .. } => {
                format!("{scheduler}ioq_len = {ioq_len}\nlp_len = {lp_len}\n")
            }
            _ => scheduler,
        }
    }
}

/// A program's top level.
pub type TopLevel = fn(Top<VirtualBoard>, Args) -> Main;

/// A run of a program: how it ended, and what it printed, each line with its millisecond.
pub struct Ran {
    pub verdict: String,
    pub lines: Vec<String>,
    pub trace: Trace,
}

/// The scenario in which a program runs for a minute at the most.
pub fn scenario(rules: Rules) -> Scenario {
    let discipline = rules.discipline();
    let mut cpu = Cpu { scheduler: discipline.name().into(), profile: "recorded".into(), ..Cpu::default() };
    if let Discipline::FastIo { ioq_len, lp_len, .. } = discipline {
        (cpu.ioq_len, cpu.lp_len) = (Some(ioq_len), Some(lp_len));
    }
    Scenario {
        name: "test".into(),
        cpu,
        run: model::Run { limit: Some(Instant::from_millis(60_000)), ..model::Run::default() },
        program: Some(model::Program { name: "test".into(), args: Default::default() }),
        ..Scenario::default()
    }
}

/// Runs a top level under `uasyncio-v2`.
pub fn run(main: TopLevel) -> Ran {
    run_under(Rules::V2, main)
}

/// Runs a top level.
pub fn run_under(rules: Rules, main: TopLevel) -> Ran {
    run_with(rules, |_| (), main)
}

/// Runs a top level in a scenario that `change` has changed.
pub fn run_with(rules: Rules, change: fn(&mut Scenario), main: TopLevel) -> Ran {
    let mut scenario = scenario(rules);
    change(&mut scenario);
    let programs = [Program { name: "test", args: &[], tasks: &[], main, around: None }];
    let outcome = runner::run(&scenario, &programs, Options::default());
    Ran { verdict: outcome.verdict, lines: printed(&outcome.trace), trace: outcome.trace }
}

/// What was printed, each line with its millisecond.
pub fn printed(trace: &Trace) -> Vec<String> {
    let line = |record: Record| match record.kind {
        Kind::Line { text, .. } => Some(format!("{} {}", moment(record.at), trace.text(text))),
        _ => None,
    };
    trace.records().iter().filter_map(line).collect()
}

/// Milliseconds, with the microseconds if there are any.
fn moment(at: Instant) -> String {
    match at.as_micros() % 1000 {
        0 => at.as_millis().to_string(),
        us => format!("{}.{us:03}", at.as_millis()),
    }
}

/// What a program prints under each discipline, and how it ends if not well.
#[derive(Clone, Copy)]
pub struct Said {
    pub v2: &'static [&'static str],
    pub fast: &'static [&'static str],
    pub fast_io: &'static [&'static str],
    pub v3: &'static [&'static str],
}

impl Said {
    /// The same under each.
    pub const fn by_all(lines: &'static [&'static str]) -> Self {
        Self { v2: lines, fast: lines, fast_io: lines, v3: lines }
    }

    /// The same under `uasyncio-v2` and both forms of `fast-io`.
    pub const fn before_v3(lines: &'static [&'static str], v3: &'static [&'static str]) -> Self {
        Self { v3, ..Self::by_all(lines) }
    }

    /// The same under both forms of `fast-io`.
    pub const fn by_each(
        v2: &'static [&'static str],
        fast: &'static [&'static str],
        v3: &'static [&'static str],
    ) -> Self {
        Self { v2, fast, fast_io: fast, v3 }
    }

    fn under(&self, rules: Rules) -> &'static [&'static str] {
        match rules {
            Rules::V2 => self.v2,
            Rules::Fast => self.fast,
            Rules::FastIo => self.fast_io,
            Rules::V3 => self.v3,
        }
    }
}

/// Runs a top level under each discipline, and compares all that it says.
pub fn says(main: TopLevel, expected: Said) {
    says_with(|_| (), main, expected);
}

/// As [`says`], in a scenario that `change` has changed.
pub fn says_with(change: fn(&mut Scenario), main: TopLevel, expected: Said) {
    let differ = |rules: Rules| differences(rules, change, main, expected.under(rules));
    let differ: String = Rules::ALL.into_iter().filter_map(differ).collect();
    assert!(differ.is_empty(), "{differ}");
}

/// How what a program says differs from what it is to say, if it does.
pub fn differences(
    rules: Rules,
    change: fn(&mut Scenario),
    main: TopLevel,
    expected: &[&str],
) -> Option<String> {
    let mut ran = run_with(rules, change, main);
    if ran.verdict != "passed" {
        ran.lines.push(ran.verdict);
    }
    (ran.lines != expected)
        .then(|| format!("{rules:?}\n  expected {expected:#?}\n  found {:#?}\n", ran.lines))
}

/// A top level with one run, of a task `main` that does `$body`.
macro_rules! main_task {
    (|$bench:ident| $body:block) => {
        |top, _| {
            vpyb_sim::runner::boxed(async move {
                let $bench = $crate::trial::Bench::of(&top);
                top.run_until_complete(async move $body).named("main").await?;
                Ok(())
            })
        }
    };
}
pub(crate) use main_task;

/// What a test's tasks share.
#[derive(Clone)]
pub struct Bench {
    pub ev: EventLoop,
    pub board: VirtualBoard,
}

impl Bench {
    pub fn of(top: &Top<VirtualBoard>) -> Self {
        Self { ev: top.event_loop(Config::default()), board: top.board().clone() }
    }

    pub fn say(&self, text: impl Display) {
        self.board.println(format_args!("{text}"));
    }

    /// A callback that says this.
    pub fn saying(&self, text: &'static str) -> impl FnOnce() + use<> {
        let bench = self.clone();
        move || bench.say(text)
    }

    /// Says how something ended.
    pub fn tell<T, E: Display>(&self, what: impl Display, ended: Result<T, E>) {
        match ended {
            Ok(_) => self.say(format_args!("{what}: ok")),
            Err(error) => self.say(format_args!("{what}: {error}")),
        }
    }

    /// Makes a task.
    pub fn spawn<F>(&self, name: &'static str, task: impl FnOnce(Self) -> F) -> TaskHandle
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        self.ev.create_task_named(name, task(self.clone())).expect("the run queue has room")
    }

    /// Makes a task that says how its one await ended.
    pub fn spawn_telling<F, E>(
        &self,
        name: &'static str,
        task: impl FnOnce(Self) -> F + 'static,
    ) -> TaskHandle
    where
        F: Future<Output = Result<(), E>> + 'static,
        E: Display + 'static,
    {
        self.spawn(name, |bench| async move {
            let ended = task(bench.clone()).await;
            bench.tell(name, ended);
            Ok(())
        })
    }
}

/// A device with bytes to be read and room for bytes, both as a test says.
pub struct Gate {
    name: &'static str,
    bytes: Cell<usize>,
    room: Cell<usize>,
    /// How often it was asked whether it is ready.
    pub asked: Cell<u32>,
    /// How often it was to take something.
    pub writes: Cell<u32>,
}

impl Gate {
    pub fn new(name: &'static str) -> Rc<Self> {
        let (bytes, room, asked, writes) = Default::default();
        Rc::new(Self { name, bytes, room, asked, writes })
    }

    pub fn reader(self: &Rc<Self>, bench: &Bench) -> StreamReader<Self> {
        StreamReader::new(&bench.ev, self.clone())
    }

    pub fn writer(self: &Rc<Self>, bench: &Bench) -> StreamWriter<Self> {
        StreamWriter::new(&bench.ev, self.clone())
    }

    /// So many bytes have come.
    pub fn give(&self, bytes: usize) {
        self.bytes.set(self.bytes.get() + bytes);
    }

    /// So many bytes can be taken.
    pub fn make_room(&self, bytes: usize) {
        self.room.set(self.room.get() + bytes);
    }
}

impl Pollable for Gate {
    fn name(&self) -> &str {
        self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        self.asked.set(self.asked.get() + 1);
        let if_any = |count: usize, what| if count > 0 { what } else { Readiness::NONE };
        let ready = if_any(self.bytes.get(), Readiness::READ).or(if_any(self.room.get(), Readiness::WRITE));
        ready.and(interest)
    }

    fn sampled(&self) -> bool {
        false
    }
}

impl StreamRead for Gate {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let count = buf.len().min(self.bytes.get());
        self.bytes.set(self.bytes.get() - count);
        buf[..count].fill(b'x');
        (count > 0).then_some(count)
    }
}

impl StreamWrite for Gate {
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.writes.set(self.writes.get() + 1);
        let count = data.len().min(self.room.get());
        self.room.set(self.room.get() - count);
        (count > 0).then_some(count)
    }
}
