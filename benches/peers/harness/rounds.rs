//! The rounds: every case once in each, in an order that rotates.
//!
//! Owns [`Case`], [`Plan`], [`measure`]. What disturbs the machine for longer than a round disturbs all
//! cases of that round, so a ratio within one round is worth more than a time.

use std::time::Duration;

/// What a case is to the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing can do the work in less.
    Limit,
    /// Somebody else's.
    Peer,
    /// This project's.
    Ours,
}

/// Has so many tasks do it so many times each; gives the wall time from the first resumption to the last
/// task's end. Making the tasks is not in it, their end is.
pub type Round = Box<dyn FnMut(usize, u32) -> Duration>;

/// An executor with one way to do what is measured.
pub struct Case {
    pub name: &'static str,
    pub role: Role,
    /// It does one part of the events in so many, because it would take too long. By number of tasks.
    pub share: fn(usize) -> usize,
    /// Bytes that each event leaves behind, where that is compared, too.
    pub bytes: Option<f64>,
    pub round: Round,
}

impl Case {
    /// The limit.
    pub fn limit(name: &'static str, round: Round) -> Self {
        Self::new(name, Role::Limit, round)
    }

    /// One of somebody else.
    pub fn peer(name: &'static str, round: Round) -> Self {
        Self::new(name, Role::Peer, round)
    }

    /// One of ours.
    pub fn ours(name: &'static str, round: Round) -> Self {
        Self::new(name, Role::Ours, round)
    }

    fn new(name: &'static str, role: Role, round: Round) -> Self {
        Self { name, role, share: |_| 1, bytes: None, round }
    }

    /// The case, doing one part of the events in so many.
    pub fn sharing(self, share: fn(usize) -> usize) -> Self {
        Self { share, ..self }
    }

    /// The case, which leaves so many bytes behind for each event.
    pub fn leaving(self, bytes: f64) -> Self {
        Self { bytes: Some(bytes), ..self }
    }
}

/// How often everything is run.
pub struct Plan {
    pub rounds: usize,
    /// Rounds before those, which do not count.
    pub warm_up: usize,
    /// How often it is done in a round of one case, all tasks together.
    pub events: usize,
    /// How often each task does it at the least.
    pub turns: usize,
}

/// So many tasks, or more, are run in one round of [`SELDOM`], for they take long.
const MANY: usize = 10_000;
const SELDOM: usize = 6;

/// Figures for each time: `of[case][size][round]`.
pub struct Samples {
    pub of: Vec<Vec<Vec<f64>>>,
}

/// Runs all rounds. The case that begins moves on by one each round, and every second round goes backwards,
/// so that no case always runs after the same other one.
pub fn measure(cases: &mut [Case], sizes: &[usize], plan: &Plan) -> Samples {
    let mut of = vec![vec![Vec::with_capacity(plan.rounds); sizes.len()]; cases.len()];
    for round in 0..plan.warm_up + plan.rounds {
        for (size, &tasks) in sizes.iter().enumerate() {
            if tasks >= MANY && !round.is_multiple_of(SELDOM) {
                continue;
            }
            for place in 0..cases.len() {
                let place = if round % 2 == 0 { place } else { cases.len() - 1 - place };
                let case = (place + round / 2) % cases.len();
                let events = plan.events / (cases[case].share)(tasks);
                let turns = u32::try_from(events / tasks).expect("a round is short").max(plan.turns as u32);
                let elapsed = (cases[case].round)(tasks, turns);
                if round >= plan.warm_up || (tasks >= MANY && plan.rounds < SELDOM) {
                    of[case][size].push(elapsed.as_nanos() as f64 / (tasks * turns as usize) as f64);
                }
            }
        }
    }
    Samples { of }
}
