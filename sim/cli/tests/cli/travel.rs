//! The verbs of `vpyb trace`, as a user sees them.

use std::fs;

use insta::assert_snapshot;

use super::{FAILED, Folder, HELD, Told, USAGE};

/// Gives the calls and shows what they told, which must all end so.
fn told<const N: usize>(folder: &Folder, status: i32, calls: [&str; N]) -> String {
    let told = calls.map(|call| folder.vpyb(call));
    assert_eq!(told.each_ref().map(Told::status), [status; N]);
    told.each_ref().map(Told::all).join("\n\n")
}

#[test]
fn a_state_can_be_asked_for_a_task_or_a_pin() {
    let folder = Folder::new("at_one");
    let calls = [
        "trace at busy.toml::short 500ms --task turn#1",
        "trace at wired.toml 1ms --pin X1",
        "trace at wired.toml 1ms --pin Y9",
    ];
    assert_snapshot!(told(&folder, HELD, calls));
    let calls = ["trace at busy.toml::short 500ms --task trun", "trace at wired.toml 1ms --pin Z1"];
    assert_snapshot!(told(&folder, USAGE, calls));
}

#[test]
fn a_trace_is_walked_record_by_record() {
    let folder = Folder::new("step");
    let calls = [
        "trace step late.toml --from 5ms --count 4",
        "trace step late.toml --from 21ms --back 3",
        "trace step late.toml --task sleeper --back 2",
        "trace step late.toml --kind line",
    ];
    assert_snapshot!(told(&folder, HELD, calls));
    let calls = [
        "trace step late.toml --from 9s",
        "trace step late.toml --task sleper",
        "trace step late.toml --kind lines",
        "trace step late.toml --pin nowhere",
    ];
    assert_snapshot!(told(&folder, USAGE, calls));
}

#[test]
fn an_event_is_found_in_both_directions() {
    let folder = Folder::new("find");
    let calls = [
        "trace find busy.toml::short 'task = \"turn#1\", event = \"step\"' --from 500ms --count 2",
        "trace find busy.toml::short '{ task = \"turn#1\", event = \"step\", nth = 3 }'",
        "trace find busy.toml::short 'task = \"turn\", event = \"step\"' --from 500ms --back 2",
    ];
    assert_snapshot!(told(&folder, HELD, calls));
    let calls = [
        "trace find busy.toml::short 'task = \"trun\", event = \"step\"'",
        "trace find busy.toml::short 'prints = \"hello\"' --from 0.5",
        "trace find busy.toml::short 'task = \"turn\"'",
        "trace find busy.toml::short 'turn steps'",
    ];
    assert_snapshot!(told(&folder, USAGE, calls));
}

#[test]
fn the_last_change_is_found() {
    let folder = Folder::new("change");
    let calls = ["trace last-change late.toml sleeper --before 15ms", "trace last-change wired.toml X1"];
    assert_snapshot!(told(&folder, HELD, calls));
    let calls = ["trace last-change late.toml nobody", "trace last-change late.toml X1"];
    assert_snapshot!(told(&folder, USAGE, calls));
}

#[test]
fn two_traces_are_compared() {
    let folder = Folder::new("diff");
    assert_snapshot!(told(&folder, HELD, ["trace diff late.toml late.toml"]));
    assert_snapshot!(told(&folder, FAILED, ["trace diff passing.toml::by-itself late.toml"]));
}

#[test]
fn a_run_is_shown_in_figures() {
    let folder = Folder::new("stats");
    assert_snapshot!(told(&folder, HELD, ["trace stats busy.toml::short", "trace stats wired.toml"]));
}

#[test]
fn what_opens_an_export_is_said() {
    let folder = Folder::new("opens");
    let calls = [
        "trace export wired.toml --to vcd -o run.vcd",
        "trace export late.toml --to perfetto -o run.json",
        "trace export late.toml --to csv -o run.csv",
    ];
    assert_snapshot!(told(&folder, HELD, calls));
    let csv = fs::read_to_string(folder.0.join("run.csv")).expect("the file");
    assert_snapshot!(
        csv.lines().filter(|line| !line.contains("net_pin")).take(16).collect::<Vec<_>>().join("\n")
    );
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.0.join("run.json")).expect("the file"))
            .expect("JSON");
    assert!(json["traceEvents"].as_array().is_some_and(|events| events.len() > 5));
}
