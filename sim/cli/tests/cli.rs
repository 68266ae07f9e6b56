//! The command `vpyb` as a user sees it: what is printed where, and the exit status.
//!
//! Owns small scenario files in `tests/cli`, which are copied to a folder of each test's own. It stands here
//! and not in the workspace's `tests/it`, because cargo tells only a package's own tests where its binary is.

#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/failing.rs"]
mod failing;
#[path = "cli/jobs.rs"]
mod jobs;
#[path = "cli/recording.rs"]
mod recording;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/travel.rs"]
mod travel;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;

/// All held.
const HELD: i32 = 0;
/// An expectation failed.
const FAILED: i32 = 1;
/// The call or a file is invalid.
const USAGE: i32 = 2;
/// A run itself ended abnormally.
const ABNORMAL: i32 = 3;

/// A folder with the scenario files, in which commands are given.
struct Folder(PathBuf);

impl Folder {
    /// A fresh one, named after the test.
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        // It is not there at the first time.
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).expect("a folder");
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
        for entry in fs::read_dir(files).expect("the scenario files") {
            let file = entry.expect("an entry").path();
            if file.extension().is_some_and(|ending| ending == "toml" || ending == "py") {
                fs::copy(&file, folder.join(file.file_name().expect("a name"))).expect("a copy");
            }
        }
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vpyb"));
        command.args(arguments).current_dir(&self.0);
        for variable in ["NO_COLOR", "RUST_BACKTRACE", "VPYB_LOG", "COLUMNS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Gives a command as a user types it; what stands between apostrophes is one word.
    fn vpyb(&self, call: &str) -> Told {
        let arguments = words(call);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = self.command(&arguments).output().expect("the command can be started");
        Told { call: call.to_owned(), output }
    }
}

fn words(call: &str) -> Vec<String> {
    let parts = call.split('\'').enumerate();
    parts
        .flat_map(|(i, part)| match i % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

/// What a command told.
struct Told {
    call: String,
    output: Output,
}

impl Told {
    fn status(&self) -> i32 {
        self.output.status.code().expect("it ends by itself")
    }

    fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).expect("output is UTF-8")
    }

    fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).expect("errors are UTF-8")
    }

    /// All of it, without the host's time: the only thing that may differ between two runs.
    fn all(&self) -> String {
        let mut text = format!("$ vpyb {}\n", self.call);
        for line in self.stdout().lines() {
            let line = match line.split_once(" of virtual time in ") {
                Some((before, _)) => format!("{before} of virtual time in [wall time]"),
                None => line.to_owned(),
            };
            writeln!(text, "{line}").expect("a text takes everything");
        }
        let stderr = self.stderr();
        if !stderr.is_empty() {
            write!(text, "---- standard error ----\n{stderr}").expect("a text takes everything");
        }
        write!(text, "---- exit status {} ----", self.status()).expect("a text takes everything");
        text
    }

    fn json(&self) -> Vec<serde_json::Value> {
        let stdout = self.stdout();
        stdout.lines().map(|line| serde_json::from_str(line).expect("each line is one JSON value")).collect()
    }
}

#[test]
fn a_run_that_holds() {
    let told = Folder::new("holds").vpyb("run passing.toml");
    assert_eq!(told.status(), HELD);
    assert_snapshot!(told.all());
}

#[test]
fn a_run_that_fails_shows_why_and_keeps_its_trace() {
    let folder = Folder::new("fails");
    let told = folder.vpyb("run late.toml");
    assert_eq!(told.status(), FAILED);
    assert_snapshot!(told.all());
    assert_snapshot!(folder.vpyb("trace at target/vpyb/late.vpyb 15ms").all());
}

#[test]
fn failures_stand_between_the_others() {
    let told = Folder::new("several").vpyb("run late.toml passing.toml");
    assert_eq!(told.status(), FAILED);
    assert_snapshot!(told.all());
}

#[test]
fn a_file_with_errors_is_told_all_of_them() {
    let folder = Folder::new("bad");
    let told = folder.vpyb("run bad.toml passing.toml");
    assert_eq!(told.status(), USAGE);
    assert_snapshot!(told.all());
    let told = folder.vpyb("check bad.toml");
    assert_eq!((told.status(), told.stdout().as_str()), (USAGE, ""));
}

#[test]
fn a_run_that_is_stuck_says_what_each_task_waits_for() {
    let told = Folder::new("stuck").vpyb("run stuck.toml");
    assert_eq!(told.status(), ABNORMAL);
    assert_snapshot!(told.all());
}

#[test]
fn of_several_exit_statuses_the_gravest_is_given() {
    let folder = Folder::new("gravest");
    assert_eq!(folder.vpyb("run passing.toml late.toml stuck.toml").status(), ABNORMAL);
    assert_eq!(folder.vpyb("run late.toml bad.toml").status(), USAGE);
    assert_eq!(folder.vpyb("run stuck.toml bad.toml").status(), ABNORMAL);
}

#[test]
fn good_files_are_checked_and_listed() {
    let folder = Folder::new("listed");
    let told = [folder.vpyb("check passing.toml"), folder.vpyb("list passing.toml late.toml")];
    assert_eq!(told.each_ref().map(Told::status), [HELD, HELD]);
    assert_snapshot!(told.each_ref().map(Told::all).join("\n\n"));
}

#[test]
fn what_cannot_be_found_is_said() {
    let folder = Folder::new("missing");
    let calls = [
        "run passing.toml::nope",
        "run late.toml::nope",
        "run nope.toml",
        "run late.vpyb",
        "trace at late.toml soon",
        "trace at passing.toml 1ms",
        "trace why late.toml 99999",
        "trace why late.toml",
        "trace why late.toml --task nobody --at 1ms",
    ];
    let told = calls.map(|call| folder.vpyb(call));
    assert_eq!(told.each_ref().map(Told::status), [USAGE; 9]);
    assert_snapshot!(told.each_ref().map(Told::all).join("\n\n"));
}

#[test]
fn a_damaged_trace_is_refused() {
    let folder = Folder::new("damaged");
    fs::write(folder.0.join("late.vpyb"), "no trace").expect("a file");
    let told = folder.vpyb("trace at late.vpyb 1ms");
    assert_eq!(told.status(), USAGE);
    assert_snapshot!(told.all());
}

#[test]
fn a_trace_tells_the_state_and_the_causes() {
    let folder = Folder::new("travel");
    let calls =
        ["trace at late.toml 15ms", "trace at late.toml 1s", "trace why late.toml --task sleeper --at 0.021"];
    let told = calls.map(|call| folder.vpyb(call));
    assert_eq!(told.each_ref().map(Told::status), [HELD; 3]);
    assert_snapshot!(told.each_ref().map(Told::all).join("\n\n"));
}

#[test]
fn a_trace_is_exported_as_json_lines() {
    let folder = Folder::new("export");
    let told = folder.vpyb("trace export late.toml --to jsonl");
    assert_eq!(told.status(), HELD);
    let lines = told.stdout();
    // The first line describes the run; then all pins are listed.
    let scheduling = lines.lines().filter(|line| !line.contains("net_pin"));
    assert_snapshot!(scheduling.take(8).collect::<Vec<_>>().join("\n"));
    let into_file = folder.vpyb("trace export late.toml --to jsonl -o late.jsonl");
    assert_eq!((into_file.status(), into_file.stdout().as_str()), (HELD, ""));
    assert_eq!(fs::read_to_string(folder.0.join("late.jsonl")).expect("the file"), lines);
}

#[test]
fn results_for_programs_are_one_value_a_line() {
    let folder = Folder::new("json");
    let kinds = |told: &Told| -> Vec<_> { told.json().iter().map(|line| line["kind"].clone()).collect() };
    let run = folder.vpyb("run --message-format json late.toml passing.toml");
    assert_eq!(run.status(), FAILED);
    assert_eq!(kinds(&run), ["outcome", "outcome", "outcome", "summary"]);
    let late = &run.json()[0];
    assert_eq!((&late["status"], &late["verdict"]), (&"failed".into(), &"passed".into()));
    assert_snapshot!(serde_json::to_string_pretty(&late["findings"]).expect("JSON"));
    let bad = folder.vpyb("run --message-format json bad.toml nope.toml");
    assert_eq!((bad.status(), bad.stderr().as_str()), (USAGE, ""));
    assert_eq!(kinds(&bad), ["diagnostic", "diagnostic", "diagnostic", "error", "summary"]);
    assert_eq!(kinds(&folder.vpyb("check --message-format json passing.toml")), ["checked"]);
    assert_eq!(kinds(&folder.vpyb("list --message-format json passing.toml")), ["scenario", "scenario"]);
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let folder = Folder::new("colour");
    let escapes = |call| folder.vpyb(call).stdout().contains('\u{1b}');
    assert!(!escapes("run passing.toml"));
    assert!(escapes("run --color always passing.toml"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = Folder::new("pipe");
    // Many more lines than a pipe holds, so that the command is still writing when nobody reads any more.
    let paths = vec!["passing.toml"; 2_000];
    let mut listing = folder.command(&["list"]);
    listing.args(&paths).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut listing = listing.spawn().expect("the command can be started");
    let mut first = String::new();
    let mut reader = BufReader::new(listing.stdout.take().expect("its output"));
    reader.read_line(&mut first).expect("a line");
    drop(reader);
    let output = listing.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(HELD), ""));
}

#[test]
fn help_names_the_commands_and_the_exit_statuses() {
    let told = Folder::new("help").vpyb("--help");
    assert_eq!(told.status(), HELD);
    assert_snapshot!(told.all());
}

#[test]
fn results_are_written_as_junit_and_told_as_annotations() {
    let folder = Folder::new("junit");
    let told =
        folder.vpyb("run late.toml passing.toml stuck.toml --junit out/results.xml --message-format github");
    assert_eq!(told.status(), ABNORMAL);
    let annotations: Vec<String> =
        told.stdout().lines().filter(|line| line.starts_with("::")).map(str::to_owned).collect();
    let written = fs::read_to_string(folder.0.join("out/results.xml")).expect("the results are written");
    // What a case took is the host's time.
    let shown: Vec<&str> =
        written.split(" time=\"").map(|part| part.split_once('"').unwrap_or((part, "")).1).collect();
    let first = written.split(" time=\"").next().unwrap_or_default();
    assert_snapshot!(format!("{}\n\n{first}{}", annotations.join("\n"), shown[1..].join(" time=…")));
}

#[test]
fn what_cannot_be_run_is_annotated_too() {
    let folder = Folder::new("annotated");
    let told = [
        "run bad.toml nope.toml passing.toml",
        "run passing.toml --tag no-such-tag",
        "lint review.py broken.py",
    ]
    .map(|call| folder.vpyb(&format!("{call} --message-format github")).stdout());
    let marks = told.iter().flat_map(|told| told.lines()).filter(|line| line.starts_with("::"));
    assert_snapshot!(marks.collect::<Vec<_>>().join("\n"));
}

#[test]
fn scenarios_are_selected_by_section_and_tag() {
    let folder = Folder::new("selected");
    assert_snapshot!(folder.vpyb("list passing.toml late.toml --tag delay").all());
    assert_snapshot!(folder.vpyb("list passing.toml late.toml --tutorial 2").all());
    let told = folder.vpyb("run passing.toml --tutorial 9.9");
    assert_eq!(told.status(), USAGE);
    assert_snapshot!(told.all());
}

#[test]
fn the_board_shows_its_pins() {
    let told = Folder::new("board").vpyb("board");
    assert_eq!(told.status(), HELD);
    assert_snapshot!(told.all());
}

#[test]
fn the_board_shows_what_a_scenario_puts_on_its_pins() {
    let folder = Folder::new("board_of");
    let told = folder.vpyb("board wired.toml");
    assert_eq!(told.status(), HELD);
    assert_snapshot!(told.all());
    let told = folder.vpyb("board wired.toml --message-format json");
    let used: Vec<String> =
        told.stdout().lines().filter(|line| !line.contains("\"uses\":[]")).map(str::to_owned).collect();
    assert_snapshot!(used.join("\n"));
    assert_eq!(folder.vpyb("board nowhere.toml").status(), USAGE);
}

#[test]
#[cfg(feature = "lint")]
fn sources_in_python_are_reviewed() {
    let folder = Folder::new("lint");
    let told = ["lint good.py", "lint good.py review.py", "lint review.py broken.py", "lint good.py nope.py"]
        .map(|call| folder.vpyb(call));
    assert_eq!(told.each_ref().map(Told::status), [HELD, FAILED, USAGE, USAGE]);
    assert_snapshot!(told.each_ref().map(Told::all).join("\n\n"));
}

#[test]
#[cfg(feature = "lint")]
fn what_is_to_be_reviewed_is_one_value_a_line_for_programs() {
    let told = Folder::new("lint_json").vpyb("lint review.py nope.py --message-format json");
    assert_eq!((told.status(), told.stderr().as_str()), (USAGE, ""));
    let kinds: Vec<_> =
        told.json().iter().map(|value| value["kind"].as_str().unwrap_or("").to_owned()).collect();
    assert_eq!(kinds, ["diagnostic", "diagnostic", "error", "linted"]);
    let first = &told.json()[0]["diagnostic"];
    let place = [first["line"].as_u64(), first["column"].as_u64()];
    assert_eq!((first["code"].as_str(), place), (Some("W0301"), [Some(5), Some(18)]));
    assert_eq!(told.json()[3]["warnings"], 2);
}

#[test]
fn of_several_seeds_the_first_that_fails_is_told() {
    let folder = Folder::new("seeds");
    let told = folder.vpyb("run seeds.toml");
    assert_eq!(told.status(), FAILED);
    assert_snapshot!(told.all());
    let told = folder.vpyb("run seeds.toml --message-format json");
    let seeds = &told.json()[0]["seeds"];
    assert_eq!(seeds["run"], 8);
    let first = seeds["failed"][0].as_u64().expect("one failed");
    assert_eq!(told.json()[0]["seed"], first);
    // A seed that is asked for is the only one.
    let failing = folder.vpyb(&format!("run seeds.toml --seed {first}"));
    assert_eq!(failing.status(), FAILED);
    let good = (0..8).find(|seed| !seeds["failed"].as_array().expect("a list").contains(&(*seed).into()));
    let good = good.expect("not all fail");
    assert_eq!(folder.vpyb(&format!("run seeds.toml --seed {good}")).status(), HELD);
}

#[test]
fn a_scenario_is_explained() {
    let folder = Folder::new("explained");
    let told = folder.vpyb("check --explain passing.toml bad.toml");
    assert_eq!(told.status(), USAGE);
    assert!(told.stderr().contains("bad.toml"), "a bad file is told beside");
    assert_snapshot!(told.stdout());
    let told = folder.vpyb("check --explain passing.toml --message-format json");
    assert_eq!(told.status(), HELD);
    let kinds: Vec<_> =
        told.json().iter().map(|value| value["kind"].as_str().unwrap_or("").to_owned()).collect();
    assert_eq!(kinds, ["explained", "explained", "checked"], "two variants");
}
