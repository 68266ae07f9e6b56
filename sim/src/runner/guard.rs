//! The watchdog: a run whose code touches no board and never returns is given up.
//!
//! Owns the only wall clock of the simulator. It lies outside the promise of determinism, and takes no
//! other run down: the thread that hangs is left behind.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::drive::{Options, Outcome, run_with};
use super::program::Program;
use super::tap::{Tap, Tapped};
use crate::scenario::model::Scenario;
use crate::trace::{Kind, Meta, Trace};

/// Beats once for each step of a run.
#[derive(Clone, Default)]
pub(super) struct Heart(Arc<AtomicU64>);

impl Heart {
    pub fn beat(&self) {
        // Nobody else changes it, so that it need not be one access.
        self.0.store(self.beats() + 1, Ordering::Relaxed);
    }

    fn beats(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs a scenario on a thread of its own and gives it up if one step keeps the host for longer than
/// `patience`. The verdict is then `guard`, and the trace holds nothing else.
pub fn run_guarded(
    scenario: &Scenario,
    programs: &'static [Program],
    options: Options,
    patience: Duration,
) -> Outcome {
    run_tapped(scenario, programs, options, patience, None)
}

/// As [`run_guarded`]; `tap` is shown the trace while it grows. A run that was given up does not call it any more.
pub fn run_tapped(
    scenario: &Scenario,
    programs: &'static [Program],
    options: Options,
    patience: Duration,
    tap: Option<Tap>,
) -> Outcome {
    let heart = Heart::default();
    let (sender, receiver) = mpsc::channel();
    let (own, beating) = (scenario.clone(), heart.clone());
    let runner = thread::Builder::new().name(scenario.name.clone()).stack_size(16 << 20);
    let spawned = runner.spawn(move || {
        // Nobody listens any more if the run was given up.
        sender.send(run_with(&own, programs, options, &beating, Tapped::by(tap))).ok();
    });
    let Ok(_handle) = spawned else { return given_up(scenario, options, "panic: no thread to run it on") };
    loop {
        let before = heart.beats();
        match receiver.recv_timeout(patience) {
            Ok(outcome) => return outcome,
            Err(mpsc::RecvTimeoutError::Timeout) if heart.beats() != before => {}
            Err(mpsc::RecvTimeoutError::Timeout) => return given_up(scenario, options, "guard"),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return given_up(scenario, options, "panic: the run's thread ended without a result");
            }
        }
    }
}

fn given_up(scenario: &Scenario, options: Options, verdict: &str) -> Outcome {
    let meta = Meta {
        scenario: scenario.name.clone(),
        seed: options.seed.unwrap_or(scenario.run.seed),
        board: scenario.board.model.clone(),
        scheduler: scenario.cpu.scheduler.clone(),
        profile: scenario.cpu.profile.clone(),
        ..Meta::default()
    };
    let mut trace = Trace::new(meta);
    let name = trace.name(verdict);
    trace.push(vpyb_core::time::Instant::ZERO, None, Kind::Verdict { verdict: name });
    Outcome { trace, verdict: verdict.into(), opportunities: Vec::new() }
}
