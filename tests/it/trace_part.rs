//! A trace of which only a part is read, or was kept: it tells the same of that part as the whole does.
//!
//! Owns how runs are recorded, cut and sought in; the bytes of a file are in `trace_file`.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use vpyb_cli::{PROGRAMS, trace_told};
use vpyb_core::time::Instant;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::record::{Entry, Why, Yielded};
use vpyb_sim::trace::{
    Before, Kind, Meta, Reading, Seekable, Seq, State, Trace, Words, read, render_state, to_bytes, why,
    write_jsonl,
};
use vpyb_sim::travel::{Filter, Walk, rows, walk};

use crate::checked_in::scenarios;

/// A file of a scenario has so many bytes for a record at the most.
const BYTES_PER_RECORD: usize = 12;
/// A file of up to so many records may have more.
const FEW_RECORDS: usize = 128;

/// Of longer traces not everything is looked at, since it takes long.
const MANY_RECORDS: usize = 20_000;

/// Takes turns: three records each, enough for several checkpoints.
fn long() -> Trace {
    let mut trace = Trace::new(Meta { scenario: "turns".into(), ..Meta::default() });
    let tasks = [0, 1, 2].map(vpyb_sim::trace::record::Task);
    for task in tasks {
        let name = trace.name(&format!("turn#{}", task.0 + 1));
        trace.push(Instant::ZERO, None, Kind::TaskCreated { task, name });
    }
    let mut cause = Seq(0);
    for turn in 0..100_000_u64 {
        let at = Instant::from_micros(turn * 300);
        let task = tasks[turn as usize % 3];
        cause = trace.push(at, Some(cause), Kind::Ready { entry: Entry::Task(task), why: Why::Yielded });
        let took = vpyb_core::time::Duration::from_micros(120);
        let step = Kind::Step { task, first: turn < 3, stale: false, yielded: Yielded::None, took };
        cause = trace.push(at, Some(cause), step);
        if turn % 1_000 == 0 {
            let text = trace.name(&format!("turn {turn}"));
            trace.push(at, Some(cause), Kind::Line { task: Some(task), text });
        }
        trace.push(at + took, Some(cause), Kind::Busy { span: took });
    }
    trace
}

/// The part of a trace from a record on.
fn from(whole: &Trace, first: Seq) -> Trace {
    let before = Before { first, state: State::before(whole, first) };
    let before =
        Before { state: State { at: whole.get(Seq(first.0 - 1)).unwrap().at, ..before.state }, ..before };
    let records = whole.slice(first, whole.next()).into_owned();
    Trace::from_parts(whole.meta().clone(), whole.names().clone(), Some(before), records)
}

#[test]
fn an_instant_is_found_in_a_long_file_and_shows_the_same_state() {
    let whole = long();
    let bytes = to_bytes(&whole);
    let mut file = Seekable::open(Cursor::new(&bytes)).unwrap().expect("it is whole");
    assert_eq!(file.records() as usize, whole.records().len());
    let end = whole.end().as_nanos();
    for at in [0, 1, end / 3, end / 2 + 7, end - 1, end, end + 1].map(Instant::from_nanos) {
        let part = file.around(at).unwrap();
        let (expected, found) = (State::at(&whole, at), State::at(&part, at));
        assert_eq!(found, expected, "at {at:?}");
        assert_eq!(render_state(&found, &part), render_state(&expected, &whole), "at {at:?}");
    }
    let late = file.around(whole.end()).unwrap();
    assert!(late.records().len() <= 2 * 8 * 4096, "it was read from its last checkpoint on");
}

/// A question about the last third of a file in which the first third is damaged is answered as if it were not: what it
/// does not need is not read. Of the whole file there is only a complaint.
#[test]
fn a_question_reads_of_a_file_what_it_needs() {
    let whole = long();
    let mut bytes = to_bytes(&whole);
    let place = |name: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).display().to_string();
    let (good, bad) = (place("long.vpyb"), place("long_damaged.vpyb"));
    fs::write(&good, &bytes).unwrap();
    let within = bytes.len() / 6;
    bytes[within] ^= 1;
    fs::write(&bad, &bytes).unwrap();
    let told = |path: &str, call: &str| {
        let call = call.replace("FILE", path);
        let words: Vec<&str> = call.split(' ').collect();
        trace_told(&words, PROGRAMS).map(|text| text.replace(path, "FILE"))
    };
    // The run has 30 s; a checkpoint comes every 3.3 s.
    for call in [
        "at FILE 28s",
        "step FILE --from 27s --task turn#2 --count 3",
        "step FILE --from 27s --back 4 --kind step",
        "step FILE --back 2",
        "find FILE task=\"turn#3\",event=\"step\" --from 28s --count 2",
        "find FILE prints=\"turn\" --from 29s --back 1",
        "last-change FILE turn#1 --before 28.5s",
        "why FILE 290000 --limit 5",
        "why FILE --task turn#2 --at 28s --limit 3",
    ] {
        let answer = told(&bad, call);
        assert!(answer.is_ok(), "{call}: {answer:?}");
        assert_eq!(answer, told(&good, call), "{call}");
    }
    // What is not there is looked for everywhere.
    let error = told(&bad, "find FILE prints=\"turn\",nth=2").unwrap_err();
    assert!(error.contains("it is damaged at byte"), "{error}");
    assert!(told(&bad, "stats FILE").unwrap_err().contains("it is damaged at byte"));
}

/// Walks that go past checkpoints, one record at a time, tell what the whole tells.
#[test]
fn parts_grow_until_they_hold_the_answer() {
    let whole = long();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grown.vpyb").display().to_string();
    fs::write(&path, to_bytes(&whole)).unwrap();
    let filter = Filter::new(&whole, None, None, Some("line")).unwrap();
    for (call, from, back, count) in [
        ("--from 1s --count 95", 1, false, 95),
        ("--from 29s --back 90", 29, true, 90),
        ("--from 13s --count 5", 13, false, 5),
        ("--from 1s --count 1000", 1, false, 1000),
    ] {
        let call = format!("step {path} --kind line {call}");
        let words: Vec<&str> = call.split(' ').collect();
        let found = walk(&whole, &filter, Walk { from: Instant::from_millis(from * 1000), back, count });
        assert_eq!(trace_told(&words, PROGRAMS).unwrap(), rows(&Words::new(&whole), &whole, found), "{call}");
    }
    let nth = trace_told(&["find", &path, "{ prints = \"turn\", nth = 99 }"], PROGRAMS).unwrap();
    assert!(nth.contains("turn 98000"), "{nth}");
}

/// So many records are read at the most for a state, however long the file is.
#[test]
fn what_is_read_for_a_state_does_not_grow_with_the_file() {
    let whole = long();
    let bytes = to_bytes(&whole);
    for at in [1, 14, 20, 29] {
        let mut file = Seekable::open(Cursor::new(&bytes)).unwrap().expect("it is whole");
        file.around(Instant::from_millis(at * 1000)).unwrap();
        let Reading { bytes, records } = file.reading();
        assert!(records <= (8 + 1) * 4096, "{records} records for {at} s");
        assert!(bytes < 500_000, "{bytes} bytes for {at} s");
    }
}

#[test]
fn a_file_that_was_cut_off_has_no_index() {
    let bytes = to_bytes(&long());
    assert!(Seekable::open(Cursor::new(&bytes[..bytes.len() - 1])).unwrap().is_none());
    assert!(!read(&bytes[..bytes.len() - 1]).unwrap().whole);
}

/// All that is said of each scenario's trace, in one walk, since running them is what takes long.
#[test]
fn what_is_true_of_the_trace_of_every_scenario() {
    let (mut large, mut arrows) = (Vec::new(), 0);
    for scenario in scenarios() {
        let whole = runner::run(&scenario, PROGRAMS, Options::default()).trace;
        let bytes = to_bytes(&whole);
        assert_eq!(read(&bytes[..]).unwrap().trace, whole, "{}", scenario.name);
        let (len, records) = (bytes.len(), whole.records().len());
        // A file of few records is mostly its description and the names of the board's pins.
        if records > FEW_RECORDS && len > BYTES_PER_RECORD * records {
            large.push(format!("{}: {len} bytes for {records} records", scenario.name));
        }
        third_is_found(&whole, bytes);
        if records <= MANY_RECORDS {
            half_tells_the_same(&whole);
            arrows += crate::exports::check(&whole);
        }
    }
    assert!(arrows > 0, "tasks are woken");
    assert_eq!(large, [""; 0], "at most {BYTES_PER_RECORD} bytes a record");
}

fn third_is_found(whole: &Trace, bytes: Vec<u8>) {
    let mut file = Seekable::open(Cursor::new(bytes)).unwrap().expect("it is whole");
    let at = Instant::from_nanos(whole.end().as_nanos() / 3);
    let part = file.around(at).unwrap();
    assert_eq!(State::at(&part, at), State::at(whole, at), "{}", whole.meta().scenario);
}

/// The part from the middle on tells of its records what the whole tells.
fn half_tells_the_same(whole: &Trace) {
    let name = &whole.meta().scenario;
    let first = Seq(whole.next().0 / 2);
    let part = from(whole, first);
    assert_eq!(read(&to_bytes(&part)[..]).unwrap().trace, part, "{name}");
    let (words, own) = (Words::new(whole), Words::new(&part));
    for (seq, record) in part.iter().take(2_000) {
        assert_eq!(own.describe(&record), words.describe(&whole.get(seq).unwrap()), "{name}");
    }
    assert_eq!(State::at(&part, part.end()), State::at(whole, whole.end()), "{name}");
    // A chain of causes ends where the part begins.
    let chain = why(&part, Seq(part.next().0 - 1));
    assert!(chain.iter().all(|link| link.seq >= first), "{name}");
}

#[test]
fn a_part_as_json_lines_is_the_end_of_the_whole() {
    let whole = crate::one_byte::trace();
    let part = from(&whole, Seq(20));
    let lines = |trace: &Trace| {
        let mut json = Vec::new();
        write_jsonl(trace, &mut json).unwrap();
        String::from_utf8(json).unwrap()
    };
    let (all, some) = (lines(&whole), lines(&part));
    assert_eq!(some.lines().skip(1).collect::<Vec<_>>(), all.lines().skip(1 + 20).collect::<Vec<_>>());
}

#[test]
fn each_record_is_one_step_of_the_fold() {
    for scenario in scenarios().iter().filter(|scenario| scenario.name.contains("uart")) {
        let trace = runner::run(scenario, PROGRAMS, Options::default()).trace;
        let mut state = State::default();
        for (seq, record) in trace.iter().take(3_000) {
            state.apply(&trace, seq, &record);
            let encoded = postcard::to_stdvec(&state).unwrap();
            assert_eq!(
                postcard::from_bytes::<State>(&encoded).unwrap(),
                state,
                "a checkpoint keeps everything"
            );
        }
    }
}
