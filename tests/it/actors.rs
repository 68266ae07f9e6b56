//! The outside waits for what it sees on the board: `on`, `await`, and waits in vain.
//!
//! Owns scenarios that are written out here. Nothing costs anything.

use vpyb_sim::expect::{Code, judge};
use vpyb_sim::report::{Outcome, Paint, failure};
use vpyb_sim::trace::{Kind, Trace, Words, why};

use crate::runs::{rows, run, scenario};

fn stimuli(trace: &Trace) -> Vec<String> {
    rows(trace, |kind| matches!(kind, Kind::Stimulus { .. } | Kind::AwaitMissed { .. }))
}

/// A task that lights an LED after 10, 20, … ms.
const BLINKER: &str = r#"
    run.until = "100ms"
    [[task]]
    name = "blinker"
    script = [{ repeat = { times = 3, do = [
      { sleep_ms = 10 }, { led = { led = "LED1", to = "on" } }, { log = "lit" },
      { sleep_ms = 10 }, { led = { led = "LED1", to = "off" } },
    ] } }]
"#;

/// A step acts at the instant at which it sees what it waits for; each looks from its own beginning on.
#[test]
fn a_step_acts_when_its_event_is_seen() {
    let outcome = run(&format!(
        r#"{BLINKER}
        [[actor]]
        name = "outside"
        steps = [
          {{ on = {{ edge = "LED1", to = "high" }}, mark = "first" }},
          {{ await = {{ edge = "LED1", to = "low" }}, mark = "dark" }},
          # From here on, the second time is the fifth in all.
          {{ after = "5ms", await = {{ prints = "lit", nth = 2 }}, within = "60ms", mark = "third" }},
        ]
        [[actor]]
        name = "neighbour"
        steps = [ {{ await = {{ mark = "dark" }} }}, {{ on = {{ line = "lit" }}, drive = {{ pin = "X3", level = "low" }} }} ]
        "#
    ));
    let expected = [
        "10000000 outside acts: step 0 (mark first)",
        "20000000 outside acts: step 1 (mark dark)",
        "20000000 neighbour acts: step 0",
        "30000000 neighbour acts: step 1",
        "50000000 outside acts: step 2 (mark third)",
    ];
    assert_eq!(stimuli(&outcome.trace), expected);
}

/// What happened at the instant at which a wait begins counts, also if it came first.
#[test]
fn a_wait_counts_from_the_instant_at_which_it_begins() {
    let outcome = run(r#"
        run.until = "10ms"
        objects.pins = { in = { pin = "X3", pull = "up" } }
        [[task]]
        name = "main"
        script = ["yield"]
        [[actor]]
        name = "outside"
        steps = [
          { at = "1ms", drive = { pin = "X3", level = "low" } },
          { await = { edge = "X3", to = "low" }, mark = "seen" },
        ]
    "#);
    let expected = ["1000000 outside acts: step 0", "1000000 outside acts: step 1 (mark seen)"];
    assert_eq!(stimuli(&outcome.trace), expected);
}

/// The wait begins at 15 ms and is given up 4 ms later; what was to follow does not happen.
#[test]
fn a_wait_in_vain_is_a_finding_at_its_step() {
    let source = format!(
        r#"{BLINKER}
        [[actor]]
        name = "outside"
        steps = [
          {{ at = "15ms", await = {{ edge = "LED1", to = "low" }}, within = "4ms" }},
          {{ mark = "after" }},
        ]
        "#
    );
    let outcome = run(&source);
    assert_eq!(stimuli(&outcome.trace), ["19000000 outside has waited in vain: step 0"]);
    let scenario = scenario(&source, &[]);
    let judgement = judge(&outcome.trace, &scenario);
    assert_eq!(judgement.findings[0].code, Code::Await);
    let text = failure(&Outcome::new(&scenario, &outcome.trace, &judgement), Paint(false));
    let expected = "error[E0216]: `outside` waited 4ms for `LED1 low`, which did not come\n";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("given up at 0.019 000; its last step did not happen"), "{text}");
}

/// The outside acts because of what it saw, and the chain of causes says so.
#[test]
fn what_an_actor_saw_is_the_cause_of_what_it_does() {
    let outcome = run(&format!(
        r#"{BLINKER}
        [[actor]]
        name = "outside"
        steps = [{{ on = {{ edge = "LED1", to = "high" }}, drive = {{ pin = "X3", level = "high" }} }}]
        "#
    ));
    let trace = &outcome.trace;
    let words = Words::new(trace);
    let driven = trace.iter().find(|(_, record)| words.describe(record) == "X3.probe drives high");
    let chain = why(trace, driven.expect("it is driven").0);
    let chain: Vec<_> =
        chain.iter().take(4).map(|link| words.describe(&trace.get(link.seq).unwrap())).collect();
    let expected = ["X3.probe drives high", "outside acts: step 0", "LED1 ↑ high", "LED1 drives high"];
    assert_eq!(chain, expected);
}

/// Somebody who waits for an event is something that may yet happen: the run is not stuck before the wait is over.
#[test]
fn a_run_that_waits_for_an_actor_is_stuck_when_that_gives_up() {
    let outcome = run(r#"
        run.main = "main"
        objects.pins = { in = { pin = "X3", pull = "up" } }
        [[task]]
        name = "main"
        script = [{ pin_wait = { pin = "in", edge = "falling" } }]
        [[actor]]
        name = "outside"
        steps = [{ await = { prints = "ready" }, within = "20ms" }, { drive = { pin = "X3", level = "low" } }]
    "#);
    assert_eq!((outcome.verdict.as_str(), outcome.trace.end().as_millis()), ("stuck", 20));
}
