//! The chip does what the simulator says it does.
//!
//! Owns the comparison: each scenario with a program is run under each discipline on the simulator, with the chip's
//! cost profile, and by `qemu-system-arm`, which runs the same program on the same core as a firmware for the
//! STM32F405. Both must give the same list: each step, callback and line in order, what each step yielded, and when each
//! was. The chip's time is made in two ways. By prices, those of the profile: then the lists are the same to the nanosecond, and
//! nothing is left out. By instructions: to the millisecond tick, and left out on both sides are steps that change nothing and
//! yield a zero delay, as how many of them there are depends on what instructions cost. Where more than that depends on it,
//! only the order is compared.
//!
//! What is compared and what is not is in `cases`, how a firmware is built and run in `emulator`, what it is told in
//! `request`, how a list is made of a trace in `events`, and what goes through the emulator's own serial port in
//! `serial_port`. `port` has the port's own checks, `prices` the profile's. Where emulator or target are not installed, the
//! tests say so and pass, but not if `CI` is set.

mod cases;
mod emulator;
mod events;
mod port;
mod prices;
mod request;
mod serial_port;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use vpyb_cli::PROGRAMS;
use vpyb_core::Discipline;
use vpyb_core::time::Instant;
use vpyb_sim::board::{Bound, Profile};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::record::Yielded;
use vpyb_sim::trace::{Kind, Record, Trace};

use cases::{Case, How, NOT_WHOLLY, Time, cases};
use emulator::Emulator;
use request::Request;

/// Records of a simulated run at the most. One that has more is full of tasks that spin; the chip is run just as long.
const RECORDS: usize = 60_000;
/// An instruction takes 8 ns in the emulator: the power of two that is nearest to the chip at 168 MHz.
const SHIFT: u8 = 3;
/// Where instructions are counted, one takes a nanosecond.
const COUNTING: u8 = 0;
/// A firmware that goes on for so long after the simulated run was over has its end wrong.
const GRACE_MS: u64 = 1000;

/// Where the comparison ends: the simulated run's end, or the last tick before the last step of one that filled its
/// trace. What that step did is not known.
fn end_of(trace: &Trace) -> Instant {
    let is_step = |record: &Record| matches!(record.kind, Kind::Step { .. } | Kind::Callback { .. });
    match trace.records().iter().rev().find(is_step) {
        Some(last) if trace.records().len() > RECORDS => Instant::from_millis(last.at.as_millis()),
        _ => trace.end(),
    }
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
        let folder = emulator.build("vpyb-stm32f405", &["all"], "release");
        let requests = folder.join("requests");
        fs::create_dir_all(&requests).expect("a folder for requests");
        Some(Self { emulator, firmware: folder.join("all"), requests })
    }

    fn run(&self, name: &str, request: &Request) -> Result<Vec<String>, String> {
        let file: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let path = self.requests.join(file);
        fs::write(&path, &request.0).expect("a request");
        let word = format!("@{}", path.display());
        let text = self.emulator.run(&self.firmware, SHIFT, &[&word], &["-serial", "none"])?;
        // What the program prints may end in a carriage return.
        Ok(text.split_terminator('\n').map(str::to_owned).collect())
    }
}

/// What came of a case.
enum Outcome {
    /// So many events are the same.
    Same(usize),
    Differs(String),
    /// The simulated run had something that the emulator has not.
    Beyond(&'static str),
}

/// What a simulated run had that the emulator has not.
fn beyond_the_emulator(run: &runner::Outcome) -> Option<&'static str> {
    if run.verdict.starts_with("panic") {
        return Some("the program panics");
    }
    let running = |kind| matches!(kind, Kind::Step { yielded: Yielded::Running, .. });
    if run.trace.records().iter().any(|record| running(record.kind)) {
        return Some("a step does not end");
    }
    run.trace.records().iter().find_map(|record| match record.kind {
        Kind::UartRx { framing: true, .. } => Some("a frame is damaged, and the emulator's have no bits"),
        Kind::I2c { .. } => Some("a device on I2C is used"),
        _ => None,
    })
}

/// How a simulated run ended, in the firmware's words, if it came to an end of its own.
fn end_in_words(case: &Case, run: &runner::Outcome) -> Option<String> {
    let is_over = case.scenario.run.until.is_some_and(|until| run.trace.end() >= until);
    match run.verdict.as_str() {
        "passed" if is_over => Some("its time is over".into()),
        verdict if verdict == "passed" || verdict.starts_with("error") => Some(verdict.into()),
        _ => None,
    }
}

fn simulate(case: &Case) -> Result<runner::Outcome, &'static str> {
    let options = Options { bound: Bound { records: RECORDS, ..Bound::default() }, ..Options::default() };
    let simulated = runner::run(&case.scenario, PROGRAMS, options);
    beyond_the_emulator(&simulated).map_or(Ok(simulated), Err)
}

/// Compares the simulated run of a case with that on the chip, whose time is made in this way.
fn compare(case: &Case, simulated: &runner::Outcome, time: Time, chip: &Chip) -> Outcome {
    let (end, how_ended) = (end_of(&simulated.trace), end_in_words(case, simulated));
    let is_full = simulated.trace.records().len() > RECORDS;
    let until_ms = if is_full { end.as_millis() } else { end.as_millis() + GRACE_MS };
    let until = case.scenario.run.until.map_or(until_ms, |until| until.as_millis().min(until_ms));
    let prices = (time == Time::Prices).then_some(Profile::STM32F405);
    let request = Request::new(&case.scenario, &simulated.trace, until, prices);
    let mut found = match chip.run(&format!("{} {time}", case.name()), &request) {
        Ok(lines) => lines,
        Err(problem) => return Outcome::Differs(problem),
    };
    let mut expected = events::of(simulated, time, how_ended.as_deref());
    // By prices the ends are compared, too.
    let is_whole = time == Time::Prices && how_ended.is_some() && !is_full;
    let end = events::stamp(time, end) + u64::from(is_whole);
    for list in [&mut expected, &mut found] {
        events::leave_out(list, end);
        if let How::Order(count) = case.how(time) {
            list.truncate(count);
            list.iter_mut().for_each(|line| *line = events::without_numbers(line));
        }
    }
    match (0..expected.len().max(found.len())).find(|&i| expected.get(i) != found.get(i)) {
        None => Outcome::Same(expected.len()),
        Some(at) => Outcome::Differs(difference(&expected, &found, at)),
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

/// Runs all cases, and compares them; a case may have come to nothing.
fn run_all(cases: &[Case], chip: &Chip) -> Vec<(usize, Time, Outcome)> {
    let (next, outcomes) = (Mutex::new(0..cases.len()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(place) = { next.lock().expect("nobody panics").next() } {
                    let case = &cases[place];
                    let note = |time, outcome| {
                        outcomes.lock().expect("nobody panics").push((place, time, outcome));
                    };
                    match simulate(case) {
                        Ok(simulated) => Time::ALL
                            .into_iter()
                            .filter(|time| case.how(*time) != How::Not)
                            .for_each(|time| note(time, compare(case, &simulated, time, chip))),
                        Err(reason) => note(Time::Prices, Outcome::Beyond(reason)),
                    }
                }
            });
        }
    });
    outcomes.into_inner().expect("nobody panics")
}

#[test]
fn programs_do_the_same_on_the_chip_as_in_the_simulator() {
    let Some(chip) = Chip::find() else { return };
    let (cases, mut notes) = cases();
    let (mut programs, mut wrong) = (BTreeSet::new(), Vec::new());
    let (mut wholly, mut counts) = (BTreeSet::new(), BTreeMap::<_, (usize, usize)>::new());
    for (place, time, outcome) in run_all(&cases, &chip) {
        let case = &cases[place];
        match outcome {
            Outcome::Same(events) => {
                programs.insert(case.program());
                if (time, case.how(time)) == (Time::Prices, How::Wholly) {
                    wholly.insert((case.program(), case.scenario.cpu.scheduler.as_str()));
                }
                let (runs, sum) = counts.entry((time, case.how(time) == How::Wholly)).or_default();
                (*runs, *sum) = (*runs + 1, *sum + events);
            }
            Outcome::Beyond(reason) => *notes.entry(format!("not compared, as {reason}")).or_default() += 1,
            Outcome::Differs(how) => wrong.push(format!("{} {time}: {how}", case.name())),
        }
    }
    for (note, runs) in notes {
        println!("{note}: {runs} runs");
    }
    for ((time, is_wholly), (runs, events)) in counts {
        let far = if is_wholly { "each with its instant" } else { "in their order" };
        println!("{time}: in {runs} runs {events} events are the same, {far}");
    }
    println!("{} programs did the same on the chip", programs.len());
    assert!(wrong.is_empty(), "chip and simulator differ:\n  {}", wrong.join("\n  "));
    let pairs =
        PROGRAMS.iter().flat_map(|program| Discipline::ALL.iter().map(|by| (program.name, by.name())));
    for (program, discipline) in pairs {
        let listed = NOT_WHOLLY.iter().any(|(name, _)| *name == program);
        let found = wholly.contains(&(program, discipline));
        assert!(found != listed, "{program} under {discipline}: compared wholly in a scenario: {found}");
    }
}
