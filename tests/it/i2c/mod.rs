//! I2C on the simulated board: the bus at bit times, and the devices on it, as programs meet them.
//!
//! Owns the bench of these tests: a scenario's text, and a program that is written for the test. Nothing costs anything,
//! so that every time can be computed by hand.

mod bus;
mod htu21d;
mod mma7660;
mod shared;

use vpyb_core::{Args, Board, BoardDelay, Config, EventLoop, I2cConfig, Top};
use vpyb_sim::board::{VirtualBoard, VirtualI2c};
use vpyb_sim::runner::{self, Main, Options, Program};
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::trace::{Kind, Record, Trace, Words};
use vpyb_sim::vocabulary;

pub type Result = std::result::Result<(), vpyb_core::TaskError>;

/// A run that is over.
pub struct Ran {
    pub verdict: String,
    pub trace: Trace,
}

/// Runs a program on the bench of `parts`, a part of a scenario's text.
pub fn run(parts: &str, main: fn(Top<VirtualBoard>, Args) -> Main) -> Ran {
    let programs = [Program { name: "test", args: &[], tasks: &[], main, around: None }];
    let source = format!(
        "schema = 1\ncpu.profile = \"recorded\"\nprogram.name = \"test\"\nrun.limit = \"10s\"\n{parts}"
    );
    let read = parse("tests/it/i2c/test.toml", &source, &vocabulary(&programs));
    let scenarios =
        read.unwrap_or_else(|problems| panic!("{}", render(&problems, "test.toml", &source, false)));
    let outcome = runner::run(&scenarios[0], &programs, Options::default());
    Ran { verdict: outcome.verdict, trace: outcome.trace }
}

impl Ran {
    /// The records of some kinds: nanoseconds and words, but for the names of tasks.
    pub fn rows(&self, wanted: impl Fn(&Kind) -> bool) -> Vec<String> {
        let words = Words::new(&self.trace);
        let records = self.trace.records().iter().filter(|record| wanted(&record.kind));
        let row = |record: Record| {
            let phrase = words.phrase(&record);
            let place = if phrase.place.is_empty() { phrase.place } else { phrase.place + " " };
            format!("{} {place}{}", record.at.as_nanos(), phrase.event)
        };
        records.map(row).collect()
    }

    /// What happened on buses and in devices, and what was printed.
    pub fn told(&self) -> Vec<String> {
        self.rows(|kind| matches!(kind, Kind::I2c { .. } | Kind::Device { .. } | Kind::Line { .. }))
    }

    /// What was printed, with the microseconds before.
    pub fn lines(&self) -> Vec<String> {
        let line = |record: Record| match record.kind {
            Kind::Line { text, .. } => Some(format!("{} {}", record.at.as_micros(), self.trace.text(text))),
            _ => None,
        };
        self.trace.records().iter().filter_map(line).collect()
    }
}

/// Compares two lists and shows both whole.
pub fn check(found: &[String], expected: &[&str]) {
    assert!(found == expected, "{found:#?}\nexpected:\n{expected:#?}");
}

/// What the program of a test begins with.
pub struct Bench {
    pub ev: EventLoop,
    pub board: VirtualBoard,
}

impl Bench {
    pub fn of(top: &Top<VirtualBoard>) -> Self {
        Self { ev: top.event_loop(Config::default()), board: top.board().clone() }
    }

    pub fn say(&self, text: impl std::fmt::Display) {
        self.board.println(format_args!("{text}"));
    }

    /// A bus at 100 kHz, whose bits last 10 us.
    pub fn slow(&self, name: &str) -> VirtualI2c {
        self.board.i2c(name, I2cConfig { hertz: 100_000, ..I2cConfig::default() }).expect("a free bus")
    }

    pub fn delay(&self) -> BoardDelay<VirtualBoard> {
        BoardDelay(self.board.clone())
    }
}
