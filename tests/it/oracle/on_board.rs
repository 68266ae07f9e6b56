//! Families of recorded programs, replayed as scenario files on the simulated board.
//!
//! Owns which families need nothing that is otherwise there: the recordings' bytes arrive at the end of their stop bit,
//! a real receiver's in its middle.

use serde_json::Value;
use vpyb_core::time::{Duration, Instant};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::{Action, Actor, Level, Op, Scenario, Step, Task, When};

use super::families::{judge, replay_family};
use super::program::edges;
use super::{folder, json_lines, recording, scenario};
use crate::bench::{Comparison, ERROR, WELL};

/// The task that sets handlers up before all others run. It is no part of the recordings, and costs nothing.
const SETTING_UP: &str = "irq";

/// Puts pins on the bench: handlers that set events, and what drives the pins from outside.
fn add_pins(scenario: &mut Scenario, program: &Value) {
    let mut script = Vec::new();
    for (i, pin) in program["objects"]["pin"].as_array().into_iter().flatten().enumerate() {
        script.push(Op::OnEdge {
            pin: format!("pin{i}"),
            edge: edges(&pin[2]),
            event: format!("event{}", pin[1]),
        });
    }
    if script.is_empty() {
        return;
    }
    scenario.tasks.insert(0, Task { name: SETTING_UP.into(), start: true, script });
    scenario.cpu.task_step.insert(SETTING_UP.into(), Duration::ZERO);
    let mut steps = Vec::new();
    for (pin, levels) in program["hw"]["pins"].as_object().into_iter().flatten() {
        for level in levels.as_array().expect("levels") {
            let at = Instant::from_micros(level[0].as_u64().expect("microseconds"));
            let level = if level[1] == 1 { Level::High } else { Level::Low };
            let action = Action::Drive { pin: pin.clone(), level: Some(level) };
            steps.push((at, Step { when: When::At(at), action, mark: None, span: 0..0 }));
        }
    }
    // One actor for all: at equal times the pins keep their order.
    steps.sort_by_key(|(at, _)| *at);
    let steps = steps.into_iter().map(|(_, step)| step).collect();
    scenario.actors.push(Actor { name: "outside".into(), steps });
}

/// Puts what happens to several pins at one instant in the order of the pins. Handlers run after all edges of an
/// instant here; on the recordings' bench one pin comes after the other.
fn by_pin(lines: &mut [String]) {
    let pin = |line: &String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[1..] {
            ["pin", pin, _] => Some((words[0].to_owned(), pin.to_owned())),
            ["op", "-", "pin_edge", what, _] => {
                Some((words[0].to_owned(), what.split('=').next()?.to_owned()))
            }
            _ => None,
        }
    };
    let same =
        |a: &String, b: &String| pin(a).is_some() && pin(a).map(|(at, _)| at) == pin(b).map(|(at, _)| at);
    lines.chunk_by_mut(same).for_each(|instant| instant.sort_by_key(pin));
}

/// Replays one recording of a program.
fn replay(name: &str, recorded_in: &str) -> Comparison {
    let program = json_lines(&folder().join(format!("programs/{name}.json"))).remove(0);
    let recording = json_lines(&super::file_of(recorded_in, name));
    let mut scenario = scenario(&program, &recording[0], recorded_in);
    add_pins(&mut scenario, &program);
    let outcome = runner::run(&scenario, &[], Options::default());
    let mut ours = recording::lines(&outcome.trace, scenario.cpu.step.expect("the file says it"));
    ours.retain(|line| {
        !["create", "step", "op"].iter().any(|word| line[10..].starts_with(&format!("{word} {SETTING_UP}")))
    });
    by_pin(&mut ours);
    judge(name, &recording, ours, if outcome.verdict.starts_with("error") { ERROR } else { WELL })
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
    mixed_programs_of_the_second_family_agree: "rnd2_mixed_",
    events_from_interrupts_agree: "rnd2_hwev_",
}
