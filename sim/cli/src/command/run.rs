//! `vpyb run`: runs scenarios, tells how each ended, keeps the traces of those that failed.

use std::num::NonZero;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use vpyb_sim::report::{self, OutcomeLine, Summary};
use vpyb_sim::runner::{self, Options, Program, Tap};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::trace;

use super::annotation;
use super::arguments::{Arguments, RunCall};
use super::files::{complain, find};
use super::in_order::in_order;
use super::junit;
use super::kept;
use super::output::say;
use super::recording::Shared;
use super::sweep::{Swept, Told, seeds, with_seed};
use super::{EXIT_ABNORMAL, EXIT_USAGE};

/// What every run of a call has in common.
struct Call<'c> {
    arguments: &'c Arguments,
    call: &'c RunCall,
    programs: &'static [Program],
    /// The length of the longest name of a scenario.
    width: usize,
    /// There are several scenarios.
    several: bool,
}

/// A run to be done.
struct Run<'s> {
    scenario: &'s Scenario,
    seed: Option<u64>,
    /// It is the only one of its scenario.
    only: bool,
    /// It is the last one of its scenario.
    last: bool,
}

/// A run that is over.
struct Done {
    swept: Swept,
    recording: Option<Shared>,
    took: Duration,
}

/// Runs what is asked for; gives the exit status.
pub fn run(arguments: &Arguments, call: &RunCall, programs: &'static [Program]) -> u8 {
    let started = Instant::now();
    let found = find(arguments, &call.paths, programs);
    let width = found.scenarios.iter().map(|scenario| scenario.name.chars().count()).max().unwrap_or(0);
    let several = found.scenarios.len() > 1;
    let common = Call { arguments, call, programs, width, several };
    let mut summary = Summary::default();
    let mut results = junit::Results::default();
    let mut broken = found.bad;
    let mut failed_last = false;
    let (mut told, mut took) = (Told::default(), Duration::ZERO);
    let runs = found.scenarios.iter().flat_map(|scenario| {
        let seeds = seeds(scenario, call.seed);
        let count = seeds.len();
        let run = move |(i, seed)| Run { scenario, seed, only: count == 1, last: i + 1 == count };
        seeds.into_iter().enumerate().map(run)
    });
    in_order(
        common.jobs(),
        runs,
        |run| common.carry_out(run),
        |(Run { scenario, last, .. }, done)| {
            let failed_before = summary.failed;
            let line = done.and_then(|done| {
                took += done.took;
                told.add(done.swept);
                let swept = if last { std::mem::take(&mut told).finish() } else { None };
                swept.map(|swept| common.tell(scenario, swept, done.recording, &mut summary)).transpose()
            });
            match line {
                Ok(Some(line)) => {
                    results.add(line, std::mem::take(&mut took));
                    failed_last = summary.failed > failed_before;
                }
                Ok(None) => {}
                Err(message) => {
                    complain(arguments, &scenario.path, &message);
                    broken = true;
                }
            }
        },
    );
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

impl Call<'_> {
    /// How many runs there are at a time.
    fn jobs(&self) -> NonZero<usize> {
        self.call.jobs.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.call.patience)
    }

    /// Where the run's trace was asked for.
    fn asked(&self, scenario: &Scenario) -> Option<PathBuf> {
        let out = self.call.trace.as_ref()?;
        Some(if self.several { out.join(kept::file_name(&scenario.name)) } else { out.clone() })
    }

    /// Begins the trace that was asked for. An error is a sentence for people.
    fn record(&self, scenario: &Scenario) -> Result<Option<(Tap, Shared)>, String> {
        let asked = self.asked(scenario);
        asked.map(|out| Shared::begin(self.call, scenario, self.programs, &out)).transpose()
    }

    /// Does a run. Prints nothing; an error is a sentence for people.
    fn carry_out<'s>(&self, run: Run<'s>) -> (Run<'s>, Result<Done, String>) {
        let begun = Instant::now();
        let recorded = if run.only { self.record(run.scenario) } else { Ok(None) };
        let done = recorded.map(|recorded| {
            let (tap, recording) = recorded.unzip();
            let swept = with_seed(run.scenario, self.programs, run.seed, self.patience(), tap);
            Done { swept, recording, took: begun.elapsed() }
        });
        (run, done)
    }

    /// Tells how a scenario ended, and keeps its trace; gives its result. An error is a trace that could not be written,
    /// as a sentence for people.
    fn tell(
        &self,
        scenario: &Scenario,
        swept: Swept,
        mut recording: Option<Shared>,
        summary: &mut Summary,
    ) -> Result<OutcomeLine, String> {
        let Self { arguments, .. } = *self;
        let Swept { case, cases, outcome, judgement, seeds, tapped } = swept;
        if !tapped && let Some((tap, again)) = self.record(scenario)? {
            // It was one of several: it is run once more.
            recording = Some(again);
            let options = Options { seed: Some(outcome.trace.meta().seed), ..Options::default() };
            runner::run_tapped(&case.scenario, self.programs, options, self.patience(), Some(tap));
        }
        let result = report::Outcome::new(&case.scenario, &outcome.trace, &judgement).of_seeds(seeds);
        summary.add(&result);
        let failed = judgement.status().exit_code() != 0;
        let line = OutcomeLine::of(&result, arguments.json().then(|| trace::digest(&outcome.trace)));
        tell(arguments, &result, &line, self.width, case.note.as_deref(), cases);
        if arguments.annotates() {
            line.findings.iter().for_each(|finding| say(annotation::of_finding(&line, finding)));
        }
        let (out, note) = match (self.asked(scenario), recording) {
            (Some(out), Some(recording)) => (out, recording.finish(&outcome)?),
            _ if failed => (kept::keep(&outcome.trace, &scenario.name)?, None),
            _ => return Ok(line),
        };
        if let Some(note) = note {
            eprintln!("note: {}: {note}", scenario.name);
        } else if failed && !arguments.json() {
            say(format_args!("  trace:    {}\n", out.display()));
        }
        Ok(line)
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
