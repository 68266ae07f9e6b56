//! The recordings of the tutorial's examples, and which program of the scenarios crate replays each.

use super::case::{Case, Example};

/// A case of this program, told these arguments.
macro_rules! case {
    ($recording:literal, $program:ident $(, $name:ident = $value:literal)*) => {
        Case::example($recording, Example {
            name: stringify!($program),
            specs: vpyb_scenarios::$program::ARGS,
            args: &[$((stringify!($name), $value)),*],
            main: |top, args| Box::pin(vpyb_scenarios::$program::main(top, args)),
        })
    };
}

/// Sections 2 to 4.
pub const BASICS: &[Case] = &[
    case!("tut_2_1_counter", counter),
    case!("tut_2_2_2_callbacks", callbacks, part = "order"),
    case!("tut_2_2_2_callbacks_snip", callbacks, part = "snippet"),
    case!("tut_3_1_lock", lock),
    case!("tut_3_2_event", event, part = "cleared"),
    case!("tut_3_2_event_ack", event, part = "acknowledged"),
    case!("tut_3_3_barrier", barrier, part = "rendezvous"),
    case!("tut_3_4_semaphore", semaphore),
    case!("tut_3_5_queue", queue),
    case!("tut_4_1_awaitable", awaitable, part = "class"),
    case!("tut_4_1_2_await_coro", awaitable, part = "coro"),
];

/// The demos.
pub const DEMOS: &[Case] = &[
    case!("demo_aqtest", aqtest),
    case!("demo_awaitable", awaitable, part = "countdown"),
    case!("demo_chain", chain),
    case!("demo_roundrobin", round_robin),
    case!("demo_asyntest_ack_test", asyntest, part = "ack"),
    case!("demo_asyntest_barrier_test", asyntest, part = "barrier"),
    case!("demo_asyntest_bounded_test", asyntest, part = "bounded"),
    Case {
        cancellables: &["cond01#1", "cond03#1"],
        ..case!("demo_asyntest_condition_test", asyntest, part = "condition")
    },
    case!("demo_asyntest_event_test", asyntest, part = "event"),
    case!("demo_asyntest_gather_test", asyntest, part = "gather"),
    case!("demo_asyntest_semaphore_test", asyntest, part = "semaphore"),
    Case {
        cancellables: &["forever#1"],
        ..case!("demo_asyn_demos_cancel_test", asyn_demos, part = "cancel")
    },
    Case { cancellables: &["forever#1"], ..case!("demo_asyn_demos_named_test", asyn_demos, part = "named") },
    Case {
        cancellables: &["foo#1", "foo#2", "foo#3", "my bar"],
        ..case!("demo_asyn_demos_method_test", asyn_demos, part = "methods")
    },
    Case {
        untold: &["  1000000 cancel new_gen#1 by bar#1"],
        ..case!("demo_cantest_test1", cantest, part = "test1")
    },
    Case {
        cancellables: &["forever 1", "forever 2"],
        ..case!("demo_cantest_test2", cantest, part = "test2")
    },
    Case { cancellables: &["cant3"], ..case!("demo_cantest_test3", cantest, part = "test3") },
    Case {
        cancellables: &["cant40#1", "cant40#2", "cant40#3", "chained#1", "cant41#1"],
        ..case!("demo_cantest_test4", cantest, part = "test4")
    },
    Case {
        cancellables: &["foo#1", "foo#2", "foo#3", "my bar"],
        ..case!("demo_cantest_test5", cantest, part = "test5")
    },
    Case {
        cancellables: &["complete", "cancel me", "cant61#1", "cancel wait"],
        ..case!("demo_cantest_test6", cantest, part = "test6")
    },
];
