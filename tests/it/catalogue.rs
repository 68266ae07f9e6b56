//! The tutorial's examples that must be there as scenarios.
//!
//! Owns the list of folders below `scenarios`, by section, with the files that each must have. What the files say is
//! tested by running them; that a recorded one agrees with its recording, in `named`.

use crate::checked_in::root;

/// An example that has a recording.
const BOTH: &[&str] = &["recorded.toml", "board.toml"];

/// Folders, each with the files that it must have.
type Folders = &'static [(&'static str, &'static [&'static str])];

/// Sections 1 and 2: tasks, callbacks, delays.
const TASKS: Folders = &[
    ("aledflash", &["board.toml"]),
    ("counter", BOTH),
    ("round_robin", &["recorded.toml", "three_tasks.toml"]),
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
    ("astests", &["switch.toml", "button.toml"]),
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
    ("hogs", &["overrun.toml", "bigger_buffer.toml", "lower_baud.toml", "rts_cts.toml", "four_ms.toml"]),
    ("load", &["worst_case_delay.toml"]),
    ("record_uart", &["recorded.toml", "recorded_slow.toml", "board.toml"]),
    ("uart_loopback", &["recorded.toml", "hello.toml", "unlinked.toml", "wrong_baud.toml"]),
    ("auart_hd", &["board.toml"]),
    ("ms_timer", BOTH),
    ("pin_call", BOTH),
    ("iorw", &["board.toml"]),
    ("aremote", &["remote.toml", "deformed.toml"]),
    ("htu_test", &["board.toml"]),
];

/// Section 7: hints and tips.
const HINTS: Folders = &[("heartbeat", &["board.toml"]), ("stall", &["gc_pause.toml"]), ("loop_args", BOTH)];

/// Section 8: notes for beginners.
const BEGINNERS: Folders = &[
    ("superloop", &["board.toml"]),
    ("blocking_read", &["board.toml"]),
    ("led_async", &["board.toml"]),
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
    ("fast_can", &["board.toml"]),
];

#[test]
fn every_example_has_its_scenarios() {
    let mut missing = Vec::new();
    let all = [TASKS, SHARING, AWAITING, ENDING, HARDWARE, HINTS, BEGINNERS, BENCHMARKS].concat();
    for (folder, files) in all {
        for file in files {
            let name = format!("scenarios/{folder}/{file}");
            if !root().join(&name).is_file() {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
