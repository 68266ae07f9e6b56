//! The rounds: every case once in each, in an order that rotates.
//!
//! Owns [`Case`], [`Plan`], [`measure`]. What disturbs the machine for longer than a round disturbs all
//! cases of that round, so a ratio within one round is worth more than a time.

use std::time::Duration;

/// An executor with one way to do what is measured.
pub struct Case {
    pub name: &'static str,
    /// Has so many tasks do it so many times each; gives the wall time from the first resumption to the last
    /// task's end. Making the tasks is not in it, their end is.
    pub round: Box<dyn FnMut(usize, u32) -> Duration>,
}

/// How often everything is run.
pub struct Plan {
    pub rounds: usize,
    /// Rounds before those, which do not count.
    pub warm_up: usize,
    /// How often it is done in a round of one case, all tasks together.
    pub events: usize,
}

/// Nanoseconds for each time: `of[case][size][round]`.
pub struct Samples {
    pub of: Vec<Vec<Vec<f64>>>,
}

/// Runs all rounds. The case that begins moves on by one each round, and every second round goes backwards,
/// so that no case always runs after the same other one.
pub fn measure(cases: &mut [Case], sizes: &[usize], plan: &Plan) -> Samples {
    let mut of = vec![vec![Vec::with_capacity(plan.rounds); sizes.len()]; cases.len()];
    for round in 0..plan.warm_up + plan.rounds {
        for (size, &tasks) in sizes.iter().enumerate() {
            for place in 0..cases.len() {
                let place = if round % 2 == 0 { place } else { cases.len() - 1 - place };
                let case = (place + round / 2) % cases.len();
                let turns = u32::try_from(plan.events / tasks).expect("a round is short").max(1);
                let elapsed = (cases[case].round)(tasks, turns);
                if round >= plan.warm_up {
                    of[case][size].push(elapsed.as_nanos() as f64 / (tasks * turns as usize) as f64);
                }
            }
        }
    }
    Samples { of }
}
