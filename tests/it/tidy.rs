//! How the code is written, as far as a test can see it: sizes, openings, words that may not be.
//!
//! Owns the rules and their few exceptions, each with its reason. What depends on what is in `arrows`; what
//! formatting and lints can tell is left to `cargo fmt` and `cargo clippy`.

mod arrows;
mod sections;

use std::fs;

use crate::checked_in::{files_below, name_of, root};

/// Lines of a file, tests included.
const LONGEST_FILE: usize = 400;
/// Lines of a function, from its `fn` to its brace.
const LONGEST_FUNCTION: usize = 70;
/// Names that say nothing of what a file owns.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "imp", "misc", "util", "utils"];

/// Files that are longer than [`LONGEST_FILE`], up to so many lines, and why.
const LONGER_FILES: &[(&str, usize, &str)] = &[];

/// A Rust file of the workspace.
struct Source {
    /// Its path from the workspace's root.
    name: String,
    text: String,
}

impl Source {
    /// Lines with their numbers that are no comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().enumerate().map(|(i, line)| (i + 1, line));
        numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let read =
        |file| Source { name: name_of(file), text: fs::read_to_string(file).expect("a source file is text") };
    files_below(root(), "rs").iter().map(|file| read(file)).collect()
}

/// The packages whose runs are the same on every machine.
fn is_deterministic(name: &str) -> bool {
    ["core/src/", "scenarios/src/", "sim/src/", "sim/cli/src/"]
        .iter()
        .any(|package| name.starts_with(package))
}

fn complain(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}

/// Refuses code lines with any of these texts, in the files that the rule is about.
fn refuse(rule: &str, texts: &[&str], applies: impl Fn(&str) -> bool) {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| applies(&source.name)) {
        for (number, line) in source.code() {
            broken.extend(
                texts
                    .iter()
                    .filter(|text| line.contains(**text))
                    .map(|text| format!("{}:{number}: {text}", source.name)),
            );
        }
    }
    complain(rule, &broken);
}

/// The lines of documentation and attributes right above a line.
fn above<'s>(lines: &[&'s str], at: usize) -> Vec<&'s str> {
    let belongs = |line: &&&str| ["///", "#["].iter().any(|begin| line.trim_start().starts_with(begin));
    lines[..at].iter().rev().take_while(belongs).copied().collect()
}

#[test]
fn public_async_functions_say_what_an_interrupt_leaves_behind() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.name.starts_with("core/src/")) {
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let head = line.trim_start();
            let awaited = || lines[at..].iter().take_while(|line| !line.ends_with(['{', ';']));
            let gives_future = || {
                let end = at + awaited().count();
                lines[at..=end.min(lines.len() - 1)].iter().any(|line| line.contains("-> impl Future<"))
            };
            let public = head.starts_with("pub async fn ") || (head.starts_with("pub fn ") && gives_future());
            if public && !above(&lines, at).iter().any(|line| line.contains("# Cancellation")) {
                broken.push(format!("{}:{}: {}", source.name, at + 1, line.trim()));
            }
        }
    }
    complain("A public function of the core that is awaited has a section `# Cancellation`.", &broken);
}

#[test]
fn files_are_short() {
    let longest = |name: &str| {
        LONGER_FILES.iter().find(|(file, ..)| *file == name).map_or(LONGEST_FILE, |(_, lines, _)| *lines)
    };
    let broken: Vec<_> = sources()
        .iter()
        .map(|source| (&source.name, source.text.lines().count()))
        .filter(|(name, lines)| *lines > longest(name))
        .map(|(name, lines)| format!("{name}: {lines} lines, at most {}", longest(name)))
        .collect();
    complain("One file, one noun: split these by what they own.", &broken);
}

#[test]
fn exceptions_are_still_needed() {
    let sources = sources();
    let lines = |name: &str| {
        let found = sources.iter().find(|source| source.name == name);
        found.map_or(0, |source| source.text.lines().count())
    };
    let idle: Vec<_> = LONGER_FILES
        .iter()
        .filter(|(name, ..)| lines(name) <= LONGEST_FILE)
        .map(|(name, _, reason)| format!("{name} ({reason})"))
        .collect();
    complain("These are short enough now: take them out of LONGER_FILES.", &idle);
}

#[test]
fn functions_are_short() {
    let mut broken = Vec::new();
    for source in sources() {
        for (number, name, lines) in functions(&source.text) {
            if lines > LONGEST_FUNCTION {
                broken.push(format!("{}:{number}: {name} has {lines} lines", source.name));
            }
        }
    }
    complain(&format!("A function has at most {LONGEST_FUNCTION} lines: give its parts names."), &broken);
}

/// Number of the first line, name, and number of lines of each function with a body, as rustfmt lays it out:
/// the brace that ends it stands below its `fn`.
fn functions(text: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (first, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let beside = |line: &&str| line.starts_with(indent) && !line[indent.len()..].starts_with(' ');
        let ends = |line: &str| line.ends_with('{') || line.ends_with(';') || line.ends_with('}');
        let head = lines[first..].iter().position(|line| beside(line) && ends(line));
        let Some(head) = head.map(|after| first + after).filter(|at| lines[*at].ends_with('{')) else {
            continue;
        };
        let closing = format!("{indent}}}");
        let body = lines[head..].iter().position(|line| *line == closing);
        found.push((first + 1, name, head - first + body.expect("a function ends") + 1));
    }
    found
}

/// The name if a line begins a function.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for word in ["pub ", "pub(crate) ", "pub(super) ", "const ", "async ", "unsafe ", "extern \"C\" "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    Some(&name[..name.find(['(', '<'])?])
}

#[test]
fn functions_are_found_as_they_are_laid_out() {
    let text = "impl A {\n    fn one(\n        a: u8,\n    ) -> u8 {\n        if a {\n        }\n    }\n\n    \
                fn none(&self);\n}\npub async fn two<T>() {\n}\nfn three() {}\n";
    assert_eq!(functions(text), [(2, "one", 6), (11, "two", 2)]);
}

#[test]
fn every_file_says_what_it_owns() {
    let says =
        |text: &str| text.strip_prefix("//! ").is_some_and(|rest| !rest.trim_start().starts_with('\n'));
    let silent: Vec<_> =
        sources().iter().filter(|source| !says(&source.text)).map(|source| source.name.clone()).collect();
    complain("The first line of a file is `//!` and a sentence: what it owns.", &silent);
}

#[test]
fn names_of_files_say_what_is_in_them() {
    let empty = |name: &str| {
        let name = name.trim_end_matches(".rs");
        name.split('/').any(|part| EMPTY_NAMES.contains(&part))
    };
    let broken: Vec<_> = sources().into_iter().map(|source| source.name).filter(|name| empty(name)).collect();
    complain("Call the file by the noun that it owns.", &broken);
}

#[test]
fn modules_of_this_test_are_listed_in_order() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).expect("the list of modules");
    let listed: Vec<_> = main.lines().filter(|line| line.starts_with("mod ")).collect();
    assert!(listed.is_sorted(), "tests/it/main.rs: keep the list sorted, so that merges are easy");
}

#[test]
fn nothing_is_unsafe() {
    let rule = "No unsafe in core, sim and scenarios: it belongs into the port.";
    refuse(rule, &["unsafe "], is_deterministic);
}

/// Files outside the port that have unsafe code; no firmware and no run has it in it.
const UNSAFE_FILES: &[(&str, &str)] = &[
    ("benches/peers/executors/async_task.rs", "another executor, which is to be used so"),
    ("benches/peers/executors/embassy.rs", "another executor, which is to be polled so"),
    (
        "benches/peers/executors/embassy_timers.rs",
        "a clock for another executor, which wants it to be static",
    ),
    ("benches/peers/counting.rs", "an allocator that counts"),
    ("tests/allocation/main.rs", "an allocator that counts"),
];

/// The words are put together here, so that this file does not find itself.
#[test]
fn unsafe_code_is_in_the_port_and_each_block_says_why() {
    let begins = [concat!("uns", "afe {"), concat!("uns", "afe impl ")];
    let (mut elsewhere, mut unexplained) = (Vec::new(), Vec::new());
    for source in &sources() {
        let lines: Vec<&str> = source.text.lines().map(str::trim_start).collect();
        for (number, line) in source.code() {
            if !begins.iter().any(|begin| line.contains(begin)) {
                continue;
            }
            let allowed = UNSAFE_FILES.iter().any(|(file, _)| *file == source.name);
            if !allowed && !source.name.starts_with("core/stm32f405/") {
                elsewhere.push(format!("{}:{number}", source.name));
            }
            let comment = lines[..number - 1].iter().rev().take_while(|line| line.starts_with("//"));
            if !comment.into_iter().any(|line| line.starts_with("// SAFETY: ")) {
                unexplained.push(format!("{}:{number}", source.name));
            }
        }
    }
    complain("Unsafe code belongs into the port.", &elsewhere);
    complain("Say above an unsafe block, after `// SAFETY: `, why it is right.", &unexplained);
}

#[test]
fn nothing_is_ambient() {
    let rule =
        "Handles are passed; only the driver of embassy-time, a crate of its own, has a place in its thread.";
    refuse(rule, &["thread_local!", "static mut "], is_deterministic);
}

#[test]
fn nothing_is_iterated_in_the_order_of_hashes() {
    let rule = "Iteration order would reach the trace: take a BTreeMap or a Vec.";
    refuse(rule, &["HashMap", "HashSet"], is_deterministic);
}

#[test]
fn the_hosts_clock_is_read_by_the_command_line_and_the_watchdog_only() {
    let rule = "Time in a run is virtual: take `vpyb_core::time`.";
    refuse(rule, &["std::time::Instant", "std::time::{", "SystemTime"], |name| {
        let allowed = name.starts_with("sim/cli/src/") || name == "sim/src/runner/guard.rs";
        is_deterministic(name) && !allowed
    });
}

/// The texts are put together here, so that this file does not find itself.
#[test]
fn tests_neither_sleep_nor_are_ignored() {
    let rule = "A test waits for an event and is always run.";
    refuse(rule, &[concat!("thread::", "sleep"), concat!("#[", "ignore")], |name| {
        !name.starts_with("sim/cli/src/")
    });
}

#[test]
fn nothing_is_left_for_later() {
    let texts =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let mut broken = Vec::new();
    for source in sources() {
        let lines = source.text.lines().enumerate();
        let unfinished = lines.filter(|(_, line)| texts.iter().any(|text| line.contains(text)));
        broken.extend(unfinished.map(|(i, line)| format!("{}:{}: {}", source.name, i + 1, line.trim())));
    }
    complain("What is not done is a line in the plan, not in the code.", &broken);
}
