//! The runs of a scenario: one, or one for each of its seeds.
//!
//! Owns which of several runs is told: the first that fails, else the first of all. Prints nothing.

use std::time::Duration;

use crate::expect::{self, Judgement};
use crate::report::Seeds;
use crate::runner::{self, Options, Outcome, Program};
use crate::scenario::model::Scenario;
use vpyb_core::time;

/// The run to be told.
pub struct Swept {
    /// What happened.
    pub outcome: Outcome,
    /// What it was found to be.
    pub judgement: Judgement,
    /// How the runs with all seeds ended, if there are several.
    pub seeds: Option<Seeds>,
}

/// Runs a scenario with this seed, or with each of its own, and judges each run.
pub fn sweep(
    scenario: &Scenario,
    programs: &'static [Program],
    seed: Option<u64>,
    patience: Duration,
) -> Swept {
    let one = |seed| {
        let options = Options { seed, ..Options::default() };
        let outcome = runner::run_guarded(scenario, programs, options, patience);
        let judgement = expect::judge(&outcome.trace, scenario);
        Swept { outcome, judgement, seeds: None }
    };
    let Some(range) = scenario.run.seeds.clone().filter(|_| seed.is_none()) else { return one(seed) };
    let mut seeds = Seeds::default();
    let mut told: Option<Swept> = None;
    for seed in range {
        let swept = one(Some(seed));
        seeds.run += 1;
        seeds.virtual_time += swept.outcome.trace.end().since(time::Instant::ZERO);
        let fails = swept.judgement.status().exit_code() != 0;
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
