//! The chip does what the simulator says it does.
//!
//! Owns the comparison: each scenario with a program is run under each discipline on the simulator, with the chip's
//! cost profile, and by `qemu-system-arm`, which runs the same program on the same core as a firmware for the
//! STM32F405. Both must give the same list: each step, callback and line in order, what each step yielded, and the
//! millisecond tick of each. Steps that change nothing and yield a zero delay are left out on both sides: how many of
//! them there are depends on what instructions cost.
//!
//! How a firmware is built and run is in `emulator`, what it is told in `request`, how a list is made of a trace in
//! `events`, and what goes through the emulator's own serial port in `serial_port`. Where emulator or target are not
//! installed, the tests say so and pass, but not if `CI` is set.

mod emulator;
mod events;
mod request;
mod serial_port;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use vpyb_core::Discipline;
use vpyb_core::time::Instant;
use vpyb_sim::board::{Bound, Profile};
use vpyb_sim::cli::PROGRAMS;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::{Action, Scenario};
use vpyb_sim::trace::{Kind, Trace};

use crate::checked_in::scenarios;
use emulator::Emulator;
use request::Request;

/// Records of a simulated run at the most. One that has more is full of tasks that spin; the chip is run just as long.
const RECORDS: usize = 100_000;
/// A firmware that goes on for so long after the simulated run was over has its end wrong.
const GRACE_MS: u64 = 1000;

/// Scenarios whose tasks print at each turn, so that what turns cost decides how many there are: only so many events
/// from the beginning are compared, which all lie in the first tick.
const ENDLESS: &[(&str, usize)] = &[("scenarios/round_robin/three_tasks.toml::printing", 200)];

/// What cannot be the same, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[];

/// One scenario under one discipline.
struct Case {
    scenario: Scenario,
    /// Events to compare; `None` for all.
    first: Option<usize>,
}

impl Case {
    fn name(&self) -> String {
        format!("{} under {}", self.scenario.name, self.scenario.cpu.scheduler)
    }
}

/// Why a scenario needs more than the emulator has.
fn beyond_the_emulator(scenario: &Scenario) -> Option<&'static str> {
    let beyond = |action: &Action| !matches!(action, Action::Send { .. } | Action::Nothing);
    if scenario.program.is_none() {
        Some("it is no program, but a script")
    } else if !scenario.tasks.is_empty() || !scenario.phases.is_empty() {
        Some("it has scripted tasks")
    } else if scenario.actors.iter().flat_map(|actor| &actor.steps).any(|step| beyond(&step.action)) {
        Some("its actors do more than send bytes")
    } else if scenario.uarts.values().any(|uart| uart.baud.is_some()) {
        Some("a UART's speed is wrong, and the emulator's frames have no bits")
    } else if !scenario.uarts.is_empty() {
        Some("it sets up a UART in another way than the program")
    } else {
        None
    }
}

fn cases() -> (Vec<Case>, Vec<String>) {
    let (mut cases, mut left_out) = (Vec::new(), Vec::new());
    for scenario in scenarios().into_iter().filter(|scenario| scenario.program.is_some()) {
        if let Some(reason) = beyond_the_emulator(&scenario) {
            left_out.push(format!("{}: {reason}", scenario.name));
            continue;
        }
        let first = ENDLESS.iter().find(|(name, _)| *name == scenario.name).map(|(_, first)| *first);
        for discipline in Discipline::ALL {
            let different = |(name, under, _): &&(&str, &str, &str)| {
                *name == scenario.name && *under == discipline.name()
            };
            if let Some((.., reason)) = DIFFERENT.iter().find(different) {
                left_out.push(format!("{} under {}: {reason}", scenario.name, discipline.name()));
                continue;
            }
            let mut scenario = scenario.clone();
            scenario.cpu.scheduler = discipline.name().into();
            scenario.cpu.profile = Profile::STM32F405.name.into();
            cases.push(Case { scenario, first });
        }
    }
    (cases, left_out)
}

/// Where the comparison ends: the simulated run's end, or the last whole tick of one that filled its trace.
fn end_of(trace: &Trace) -> Instant {
    let is_full = trace.records().len() > RECORDS;
    if is_full { Instant::from_millis(trace.end().as_millis()) } else { trace.end() }
}

/// The emulator with the firmware that has all programs.
struct Chip {
    emulator: Emulator,
    firmware: PathBuf,
    /// A folder for requests.
    requests: PathBuf,
}

impl Chip {
    fn find() -> Option<Self> {
        let emulator = Emulator::find()?;
        let folder = emulator.build("vpyb-stm32f405", "release");
        let requests = folder.join("requests");
        fs::create_dir_all(&requests).expect("a folder for requests");
        Some(Self { emulator, firmware: folder.join("all"), requests })
    }

    fn run(&self, name: &str, request: &Request) -> Result<Vec<String>, String> {
        let file: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let path = self.requests.join(file);
        fs::write(&path, &request.0).expect("a request");
        let word = format!("@{}", path.display());
        let text = self.emulator.run(&self.firmware, &[&word], &["-serial", "none"])?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}

/// What differs, if anything does.
fn compare(case: &Case, chip: &Chip) -> Result<usize, String> {
    let options = Options { bound: Bound { records: RECORDS }, ..Options::default() };
    let simulated = runner::run(&case.scenario, PROGRAMS, options);
    if simulated.trace.iter().any(|(_, record)| matches!(record.kind, Kind::UartRx { framing: true, .. })) {
        return Err("a damaged frame cannot be given to the emulator".into());
    }
    let end = end_of(&simulated.trace);
    let mut expected = events::of(&simulated, end);
    let until_ms =
        if simulated.trace.records().len() > RECORDS { end.as_millis() } else { end.as_millis() + GRACE_MS };
    let until = case.scenario.run.until.map_or(until_ms, |until| until.as_millis().min(until_ms));
    let request = Request::new(&case.scenario, &simulated.trace, until);
    let mut found = events::before(&chip.run(&case.name(), &request)?, end);
    if let Some(first) = case.first {
        assert!(expected.len() >= first && found.len() >= first, "{}: there are {first} events", case.name());
        expected.truncate(first);
        found.truncate(first);
    }
    match (0..expected.len().max(found.len())).find(|&i| expected.get(i) != found.get(i)) {
        None => Ok(expected.len()),
        Some(at) => Err(difference(&expected, &found, at)),
    }
}

fn difference(expected: &[String], found: &[String], at: usize) -> String {
    let mut text = format!("event {at} differs\n");
    for (who, list) in [("simulator", expected), ("chip", found)] {
        let around = &list[at.saturating_sub(3).min(list.len())..(at + 4).min(list.len())];
        writeln!(text, "    {who}, of {} events:", list.len()).expect("a text");
        around.iter().for_each(|event| writeln!(text, "      {event}").expect("a text"));
    }
    text
}

#[test]
fn programs_do_the_same_on_the_chip_as_in_the_simulator() {
    let Some(chip) = Chip::find() else { return };
    let (cases, left_out) = cases();
    let (next, outcomes) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = { next.lock().expect("nobody panics").next() } {
                    let outcome = compare(case, &chip);
                    outcomes.lock().expect("nobody panics").push((case, outcome));
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().expect("nobody panics");
    let mut programs: Vec<_> = cases.iter().map(|case| &case.scenario.program).collect();
    programs.sort_by_key(|program| program.as_ref().map(|program| &program.name));
    programs.dedup_by_key(|program| program.as_ref().map(|program| &program.name));
    let events: usize = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()).sum();
    println!("{} programs, {} runs on the chip, {events} events compared", programs.len(), cases.len());
    left_out.iter().for_each(|line| println!("not compared: {line}"));
    let wrong: Vec<_> = outcomes
        .iter()
        .filter_map(|(case, outcome)| outcome.as_ref().err().map(|error| format!("{}: {error}", case.name())))
        .collect();
    assert!(wrong.is_empty(), "chip and simulator differ:\n  {}", wrong.join("\n  "));
    assert!(events > 0, "nothing was compared");
}
