//! How a run may end: each verdict comes where a file says that it must, and a file that says another is told so.
//!
//! Owns a scenario for each verdict that scripted tasks can bring about; what only a program can do, panic and never
//! return, is in `runs`. What a verdict means is tested where it is found.

use insta::assert_snapshot;
use vpyb_sim::expect::{Code, judge};
use vpyb_sim::report::{Outcome, Paint, failure};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::parse;
use vpyb_sim::vocabulary;

/// What runs, and how it ends.
const ENDS: [(&str, &str); 7] = [
    ("passed", "task = [{ name = \"a\", script = [{ sleep = 1 }] }]\nrun.main = \"a\"\n"),
    (
        "overrun",
        "objects = { events = { e = {} }, pins = { p = { pin = \"X3\", pull = \"up\" } } }\n\
         task = [{ name = \"a\", script = [{ on_edge = { pin = \"p\", edge = \"both\", set = \"e\" } }, { sleep = 1 }] }]\n\
         actor = [{ name = \"b\", steps = [{ at = \"10ms\", pulse = { pin = \"X3\", level = \"low\", for = \"1ms\" } }] }]\n\
         run.main = \"a\"\n",
    ),
    (
        "stuck",
        "objects.locks = { l = {} }\nrun.main = \"a\"\n\
         task = [{ name = \"a\", script = [{ locked = { lock = \"l\", do = [{ locked = { lock = \"l\", do = [] } }] } }] }]\n",
    ),
    (
        "livelock",
        "objects.events = { never = {} }\nrun.main = \"a\"\n\
         task = [{ name = \"a\", script = [{ ev_wait = \"never\" }] }, { name = \"b\", script = [{ forever = [\"yield\"] }] }]\n",
    ),
    ("hang", "task = [{ name = \"a\", script = [{ busy_us = 20000000 }] }]\nrun.main = \"a\"\n"),
    (
        "limit",
        "task = [{ name = \"a\", script = [{ forever = [{ sleep = 1 }] }] }]\nrun = { main = \"a\", limit = \"5s\" }\n",
    ),
    (
        "error",
        "task = [{ name = \"a\", script = [{ raise = { kind = \"ValueError\", text = \"v\" } }] }]\nrun.main = \"a\"\n",
    ),
];

/// Runs it and judges it with what it expects; gives the codes of findings, and the report.
fn judged(runs: &str, expected: &str) -> (Vec<Code>, String) {
    let source = format!("schema = 1\ntitle = \"t\"\n{runs}{expected}");
    let scenarios = parse("verdict.toml", &source, &vocabulary(&[])).expect("a good scenario");
    let outcome = runner::run(&scenarios[0], &[], Options::default());
    let judgement = judge(&outcome.trace, &scenarios[0]);
    let codes = judgement.findings.iter().map(|finding| finding.code).collect();
    (codes, failure(&Outcome::new(&scenarios[0], &outcome.trace, &judgement), Paint(false)))
}

fn expecting(verdict: &str) -> String {
    format!("[[expect]]\ntitle = \"it ends so\"\nverdict = \"{verdict}\"\n")
}

#[test]
fn each_verdict_comes_where_it_must() {
    for (verdict, runs) in ENDS {
        assert_eq!(judged(runs, &expecting(verdict)).0, [], "{verdict}");
        for (other, _) in ENDS.iter().filter(|(other, _)| *other != verdict) {
            assert_eq!(
                judged(runs, &expecting(other)).0,
                [Code::Verdict],
                "{verdict}, where {other} is expected"
            );
        }
    }
}

#[test]
fn a_verdict_that_nobody_expects_fails_the_run() {
    let nothing = "[[expect]]\ntitle = \"no line\"\nnever = { prints = \"x\" }\n";
    for (verdict, runs) in ENDS {
        let expected: &[Code] = if verdict == "passed" { &[] } else { &[Code::UnexpectedEnd] };
        assert_eq!(judged(runs, nothing).0, expected, "{verdict}");
        let allowed = runs
            .replace("run.main = \"a\"\n", &format!("run = {{ main = \"a\", allow = [\"{verdict}\"] }}\n"));
        let allowed = allowed.replace("limit = \"5s\"", "limit = \"5s\", allow = [\"limit\"]");
        if verdict != "passed" {
            assert_eq!(judged(&allowed, nothing).0, [], "{verdict}, allowed");
        }
    }
}

/// The table of a livelock: who asks for what, since when, and who could end it.
#[test]
fn a_livelock_says_what_each_task_asks_for() {
    let polled = "objects.locks = { left = { style = \"polled\" }, right = { style = \"polled\" } }\n\
                  run = { main = \"main\" }\n\
                  task = [\n\
                  { name = \"one\", script = [{ locked = { lock = \"left\", do = [{ sleep_ms = 10 }, { locked = { lock = \"right\", do = [] } }] } }] },\n\
                  { name = \"two\", script = [{ locked = { lock = \"right\", do = [{ sleep_ms = 10 }, { locked = { lock = \"left\", do = [] } }] } }] },\n\
                  { name = \"main\", script = [{ sleep = 1 }, { locked = { lock = \"left\", do = [] } }] },\n\
                  ]\n";
    let (codes, report) = judged(polled, &expecting("passed"));
    assert_eq!(codes, [Code::Verdict]);
    assert_snapshot!("a_livelock", report);
}
