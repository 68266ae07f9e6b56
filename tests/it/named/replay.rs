//! One recording: how the bench is set up for it, and what of our lines it holds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use vpyb_core::{Discipline, Overrides};

use super::env::Case;
use crate::bench::{self, End, Prices, Settings};
use crate::oracle::{folder, json_lines};

/// The folders of recordings, with the length of the I/O queue that stands in their name.
const FOLDERS: [(&str, bool, usize); 3] = [("v2", false, 0), ("fast_io", true, 0), ("fast_io_ioq", true, 6)];

/// Replays each case under each discipline that it was recorded under; all have to agree.
pub fn agree(groups: &[&[Case]]) {
    let (mut total, mut differ) = (0, Vec::new());
    for case in groups.iter().copied().flatten() {
        let mut recorded = false;
        for (name, fast, ioq_len) in FOLDERS {
            let path = folder().join(name).join(format!("{}.jsonl", case.0));
            if !path.exists() {
                continue;
            }
            recorded = true;
            total += 1;
            let replay = AssertUnwindSafe(|| replay(case, &json_lines(&path), fast, ioq_len));
            let difference = catch_unwind(replay).unwrap_or_else(|_| Some(format!("{} panicked", case.0)));
            differ.extend(difference.map(|text| format!("{name}: {text}")));
        }
        assert!(recorded, "{} is not recorded", case.0);
    }
    assert!(differ.is_empty(), "{} of {total} differ\n{}", differ.len(), differ.join("\n"));
}

/// The first difference, if there is one.
fn replay(case: &Case, recording: &[Value], fast: bool, ioq_len: usize) -> Option<String> {
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
    };
    let (ours, end) = bench::run(settings, case.1);
    let ours = as_recorded(ours, meta);
    let theirs: Vec<String> = recording.iter().filter_map(bench::recorded).flat_map(one_by_one).collect();
    bench::compare(case.0, &theirs, &ours, matches!(end, End::Returned(Err(_)))).difference
}

/// A text of several lines was printed at one go.
fn one_by_one(line: String) -> Vec<String> {
    let mut parts = line.split('\n').map(str::to_owned);
    let first = parts.next().expect("a text has a beginning");
    let head = first.split(" print ").next().expect("a text has a beginning").to_owned();
    std::iter::once(first).chain(parts.map(|part| format!("{head} print {part}"))).collect()
}

/// Our lines without what the recording leaves out.
fn as_recorded(lines: Vec<String>, meta: &Value) -> Vec<String> {
    let nospin = meta["nospin"].as_u64() == Some(1);
    let muted: Vec<&str> =
        meta["mute"].as_array().into_iter().flatten().map(|word| word.as_str().expect("a word")).collect();
    let dropped = |at: usize| {
        let Some(step) = lines[at][9..].strip_prefix(" step ") else { return false };
        let mute = muted.iter().any(|word| step.starts_with(word)) && !step.contains(" throw ");
        let dull = [" -> none", " -> delay 0", " -> sleep_ms 0"].iter().any(|end| step.ends_with(end));
        let next = lines.get(at + 1).map_or("step", |line| line[10..].split(' ').next().unwrap_or(""));
        mute || nospin && dull && ["step", "cb", "poll"].contains(&next)
    };
    (0..lines.len()).filter(|&at| !dropped(at)).map(|at| lines[at].clone()).collect()
}
