//! What a command of `vpyb` prints, as documents show it.
//!
//! Owns the few commands that documents show. The wall time in a summary is made up: it is the only thing that
//! differs from run to run.

use vpyb_cli::lint::lint;
use vpyb_cli::{PROGRAMS, explained, trace_told, virtual_turns};
use vpyb_core::time::Duration;
use vpyb_sim::board::render_pinout;
use vpyb_sim::expect::judge;
use vpyb_sim::report::{Outcome, Paint, Summary, failure, status_line};
use vpyb_sim::runner::{Options, run};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::trace::{Trace, write_jsonl, write_vcd};
use vpyb_sim::vocabulary;

use super::{read, root};

const PLAIN: Paint = Paint(false);

/// What a command prints; `A as B` after a comma changes the file before.
pub fn output(command: &str) -> String {
    let (command, edit) = match command.split_once(", ") {
        Some((command, edit)) => (command, edit.split_once(" as ")),
        None => (command, None),
    };
    let words: Vec<&str> = command.split(' ').collect();
    match words[..] {
        ["run", path] => run_all(path, edit),
        ["check", path] => check(path, edit),
        ["check", "--explain", path] => {
            let shown = scenarios(path, edit);
            let text = |one: &Scenario| format!("# {}\n{}\n", one.name, explained(one, PROGRAMS));
            shown.iter().map(text).collect()
        }
        ["bench", "--no-host", "--tasks", tasks, "--discipline", discipline] => {
            let tasks = tasks.split(',').map(|number| number.parse().expect("a number"));
            virtual_turns(&tasks.collect::<Vec<_>>(), discipline)
        }
        ["lint", path] => render(&lint(&read(path)), path, &read(path), false),
        ["board", path] => render_pinout(scenarios(path, edit).first()),
        ["trace", "export", path, "--to", form, "|", "sed", "-n", range] => {
            let trace = trace_of(path);
            let mut text = Vec::new();
            let written = match form {
                "vcd" => write_vcd(&trace, &mut text),
                _ => write_jsonl(&trace, &mut text),
            };
            written.expect("memory takes everything");
            lines(&String::from_utf8(text).expect("a text"), range)
        }
        ["trace", ..] => {
            let words = split(command);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            trace_told(&words[1..], PROGRAMS).unwrap_or_else(|error| panic!("`{command}`: {error}"))
        }
        _ => panic!("documents know no command `{command}`"),
    }
}

/// The lines of `3,7p`.
fn lines(text: &str, range: &str) -> String {
    let (first, last) = range.trim_end_matches('p').split_once(',').expect("two lines");
    let [first, last] = [first, last].map(|number| number.parse::<usize>().expect("a number"));
    text.lines().skip(first - 1).take(last + 1 - first).map(|line| format!("{line}\n")).collect()
}

/// The words of a command; what stands between apostrophes is one.
fn split(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    let words = |(i, part): (usize, &str)| match i % 2 {
        1 => vec![part.to_owned()],
        _ => part.split_whitespace().map(str::to_owned).collect(),
    };
    parts.flat_map(words).collect()
}

/// The files of a path: itself, or those in it.
fn files(path: &str) -> Vec<String> {
    if !root().join(path).is_dir() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(root().join(path)).expect("a folder");
    let mut files: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .map(|name| format!("{path}/{name}"))
        .collect();
    files.sort();
    files
}

fn text_of(path: &str, edit: Option<(&str, &str)>) -> String {
    let text = read(path);
    match edit {
        Some((old, new)) => {
            assert!(text.contains(old), "`{path}` has no `{old}` to be changed");
            text.replacen(old, new, 1)
        }
        None => text,
    }
}

fn scenarios(path: &str, edit: Option<(&str, &str)>) -> Vec<Scenario> {
    let read = |file: &String| {
        let text = text_of(file, edit);
        parse(file, &text, &vocabulary(PROGRAMS))
            .unwrap_or_else(|problems| panic!("{}", render(&problems, file, &text, false)))
    };
    files(path).iter().flat_map(read).collect()
}

fn trace_of(path: &str) -> Trace {
    let (file, _) = path.split_once("::").unwrap_or((path, ""));
    let mut found = scenarios(file, None);
    found.retain(|scenario| scenario.name == path);
    run(&found[0], PROGRAMS, Options::default()).trace
}

fn run_all(path: &str, edit: Option<(&str, &str)>) -> String {
    let found = scenarios(path, edit);
    let width = found.iter().map(|scenario| scenario.name.chars().count()).max().unwrap_or(0);
    let (mut text, mut summary) = (String::new(), Summary::default());
    for scenario in &found {
        let ended = run(scenario, PROGRAMS, Options::default());
        let judgement = judge(&ended.trace, scenario);
        let outcome = Outcome::new(scenario, &ended.trace, &judgement);
        summary.add(&outcome);
        text += &format!("{}\n", status_line(&outcome, width, PLAIN));
        if judgement.status().exit_code() != 0 {
            let kept = scenario.name.replace("::", "@").replace('/', "_").replace(".toml", "");
            text += &format!("\n{}\n  trace:    target/vpyb/{kept}.vpyb\n\n", failure(&outcome, PLAIN));
        }
    }
    format!("{text}\n{}", summary.line(Duration::from_millis(10)))
}

fn check(path: &str, edit: Option<(&str, &str)>) -> String {
    let text = text_of(path, edit);
    match parse(path, &text, &vocabulary(PROGRAMS)) {
        Ok(_) => panic!("`{path}` has no problem to be shown"),
        Err(problems) => render(&problems, path, &text, false),
    }
}
