//! Scenario files that replay a recording print and light just what was recorded, at the same microsecond.
//!
//! Owns the comparison of files with the profile `recorded` and the recordings of the same program with the same
//! arguments under the same discipline. That the files' expectations hold is tested with all others.

use std::collections::BTreeSet;

use serde_json::Value;
use vpyb_core::time::Duration;
use vpyb_core::{ArgValue, Args};
use vpyb_sim::scenario::model::{Action, Arg, Pattern, Scenario};
use vpyb_sim::trace::{Kind, Trace};

use super::case::{Case, Example, Source};
use super::replay::lines_of;
use super::{demos, examples, iorw};
use crate::checked_in::{run, scenarios};
use crate::oracle::{file_of, json_lines, recorded_in};

/// Longer transcripts are not written out in a file: nobody would read them.
const LONGEST_TRANSCRIPT: usize = 100;

/// Recordings that no scenario can replay, and why.
const BENCH_ONLY: &[(&str, &str)] = &[
    (
        "tut_6_4_pincall_idle",
        "the recording's loop woke at any edge; the board's asks a pin without an interrupt handler at each tick",
    ),
    (
        "demo_apoll",
        "its accelerometer answers at once; that of the board has to wake for 90 ms, and each reading crosses a bus",
    ),
    ("demo_auart", "it is `tut_6_3_uart_stream`, but for a word that it spells in another way"),
    (
        "demo_htu",
        "its sensor answers from the start and at once; that of the board wakes, and each reading crosses a bus. \
         `devices/recorded.rs` compares lines, and how much later they are",
    ),
    (
        "fast_iorw_to_ioq",
        "a handler prints in it, and at one tick a task does, too; on the board lines are printed by tasks, in their order",
    ),
];

/// Scenarios that replay recordings.
fn replaying() -> Vec<Scenario> {
    let all = scenarios().into_iter();
    all.filter(|scenario| scenario.cpu.profile == "recorded" && scenario.program.is_some()).collect()
}

fn example(case: &Case) -> Option<&Example> {
    match &case.program {
        Source::Example(example) => Some(example),
        Source::Probe(_) => None,
    }
}

/// The recording of what a scenario runs, and its folder.
fn case_of(scenario: &Scenario) -> Option<(&'static Case, &'static str)> {
    let program = scenario.program.as_ref().expect("it has a program");
    let runs = |example: &Example| {
        let mut args = Args::defaults(example.specs);
        for (name, value) in &program.args {
            let value = match value {
                Arg::Text(text) => ArgValue::Text(text.clone()),
                Arg::Int(int) => ArgValue::Int(*int),
            };
            args.set(name, value).expect("checked arguments");
        }
        args == example.args()
    };
    let cases = super::EXAMPLES.iter().copied().flatten().chain(examples::ON_BOARD);
    let mut cases = cases.filter(|case| example(case).is_some_and(|it| it.name == program.name && runs(it)));
    // A program that somebody interrupts is another recording, and so is one with other queues.
    cases.find_map(|case| {
        let is_it = (case.recording == "tut_5_1_kbdint") == is_interrupted(scenario);
        let folder = folder_of(scenario, case).filter(|folder| recorded_in(case.recording).contains(folder));
        Some((case, folder.filter(|_| is_it)?))
    })
}

/// Whether somebody presses Ctrl-C.
fn is_interrupted(scenario: &Scenario) -> bool {
    let mut steps = scenario.actors.iter().flat_map(|actor| &actor.steps);
    steps.any(|step| matches!(step.action, Action::CtrlC))
}

/// The folder that has a case's recording as it comes under the scenario's discipline. Some programs ask for an I/O queue
/// themselves, and were recorded beside those without.
fn folder_of(scenario: &Scenario, case: &Case) -> Option<&'static str> {
    match (scenario.cpu.scheduler.as_str(), scenario.cpu.ioq_len.unwrap_or(0), case.queues.0) {
        ("uasyncio-v2", ..) => Some("v2"),
        ("fast-io", ours, theirs) if ours == theirs => Some("fast_io"),
        ("fast-io", 1.., 0) => Some("fast_io_ioq"),
        _ => None,
    }
}

/// A line on the console, or an LED that was switched, and the microsecond in which that was.
type Line = (u64, String);

/// How an LED is told from a line.
fn lit(led: impl std::fmt::Display, on: bool) -> String {
    format!("{led} is {}", if on { "lit" } else { "dark" })
}

fn seen(trace: &Trace) -> Vec<Line> {
    let line = |kind| match kind {
        Kind::Line { text, .. } => Some(trace.text(text).to_owned()),
        Kind::Led { led, on } => Some(lit(trace.text(led), on)),
        _ => None,
    };
    let records = trace.records().iter();
    records.filter_map(|record| Some((record.at.as_micros(), line(record.kind)?))).collect()
}

/// What a recording printed and lit, up to the end of a run.
fn recorded(recording: &[Value], until_us: u64) -> Vec<Line> {
    let is_seen = |value: &&Value| ["print", "led"].iter().any(|kind| value["k"] == *kind);
    let values: Vec<Value> = recording.iter().filter(is_seen).cloned().collect();
    let lines = lines_of(&values).into_iter().filter_map(|line| {
        let at = line[..9].trim().parse().expect("microseconds");
        if let Some(text) = line[9..].strip_prefix(" print ") {
            return Some((at, text.to_owned()));
        }
        let (led, level) = line[9..].strip_prefix(" led ")?.split_once(' ').expect("an LED and its level");
        Some((at, lit(format_args!("LED{led}"), level == "1")))
    });
    lines.filter(|(at, _)| *at <= until_us).collect()
}

/// The first line that differs. Where bytes cross a wire, each transmission before it may have put it off by a
/// microsecond: the recordings' bench rounded the end of one down, and the board does not.
fn difference(ours: &[Line], theirs: &[Line], recording: &[Value]) -> Option<String> {
    let sent = recording.iter().filter(|value| value["k"] == "uart_tx");
    let sent: Vec<u64> = sent.map(|value| value["t"].as_u64().expect("microseconds")).collect();
    let agree = |(at, text): &Line, (recorded_at, recorded): &Line| {
        let slack = sent.iter().filter(|sent| *sent < recorded_at).count() as u64;
        text == recorded && (*recorded_at..=recorded_at + slack).contains(at)
    };
    let differs = |at: &usize| match (ours.get(*at), theirs.get(*at)) {
        (Some(ours), Some(theirs)) => !agree(ours, theirs),
        _ => true,
    };
    let at = (0..ours.len().max(theirs.len())).find(differs)?;
    Some(format!("line {at}: ours {:?}, recorded {:?}", ours.get(at), theirs.get(at)))
}

#[test]
fn recorded_scenarios_print_what_was_recorded() {
    let mut differences = Vec::new();
    for scenario in replaying() {
        let name = &scenario.name;
        let Some((case, folder)) = case_of(&scenario) else {
            differences.push(format!("{name}: there is no recording of this program with these arguments"));
            continue;
        };
        let recording = json_lines(&file_of(folder, case.recording));
        let us = |key: &str| recording[0][key].as_u64().expect("microseconds");
        let price = |price: Option<Duration>| price.expect("a price is said").as_micros();
        assert_eq!(price(scenario.cpu.step), us("step_us"), "{name}: `step`");
        assert_eq!(price(scenario.cpu.callback), us("cb_us"), "{name}: `callback`");
        let until = scenario.run.until.map_or(u64::MAX, |until| until.as_micros());
        let theirs = recorded(&recording[1 + case.texts..], until);
        let difference = difference(&seen(&run(&scenario)), &theirs, &recording);
        differences.extend(difference.map(|text| format!("{name}, {}, {text}", case.recording)));
        let is_whole = |pattern: &Pattern| match pattern {
            Pattern::Transcript { lines } => lines.iter().all(|line| line.at.is_some()),
            _ => false,
        };
        let said = scenario.expects.iter().any(|expect| is_whole(&expect.pattern));
        let prints = theirs.iter().any(|(_, text)| !text.starts_with("LED"));
        if !said && prints && theirs.len() <= LONGEST_TRANSCRIPT {
            differences.push(format!("{name}: no transcript with instants"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_recording_of_an_example_has_a_scenario() {
    let found: BTreeSet<_> =
        replaying().iter().filter_map(case_of).map(|(case, _)| case.recording.to_owned()).collect();
    let examples = super::EXAMPLES.iter().copied().chain([examples::ON_BOARD, demos::CASES, iorw::CASES]);
    let examples = examples.flatten().map(|case| case.recording.to_owned());
    let devices = crate::devices::recordings().map(|(recording, _)| recording);
    let missing: BTreeSet<_> =
        examples.chain(devices).filter(|recording| !found.contains(recording)).collect();
    let known = BENCH_ONLY.iter().map(|(recording, _)| (*recording).to_owned());
    assert_eq!(missing, known.collect(), "recordings that no scenario replays");
}
