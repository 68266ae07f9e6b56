//! The documents say what is so: examples run, excerpts and outputs are real, and what is named exists.
//!
//! Owns how documents are read. What the generated parts hold is in `generated`, what a command prints in `commands`,
//! and the published figures in `figures`. `UPDATE_DOCS=1 cargo test --test it docs` writes the generated parts anew.
//!
//! | in a document | is |
//! |---|---|
//! | a block of `toml` that begins with `schema` | a scenario: it is parsed and run, and everything must hold |
//! | `<!-- from: FILE -->` and a block | an excerpt: its parts between lines of `…` stand in the file, in order |
//! | `<!-- generated: WHAT -->` to `<!-- end -->` | made by the code |
//! | a link, or a path in backquotes | something that exists |
//! | the path of a test in backquotes | a test that exists: see `named_tests` |

#[path = "../../benches/peers/chip/figures.rs"]
mod chip_figures;
mod commands;
mod figures;
mod format;
mod generated;
mod named_tests;
mod names;
mod waiting;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use vpyb_cli::PROGRAMS;
use vpyb_sim::expect::judge;
use vpyb_sim::report::{Outcome, Paint, failure};
use vpyb_sim::runner::{Case, Options, cases, run};
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::vocabulary;

/// How long one step may keep the host.
const PATIENCE: Duration = Duration::from_secs(60);
const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents, by their paths from the workspace's root.
fn documents() -> Vec<String> {
    let below = |folder: &str| {
        let listed = fs::read_dir(root().join(folder)).expect("a folder");
        let mut files: Vec<PathBuf> = listed.map(|entry| entry.expect("an entry").path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "md"));
        files.sort();
        let name = |file: &PathBuf| file.file_name().expect("a name").to_string_lossy().into_owned();
        files.iter().map(|file| format!("{folder}{}", name(file))).collect::<Vec<_>>()
    };
    [below("./"), below("docs/")].concat().iter().map(|path| path.trim_start_matches("./").into()).collect()
}

/// A fenced block.
struct Block {
    /// The line of its fence, from 1.
    line: usize,
    language: String,
    /// The line before its fence.
    before: String,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut before = "";
    for (number, line) in document.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.text += &format!("{line}\n"),
            (None, Some(language)) => {
                let (before, language) = (before.to_owned(), language.to_owned());
                open = Some(Block { line: number + 1, language, before, text: String::new() });
            }
            (None, None) => {}
        }
        before = line;
    }
    assert!(open.is_none(), "a fenced block is not closed");
    blocks
}

/// The paths that a document names: links to files, and paths in backquotes.
fn paths(document: &str) -> Vec<String> {
    let links = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let links = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
    let quoted = document.split('`').skip(1).step_by(2).filter(|text| {
        let known = ["core/", "sim/", "scenarios/", "tests/", "docs/"];
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        plain && known.iter().any(|folder| text.starts_with(folder))
    });
    links.chain(quoted).map(|path| path.split('#').next().unwrap_or(path).to_owned()).collect()
}

#[test]
fn every_example_runs_and_holds() {
    let words = vocabulary(PROGRAMS);
    let mut count = 0;
    for path in documents() {
        for block in blocks(&read(&path)) {
            if block.language != "toml" || !block.text.starts_with("schema") {
                continue;
            }
            let name = format!("{path}:{}", block.line);
            let scenarios = parse(&name, &block.text, &words)
                .unwrap_or_else(|problems| panic!("{}", render(&problems, &name, &block.text, false)));
            let runs = scenarios.iter().flat_map(|one| cases(one, PROGRAMS, Options::default(), PATIENCE));
            for Case { scenario, .. } in runs {
                let ended = run(&scenario, PROGRAMS, Options::default());
                let judgement = judge(&ended.trace, &scenario);
                let outcome = Outcome::new(&scenario, &ended.trace, &judgement);
                assert_eq!(judgement.findings, [], "{}", failure(&outcome, Paint(false)));
                count += 1;
            }
        }
    }
    assert!(count > 0, "the documents hold no example");
}

#[test]
fn every_excerpt_is_in_its_file() {
    for path in documents() {
        for block in blocks(&read(&path)) {
            let Some(file) = block.before.strip_prefix("<!-- from: ").and_then(|x| x.strip_suffix(" -->"))
            else {
                continue;
            };
            let text = read(file);
            let mut rest = text.as_str();
            for part in parts(&block.text) {
                let at = rest.find(&part).unwrap_or_else(|| {
                    panic!("{path}:{}: this is not in `{file}`, or not in this order:\n{part}", block.line)
                });
                rest = &rest[at + part.len()..];
            }
        }
    }
}

/// The parts of an excerpt between lines of `// …` or `# …`.
fn parts(excerpt: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in excerpt.lines() {
        if matches!(line.trim(), "// …" | "# …") {
            parts.push(String::new());
        } else {
            parts.last_mut().expect("one at least").push_str(&format!("{line}\n"));
        }
    }
    parts.retain_mut(|part| {
        *part = part.trim_matches('\n').to_owned();
        !part.is_empty()
    });
    parts
}

#[test]
fn generated_parts_are_what_the_code_makes() {
    let update = env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1");
    let mut changed = Vec::new();
    for path in documents() {
        let document = read(&path);
        let mut fresh = String::new();
        let mut rest = document.as_str();
        while let Some((before, after)) = rest.split_once(BEGIN) {
            let (what, after) = after.split_once(" -->\n").expect("a marker ends its line");
            let (old, after) = after.split_once(END).expect("a generated part has an end");
            let new = generated::part(what);
            if old != new {
                changed.push(format!("{path}: {what}\n{new}"));
            }
            fresh += &format!("{before}{BEGIN}{what} -->\n{new}{END}");
            rest = after;
        }
        fresh += rest;
        if update && fresh != document {
            fs::write(root().join(&path), fresh).expect("a document can be written");
        }
    }
    assert!(
        update || changed.is_empty(),
        "these parts of the documents are old; write them with `UPDATE_DOCS=1 cargo test --test it docs`:\n{}",
        changed.join("\n")
    );
}

#[test]
fn what_is_named_exists() {
    let mut missing = Vec::new();
    for path in documents() {
        let folder = Path::new(&path).parent().expect("a document lies in a folder");
        for named in paths(&read(&path)) {
            if !root().join(folder).join(&named).exists() && !root().join(&named).exists() {
                missing.push(format!("{path} names `{named}`"));
            }
        }
    }
    assert!(missing.is_empty(), "these do not exist:\n{}", missing.join("\n"));
}
