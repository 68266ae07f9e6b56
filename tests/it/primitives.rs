//! What tasks share behaves as the reference says: whole transcripts of small scenarios, at no cost.
//!
//! Owns one scenario for each rule; all under `uasyncio-v2`. Larger programs are compared with recordings in `oracle`.

use vpyb_sim::cli::{PROGRAMS, vocabulary};
use vpyb_sim::runner::{Options, run};
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::trace::record::Kind;

/// Runs tasks without any cost; gives what they printed, each line with its millisecond.
fn transcript(tasks: &str) -> String {
    let text = format!("schema = 1\n[cpu]\nprofile = \"recorded\"\n{tasks}\n[run]\nuntil = \"60s\"\n");
    let scenarios = parse("primitives.toml", &text, &vocabulary(PROGRAMS))
        .unwrap_or_else(|problems| panic!("{}", render(&problems, "primitives.toml", &text, false)));
    let outcome = run(&scenarios[0], PROGRAMS, Options::default());
    let mut lines = String::new();
    for record in outcome.trace.records() {
        if let Kind::Line { text, .. } = record.kind {
            lines += &format!("{} {}\n", record.at.as_millis(), outcome.trace.text(text));
        }
    }
    lines + &outcome.verdict
}

/// A task with a script.
fn task(name: &str, script: &str) -> String {
    format!("[[task]]\nname = \"{name}\"\nscript = [{script}]\n")
}

/// Runs these tasks with these objects.
fn tasks(objects: &str, tasks: &[(&str, &str)]) -> String {
    let listed: Vec<String> = tasks.iter().map(|(name, script)| task(name, script)).collect();
    transcript(&format!("[objects]\n{objects}\n{}", listed.concat()))
}

/// The same where a step costs a microsecond, so that time passes for tasks that spin.
fn spinning(objects: &str, tasks: &[(&str, &str)]) -> String {
    let listed: Vec<String> = tasks.iter().map(|(name, script)| task(name, script)).collect();
    transcript(&format!("step = \"1us\"\n[objects]\n{objects}\n{}", listed.concat()))
}

/// Conformance vector 1: the order of what one step schedules.
#[test]
fn a_zero_delay_of_call_later_takes_the_wait_queue() {
    let script = r#"
        { call_later = { after = 0, text = "A" } }, { call_later_ms = { after = 0, text = "B" } },
        { call_soon = "C" }, { sleep_ms = 0 }, { log = "task" }"#;
    assert_eq!(tasks("", &[("t", script)]), "0 B\n0 C\n0 task\n0 A\npassed");
}

/// Conformance vector 5: a trapped time-out leaves no trace in later sleeps.
#[test]
fn a_time_out_is_trapped_when_the_sleep_is_over() {
    let script = r#"
        { wait_for_ms = { limit = 1000, do = [ { sleep = 10 } ] } }, { log = "trapped" },
        { sleep = 1 }, { log = "one" }, { sleep = 1 }, { log = "two" }"#;
    assert_eq!(tasks("", &[("t", script)]), "10000 trapped\n11000 one\n12000 two\npassed");
}

/// Conformance vectors 6 and 11: the second cancellation takes the place of the first.
#[test]
fn a_later_cancellation_replaces_one_that_was_not_delivered() {
    let sleeper = r#"
        { repeat = { times = 3, do = [
            { try = { do = [ { sleep = 10 }, { log = "slept" } ], catch = [ { on = "CancelledError", do = [ { log = "trapped" } ] } ] } },
        ] } }"#;
    let canceller = r#"{ sleep = 3 }, { cancel = "sleeper" }, { sleep = 3 }, { cancel = "sleeper" }"#;
    let lines = tasks("", &[("sleeper", sleeper), ("canceller", canceller)]);
    assert_eq!(lines, "10000 trapped\n20000 slept\n30000 slept\npassed");
}

/// Conformance vector 7: the timer of a failed wait stays armed.
#[test]
fn an_error_leaves_a_stray_time_out_behind() {
    let script = r#"
        { try = { do = [ { wait_for_ms = { limit = 2000, do = [ { sleep_ms = 100 }, { raise = { kind = "ValueError" } } ] } } ],
                  catch = [ { on = "ValueError", do = [ { log = "failed" } ] } ] } },
        { try = { do = [ { sleep = 5 } ], catch = [ { on = "TimeoutError", do = [ { log = "stray" } ] } ] } }"#;
    assert_eq!(tasks("", &[("t", script)]), "100 failed\n5100 stray\npassed");
}

/// Conformance vector 8: the inner handler traps the outer time-out.
#[test]
fn nested_time_outs_cannot_be_told_apart() {
    let script = r#"
        { wait_for_ms = { limit = 3000, do = [ { wait_for_ms = { limit = 5000, do = [ { sleep = 10 } ] } }, { log = "inner" } ] } },
        { log = "outer" }, { sleep = 5 }, { log = "undisturbed" }"#;
    assert_eq!(tasks("", &[("t", script)]), "10000 inner\n10000 outer\n15000 undisturbed\npassed");
}

/// Conformance vector 12: a cancelled waiter spends the hand-over, and those behind it stay parked.
#[test]
fn a_cancelled_waiter_of_the_official_lock_swallows_the_wake_up() {
    let holder = r#"{ locked = { lock = "l", do = [ { sleep = 4 } ] } }, { log = "A released" }"#;
    let cancelled = r#"
        { try = { do = [ { locked = { lock = "l", do = [ { log = "B has it" } ] } } ],
                  catch = [ { on = "CancelledError", do = [ { log = "B cancelled" } ] } ] } }"#;
    let stuck = r#"{ locked = { lock = "l", do = [ { log = "C has it" } ] } }"#;
    let canceller = r#"{ sleep = 1 }, { cancel = "b" }"#;
    let other = r#"{ sleep = 20 }, { locked = { lock = "l", do = [ { log = "D has it" } ] } }"#;
    let all = [("a", holder), ("b", cancelled), ("c", stuck), ("canceller", canceller), ("d", other)];
    let expected = "4000 A released\n4000 B cancelled\n20000 D has it\n20000 C has it\npassed";
    assert_eq!(tasks("locks = { l = {} }", &all), expected);
}

/// Conformance vector 13: a time-out reaches a parked waiter only with the lock, which stays free.
#[test]
fn a_time_out_of_the_official_lock_arrives_at_the_release() {
    let holder = r#"{ locked = { lock = "l", do = [ { sleep = 4 } ] } }"#;
    let waiter = r#"
        { wait_for_ms = { limit = 1000, do = [ { locked = { lock = "l", do = [ { log = "never" } ] } } ] } }, { log = "timed out" },
        { locked = { lock = "l", do = [ { log = "it was free" } ] } }"#;
    let expected = "4000 timed out\n4000 it was free\npassed";
    assert_eq!(tasks("locks = { l = {} }", &[("a", holder), ("b", waiter)]), expected);
}

/// Reference, section 4.3: D begins to acquire just ahead of A's release and goes before B and C.
#[test]
fn a_newcomer_may_overtake_the_waiters_of_the_official_lock() {
    let waits = |name: &str| {
        format!(
            r#"{{ sleep_ms = 1 }}, {{ locked = {{ lock = "l", do = [ {{ log = "{name}" }}, {{ sleep_ms = 5 }} ] }} }}"#
        )
    };
    // A's sleep of 10 ms and D's of 9 ms after one of 1 ms end together, D's ahead.
    let newcomer =
        r#"{ sleep_ms = 10 }, { locked = { lock = "l", do = [ { log = "D" }, { sleep_ms = 5 } ] } }"#;
    let holder = r#"{ locked = { lock = "l", do = [ { log = "A" }, { sleep_ms = 10 } ] } }"#;
    let (b, c) = (waits("B"), waits("C"));
    let lines = tasks("locks = { l = {} }", &[("d", newcomer), ("a", holder), ("b", &b), ("c", &c)]);
    assert_eq!(lines, "0 A\n10 D\n15 C\n20 B\npassed");
}

/// Tutorial 3.1: on leaving, one turn is given up, so the waiter prints first.
#[test]
fn leaving_a_context_manager_lets_the_waiter_go_first() {
    let objects = r#"
        locks = { l = { style = "polled", every_ms = 1 } }
        semaphores = { s = {}, t = { bounded = true } }"#;
    for holds in [r#"with_lock = { lock = "l""#, r#"with_sem = { sem = "s""#, r#"with_bsem = { sem = "t""#] {
        let holder = format!(r#"{{ {holds}, do = [ {{ sleep_ms = 10 }} ] }} }}, {{ log = "left" }}"#);
        let waiter = format!(r#"{{ sleep_ms = 9 }}, {{ {holds}, do = [ {{ log = "entered" }} ] }} }}"#);
        let expected = "10 entered\n10 left\npassed";
        assert_eq!(spinning(objects, &[("holder", &holder), ("waiter", &waiter)]), expected, "{holds}");
    }
}

/// A release too many fails: of a lock, of a bounded semaphore.
#[test]
fn releases_without_need_are_errors() {
    let script = r#"
        { try = { do = [ { with_bsem = { sem = "s", do = [ { bsem_release = "s" } ] } } ],
                  catch = [ { on = "ValueError", do = [ { log = "too often" } ] } ] } },
        { bsem_release = "s" }, { with_bsem = { sem = "s", do = [ { log = "places" } ] } }"#;
    let objects = "semaphores = { s = { value = 2, bounded = true } }";
    assert_eq!(tasks(objects, &[("t", script)]), "0 too often\n0 places\npassed");
}

/// Tutorial 3.2: an event that is set is waited for without giving up a turn, and is not cleared by it.
#[test]
fn a_set_event_costs_no_turn() {
    let waits = |name: &str| format!(r#"{{ ev_wait = "e" }}, {{ ev_wait = "e" }}, {{ log = "{name}" }}"#);
    let setter =
        r#"{ call_set = { after = 25, event = "e", value = "x" } }, { sleep_ms = 25 }, { log = "set" }"#;
    let (a, b) = (waits("a"), waits("b"));
    // Waiters ask every 10 ms; who comes later finds it set.
    let late = r#"{ sleep_ms = 40 }, { ev_wait = "e" }, { log = "late" }"#;
    let all = [("a", a.as_str()), ("setter", setter), ("b", &b), ("late", late)];
    assert_eq!(tasks("events = { e = { every_ms = 10 } }", &all), "25 set\n30 a\n30 b\n40 late\npassed");
}

/// Tutorial 3.3: the last arrival goes on at once, the others in the order of the queue; then it can be used again.
#[test]
fn a_barrier_lets_the_last_go_first() {
    let meets = |name: &str, ms: u32| {
        format!(
            r#"{{ repeat = {{ times = 2, do = [ {{ sleep_ms = {ms} }}, {{ barrier = "b" }}, {{ log = "{name}" }} ] }} }}"#
        )
    };
    let (a, b, c) = (meets("a", 1), meets("b", 2), meets("c", 3));
    let lines = spinning("barriers = { b = { participants = 3 } }", &[("a", &a), ("b", &b), ("c", &c)]);
    assert_eq!(lines, "3 c\n3 a\n3 b\n6 c\n6 a\n6 b\npassed");
}

/// Tutorial 3.5: a waiter of the queue asks every 100 ms.
#[test]
fn a_queue_is_asked_ten_times_a_second() {
    let consumer = r#"{ q_get = "q" }, { log = "first" }, { q_get = "q" }, { log = "second" }"#;
    let producer = r#"
        { sleep_ms = 150 }, { q_put = { queue = "q", value = 1 } }, { q_put = { queue = "q", value = 2 } }, { log = "put both" }"#;
    // The second item goes in when the producer asks again, after the first was taken at 200 ms.
    let expected = "200 first\n250 put both\n300 second\npassed";
    assert_eq!(tasks("queues = { q = { max = 1 } }", &[("c", consumer), ("p", producer)]), expected);
}

/// The original's queue with a negative limit lets nothing in.
#[test]
fn a_queue_with_a_negative_limit_blocks_for_ever() {
    let script = r#"
        { wait_for_ms = { limit = 500, do = [ { q_put = { queue = "q", value = 1 } }, { log = "never" } ] } }, { log = "gave up" }"#;
    assert_eq!(tasks("queues = { q = { max = -1 } }", &[("t", script)]), "500 gave up\npassed");
}

/// Tutorial 3.6: the last waiter is notified first.
#[test]
fn a_condition_notifies_the_last_waiter_first() {
    let waits = |name: &str, ms: u32| {
        format!(r#"{{ sleep_ms = {ms} }}, {{ cond_wait = "c" }}, {{ log = "{name}" }}"#)
    };
    let (a, b, c) = (waits("a", 1), waits("b", 2), waits("c", 3));
    let notifier = r#"
        { sleep_ms = 10 }, { cond_notify = { cond = "c", n = 1 } }, { sleep_ms = 10 }, { cond_notify_all = "c" }"#;
    let all = [("a", a.as_str()), ("b", &b), ("c", &c), ("n", notifier)];
    assert_eq!(spinning("conditions = { c = {} }", &all), "10 c\n20 a\n20 b\npassed");
}

/// Tutorial 3.7: results come in the order of the list; a time-out interrupts one of them.
#[test]
fn gathered_tasks_end_together() {
    let script = r#"
        { gather = [ { do = [ { sleep_ms = 30 }, { log = "slow" } ] }, { do = [ { sleep_ms = 10 }, { log = "fast" } ] },
                     { do = [ { sleep_ms = 50 }, { log = "never" } ], timeout = 0.02 } ] },
        { log = "all" }"#;
    let lines = spinning("", &[("t", script)]);
    // Under uasyncio-v2 the time-out of 20 ms is delivered when the sleep of 50 ms is over.
    assert_eq!(lines, "10 fast\n30 slow\n50 all\npassed");
}

/// Tutorial 5.2.1: a group is cancelled and its end waited for; a name can be used again when its task has ended.
#[test]
fn groups_and_names_are_cancelled() {
    let script = r#"
        { group = { group = 1, do = [ { finally = { do = [ { gsleep = { s = 10, granularity = 50 } } ], then = [ { log = "one" } ] } } ] } },
        { group = { group = 1, do = [ { finally = { do = [ { gsleep = { s = 10, granularity = 80 } } ], then = [ { log = "two" } ] } } ] } },
        { named = { name = "N", do = [ { finally = { do = [ { sleep = 1 } ], then = [ { log = "named" } ] } } ] } },
        { sleep_ms = 100 }, { cancel_group = { group = 1 } }, { log = "group ended" },
        { cancel_named = { name = "N", nowait = true } }, { log = "asked" },
        { cancel_named = { name = "N", nowait = false } }, { log = "named ended" }"#;
    let lines = spinning("", &[("t", script)]);
    assert_eq!(lines, "100 one\n160 two\n160 group ended\n160 asked\n1000 named\n1000 named ended\npassed");
}

/// Tutorial 7.2 and 5.1: what a run leaves behind is there for the next one.
#[test]
fn a_loop_is_run_again_after_an_error() {
    let worker = r#"{ repeat = { times = 4, do = [ { sleep_ms = 10 }, { log = "worker" } ] } }"#;
    let failing = r#"{ sleep_ms = 15 }, { raise = { kind = "ValueError", text = "v" } }"#;
    let phases = r#"
        [[phase]]
        create = ["failing"]
        script = [ { sleep_ms = 100 }, { log = "never" } ]
        [[phase]]
        gap = "10ms"
        script = [ { sleep_ms = 20 }, { log = "second" } ]"#;
    let worker = task("worker", worker);
    let failing = format!("[[task]]\nname = \"failing\"\nstart = false\nscript = [{failing}]\n");
    // The second run begins at 25 ms; its first pass moves the worker's timer, due at 20 ms. At 45 ms its main comes
    // first, whose timer was armed earlier, and the run ends before the worker's turn.
    let expected = "10 worker\n25 worker\n35 worker\n45 second\npassed";
    assert_eq!(transcript(&format!("{worker}{failing}{phases}")), expected);
}
