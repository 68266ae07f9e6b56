//! What a turn takes on this machine.
//!
//! Owns how the event loop is driven and timed: no board, no trace, a clock that stands still, many short rounds. A single
//! turn is too short for the machine's clock; a figure is that of a round, by its turns.

use std::rc::Rc;
use std::time::Instant;

use vpyb_core::clock::Clock;
use vpyb_core::{Config, Discipline, Firmware, Overrides, Setup, Step, time};
use vpyb_sim::travel::percentile;

use super::turns::turn;

/// How many rounds there are, and how many turns in one, all tasks together.
const ROUNDS: usize = 300;
const TURNS: usize = 2000;

/// Nanoseconds for a turn.
pub struct OnHost {
    pub discipline: Discipline,
    pub tasks: usize,
    /// How many turns were measured.
    pub turns: usize,
    pub least: f64,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// No timer is armed, so time may stand still.
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> time::Instant {
        time::Instant::ZERO
    }
}

/// Measures so many tasks under a discipline.
pub fn measure(discipline: Discipline, tasks: usize) -> OnHost {
    let turns = (TURNS / tasks).max(1);
    // The first fills caches.
    let mut rounds: Vec<f64> = (0..=ROUNDS).map(|_| round(discipline, tasks, turns)).skip(1).collect();
    rounds.sort_by(f64::total_cmp);
    OnHost {
        discipline,
        tasks,
        turns: ROUNDS * turns * tasks,
        least: rounds[0],
        p50: percentile(&rounds, 50),
        p99: percentile(&rounds, 99),
        max: percentile(&rounds, 100),
    }
}

fn round(discipline: Discipline, tasks: usize, turns: usize) -> f64 {
    let setup = Setup {
        clock: Rc::new(StoppedClock),
        observer: None,
        overrides: Overrides::default(),
        started: None,
    };
    let mut firmware = Firmware::new(setup, (), |top| async move {
        let event_loop = top.event_loop(Config { discipline, runq_len: tasks, waitq_len: tasks });
        for _ in 1..tasks {
            event_loop.create_task(turn(event_loop.clone(), turns as i64, true))?;
        }
        Ok(top.run_until_complete(turn(event_loop, turns as i64, true)).await?)
    });
    let made = firmware.step();
    debug_assert_eq!(made, Step::Main, "the top level makes the tasks");
    let begun = Instant::now();
    while firmware.step() != Step::Done {}
    begun.elapsed().as_nanos() as f64 / (tasks * turns) as f64
}
