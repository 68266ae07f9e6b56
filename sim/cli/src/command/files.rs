//! Scenario files on the disk.
//!
//! Owns how a path on the command line becomes scenarios: a file, a folder walked in order, or one
//! variant. Every problem is told; a bad file does not keep the others from being run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use vpyb_sim::runner::Program;
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::scenario::{self, Diagnostic, Vocabulary};
use vpyb_sim::vocabulary;

use super::annotation;
use super::arguments::{Arguments, Paths};
use super::output::say;

/// What the paths gave.
#[derive(Default)]
pub struct Found {
    /// The scenarios in order of paths.
    pub scenarios: Vec<Scenario>,
    /// How many files were read.
    pub files: usize,
    /// Whether a path or a file was bad; it was told already.
    pub bad: bool,
}

/// Files that are TOML but no scenarios.
const NO_SCENARIOS: &[&str] = &["Cargo.toml", "rustfmt.toml", "rust-toolchain.toml", "clippy.toml"];

/// Reads and checks what the paths name, and tells what is wrong on standard error (as JSON on standard
/// output if so asked).
pub fn find(arguments: &Arguments, call: &Paths, programs: &[Program]) -> Found {
    let vocabulary = vocabulary(programs);
    let mut found = Found::default();
    for path in &call.paths {
        let (file, variant) = match path.split_once("::") {
            Some((file, variant)) => (file, Some(variant)),
            None => (path.as_str(), None),
        };
        let mut files = Vec::new();
        if let Err(error) = collect(Path::new(file), &mut files, true) {
            found.bad = true;
            complain(arguments, path, &format!("cannot read `{file}`: {error}"));
            continue;
        }
        if files.is_empty() {
            found.bad = true;
            complain(arguments, path, &format!("there is no scenario file (*.toml) under `{file}`"));
        }
        for file in files {
            read(arguments, &file, variant, &vocabulary, &mut found);
        }
    }
    let read = found.scenarios.len();
    found.scenarios.retain(|scenario| is_selected(scenario, call));
    if read > 0 && found.scenarios.is_empty() {
        found.bad = true;
        complain(arguments, "", "none of the scenarios has the section and the tags that were asked for");
    }
    found
}

/// Whether a scenario has the section and the tags that were asked for.
fn is_selected(scenario: &Scenario, call: &Paths) -> bool {
    let within = |own: &str, asked: &str| {
        own.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let section = call
        .tutorial
        .as_ref()
        .is_none_or(|asked| scenario.tutorial.as_ref().is_some_and(|own| within(own, asked)));
    section && call.tag.iter().all(|tag| scenario.tags.contains(tag))
}

/// The scenario files at a path, in order of names.
pub fn collect(path: &Path, files: &mut Vec<PathBuf>, named: bool) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        let other = path.file_name().is_some_and(|name| NO_SCENARIOS.iter().any(|no| name == *no));
        let toml = path.extension().is_some_and(|ending| ending == "toml");
        if named || (toml && !other) {
            files.push(path.to_owned());
        }
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let built = entry.file_name().is_some_and(|name| name == "target");
        if !hidden && !built && (entry.is_dir() || entry.extension().is_some_and(|ending| ending == "toml")) {
            collect(&entry, files, false)?;
        }
    }
    Ok(())
}

fn read(
    arguments: &Arguments,
    file: &Path,
    variant: Option<&str>,
    vocabulary: &Vocabulary,
    found: &mut Found,
) {
    let path = file.to_string_lossy().replace('\\', "/");
    found.files += 1;
    let source = match fs::read(file).map(String::from_utf8) {
        Ok(Ok(source)) => source,
        Ok(Err(error)) => {
            found.bad = true;
            let at = error.utf8_error().valid_up_to();
            return complain(
                arguments,
                &path,
                &format!("`{path}` is not UTF-8: byte {at} is no part of a text"),
            );
        }
        Err(error) => {
            found.bad = true;
            return complain(arguments, &path, &format!("cannot read `{path}`: {error}"));
        }
    };
    match scenario::parse(&path, &source, vocabulary) {
        Err(diagnostics) => {
            found.bad = true;
            tell(arguments, &diagnostics, &path, &source);
        }
        Ok(scenarios) => select(arguments, &path, variant, scenarios, found),
    }
}

fn select(
    arguments: &Arguments,
    path: &str,
    variant: Option<&str>,
    scenarios: Vec<Scenario>,
    found: &mut Found,
) {
    let Some(variant) = variant else {
        found.scenarios.extend(scenarios);
        return;
    };
    let name = format!("{path}::{variant}");
    let names: Vec<String> = scenarios
        .iter()
        .filter_map(|one| one.name.split_once("::"))
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    match scenarios.into_iter().find(|scenario| scenario.name == name) {
        Some(scenario) => found.scenarios.push(scenario),
        None => {
            found.bad = true;
            let known = if names.is_empty() { "none".into() } else { names.join(", ") };
            complain(arguments, path, &format!("`{path}` has no variant `{variant}`; it has {known}"));
        }
    }
}

/// Tells what is wrong in a file, or is to be reviewed.
pub fn tell(arguments: &Arguments, diagnostics: &[Diagnostic], path: &str, source: &str) {
    if arguments.json() {
        for diagnostic in diagnostics {
            say(serde_json::json!({ "kind": "diagnostic", "path": path, "diagnostic": diagnostic }));
        }
        return;
    }
    let only_warnings = diagnostics.iter().all(Diagnostic::is_warning);
    let problems = count(diagnostics.len(), if only_warnings { "warning" } else { "problem" });
    let text = scenario::render(diagnostics, path, source, arguments.paint_stderr());
    eprintln!("{text}\n\n`{path}` has {problems}\n");
    if arguments.annotates() {
        diagnostics.iter().for_each(|diagnostic| say(annotation::of_diagnostic(path, diagnostic)));
    }
}

/// `1 file`, `2 files`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Tells what is wrong with a path or a call.
pub fn complain(arguments: &Arguments, path: &str, message: &str) {
    if arguments.json() {
        say(serde_json::json!({ "kind": "error", "path": path, "message": message }));
    } else {
        eprintln!("error: {message}");
        if arguments.annotates() {
            say(annotation::of_complaint(path, message));
        }
    }
}
