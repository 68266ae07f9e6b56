//! The runs of a scenario: one, or one for each of its seeds and for each opportunity of its faults.
//!
//! Owns which of several runs is told: the first that fails, else one that holds. Prints nothing. Only a run that is the only
//! one can be recorded while it goes on: of several nobody knows which is told.

use std::time::Duration;

use vpyb_core::time;

use vpyb_sim::expect::{self, Judgement};
use vpyb_sim::report::Seeds;
use vpyb_sim::runner::{self, Case, Options, Outcome, Program, Tap};
use vpyb_sim::scenario::model::Scenario;

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

/// The seeds of a scenario's runs: this one, or each of its own; `None` is the one that it names.
pub fn seeds(scenario: &Scenario, seed: Option<u64>) -> Vec<Option<u64>> {
    match &scenario.run.seeds {
        Some(range) if seed.is_none() => range.clone().map(Some).collect(),
        _ => vec![seed],
    }
}

/// Runs a scenario with each of its seeds and judges each run.
///
/// # Panics
///
/// If the scenario was not checked against these programs.
pub fn sweep(scenario: &Scenario, programs: &'static [Program], patience: Duration) -> Swept {
    let mut told = Told::default();
    for seed in seeds(scenario, None) {
        told.add(with_seed(scenario, programs, seed, patience, None));
    }
    told.finish().expect("a scenario has a run")
}

/// What is known of a scenario by the runs that are over.
#[derive(Default)]
pub struct Told {
    told: Option<Swept>,
    seeds: Seeds,
}

impl Told {
    /// A run is over, with the next seed.
    pub fn add(&mut self, swept: Swept) {
        self.seeds.run += 1;
        self.seeds.virtual_time += swept.outcome.trace.end().since(time::Instant::ZERO);
        let fails = swept.fails();
        let seed = swept.outcome.trace.meta().seed;
        if self.told.is_none() || (fails && self.seeds.failed.is_empty()) {
            self.told = Some(swept);
        }
        if fails {
            self.seeds.failed.push(seed);
        }
    }

    /// All runs are over; gives the one to be told, if there was one.
    pub fn finish(self) -> Option<Swept> {
        let Self { told, seeds } = self;
        let several = seeds.run > 1;
        told.map(|told| Swept { seeds: several.then_some(seeds), ..told })
    }
}

/// Runs one case after the other until one fails. The only one is shown to `tap`.
///
/// # Panics
///
/// If the scenario was not checked against these programs.
pub fn with_seed(
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
