//! What tasks share behaves as the reference says: whole transcripts of small scenarios, at no cost.
//!
//! Owns one scenario for each rule, which runs under every discipline. Larger programs are compared with recordings in
//! `oracle`.

use vpyb_cli::PROGRAMS;
use vpyb_sim::runner::{Options, run};
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::trace::record::Kind;
use vpyb_sim::vocabulary;

use crate::trial::Rules;

/// Runs tasks without any cost, under each discipline; gives what they printed, each line with its millisecond.
fn transcript(tasks: &str) -> String {
    let [v2, others @ ..] = Rules::ALL.map(|rules| transcript_under(rules, tasks));
    for (rules, other) in Rules::ALL[1..].iter().zip(others) {
        assert_eq!(other, v2, "{rules:?} and {:?}", Rules::V2);
    }
    v2
}

/// The same under one discipline.
fn transcript_under(rules: Rules, tasks: &str) -> String {
    let cpu = rules.as_written();
    let text = format!("schema = 1\n[cpu]\nprofile = \"recorded\"\n{cpu}\n{tasks}\n[run]\nuntil = \"60s\"\n");
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

/// These tasks with these objects.
fn scenario(objects: &str, tasks: &[(&str, &str)]) -> String {
    let listed: Vec<String> = tasks.iter().map(|(name, script)| task(name, script)).collect();
    format!("[objects]\n{objects}\n{}", listed.concat())
}

/// The same where a step costs a microsecond, so that time passes for tasks that spin.
fn slow(objects: &str, tasks: &[(&str, &str)]) -> String {
    format!("step = \"1us\"\n{}", scenario(objects, tasks))
}

fn tasks(objects: &str, tasks: &[(&str, &str)]) -> String {
    transcript(&scenario(objects, tasks))
}

fn spinning(objects: &str, tasks: &[(&str, &str)]) -> String {
    transcript(&slow(objects, tasks))
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
    // Under uasyncio-v2 the time-out of 20 ms is delivered when the sleep of 50 ms is over.
    for (rules, all) in [(Rules::V2, 50), (Rules::Fast, 30), (Rules::FastIo, 30), (Rules::V3, 30)] {
        let expected = format!("10 fast\n30 slow\n{all} all\npassed");
        assert_eq!(transcript_under(rules, &slow("", &[("t", script)])), expected, "{rules:?}");
    }
}

/// Tutorial 5.2.1: a group is cancelled and its end waited for; a name can be used again when its task has ended.
#[test]
fn groups_and_names_are_cancelled() {
    let script = r#"
        { group = { group = 1, do = [ { finally = { do = [ { gsleep = { s = 10, granularity = 50 } } ], then = [ { log = "one" } ] } } ] } },
        { group = { group = 1, do = [ { finally = { do = [ { gsleep = { s = 10, granularity = 80 } } ], then = [ { log = "two" } ] } } ] } },
        { named = { name = "N", do = [ { finally = { do = [ { sleep_ms = 300 } ], then = [ { log = "named" } ] } } ] } },
        { sleep_ms = 100 }, { cancel_group = { group = 1 } }, { log = "group ended" },
        { cancel_named = { name = "N", nowait = true } }, { log = "asked" },
        { cancel_named = { name = "N", nowait = false } }, { log = "named ended" }"#;
    let deferred = "100 one\n160 two\n160 group ended\n160 asked\n300 named\n300 named ended\npassed";
    let at_once = "100 one\n100 two\n100 group ended\n100 asked\n100 named\n100 named ended\npassed";
    // The second cancellation of the named task is an error, and nobody waits.
    let fast = "100 one\n100 two\n100 group ended\n100 asked\n100 named ended\n100 named\npassed";
    // One is in the run queue, as its part of 50 ms is over; two goes before it by the I/O queue.
    let fast_io = "100 two\n100 one\n100 group ended\n100 asked\n100 named ended\n100 named\npassed";
    for (rules, expected) in
        [(Rules::V2, deferred), (Rules::Fast, fast), (Rules::FastIo, fast_io), (Rules::V3, at_once)]
    {
        assert_eq!(transcript_under(rules, &slow("", &[("t", script)])), expected, "{rules:?}");
    }
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
    let before_v3 = "10 worker\n25 worker\n35 worker\n45 second\npassed";
    // There an error that nobody awaits does not end the run.
    let v3 = "10 worker\n15 Task exception wasn't retrieved: failing: ValueError: v\n20 worker\n30 worker\n\
              40 worker\n100 never\n130 second\npassed";
    for (rules, expected) in
        [(Rules::V2, before_v3), (Rules::Fast, before_v3), (Rules::FastIo, before_v3), (Rules::V3, v3)]
    {
        assert_eq!(transcript_under(rules, &format!("{worker}{failing}{phases}")), expected, "{rules:?}");
    }
}
