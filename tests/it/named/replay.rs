//! One recording: how the bench is set up for it, and what of our lines it holds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use vpyb_core::{Discipline, Overrides};

use super::case::Case;
use crate::bench::{self, Comparison, End, Prices, Settings};
use crate::oracle::{folder, json_lines};

/// Cases that do not agree: on how many lines they do under V2 and under `fast_io`, and why on no more.
const DIFFER: [(&str, [usize; 2], &str); 2] = [
    (
        "sched_yield_values",
        [8, 8],
        "a coroutine is yielded to the loop, and then values of types that it refuses",
    ),
    (
        "tut_7_5_genfunc",
        [6, 0],
        "a function is passed in place of a coroutine: V2 calls it, and refuses it as what a run waits for; fast_io \
         refuses it at once; here it does not compile",
    ),
];

/// The folders of recordings, with the length of the I/O queue that stands in their name.
const FOLDERS: [(&str, bool, usize); 3] = [("v2", false, 0), ("fast_io", true, 0), ("fast_io_ioq", true, 6)];

/// Replays each case under each discipline that it was recorded under; all have to agree.
pub fn agree(groups: &[&[Case]]) {
    let (mut total, mut differ) = (0, Vec::new());
    for case in groups.iter().copied().flatten() {
        let mut recorded = false;
        for (name, fast, ioq_len) in FOLDERS {
            let path = folder().join(name).join(format!("{}.jsonl", case.recording));
            if !path.exists() {
                continue;
            }
            recorded = true;
            total += 1;
            let replay = AssertUnwindSafe(|| judge(case, &json_lines(&path), fast, ioq_len));
            let difference =
                catch_unwind(replay).unwrap_or_else(|_| Some(format!("{} panicked", case.recording)));
            differ.extend(difference.map(|text| format!("{name}: {text}")));
        }
        assert!(recorded, "{} is not recorded", case.recording);
    }
    assert!(differ.is_empty(), "{} of {total} differ\n{}", differ.len(), differ.join("\n"));
}

/// What is not as it has to be, if anything.
fn judge(case: &Case, recording: &[Value], fast: bool, ioq_len: usize) -> Option<String> {
    let compared = replay(case, recording, fast, ioq_len);
    match DIFFER.iter().find(|(name, ..)| *name == case.recording) {
        None => compared.difference,
        Some((name, same, why))
            if compared.difference.is_none() || compared.same != same[usize::from(fast)] =>
        {
            Some(format!("{name} agreed on {same:?} lines, because {why}; now on {}", compared.same))
        }
        Some(_) => None,
    }
}

fn replay(case: &Case, recording: &[Value], fast: bool, ioq_len: usize) -> Comparison {
    let meta = &recording[0];
    let us = |key: &str| meta[key].as_u64().expect("microseconds");
    let length = |i: usize| meta["loop"][i].as_u64().map(|length| length as usize);
    let (ioq_len, lp_len) = (length(2).unwrap_or(ioq_len), length(3).unwrap_or(0));
    let overrides = Overrides {
        discipline: Some(match fast {
            true => Discipline::FastIo { ioq_len, lp_len, max_overdue_ms: 0 },
            false => Discipline::UasyncioV2,
        }),
        runq_len: length(0),
        waitq_len: length(1),
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
    let (ours, end) = bench::run(settings, |top| case.main(top));
    let ours = as_recorded(ours, meta);
    let mut theirs = lines_of(recording);
    for untold in case.untold {
        let at = theirs.iter().position(|line| line == untold);
        theirs.remove(at.unwrap_or_else(|| panic!("{} has no line `{untold}`", case.recording)));
    }
    bench::compare(case.recording, &theirs, &ours, matches!(end, End::Returned(Err(_))))
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

/// Our lines without what the recording leaves out.
fn as_recorded(mut lines: Vec<String>, meta: &Value) -> Vec<String> {
    // Calls of handlers are recorded of scripts only.
    lines.retain(|line| !line.contains(" op -  pin_edge "));
    let nospin = meta["nospin"].as_u64() == Some(1);
    let muted: Vec<&str> =
        meta["mute"].as_array().into_iter().flatten().map(|word| word.as_str().expect("a word")).collect();
    let dropped = |at: usize| {
        let Some(step) = lines[at][9..].strip_prefix(" step ") else {
            return lines[at][9..].strip_prefix(" print ") == Some(bench::PART);
        };
        let mute = muted.iter().any(|word| step.starts_with(word)) && !step.contains(" throw ");
        let dull = [" -> none", " -> delay 0", " -> sleep_ms 0"].iter().any(|end| step.ends_with(end));
        // A pin that changes while the step is paid for is no line of the step.
        let word = |line: &String| line[10..].split(' ').next().unwrap_or("").to_owned();
        let next = lines[at + 1..].iter().map(word).find(|word| word != "pin").unwrap_or("step".into());
        mute || nospin && dull && ["step", "cb", "poll"].contains(&&*next)
    };
    (0..lines.len()).filter(|&at| !dropped(at)).map(|at| lines[at].clone()).collect()
}
