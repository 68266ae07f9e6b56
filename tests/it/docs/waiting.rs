//! How late waiters are that ask, and that are woken, and what that costs.
//!
//! Owns the table of `docs/waiting.md`, measured in the scenarios of `scenarios/waiting`.

use std::fmt::Write as _;

use vpyb_sim::trace::{Kind, Trace};

use super::figures::{steps, time, trace_of};
use crate::checked_in::scenarios;

/// Microseconds from each `give` to the `got` that follows; the longest.
fn latency(trace: &Trace) -> f64 {
    let (mut given, mut longest) = (None, 0.0_f64);
    for record in trace.records() {
        let Kind::Line { text, .. } = record.kind else { continue };
        let (text, at) = (trace.text(text), record.at.as_nanos() as f64 / 1000.0);
        if text.starts_with("give ") {
            assert_eq!(given, None, "each gift is received before the next");
            given = Some(at);
        } else if text.starts_with("got ") {
            longest = longest.max(at - given.take().expect("something was given"));
        }
    }
    longest
}

/// A line for each variant of each scenario. Those that are woken come first in their file and are never behind.
pub fn table() -> String {
    let mut text = String::from(
        "| waits for | how | the worst of eight waits | steps of the waiter |\n|---|---|---|---|\n",
    );
    let all = scenarios().into_iter().map(|scenario| scenario.name);
    for name in all.filter(|name| name.starts_with("scenarios/waiting/")) {
        let path = name.strip_prefix("scenarios/").expect("it was asked");
        let (file, variant) = path.split_once("::").expect("each has variants");
        let what = file.trim_start_matches("waiting/").trim_end_matches(".toml");
        let trace = trace_of(path);
        let steps = steps(&trace, "waiter#1").len();
        writeln!(text, "| {what} | {variant} | {} | {steps} |", time(latency(&trace))).expect("a text");
    }
    text
}
