//! Families of recorded programs, replayed as scenario files on the simulated board.
//!
//! Owns which families need nothing that is otherwise there: the recordings' bytes arrive at the end of their stop bit,
//! a real receiver's in its middle.

use vpyb_sim::runner::{self, Options};

use super::families::{judge, replay_family};
use super::{folder, json_lines, recording, scenario};
use crate::bench::Comparison;

/// Replays one recording of a program.
fn replay(name: &str, recorded_in: &str) -> Comparison {
    let program = json_lines(&folder().join(format!("programs/{name}.json"))).remove(0);
    let recording = json_lines(&folder().join(format!("{recorded_in}/{name}.jsonl")));
    let scenario = scenario(&program, &recording[0], recorded_in);
    let outcome = runner::run(&scenario, &[], Options::default());
    let ours = recording::lines(&outcome.trace, scenario.cpu.step.expect("the file says it"));
    judge(name, &recording, ours, outcome.verdict.starts_with("error"))
}

macro_rules! families {
    ($($test:ident: $prefix:literal,)+) => {
        $(#[test] fn $test() { replay_family($prefix, replay); })+
    };
}

families! {
    sleeps_agree: "rnd_sleep_",
    busy_steps_agree: "rnd_busy_",
    polled_primitives_agree: "rnd_asyn_",
    official_locks_agree: "rnd_olock_",
    cancellations_agree: "rnd_cancel_",
    timeouts_agree: "rnd_timeout_",
    nested_timeouts_agree: "rnd_waitfor_",
    short_queues_agree: "rnd_small_",
    mixed_programs_agree: "rnd_mixed_",
    low_priority_agrees: "rnd2_lp_",
    barriers_agree: "rnd2_barrier_",
    bounded_semaphores_agree: "rnd2_bsem_",
    conditions_agree: "rnd2_cond_",
    gathered_tasks_agree: "rnd2_gather_",
    sleeps_in_parts_agree: "rnd2_gsleep_",
    named_tasks_agree: "rnd2_named_",
    groups_agree: "rnd2_group_",
    wrapping_ticks_agree: "rnd2_wrap_",
    several_runs_agree: "rnd2_loopctl_",
}
