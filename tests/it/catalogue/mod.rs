//! The tutorial's examples that must be there as scenarios.
//!
//! Owns the list of folders below `scenarios`, by section, with the files that each must have; no folder is there that
//! is not in it. What each example shows, and which expectation checks it, is in `claims`; when it should print what, in
//! `reference`. That expectations hold is
//! tested by running them; that a recorded file agrees with its recording, in `named`.

mod claims;
mod reference;

use std::collections::BTreeSet;
use std::fs;

use crate::checked_in::root;

/// An example that has a recording.
const BOTH: &[&str] = &["recorded.toml", "board.toml"];

/// Folders, each with the files that it must have.
type Folders = &'static [(&'static str, &'static [&'static str])];

/// Sections 1 and 2: tasks, callbacks, delays.
const TASKS: Folders = &[
    ("aledflash", BOTH),
    ("counter", BOTH),
    ("round_robin", BOTH),
    ("callbacks", BOTH),
    ("bound_method", &["board.toml"]),
    ("delays", &["up_to_1_ms_short.toml", "overrun.toml"]),
];

/// Section 3: what tasks share.
const SHARING: Folders = &[
    ("lock", BOTH),
    ("event", BOTH),
    ("barrier", BOTH),
    ("semaphore", BOTH),
    ("queue", BOTH),
    ("aqtest", BOTH),
    ("asyntest", BOTH),
    ("astests", &["recorded.toml", "switch.toml", "button.toml"]),
    ("buttons", &["bounce.toml", "every_bounce.toml", "replayed.toml"]),
    ("waiting", &["event.toml", "lock.toml", "queue.toml", "gather.toml"]),
    ("deadly_embrace", &["official.toml", "polled.toml"]),
];

/// Section 4: what can be awaited.
const AWAITING: Folders =
    &[("awaitable", BOTH), ("chain", BOTH), ("async_iterator", BOTH), ("context_manager", BOTH)];

/// Section 5: errors, cancellation, time-outs.
const ENDING: Folders = &[
    ("exceptions", &["recorded.toml", "recorded_ctrl_c.toml", "board.toml", "ctrl_c.toml"]),
    ("cancel_sleeper", BOTH),
    ("cancel_awaited", BOTH),
    ("cancel_reader", BOTH),
    ("cancellation", BOTH),
    ("wait_for", BOTH),
    ("asyn_demos", BOTH),
    ("cantest", BOTH),
];

/// Section 6: hardware.
const HARDWARE: Folders = &[
    ("poll_flag", BOTH),
    ("polling", &["board.toml"]),
    ("apoll", &["board.toml"]),
    ("accel", &["polled.toml"]),
    (
        "hogs",
        &[
            "overrun.toml",
            "board.toml",
            "bigger_buffer.toml",
            "lower_baud.toml",
            "rts_cts.toml",
            "four_ms.toml",
        ],
    ),
    ("load", &["worst_case_delay.toml"]),
    ("record_uart", &["recorded.toml", "recorded_slow.toml", "board.toml"]),
    ("uart_loopback", &["recorded.toml", "hello.toml", "unlinked.toml", "wrong_baud.toml"]),
    ("auart_hd", BOTH),
    ("ms_timer", BOTH),
    ("pin_call", &["recorded.toml", "recorded_test.toml", "board.toml"]),
    ("iorw", BOTH),
    ("aremote", &["recorded.toml", "remote.toml", "deformed.toml", "jitter.toml", "late.toml"]),
    ("htu_test", &["board.toml", "recovery.toml", "absent.toml"]),
    ("htu21d", &["no_hold.toml", "stuck_bus.toml"]),
    ("lm75", &["conversions.toml"]),
];

/// Section 7: hints and tips.
const HINTS: Folders = &[
    ("heartbeat", &["board.toml"]),
    ("retained_state", &["kept.toml", "interrupted.toml"]),
    ("stall", &["gc_pause.toml", "idle.toml"]),
    ("client_server", &["echo.toml", "outage.toml", "reset.toml", "look_up.toml", "connect_in_vain.toml"]),
    ("loop_args", BOTH),
];

/// Section 8: notes for beginners.
const BEGINNERS: Folders = &[
    ("superloop", &["board.toml"]),
    ("blocking_read", &["board.toml"]),
    ("led_async", BOTH),
    ("hello", BOTH),
    ("busy_wait", BOTH),
    ("long_computation", &["board.toml"]),
];

/// The benchmarks.
const BENCHMARKS: Folders = &[
    ("rate", BOTH),
    ("latency", BOTH),
    ("call_lp", BOTH),
    ("overdue", BOTH),
    ("priority_test", BOTH),
    ("fast_can", BOTH),
];

/// What the simulator adds: wires, interrupts, faults, and how a run may end.
const BOARD: Folders = &[
    ("edges", &["busy.toml", "coalesced.toml", "masked.toml"]),
    ("electrics", &["contention.toml", "unplugged.toml", "pulls.toml"]),
    (
        "faults",
        &[
            "checksum.toml",
            "line.toml",
            "sensor.toml",
            "stuck.toml",
            "bytes.toml",
            "interrupts.toml",
            "wires.toml",
            "bus.toml",
        ],
    ),
    ("timers", &["storm.toml", "ticks.toml", "stopped.toml"]),
    ("uart_line", &["frames.toml", "idle.toml", "flow.toml", "buffers.toml"]),
    ("livelock", &["only_yields.toml"]),
    ("verdicts", &["limit.toml", "stuck.toml", "allowed.toml"]),
];

fn all() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let sections =
        [TASKS, SHARING, AWAITING, ENDING, HARDWARE, HINTS, BEGINNERS, BENCHMARKS, BOARD].into_iter();
    sections.flatten().copied()
}

#[test]
fn every_example_has_its_scenarios() {
    let names = all().flat_map(|(folder, files)| files.iter().map(move |file| format!("{folder}/{file}")));
    let missing: Vec<String> = names.filter(|name| !root().join("scenarios").join(name).is_file()).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_folder_is_in_the_list() {
    let listed: BTreeSet<String> = all().map(|(folder, _)| folder.to_owned()).collect();
    assert_eq!(listed.len(), all().count(), "a folder is listed twice");
    let entries = fs::read_dir(root().join("scenarios")).expect("a folder");
    let entries = entries.map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| {
        entry.path().is_dir() && !["src", "target"].iter().any(|it| entry.file_name() == *it)
    });
    let there: BTreeSet<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there, listed, "the folders that are there, and those that are listed");
}
