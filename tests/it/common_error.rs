//! A common error (tutorial section 7.5): something is made to be awaited or run, and is not.
//!
//! Owns what a run tells of it. That the compiler tells first is a test in the core's documentation.

use vpyb_sim::expect::judge;
use vpyb_sim::runner::boxed;
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::trace::{Kind, Words};

use crate::trial::{Bench, Ran, run};

/// What a run tells of the error: instants in milliseconds, and words.
fn told(ran: &Ran) -> Vec<String> {
    let words = Words::new(&ran.trace);
    let about = |kind: &Kind| matches!(kind, Kind::Unawaited { .. } | Kind::NeverStarted { .. });
    let records = ran.trace.records().iter().filter(|record| about(&record.kind));
    records.map(|record| format!("{} {}", record.at.as_millis(), words.describe(record))).collect()
}

#[test]
fn a_pause_that_is_not_awaited_and_a_task_that_never_runs_are_told() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            // Outside of any task.
            drop(bench.ev.yield_now());
            let ev = bench.ev.clone();
            top.run_until_complete(async move {
                ev.sleep_ms(7).await?;
                drop(ev.sleep_ms(100));
                // Two that are awaited: one to its end, one until it is interrupted.
                ev.sleep(0.003).await?;
                assert!(ev.wait_for_ms(ev.sleep_ms(50), 20).await.is_err());
                // Its turn never comes: this step is the last.
                ev.create_task_named("late", async { Ok(()) })?;
                Ok(())
            })
            .named("main")
            .await?;
            Ok(())
        })
    });
    assert_eq!(
        told(&ran),
        [
            "0 drops yield_now without awaiting it",
            "7 main drops sleep_ms without awaiting it",
            "60 late was never started"
        ]
    );
    let judgement = judge(&ran.trace, &Scenario::default());
    let counters: Vec<String> = ["sched.unawaited", "sched.never_started"]
        .iter()
        .map(|name| judgement.counters.value(name).expect("a counter of every run").to_string())
        .collect();
    assert_eq!(counters, ["2", "1"]);
}
