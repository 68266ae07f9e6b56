//! The chip does what the simulator says it does.
//!
//! Owns the comparison: each scenario with a program is run under each discipline on the simulator, with the chip's
//! cost profile, and by `qemu-system-arm`, which runs the same program on the same core as a firmware for the
//! STM32F405. Both must give the same list: each step, callback and line in order, what each step yielded, and the
//! millisecond tick of each. Steps that change nothing and yield a zero delay are left out on both sides: how many of
//! them there are depends on what instructions cost. Where more than that depends on it, both sides are run once more with one
//! price for each step.
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

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use vpyb_core::Discipline;
use vpyb_core::time::Instant;
use vpyb_sim::board::Bound;
use vpyb_sim::cli::PROGRAMS;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::record::Yielded;
use vpyb_sim::trace::{Kind, Record, Trace};

use cases::{Case, How, NOT_WHOLLY, Prices, STEP, cases};
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
    let is_step = |record: &&Record| matches!(record.kind, Kind::Step { .. } | Kind::Callback { .. });
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

fn compare(case: &Case, chip: &Chip) -> Outcome {
    let options = Options { bound: Bound { records: RECORDS }, ..Options::default() };
    let simulated = runner::run(&case.scenario, PROGRAMS, options);
    if let Some(reason) = beyond_the_emulator(&simulated) {
        return Outcome::Beyond(reason);
    }
    let end = end_of(&simulated.trace);
    let mut expected = events::of(&simulated, end);
    let until_ms =
        if simulated.trace.records().len() > RECORDS { end.as_millis() } else { end.as_millis() + GRACE_MS };
    let until = case.scenario.run.until.map_or(until_ms, |until| until.as_millis().min(until_ms));
    let step = (case.prices == Prices::Equal).then_some(STEP);
    let request = Request::new(&case.scenario, &simulated.trace, until, step);
    let mut found = match chip.run(&case.name(), &request) {
        Ok(lines) => events::before(&lines, end),
        Err(problem) => return Outcome::Differs(problem),
    };
    if let How::Order(count) = case.how {
        for list in [&mut expected, &mut found] {
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

#[test]
fn programs_do_the_same_on_the_chip_as_in_the_simulator() {
    let Some(chip) = Chip::find() else { return };
    let (cases, mut notes) = cases();
    let compared = cases.iter().filter(|case| case.how != How::Not);
    let (next, outcomes) = (Mutex::new(compared), Mutex::new(Vec::new()));
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
    let (mut programs, mut runs, mut events, mut wrong) = (BTreeSet::new(), 0, 0, Vec::new());
    let mut wholly = BTreeSet::new();
    for (case, outcome) in outcomes.into_inner().expect("nobody panics") {
        match outcome {
            Outcome::Same(count) => {
                programs.insert(case.program());
                if case.how == How::Wholly {
                    wholly.insert((case.program(), case.scenario.cpu.scheduler.as_str()));
                }
                (runs, events) = (runs + 1, events + count);
            }
            Outcome::Beyond(reason) => *notes.entry(format!("not compared, as {reason}")).or_default() += 1,
            Outcome::Differs(how) => wrong.push(format!("{}: {how}", case.name())),
        }
    }
    for (note, runs) in notes {
        println!("{note}: {runs} runs");
    }
    println!("{} programs did the same on the chip, in {runs} runs with {events} events", programs.len());
    assert!(wrong.is_empty(), "chip and simulator differ:\n  {}", wrong.join("\n  "));
    let pairs =
        PROGRAMS.iter().flat_map(|program| Discipline::ALL.iter().map(|by| (program.name, by.name())));
    for (program, discipline) in pairs {
        let listed =
            NOT_WHOLLY.iter().any(|(name, by, _)| *name == program && (by.is_empty() || *by == discipline));
        let found = wholly.contains(&(program, discipline));
        assert!(found != listed, "{program} under {discipline}: compared wholly in a scenario: {found}");
    }
}
