//! Families of recorded programs, replayed on the byte-level bench.
//!
//! Owns how a recorded program is set up there, and which families there are. A recording that ends in a crash
//! agrees if ours does the same to its last step and then fails too.

use serde_json::Value;
use vpyb_core::{Config, Discipline, Overrides, TaskError, Top};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::script::{Objects, Scripts};

use super::program::edges;
use super::{file_of, folder, json_lines, names, recorded_in, scenario};
use crate::bench::{self, Comparison, Prices, Settings, TestBoard};

/// Sets events at edges of pins, as the second family's programs do in their interrupt handlers.
fn watch_pins(program: &Value, objects: &Objects<TestBoard>) {
    for (i, pin) in program["objects"]["pin"].as_array().into_iter().flatten().enumerate() {
        let event = &objects.events[&format!("event{}", pin[1])];
        let set_up = objects.pins[&format!("pin{i}")].on_edge(edges(&pin[2]), event);
        set_up.expect("pins of the bench have lines of their own");
    }
}

/// The top level of a recorded program.
async fn top_level(top: Top<TestBoard>, program: Value, scenario: Scenario) -> Result<(), TaskError> {
    let event_loop = top.event_loop(Config::default());
    let objects = Objects::open(top.board(), &event_loop, &scenario.objects)?;
    watch_pins(&program, &objects);
    let scripts = Scripts::new(top.board().clone(), event_loop, objects, &scenario.tasks);
    for task in scenario.tasks.iter().filter(|task| task.start && task.name != "main") {
        scripts.create(&task.name)?;
    }
    if !scenario.phases.is_empty() {
        return scripts.run_phases(&top, scenario.phases).await;
    }
    top.run_until_complete(scripts.main("main")).named("main").await?;
    Ok(())
}

/// The discipline under which a recording was made; the lengths of further queues stand behind the usual two.
fn discipline(recorded_in: &str, program: &Value, meta: &Value) -> Discipline {
    let length = |i: usize| meta["loop"][i].as_u64().unwrap_or(0) as usize;
    let max_overdue_ms = program["max_overdue_ms"].as_i64().unwrap_or(0) as i32;
    match recorded_in {
        "v2" => Discipline::UasyncioV2,
        _ => Discipline::FastIo { ioq_len: length(2), lp_len: length(3), max_overdue_ms },
    }
}

/// Replays one recording of a program.
fn replay(name: &str, recorded_in: &str) -> Comparison {
    let program = json_lines(&folder().join(format!("programs/{name}.json"))).remove(0);
    let recording = json_lines(&file_of(recorded_in, name));
    let meta = &recording[0];
    let scenario = scenario(&program, meta, recorded_in);
    let us = |key: &str| meta[key].as_u64().expect("microseconds");
    let settings = Settings {
        hw: &meta["hw"],
        prices: Prices { step: us("step_us"), callback: us("cb_us") },
        start: us("start_us"),
        until: us("until_us"),
        overrides: Overrides {
            discipline: Some(discipline(recorded_in, &program, meta)),
            runq_len: scenario.cpu.runq_len,
            waitq_len: scenario.cpu.waitq_len,
            ..Overrides::default()
        },
        started: None,
        cancellables: &[],
    };
    let (mut ours, end) = bench::run(settings, move |top| top_level(top, program, scenario));
    // The scripts' own lines on the console are no part of the recordings.
    ours.retain(|line| !line[9..].starts_with(" print "));
    judge(name, &recording, ours, bench::ending(&end))
}

/// Compares our lines of a run with a recording's; see [`bench::judge`].
pub fn judge(name: &str, recording: &[Value], ours: Vec<String>, ending: &str) -> Comparison {
    let theirs = recording.iter().filter_map(bench::recorded).collect();
    bench::judge(name, recording, theirs, ours, ending)
}

/// The recordings of a family: each program's, with the folder that it is in.
pub fn recordings(prefix: &str) -> Vec<(String, &'static str)> {
    let names = names(prefix);
    assert!(!names.is_empty(), "there are programs of the family {prefix}");
    let each = |name: String| {
        let folders = recorded_in(&name);
        assert!(!folders.is_empty(), "{name} is not recorded");
        folders.into_iter().map(move |recorded_in| (name.clone(), recorded_in))
    };
    names.into_iter().flat_map(each).collect()
}

/// Replays every recording of a family in a way that is given; all have to agree.
pub fn replay_family(prefix: &str, replay: impl Fn(&str, &str) -> Comparison) {
    let (mut total, mut agree, mut lines, mut differences) = (0, 0, 0, String::new());
    for (name, recorded_in) in recordings(prefix) {
        let Comparison { same, difference } = replay(&name, recorded_in);
        (total, lines) = (total + 1, lines + same);
        match difference {
            None => agree += 1,
            Some(parts) => differences.push_str(&format!("{recorded_in}: {}", parts.text)),
        }
    }
    println!("{agree} of {total} recordings of the family {prefix} agree, {lines} lines");
    assert!(differences.is_empty(), "{agree} of {total}\n{differences}");
}

macro_rules! families {
    ($($(#[$about:meta])* $test:ident: $prefix:literal,)+) => {
        /// The families, by how their names begin.
        pub const FAMILIES: &[&str] = &[$($prefix),+];

        $($(#[$about])* #[test] fn $test() { replay_family($prefix, replay); })+
    };
}

families! {
    /// Sleeps and zero delays, at no cost.
    sleeps_agree: "rnd_sleep_",
    /// Sleeps and busy delays, where steps and callbacks cost time.
    busy_steps_agree: "rnd_busy_",
    /// Polled locks, events and semaphores; barriers.
    polled_primitives_agree: "rnd_asyn_",
    /// The official lock.
    official_locks_agree: "rnd_olock_",
    /// Cancellation of sleeping, waiting and finished tasks.
    cancellations_agree: "rnd_cancel_",
    /// Time-outs around waits for primitives.
    timeouts_agree: "rnd_timeout_",
    /// Nested and leftover time-outs.
    nested_timeouts_agree: "rnd_waitfor_",
    /// Queues of the loop that are too short.
    short_queues_agree: "rnd_small_",
    /// Streams: readers, writers, time-outs around them.
    streams_agree: "rnd_io_",
    /// All of these together.
    mixed_programs_agree: "rnd_mixed_",
    /// Low-priority waits and callbacks.
    low_priority_agrees: "rnd2_lp_",
    /// Barriers with callbacks, triggers and too many tasks.
    barriers_agree: "rnd2_barrier_",
    /// Bounded semaphores.
    bounded_semaphores_agree: "rnd2_bsem_",
    /// Conditions.
    conditions_agree: "rnd2_cond_",
    /// Gathered tasks, with time-outs.
    gathered_tasks_agree: "rnd2_gather_",
    /// Sleeps in parts.
    sleeps_in_parts_agree: "rnd2_gsleep_",
    /// Named tasks.
    named_tasks_agree: "rnd2_named_",
    /// Groups of cancellable tasks.
    groups_agree: "rnd2_group_",
    /// A millisecond counter that wraps during the run.
    wrapping_ticks_agree: "rnd2_wrap_",
    /// Several runs of one loop, stopped and failed ones among them.
    several_runs_agree: "rnd2_loopctl_",
    /// All of the second family together.
    mixed_programs_of_the_second_family_agree: "rnd2_mixed_",
    /// Events that interrupt handlers set.
    events_from_interrupts_agree: "rnd2_hwev_",
}
