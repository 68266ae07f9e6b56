//! From the tree of a file to a [`Scenario`].
//!
//! Owns the keys of the top level and the order in which the sections are read: names are declared
//! before anything refers to them. Knows no section from inside.

use std::cell::RefCell;

use litemap::LiteMap;
use toml::de::DeTable;

use super::actors::{self, Bench};
use super::diagnostic::{Diagnostic, code};
use super::events::Events;
use super::expects::Expects;
use super::model::Scenario;
use super::names::Names;
use super::problems::Problems;
use super::script::Scripts;
use super::table::Table;
use super::value::Value;
use super::variant::Case;
use super::vocabulary::Vocabulary;
use super::wires::Wires;
use super::{bench, faults, objects, serial, tasks};

/// The keys of `[run]` that end a run without a program.
const ENDS: [&str; 3] = ["until", "main", "limit"];

/// Reads one case. What it gives back is to be used only if no problem was found.
pub fn lower(root: &DeTable<'_>, case: &Case<'_>, vocabulary: &Vocabulary, problems: &Problems) -> Scenario {
    let mut names = Names::default();
    let mut root = Table::new(root, 0..0, "this file", problems);
    let mut scenario = head(&mut root, case);
    let lists = Lists::read(&mut root);
    let mut wires = Wires::default();
    scenario.board = bench::board(section(&mut root, "board"), vocabulary, &mut wires);
    scenario.parts = bench::parts(root.key("parts"), vocabulary, &mut wires, case.path);
    scenario.uarts = uarts(&mut root, vocabulary);
    scenario.program = bench::program(section(&mut root, "program"), vocabulary, &mut names);
    scenario.objects = objects::objects(section(&mut root, "objects"), vocabulary, &mut wires, &mut names);
    wires.problems().into_iter().for_each(|problem| problems.add(problem));
    let heads = tasks::heads(lists.tasks, &mut names);
    let scripts = Scripts { names: &names, vocabulary, wires: &RefCell::new(wires) };
    scenario.tasks = tasks::tasks(heads, &scripts);
    scenario.phases = tasks::phases(lists.phases, &scripts);
    scenario.cpu = bench::cpu(section(&mut root, "cpu"), vocabulary, &names);
    scenario.run = bench::run(section(&mut root, "run"), &names);
    let (parts, uarts, objects) = (&scenario.parts, &scenario.uarts, &scenario.objects);
    actors::declare(&lists.actors, &lists.stimuli, &mut names);
    let (links, path) = (&scenario.board.links, case.path);
    let outside = Bench { vocabulary, names: &names, links, parts, uarts, objects, path };
    scenario.actors = actors::actors(lists.actors, lists.stimuli, &outside);
    let outside = faults::Bench { vocabulary, links: &scenario.board.links, parts: &scenario.parts };
    scenario.faults = faults::faults(lists.faults, &outside);
    let events = Events { names: &names, vocabulary };
    scenario.expects = Expects { events, case }.read(lists.expects);
    check_whole(root);
    scenario
}

/// Something must run, and must end. A misspelt section is told first.
fn check_whole(root: Table<'_>) {
    let [program, task, run, phase] = ["program", "task", "run", "phase"].map(|key| root.peek(key));
    let problems = root.problems();
    check_phases(&root);
    if !root.close() || program.is_some() {
        return;
    }
    if task.is_none() {
        let problem = Diagnostic::new(code::MISSING, 0..0, "this file has nothing to run");
        let help = "add a `[program]` with the `name` of a program, or a `[[task]]` with a `script`";
        problems.add(problem.help(help));
        return;
    }
    let keys = run.and_then(|run| run.raw().as_table());
    if phase.is_none() && keys.is_none_or(|keys| ENDS.iter().all(|end| !keys.contains_key(*end))) {
        let span = run.map_or(0..0, Value::span);
        let problem = Diagnostic::new(code::MISSING, span, "nothing says when this run ends");
        let help = "add `until = \"10s\"` to `[run]`, or `main` with the name of a task, or `limit`";
        problems.add(problem.help(help));
    }
}

/// Phases are the runs of a file without a program, and say themselves what each of them waits for.
fn check_phases(root: &Table<'_>) {
    let Some(phase) = root.peek("phase") else { return };
    let main = root.peek("run").and_then(|run| run.raw().as_table()?.get("main").map(toml::Spanned::span));
    let (what, span) = match (root.peek("program"), main) {
        (Some(program), _) => ("a `[program]`", program.key_span()),
        (None, Some(span)) => ("`main` in `[run]`", span),
        (None, None) => return,
    };
    let problem = Diagnostic::new(code::CONFLICT, span, format!("a file with phases cannot have {what}"));
    phase.report(problem.help("leave it out, or leave the `[[phase]]`s out"));
}

/// What says what the file is.
fn head(root: &mut Table<'_>, case: &Case<'_>) -> Scenario {
    root.key("schema");
    root.key("variant");
    let title = root.key("title").and_then(Value::text);
    let tutorial = root.key("tutorial").and_then(Value::text).map(str::to_owned);
    let tags = root.key("tags").and_then(Value::items).into_iter().flatten().filter_map(Value::text);
    Scenario {
        name: case
            .variant
            .map_or_else(|| case.path.to_owned(), |variant| format!("{}::{variant}", case.path)),
        path: case.path.to_owned(),
        source: case.source.to_owned(),
        title: title.unwrap_or(case.path).to_owned(),
        tutorial,
        tags: tags.map(str::to_owned).collect(),
        ..Scenario::default()
    }
}

/// The lists of tables.
struct Lists<'a> {
    tasks: Vec<Table<'a>>,
    phases: Vec<Table<'a>>,
    actors: Vec<Table<'a>>,
    stimuli: Vec<Table<'a>>,
    faults: Vec<Table<'a>>,
    expects: Vec<Table<'a>>,
}

impl<'a> Lists<'a> {
    fn read(root: &mut Table<'a>) -> Self {
        let [tasks, phases, actors, stimuli, faults, expects] =
            ["task", "phase", "actor", "stimulus", "fault", "expect"]
                .map(|key| root.key(key).map_or_else(Vec::new, Value::tables));
        Self { tasks, phases, actors, stimuli, faults, expects }
    }
}

fn section<'a>(root: &mut Table<'a>, key: &'static str) -> Option<Table<'a>> {
    root.key(key)?.table().map(|table| table.called(format!("`[{key}]`")))
}

fn uarts<'a>(
    root: &mut Table<'a>,
    vocabulary: &'a Vocabulary,
) -> LiteMap<String, super::model::UartOverride> {
    let mut uarts = LiteMap::new();
    for name in &vocabulary.uarts {
        let table = root.key(name).and_then(Value::table);
        if let Some(table) = table {
            uarts.insert(
                name.clone(),
                serial::overrides(table.called(format!("`[{name}]`")).of("`[uartN]`"), name, vocabulary),
            );
        }
    }
    uarts
}
