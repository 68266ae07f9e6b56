//! `vpyb run`: runs scenarios, tells how each ended, keeps the traces of those that failed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::annotation;
use super::arguments::{Arguments, RunCall};
use super::files::{complain, find};
use super::junit;
use super::kept;
use super::output::say;
use super::recording::Shared;
use super::sweep::{Swept, sweep};
use super::{EXIT_ABNORMAL, EXIT_USAGE};
use crate::report::{self, OutcomeLine, Summary};
use crate::runner::{self, Options, Program};
use crate::scenario::model::Scenario;
use crate::trace;

/// Runs what is asked for; gives the exit status.
pub fn run(arguments: &Arguments, call: &RunCall, programs: &'static [Program]) -> u8 {
    let started = Instant::now();
    let found = find(arguments, &call.paths, programs);
    let width = found.scenarios.iter().map(|scenario| scenario.name.chars().count()).max().unwrap_or(0);
    let several = found.scenarios.len() > 1;
    let mut summary = Summary::default();
    let mut results = junit::Results::default();
    let mut broken = found.bad;
    let mut failed_last = false;
    for scenario in &found.scenarios {
        let failed_before = summary.failed;
        let begun = Instant::now();
        match one(arguments, call, programs, scenario, width, several, &mut summary) {
            Ok(line) => results.add(line, begun.elapsed()),
            Err(()) => broken = true,
        }
        failed_last = summary.failed > failed_before;
    }
    if arguments.json() {
        let wall_ms = started.elapsed().as_millis() as u64;
        say(summary.to_json(wall_ms));
    } else if !found.scenarios.is_empty() {
        let wall = vpyb_core::time::Duration::from_nanos(started.elapsed().as_nanos() as u64);
        // A failure ends with an empty line of its own.
        say(format_args!("{}{}", if failed_last { "" } else { "\n" }, summary.line(wall)));
        if found.bad {
            say("Not everything that was asked for could be run: see the errors above.");
        }
    }
    if let Some(out) = &call.junit
        && let Err(error) = results.write(out)
    {
        complain(arguments, "", &format!("cannot write `{}`: {error}", out.display()));
        broken = true;
    }
    let code = summary.exit_code;
    if broken && code != EXIT_ABNORMAL { EXIT_USAGE } else { code }
}

/// Where the run's trace was asked for.
fn asked(call: &RunCall, scenario: &Scenario, several: bool) -> Option<PathBuf> {
    let out = call.trace.as_ref()?;
    Some(if several { out.join(kept::file_name(&scenario.name)) } else { out.clone() })
}

/// Runs one scenario; gives its result. An error is a trace that could not be written; it was told already.
fn one(
    arguments: &Arguments,
    call: &RunCall,
    programs: &'static [Program],
    scenario: &Scenario,
    width: usize,
    several: bool,
    summary: &mut Summary,
) -> Result<OutcomeLine, ()> {
    let patience = Duration::from_secs(call.patience);
    let asked = asked(call, scenario, several);
    let record = || {
        let begun = asked.as_deref().map(|out| Shared::begin(call, scenario, programs, out)).transpose();
        begun.map_err(|message| complain(arguments, &scenario.path, &message))
    };
    let (tap, mut recording) = record()?.unzip();
    let Swept { case, cases, outcome, judgement, seeds, tapped } =
        sweep(scenario, programs, call.seed, patience, tap);
    if !tapped && recording.is_some() {
        // It was one of several: it is run once more.
        let (tap, again) = record()?.unzip();
        recording = again;
        let options = Options { seed: Some(outcome.trace.meta().seed), ..Options::default() };
        runner::run_tapped(&case.scenario, programs, options, patience, tap);
    }
    let result = report::Outcome::new(&case.scenario, &outcome.trace, &judgement).of_seeds(seeds);
    summary.add(&result);
    let failed = judgement.status().exit_code() != 0;
    let line = OutcomeLine::of(&result, arguments.json().then(|| trace::digest(&outcome.trace)));
    tell(arguments, &result, &line, width, case.note.as_deref(), cases);
    if arguments.annotates() {
        line.findings.iter().for_each(|finding| say(annotation::of_finding(&line, finding)));
    }
    let kept = match (asked, recording) {
        (Some(out), Some(recording)) => recording.finish(&outcome).map(|note| (out, note)),
        _ if failed => kept::keep(&outcome.trace, &scenario.name).map(|out| (out, None)),
        _ => return Ok(line),
    };
    match kept {
        Ok((out, note)) => {
            if let Some(note) = note {
                eprintln!("note: {}: {note}", scenario.name);
            } else if failed && !arguments.json() {
                say(format_args!("  trace:    {}\n", out.display()));
            }
            Ok(line)
        }
        Err(message) => {
            complain(arguments, &scenario.path, &message);
            Err(())
        }
    }
}

/// Tells how a run ended; `note` says of which opportunity of a fault it is about, of so many.
fn tell(
    arguments: &Arguments,
    result: &report::Outcome,
    line: &OutcomeLine,
    width: usize,
    note: Option<&str>,
    cases: usize,
) {
    if arguments.json() {
        return say(line.to_json());
    }
    let failed = result.judgement.status().exit_code() != 0;
    say(report::status_line(result, width, arguments.paint()));
    match note {
        Some(note) if failed => say(format_args!("      {note}")),
        Some(_) => say(format_args!("      {cases} opportunities of faults, a run for each")),
        None => {}
    }
    if failed {
        say(format_args!("\n{}", report::failure(result, arguments.paint()).trim_end()));
    } else if result.judgement.verdict == "overrun" {
        // The overrun was asked for; what was lost is worth telling all the same.
        say(report::losses(result).trim_end());
    }
}
