//! The runs of a scenario: one, or one for each of its seeds and for each opportunity of its faults.
//!
//! Owns which of several runs is told: the first that fails, else one that holds. Prints nothing. Only a run that is the only
//! one can be recorded while it goes on: of several nobody knows which is told.

use std::time::Duration;

use vpyb_core::time;

use crate::expect::{self, Judgement};
use crate::report::Seeds;
use crate::runner::{self, Case, Options, Outcome, Program, Tap};
use crate::scenario::model::Scenario;

/// The run to be told.
pub struct Swept {
    /// What was run.
    pub case: Case,
    /// Of how many opportunities of faults it is one; 1 if there are none.
    pub cases: usize,
    /// What happened.
    pub outcome: Outcome,
    /// What it was found to be.
    pub judgement: Judgement,
    /// How the runs with all seeds ended, if there are several.
    pub seeds: Option<Seeds>,
    /// Whether it was shown to whoever records it.
    pub tapped: bool,
}

/// Runs a scenario with this seed, or with each of its own, and judges each run. The only one is shown to `tap`.
pub fn sweep(
    scenario: &Scenario,
    programs: &'static [Program],
    seed: Option<u64>,
    patience: Duration,
    tap: Option<Tap>,
) -> Swept {
    let Some(range) = scenario.run.seeds.clone().filter(|_| seed.is_none()) else {
        return with_seed(scenario, programs, seed, patience, tap);
    };
    let mut seeds = Seeds::default();
    let mut told: Option<Swept> = None;
    for seed in range {
        let swept = with_seed(scenario, programs, Some(seed), patience, None);
        seeds.run += 1;
        seeds.virtual_time += swept.outcome.trace.end().since(time::Instant::ZERO);
        let fails = swept.fails();
        if told.is_none() || (fails && seeds.failed.is_empty()) {
            told = Some(swept);
        }
        if fails {
            seeds.failed.push(seed);
        }
    }
    let mut told = told.expect("a range of seeds is not empty");
    told.seeds = Some(seeds);
    told
}

/// Runs one case after the other until one fails.
fn with_seed(
    scenario: &Scenario,
    programs: &'static [Program],
    seed: Option<u64>,
    patience: Duration,
    tap: Option<Tap>,
) -> Swept {
    let options = Options { seed, ..Options::default() };
    let cases = runner::cases(scenario, programs, options, patience);
    let (count, mut told) = (cases.len(), None);
    let mut tap = tap.filter(|_| count == 1);
    let tapped = tap.is_some();
    for case in cases {
        let outcome = runner::run_tapped(&case.scenario, programs, options, patience, tap.take());
        let judgement = expect::judge(&outcome.trace, &case.scenario);
        let swept = Swept { case, cases: count, outcome, judgement, seeds: None, tapped };
        let fails = swept.fails();
        told = Some(swept);
        if fails {
            break;
        }
    }
    told.expect("a scenario has a case")
}

impl Swept {
    fn fails(&self) -> bool {
        self.judgement.status().exit_code() != 0
    }
}
