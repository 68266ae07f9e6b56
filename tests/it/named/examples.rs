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
    case!("tut_4_1_1_context", context_manager, part = "gate"),
    case!("tut_4_1_2_await_coro", awaitable, part = "coro"),
    case!("tut_4_2_async_iterator", async_iterator),
    case!("tut_4_3_async_ctx", context_manager, part = "lock"),
];

/// Section 5.
pub const ENDINGS: &[Case] = &[
    case!("tut_5_1_exceptions", exceptions),
    case!("tut_5_1_kbdint", exceptions),
    case!("tut_5_2_1_cancel_io", cancel_reader),
    case!("tut_5_2_1_cancel_misc", cancellation),
    case!("tut_5_2_1_cancel_runner", cancel_awaited),
    case!("tut_5_2_1_cancel_sleep10", cancel_sleeper),
    case!("tut_5_2_2_waitfor_bare", wait_for, part = "bare"),
    case!("tut_5_2_2_waitfor_caller", wait_for, part = "caller"),
    case!("tut_5_2_2_waitfor_fits", wait_for, part = "fits"),
    case!("tut_5_2_2_waitfor_lock_asyn", wait_for, part = "lock_asyn"),
    case!("tut_5_2_2_waitfor_lock_official", wait_for, part = "lock_official"),
    case!("tut_5_2_2_waitfor_nested_inner", wait_for, part = "nested_inner"),
    case!("tut_5_2_2_waitfor_nested_outer", wait_for, part = "nested_outer"),
    case!("tut_5_2_2_waitfor_seq", wait_for, part = "seq"),
    case!("tut_5_2_2_waitfor_short", wait_for, part = "short"),
    case!("tut_5_2_2_waitfor_sleep", wait_for, part = "sleep"),
    case!("tut_5_2_2_waitfor_stale", wait_for, part = "stale"),
    case!("tut_5_2_2_waitfor_tie", wait_for, part = "tie"),
    case!("tut_5_2_2_waitfor_trap", wait_for, part = "trap"),
    case!("tut_5_2_2_waitfor_twice", wait_for, part = "twice"),
    case!("tut_5_2_2_waitfor_zero", wait_for, part = "zero"),
];

/// Sections 6 to 8.
pub const HARDWARE: &[Case] = &[
    case!("tut_6_2_record_uart", record_uart, part = "loopback"),
    case!("tut_6_3_uart_stream", uart_loopback),
    case!("tut_6_4_mstimer", ms_timer, hogs = "10"),
    case!("tut_6_4_mstimer_idle", ms_timer, hogs = "0"),
    case!("tut_6_4_pincall", pin_call, hogs = "5"),
    case!("tut_6_4_pincall_idle", pin_call, hogs = "0"),
    case!("tut_6_poll_flag", poll_flag),
    case!("tut_7_4_rr", record_uart, part = "probe", others = "3"),
    case!("tut_7_4_rr_good", record_uart, part = "loopback", others = "2"),
    case!("tut_7_4_rr_hog", record_uart, part = "loopback", others = "2", hogs = "1"),
    case!("tut_7_4_slow_good", record_uart, part = "slow"),
    case!("tut_7_4_slow_hog", record_uart, part = "slow", hogs = "1"),
    case!("tut_7_7_loop_args", loop_args),
    case!("tut_8_4_good_code", busy_wait, part = "good"),
    case!("tut_8_4_hello", hello),
];

/// Examples of devices, as the bench at the level of bytes has them.
pub const DEVICES: &[Case] = &[
    case!("demo_aledflash", aledflash),
    case!("demo_auart_hd", auart_hd),
    case!("fast_can_test", fast_can).asking_for(16, 16).after_texts(1),
    case!("fast_ms_timer_test", ms_timer, part = "test").asking_for(6, 0).after_texts(1),
    case!("fast_ms_timer_test_no", ms_timer, part = "test").after_texts(1),
];

/// Examples of devices that only the simulated board has, with its pins' interrupts and timers. Scenarios replay
/// them, and what they print and switch is compared.
pub const ON_BOARD: &[Case] = &[
    case!("demo_iorw", iorw, part = "forever"),
    case!("fast_iorw_can", iorw, part = "cancel").after_texts(4),
    case!("fast_iorw_can_ioq", iorw, part = "cancel").asking_for(6, 0).after_texts(4),
    case!("fast_iorw_to", iorw, part = "timeout").after_texts(4),
    case!("fast_iorw_to_ioq", iorw, part = "timeout").asking_for(6, 0).after_texts(4),
    case!("fast_pin_cb_latency", pin_call, part = "latency").asking_for(6, 0).after_texts(1),
    case!("fast_pin_cb_latency_no", pin_call, part = "latency").after_texts(1),
    case!("fast_pin_cb_test", pin_call, part = "test").asking_for(6, 0).after_texts(1),
    case!("fast_pin_cb_test_no", pin_call, part = "test").after_texts(1),
    case!("demo_art", aremote).after_texts(1),
    case!("demo_art1", aremote, led = "1").after_texts(1),
    case!("demo_astests_sw", astests, test = "sw").after_texts(2),
    case!("demo_astests_swcb", astests, test = "swcb").after_texts(2),
    case!("demo_astests_btn_s0_l0_d0", astests, test = "btn", suppress = "0", long = "0", double = "0")
        .after_texts(2),
    case!("demo_astests_btn_s0_l0_d1", astests, test = "btn", suppress = "0", long = "0", double = "1")
        .after_texts(2),
    case!("demo_astests_btn_s0_l1_d0", astests, test = "btn", suppress = "0", long = "1", double = "0")
        .after_texts(2),
    case!("demo_astests_btn_s0_l1_d1", astests, test = "btn", suppress = "0", long = "1", double = "1")
        .after_texts(2),
    case!("demo_astests_btn_s1_l0_d0", astests, test = "btn", suppress = "1", long = "0", double = "0")
        .after_texts(2),
    case!("demo_astests_btn_s1_l0_d1", astests, test = "btn", suppress = "1", long = "0", double = "1")
        .after_texts(2),
    case!("demo_astests_btn_s1_l1_d0", astests, test = "btn", suppress = "1", long = "1", double = "0")
        .after_texts(2),
    case!("demo_astests_btn_s1_l1_d1", astests, test = "btn", suppress = "1", long = "1", double = "1")
        .after_texts(2),
    case!("demo_astests_btncb", astests, test = "btncb").after_texts(2),
    case!("tut_8_3_led_async", led_async),
];

/// The benchmarks.
pub const BENCHMARKS: &[Case] = &[
    case!("bench_call_lp", call_lp),
    case!("bench_latency_noprio", latency, prio = "0"),
    case!("bench_latency_prio", latency, prio = "1"),
    case!("bench_overdue", overdue),
    Case { cancellables: &["foo 1", "foo 3"], ..case!("bench_priority_test", priority_test) },
    case!("bench_rate", rate),
    case!("bench_rate_fastio", rate, queues = "1"),
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
    Case { cancellables: &["foo"], ..case!("demo_cantest_test1", cantest, part = "test1") },
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
