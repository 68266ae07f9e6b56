//! Scenario files as tests of a crate: each file and variant one test, named by its path.
//!
//! Owns [`tests`] and [`Test`]. A test harness such as `libtest-mimic` makes a trial of each, so that filters and
//! reports work as for any other test. Knows no harness.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use vpyb_sim::expect::Finding;
use vpyb_sim::report::{self, Paint};
use vpyb_sim::runner::Program;
use vpyb_sim::scenario::{self, model::Scenario};
use vpyb_sim::trace::{Trace, show_instant};
use vpyb_sim::vocabulary;

use super::files::collect;
use super::kept;
use super::sweep::{Swept, sweep};

/// How long one step may keep the host.
const PATIENCE: Duration = Duration::from_secs(10);

/// One scenario, to be run as a test.
pub struct Test {
    scenario: Scenario,
    programs: &'static [Program],
    /// Whether the scenario is no file yet.
    built: bool,
}

/// A test for each scenario below these paths, which are files or folders; names begin as the paths do.
///
/// ```no_run
/// use vpyb_cli::{PROGRAMS, testing};
///
/// for test in testing::tests(&["scenarios"], PROGRAMS).unwrap() {
///     test.run().unwrap_or_else(|report| panic!("{}\n{report}", test.name()));
/// }
/// ```
///
/// # Errors
///
/// What is wrong with the files, all of it, as `vpyb check` would tell it.
pub fn tests(paths: &[&str], programs: &'static [Program]) -> Result<Vec<Test>, String> {
    let vocabulary = vocabulary(programs);
    let (mut tests, mut problems) = (Vec::new(), String::new());
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        if let Err(error) = collect(Path::new(path), &mut files, true) {
            let _ = writeln!(problems, "error: cannot read `{path}`: {error}");
        } else if files.len() == before {
            let _ = writeln!(problems, "error: there is no scenario file (*.toml) under `{path}`");
        }
    }
    for file in files {
        let path = file.to_string_lossy().replace('\\', "/");
        let source = match fs::read_to_string(&file) {
            Ok(source) => source,
            Err(error) => {
                let _ = writeln!(problems, "error: cannot read `{path}`: {error}");
                continue;
            }
        };
        match scenario::parse(&path, &source, &vocabulary) {
            Ok(scenarios) => {
                tests.extend(scenarios.into_iter().map(|scenario| Test { scenario, programs, built: false }))
            }
            Err(found) => {
                let _ = writeln!(problems, "{}\n", scenario::render(&found, &path, &source, false));
            }
        }
    }
    if problems.is_empty() { Ok(tests) } else { Err(problems) }
}

impl Test {
    /// The test of a scenario that was [built](Scenario::builder). If it fails, its text is kept beside its trace.
    pub fn new(scenario: Scenario, programs: &'static [Program]) -> Self {
        Self { scenario, programs, built: true }
    }

    /// The scenario's path, and `::variant` if it has variants.
    pub fn name(&self) -> &str {
        &self.scenario.name
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Runs the scenario and judges it. The trace of a failing run is kept under `target/vpyb`.
    ///
    /// # Errors
    ///
    /// The report of the failure, with the commands that look into its trace.
    pub fn run(&self) -> Result<(), String> {
        let Swept { case, outcome, judgement, seeds, .. } = sweep(&self.scenario, self.programs, PATIENCE);
        if judgement.status().exit_code() == 0 {
            return Ok(());
        }
        let result = report::Outcome::new(&case.scenario, &outcome.trace, &judgement).of_seeds(seeds);
        let report = report::failure(&result, Paint(false));
        let note = case.note.as_ref().map_or(String::new(), |note| format!("{note}\n"));
        let kept = self.keep(&outcome.trace, judgement.findings.first());
        Err(format!("{note}{}\n{kept}", report.trim_end()))
    }

    /// Keeps a trace; says how to look into it, at the instant of a finding.
    fn keep(&self, trace: &Trace, finding: Option<&Finding>) -> String {
        let place = kept::place(&self.scenario.name);
        if let Err(error) = kept::write(trace, &place) {
            return format!("  the trace could not be kept: cannot write `{}`: {error}", place.display());
        }
        if self.built
            && let Err(error) = fs::write(&self.scenario.path, &self.scenario.source)
        {
            return format!(
                "  the scenario could not be kept: cannot write `{}`: {error}",
                self.scenario.path
            );
        }
        let seq = finding.and_then(|finding| finding.focus).map(|focus| focus.to);
        let at = seq.and_then(|seq| trace.get(seq)).map_or(trace.end(), |record| record.at);
        let (place, at) = (place.display(), show_instant(at));
        // Without a record to ask about, what was so at the end is what can be asked.
        let why = match seq {
            Some(seq) => format!("  why:      vpyb trace why {place} {}", seq.0),
            None => format!("  then:     vpyb trace at {place} '{at}'"),
        };
        format!(
            "{why}\n  look:     vpyb view {place} --at '{at}'\n  page:     vpyb report {place} -o run.html"
        )
    }
}
