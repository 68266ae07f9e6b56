//! One recording: how the bench is set up for it, and what of our lines it holds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use vpyb_core::{Discipline, Overrides};

use super::case::Case;
use crate::bench::{self, Comparison, Prices, Settings};
use crate::oracle::{file_of, json_lines, recorded_in};

/// A case that does not agree: the first line that differs, as it is recorded and as it is here.
pub struct Differs {
    recording: &'static str,
    why: &'static str,
    lines: &'static [(&'static str, &'static str, &'static str)],
}

/// Cases that do not agree, under the discipline by whose folder their lines stand.
pub const DIFFER: [Differs; 2] = [
    Differs {
        recording: "sched_yield_values",
        why: "a coroutine is yielded to the loop, and then values of types that it refuses",
        lines: &[
            ("v2", "    20000 step a#1 -> gen child#1", "    20000 step a#1 -> none"),
            ("fast_io", "    20000 step a#1 -> gen child#1", "    20000 step a#1 -> none"),
        ],
    },
    Differs {
        recording: "tut_7_5_genfunc",
        why: "a function is passed in place of a coroutine: V2 calls it, and refuses it as what a run waits for; \
              fast_io refuses it at once; here it does not compile",
        lines: &[
            ("v2", "    20000 step main -> raise TypeError first", "          exit return"),
            (
                "fast_io",
                "        0 print AssertionError Coroutine arg expected.",
                "        0 print create_task accepted",
            ),
        ],
    },
];

/// Replays each case under each discipline that it was recorded under; all have to agree.
pub fn agree(groups: &[&[Case]]) {
    let (mut total, mut differ) = (0, Vec::new());
    for case in groups.iter().copied().flatten() {
        let folders = recorded_in(case.recording);
        assert!(!folders.is_empty(), "{} is not recorded", case.recording);
        for folder in folders {
            total += 1;
            let lines = json_lines(&file_of(folder, case.recording));
            let replay = AssertUnwindSafe(|| judge(case, folder, &lines));
            let difference =
                catch_unwind(replay).unwrap_or_else(|_| Some(format!("{} panicked", case.recording)));
            differ.extend(difference.map(|text| format!("{folder}: {text}")));
        }
    }
    assert!(differ.is_empty(), "{} of {total} differ\n{}", differ.len(), differ.join("\n"));
}

/// What is not as it has to be, if anything.
fn judge(case: &Case, recorded_in: &str, recording: &[Value]) -> Option<String> {
    let found = replay(case, recorded_in, recording).difference;
    let Some(differs) = DIFFER.iter().find(|differs| differs.recording == case.recording) else {
        return found.map(|found| found.text);
    };
    let expected = differs.lines.iter().find(|(folder, ..)| *folder == recorded_in);
    let (_, recorded, ours) = expected.expect("the lines of each discipline are said");
    match found {
        None => Some(format!("{} agrees by now", case.recording)),
        Some(found) if found.recorded == *recorded && found.ours == *ours => None,
        Some(found) => {
            Some(format!("{} differs otherwise, where {}\n{}", case.recording, differs.why, found.text))
        }
    }
}

fn replay(case: &Case, recorded_in: &str, recording: &[Value]) -> Comparison {
    let meta = &recording[0];
    let us = |key: &str| meta[key].as_u64().expect("microseconds");
    let length = |i: usize| meta["loop"][i].as_u64().map(|length| length as usize);
    let ioq_len = length(2).unwrap_or(if recorded_in == "fast_io_ioq" { 6 } else { case.queues.0 });
    let lp_len = length(3).unwrap_or(case.queues.1);
    let overrides = Overrides {
        discipline: Some(match recorded_in {
            "v2" => Discipline::UasyncioV2,
            _ => Discipline::FastIo { ioq_len, lp_len, max_overdue_ms: 0 },
        }),
        runq_len: length(0),
        waitq_len: length(1),
        // In place of what an example asks for itself.
        ioq_len: (case.queues != (0, 0)).then_some(ioq_len),
        lp_len: (case.queues != (0, 0)).then_some(lp_len),
        ..Overrides::default()
    };
    let settings = Settings {
        hw: &meta["hw"],
        prices: Prices { step: us("step_us"), callback: us("cb_us") },
        start: us("start_us"),
        until: us("until_us"),
        overrides,
        started: None,
        cancellables: case.cancellables,
    };
    let (mut ours, end) = bench::run(settings, |top| case.main(top));
    let texts = &recording[1..=case.texts];
    assert!(
        texts.iter().all(|line| line["k"] == "print" && line.get("task").is_none()),
        "texts of its module"
    );
    // Calls of handlers are recorded of scripts only.
    ours.retain(|line| !line.contains(" op -  pin_edge "));
    bench::judge(case.recording, recording, lines_of(&recording[1 + case.texts..]), ours, bench::ending(&end))
}

/// A recording's lines in our form. What was printed in parts is a line when it is ended, as on a console; the
/// text that a module prints before it does anything is left out.
pub fn lines_of(recording: &[Value]) -> Vec<String> {
    let (mut lines, mut console) = (Vec::new(), String::new());
    let preamble = |value: &Value| {
        value["text"]
            .as_str()
            .is_some_and(|text| text == "\u{1b}[39m\n" || text.starts_with("Running (runtime"))
    };
    let begin = recording.iter().rposition(preamble).map_or(0, |at| at + 1);
    for value in &recording[begin..] {
        if value["k"] != "print" {
            lines.extend(bench::recorded(value));
            continue;
        }
        console += value["text"].as_str().expect("a text");
        while let Some(end) = console.find('\n') {
            let line: String = console.drain(..=end).collect();
            lines.push(format!("{:>9} print {}", value["t"].as_u64().expect("microseconds"), &line[..end]));
        }
    }
    lines
}
