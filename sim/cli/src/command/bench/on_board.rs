//! How long a task waits for its next turn on the virtual board.
//!
//! Owns the run that is measured and what was published for a Pyboard. The figures are virtual: the same on every machine.

use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Discipline, time};
use vpyb_sim::board::Profile;
use vpyb_sim::program;
use vpyb_sim::runner::{self, Options, Program};
use vpyb_sim::scenario::Builder;
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::trace::{Kind, Trace};
use vpyb_sim::travel::percentile;
use vpyb_sim::vocabulary;

use super::turns;

const PROGRAMS: &[Program] = &[program!(turns)];
/// How often each task takes its turn; beside the hog it is what five of the hog's rounds leave time for.
const TURNS: i64 = 200;
const BESIDE_HOG: Duration = Duration::from_millis(120);

/// How a task gives up its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A bare yield.
    Bare,
    /// `sleep_ms(0)`.
    ZeroDelay,
    /// A bare yield, beside one more task that keeps the CPU for 4 ms and sleeps 20 ms.
    BesideHog,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bare, Self::ZeroDelay, Self::BesideHog];

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bare => "yield_now",
            Self::ZeroDelay => "sleep_ms(0)",
            Self::BesideHog => "yield_now, hog",
        }
    }
}

/// Times from a task's turn to its next.
pub struct OnBoard {
    pub discipline: Discipline,
    pub way: Way,
    pub tasks: usize,
    /// How many waits were measured.
    pub turns: usize,
    pub p50: Duration,
    pub p99: Duration,
    pub max: Duration,
    /// The mean wait by the number of tasks: what one turn takes.
    pub turn: Duration,
}

/// What was published for MicroPython on a Pyboard v1.1: the discipline, the way, tasks, and microseconds for a turn.
const PUBLISHED: &[(&str, Way, usize, u64)] = &[
    ("uasyncio-v2", Way::Bare, 3, 235),
    ("uasyncio-v2", Way::ZeroDelay, 3, 364),
    ("uasyncio-v2", Way::Bare, 100, 156),
    ("fast-io", Way::Bare, 100, 162),
];

impl OnBoard {
    /// What was published for this, if anything.
    pub fn published(&self, profile: Profile) -> Option<time::Duration> {
        let own = (self.discipline.name(), self.way, self.tasks);
        let found = PUBLISHED.iter().find(|(name, way, tasks, _)| (*name, *way, *tasks) == own);
        let published = found.map(|(.., us)| Duration::from_micros(*us));
        published.filter(|_| profile.name == Profile::MICROPYTHON.name)
    }
}

/// Measures so many tasks under a discipline and a profile.
pub fn measure(profile: Profile, discipline: Discipline, way: Way, tasks: usize) -> OnBoard {
    let scenario = scenario(profile, discipline, way, tasks);
    let outcome = runner::run(&scenario, PROGRAMS, Options::default());
    let mut waits = waits(&outcome.trace);
    waits.sort_unstable();
    let total: u64 = waits.iter().map(|wait| wait.as_nanos()).sum();
    OnBoard {
        discipline,
        way,
        tasks,
        turns: waits.len(),
        p50: percentile(&waits, 50),
        p99: percentile(&waits, 99),
        max: percentile(&waits, 100),
        turn: Duration::from_nanos(total / waits.len().max(1) as u64 / tasks as u64),
    }
}

fn scenario(profile: Profile, discipline: Discipline, way: Way, tasks: usize) -> Scenario {
    let builder: Builder = Scenario::builder("Tasks take turns")
        .set("cpu.profile", profile.name)
        .set("cpu.scheduler", discipline.name())
        .program("turns")
        .arg("tasks", tasks as i64)
        .arg("turns", if way == Way::BesideHog { i64::MAX } else { TURNS })
        .arg("bare", i64::from(way != Way::ZeroDelay))
        .arg("hog", i64::from(way == Way::BesideHog))
        .set("run.limit", "10000s");
    let builder = if way == Way::BesideHog { builder.until(BESIDE_HOG) } else { builder };
    builder.build(&vocabulary(PROGRAMS)).expect("the words of this table are the format's")
}

/// The spans from each step of a task to its next. The hog's do not count.
fn waits(trace: &Trace) -> Vec<Duration> {
    let mut last: Vec<Option<Instant>> = Vec::new();
    let mut waits = Vec::new();
    let mut hog = None;
    for record in trace.records() {
        match record.kind {
            Kind::TaskCreated { task, name } if trace.text(name).starts_with("hog") => hog = Some(task),
            Kind::Step { task, .. } if Some(task) != hog => {
                let place = task.0 as usize;
                if last.len() <= place {
                    last.resize(place + 1, None);
                }
                if let Some(before) = last[place].replace(record.at) {
                    waits.push(record.at.since(before));
                }
            }
            _ => {}
        }
    }
    waits
}
