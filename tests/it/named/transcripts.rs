//! Scenario files that replay a recording print just what was recorded, at the same microsecond.
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
use crate::checked_in::{run, scenarios};
use crate::oracle::{file_of, json_lines};

/// Longer transcripts are not written out in a file: nobody would read them.
const LONGEST_TRANSCRIPT: usize = 100;

/// Recordings that no scenario can replay, and why.
const BENCH_ONLY: [(&str, &str); 1] = [(
    "tut_6_4_pincall_idle",
    "the recording's loop woke at any edge; the board's asks a pin without an interrupt handler at each tick",
)];

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

/// The recording of what a scenario runs.
fn case_of(scenario: &Scenario) -> Option<&'static Case> {
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
    let cases = super::EXAMPLES.iter().copied().flatten();
    let mut cases = cases.filter(|case| example(case).is_some_and(|it| it.name == program.name && runs(it)));
    // A program that somebody interrupts is another recording.
    cases.find(|case| (case.recording == "tut_5_1_kbdint") == is_interrupted(scenario))
}

/// Whether somebody presses Ctrl-C.
fn is_interrupted(scenario: &Scenario) -> bool {
    let mut steps = scenario.actors.iter().flat_map(|actor| &actor.steps);
    steps.any(|step| matches!(step.action, Action::CtrlC))
}

fn recorded_in(scenario: &Scenario) -> &'static str {
    match (scenario.cpu.scheduler.as_str(), scenario.cpu.ioq_len) {
        ("uasyncio-v2", _) => "v2",
        ("fast-io", None | Some(0)) => "fast_io",
        ("fast-io", _) => "fast_io_ioq",
        (other, _) => panic!("{}: nothing is recorded under {other}", scenario.name),
    }
}

/// A line on the console, and the microsecond in which it was printed.
type Line = (u64, String);

fn printed(trace: &Trace) -> Vec<Line> {
    let line = |kind| match kind {
        Kind::Line { text, .. } => Some(trace.text(text).to_owned()),
        _ => None,
    };
    let records = trace.records().iter();
    records.filter_map(|record| Some((record.at.as_micros(), line(record.kind)?))).collect()
}

/// What a recording printed, up to the end of a run.
fn recorded(recording: &[Value], until_us: u64) -> Vec<Line> {
    let lines = lines_of(recording).into_iter().filter_map(|line| {
        let text = line[9..].strip_prefix(" print ")?;
        Some((line[..9].trim().parse().expect("microseconds"), text.to_owned()))
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
        let Some(case) = case_of(&scenario) else {
            differences.push(format!("{name}: there is no recording of this program with these arguments"));
            continue;
        };
        let recording = json_lines(&file_of(recorded_in(&scenario), case.recording));
        let us = |key: &str| recording[0][key].as_u64().expect("microseconds");
        let price = |price: Option<Duration>| price.expect("a price is said").as_micros();
        assert_eq!(price(scenario.cpu.step), us("step_us"), "{name}: `step`");
        assert_eq!(price(scenario.cpu.callback), us("cb_us"), "{name}: `callback`");
        let until = scenario.run.until.map_or(u64::MAX, |until| until.as_micros());
        let theirs = recorded(&recording, until);
        let difference = difference(&printed(&run(&scenario)), &theirs, &recording);
        differences.extend(difference.map(|text| format!("{name}, {}, {text}", case.recording)));
        let is_whole = |pattern: &Pattern| match pattern {
            Pattern::Transcript { lines } => lines.iter().all(|line| line.at.is_some()),
            _ => false,
        };
        let said = scenario.expects.iter().any(|expect| is_whole(&expect.pattern));
        if !said && theirs.len() <= LONGEST_TRANSCRIPT {
            differences.push(format!("{name}: no transcript with instants"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_recording_of_an_example_has_a_scenario() {
    let found: BTreeSet<_> = replaying().iter().filter_map(case_of).map(|case| case.recording).collect();
    let examples = super::EXAMPLES.iter().copied().flatten().filter(|case| example(case).is_some());
    let missing: Vec<_> =
        examples.map(|case| case.recording).filter(|recording| !found.contains(recording)).collect();
    assert_eq!(missing, BENCH_ONLY.map(|(recording, _)| recording), "recordings that no scenario replays");
}
