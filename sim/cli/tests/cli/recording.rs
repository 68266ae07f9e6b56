//! What `vpyb run --trace` leaves on the disk: a part of the run, the last of it, what was there when it was killed.

use std::fs;
use std::process::Stdio;
use std::thread;

use vpyb_core::time::Instant;
use vpyb_sim::trace::{Loaded, Seq, State, digest, read};

use super::{FAILED, Folder, HELD, USAGE};

fn loaded(folder: &Folder, name: &str) -> Loaded {
    let bytes = fs::read(folder.0.join(name)).expect("a trace was written");
    read(&bytes[..]).expect("a trace")
}

#[test]
fn the_whole_run_is_recorded_without_a_trace_of_it_in_the_run() {
    let folder = Folder::new("recorded");
    let told = folder.vpyb("run busy.toml::short --trace out/run.vpyb --message-format json");
    assert_eq!(told.status(), HELD);
    let whole = loaded(&folder, "out/run.vpyb");
    assert!(whole.whole && whole.trace.records().len() > 2 * 4096, "it was written in several parts");
    let outcome = &told.json()[0];
    assert_eq!(outcome["trace_digest"], digest(&whole.trace));
    let again = folder.vpyb("run busy.toml::short --message-format json");
    assert_eq!(
        again.json()[0]["trace_digest"],
        outcome["trace_digest"],
        "nobody looks, and it is the same run"
    );
}

#[test]
fn a_part_of_a_run_begins_and_ends_where_it_is_asked_to() {
    let folder = Folder::new("part");
    folder.vpyb("run busy.toml::short --trace whole.vpyb");
    let whole = loaded(&folder, "whole.vpyb").trace;
    let told = folder.vpyb("run busy.toml::short --trace part.vpyb --trace-from 300ms --trace-until 600ms");
    assert_eq!(told.status(), HELD);
    let part = loaded(&folder, "part.vpyb");
    assert!(part.whole);
    let part = part.trace;
    let first = whole.records().iter().position(|record| record.at >= Instant::from_millis(300)).unwrap();
    let after = whole.records().partition_point(|record| record.at <= Instant::from_millis(600));
    assert_eq!(part.first(), Seq(first as u32));
    assert!(part.records().iter().eq(whole.records().range(first..after)));
    let at = Instant::from_millis(450);
    assert_eq!(State::at(&part, at), State::at(&whole, at));
}

#[test]
fn a_recording_begins_with_an_event() {
    let folder = Folder::new("event");
    let told = folder.vpyb("run late.toml --trace late.vpyb --trace-on 'prints = \"woke\"'");
    assert_eq!(told.status(), FAILED);
    let trace = loaded(&folder, "late.vpyb").trace;
    assert_eq!(trace.records().get(0).unwrap().kind.word(), "line");
    assert!(trace.first() > Seq(0));
    let told = folder.vpyb("run passing.toml::by-itself --trace no.vpyb --trace-on 'prints = \"never\"'");
    assert_eq!(told.status(), HELD);
    assert!(told.stderr().contains("what the trace was to begin with never came"), "{}", told.stderr());
    assert!(!folder.0.join("no.vpyb").exists());
}

#[test]
fn a_bound_that_makes_no_sense_is_refused() {
    let folder = Folder::new("bounds");
    let calls = [
        "run busy.toml::short --trace x.vpyb --trace-limit 1K",
        "run busy.toml::short --trace x.vpyb --trace-limit much",
        "run busy.toml::short --trace-limit 1M",
        "run busy.toml::short --trace x.vpyb --trace-from soon",
        "run busy.toml::short --trace x.vpyb --trace-on 'uart = \"uart4\", event = \"ringing\"'",
        "run busy.toml::short --trace x.vpyb --trace-on 'prints ='",
    ];
    let told = calls.map(|call| folder.vpyb(call));
    assert_eq!(told.each_ref().map(super::Told::status), [USAGE; 6]);
    insta::assert_snapshot!(told.each_ref().map(super::Told::all).join("\n\n"));
}

/// The scenario's long variant would take days; it is ended from outside as soon as enough is there.
fn kill_when(folder: &Folder, call: &[&str], enough: impl Fn() -> bool) {
    let mut command = folder.command(call);
    let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it can be started");
    while !enough() {
        assert!(running.try_wait().expect("it can be asked").is_none(), "it does not end by itself");
        thread::yield_now();
    }
    running.kill().expect("it can be killed");
    running.wait().expect("it is gone");
}

fn len_of(folder: &Folder, name: &str) -> u64 {
    fs::metadata(folder.0.join(name)).map_or(0, |file| file.len())
}

#[test]
fn a_run_that_was_killed_leaves_its_whole_blocks() {
    let folder = Folder::new("killed");
    let call = ["run", "busy.toml::for-ever", "--trace", "killed.vpyb"];
    kill_when(&folder, &call, || len_of(&folder, "killed.vpyb") > 500_000);
    let left = loaded(&folder, "killed.vpyb");
    assert!(!left.whole);
    assert_eq!(left.trace.records().len() % 4096, 0);
    assert!(left.trace.records().len() > 10 * 4096);
    let told = folder.vpyb("trace at killed.vpyb 100ms");
    assert_eq!(told.status(), HELD);
    assert!(told.stderr().contains("is cut off; it is read up to its last whole block"), "{}", told.stderr());
}

#[test]
fn a_limit_keeps_the_last_part() {
    let folder = Folder::new("limit");
    let limit = 256 << 10;
    let call = ["run", "busy.toml::for-ever", "--trace", "ring.vpyb", "--trace-limit", "256K"];
    // The second file stands beside the first while it is made.
    kill_when(&folder, &call, || {
        let bytes = fs::read(folder.0.join("ring.vpyb")).unwrap_or_default();
        read(&bytes[..]).is_ok_and(|loaded| loaded.trace.first().0 > 200_000)
    });
    let len = len_of(&folder, "ring.vpyb");
    assert!(len <= limit + 64 * 1024, "{len} bytes");
    let trace = loaded(&folder, "ring.vpyb").trace;
    assert!(len >= limit / 4 - 64 * 1024 && !trace.records().is_empty());
    // What was so before is known: both tasks had many steps.
    let state = trace.begin_state();
    assert!(state.scheduling.tasks.values().all(|task| task.steps > 1_000));
}
