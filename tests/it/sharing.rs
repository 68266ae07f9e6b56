//! What tasks share, as a run tells of it: who waits for what, who holds it, and what was lost.
//!
//! Owns scenarios of scripted tasks that use the original primitives. What the primitives do is in `primitives`.

use insta::assert_snapshot;
use vpyb_core::time::Instant;
use vpyb_sim::report::{Outcome, Paint, failure};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::{Kind, State, Words, render_state};
use vpyb_sim::vocabulary;
use vpyb_sim::{expect, scenario};

const EMBRACE: &str = r#"schema = 1
title = "Two tasks take two locks in opposite order"
cpu = { profile = "ideal", access = "0s" }
objects.locks = { left = {}, right = {} }
run.main = "main"

[[task]]
name   = "one"
script = [{ locked = { lock = "left", do = [{ sleep_ms = 10 }, { locked = { lock = "right", do = [] } }] } }]

[[task]]
name   = "two"
script = [{ locked = { lock = "right", do = [{ sleep_ms = 10 }, { locked = { lock = "left", do = [] } }] } }]

[[task]]
name   = "main"
script = [{ sleep = 1 }, { locked = { lock = "left", do = [] } }]
"#;

/// Runs a scenario; gives its trace and, if it fails, the report.
fn run(source: &str) -> (runner::Outcome, String) {
    let scenarios = scenario::parse("embrace.toml", source, &vocabulary(&[])).expect("a good scenario");
    let run = runner::run(&scenarios[0], &[], Options::default());
    let judgement = expect::judge(&run.trace, &scenarios[0]);
    let report = failure(&Outcome::new(&scenarios[0], &run.trace, &judgement), Paint(false));
    (run, report)
}

#[test]
fn a_deadly_embrace_names_the_locks_and_their_holders() {
    let (run, report) = run(EMBRACE);
    assert_eq!((run.verdict.as_str(), run.trace.end()), ("stuck", Instant::from_millis(1000)));
    assert_snapshot!("a_deadly_embrace", report);
    let state = State::at(&run.trace, Instant::from_millis(500));
    assert_snapshot!("a_deadly_embrace_at_half_time", render_state(&state, &run.trace));
}

/// The lines of a run that speak of what tasks share.
fn uses(source: &str) -> Vec<String> {
    let (run, _) = run(source);
    let words = Words::new(&run.trace);
    let used = run.trace.records().iter().filter(|record| matches!(record.kind, Kind::Used { .. }));
    used.map(|record| format!("{} {}", record.at.as_millis(), words.describe(&record))).collect()
}

#[test]
fn each_use_is_a_record_and_each_wait_has_an_end() {
    let found = uses(
        r#"schema = 1
title = "Two tasks meet"
cpu = { profile = "ideal", access = "0s" }
run.main = "taker"
run.allow = ["overrun"]
[objects]
locks      = { polled = { style = "polled", every_ms = 4 } }
events     = { ready = { every_ms = 5 } }
semaphores = { places = { value = 1 } }
queues     = { items = { max = 1 } }
[[task]]
name   = "giver"
script = [
  { with_lock = { lock = "polled", do = [{ sleep_ms = 7 }] } },
  { with_sem = { sem = "places", do = [{ sleep_ms = 10 }] } },
  { ev_set = { event = "ready", value = 1 } }, { ev_set = { event = "ready", value = 2 } },
  { q_put = { queue = "items", value = 1 } },
]
[[task]]
name   = "taker"
script = [
  { with_lock = { lock = "polled", do = [] } },
  { wait_for_ms = { limit = 2, do = [{ ev_wait = "ready" }] } },
  { ev_wait = "ready" }, { ev_clear = "ready" },
  { q_get = "items" }, { q_get = "items" }, "yield",
]
"#,
    );
    assert_snapshot!("uses", found.join("\n"));
}
