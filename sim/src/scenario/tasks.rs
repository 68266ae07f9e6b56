//! `[[task]]` and `[[phase]]`: the scripted tasks, and the runs of a loop that is run more than once.
//!
//! Owns their declaration and the numbering of tasks with a `count`. Operations are read by [`Scripts`], what tasks
//! share in `objects`.

use super::diagnostic::{Diagnostic, code};
use super::model::{Op, Phase, Task};
use super::names::{Names, Unique};
use super::script::Scripts;
use super::table::Table;
use super::value::Value;

/// All scripted tasks of a file, at most.
const MOST_TASKS: u32 = 10_000;
/// All operations of all tasks, at most.
const MOST_OPS: usize = 1_000_000;
/// A task whose head was read and whose script was not.
pub struct Head<'a> {
    name: &'a str,
    count: Option<u32>,
    start: bool,
    script: Option<Value<'a>>,
}

/// Reads the heads of all tasks and declares their names.
pub fn heads<'a>(tables: Vec<Table<'a>>, names: &mut Names) -> Vec<Head<'a>> {
    let mut unique = Unique::default();
    let mut total: u32 = 0;
    let mut heads = Vec::new();
    for mut table in tables {
        let named = table.need("name", "\"worker\"");
        let count = table.key("count");
        let number = count.and_then(|value| value.integer(1..=i64::from(MOST_TASKS))).map(|n| n as u32);
        let start = table.key("start").and_then(Value::flag).unwrap_or(true);
        let script = table.need("script", "[ { log = \"hello\" } ]");
        total = total.saturating_add(number.unwrap_or(1));
        if total > MOST_TASKS && total - number.unwrap_or(1) <= MOST_TASKS {
            let span = count.map_or_else(|| table.span(), Value::span);
            let message = format!("with this the file has more than {MOST_TASKS} tasks");
            let problem = Diagnostic::new(code::OUT_OF_RANGE, span, message);
            table.problems().add(problem.help("lower a `count`"));
        }
        table.close();
        let Some((value, name)) = named.and_then(|value| Some((value, value.name()?))) else { continue };
        let number = number.filter(|&n| n > 1);
        if unique.claim("task", name, value) {
            names.tasks.insert(name.to_owned(), number);
        }
        heads.push(Head { name, count: number, start, script });
    }
    heads
}

/// Reads the scripts and numbers the tasks.
pub fn tasks(heads: Vec<Head<'_>>, scripts: &Scripts<'_>) -> Vec<Task> {
    let mut tasks = Vec::new();
    let mut total: usize = 0;
    for Head { name, count, start, script } in heads {
        let Some(value) = script else { continue };
        let script = scripts.read(value);
        let copies = count.unwrap_or(1);
        total = total.saturating_add(operations(&script).saturating_mul(copies as usize));
        if total > MOST_OPS {
            let message = format!("with this the tasks have more than {MOST_OPS} operations");
            value.refuse(code::OUT_OF_RANGE, message, "use `repeat`, or lower a `count`");
            return tasks;
        }
        match count {
            None => tasks.push(Task { name: name.to_owned(), start, script }),
            Some(count) => tasks.extend((1..=count).map(|n| Task {
                name: format!("{name}#{n}"),
                start,
                script: script.clone(),
            })),
        }
    }
    tasks
}

/// How many operations a script has, inner ones included.
fn operations(script: &[Op]) -> usize {
    let inner = |op: &Op| op.bodies().into_iter().map(operations).sum::<usize>();
    script.iter().map(|op| 1 + inner(op)).sum()
}

/// Reads the runs of the loop.
pub fn phases(tables: Vec<Table<'_>>, scripts: &Scripts<'_>) -> Vec<Phase> {
    let mut phases = Vec::new();
    for mut table in tables {
        let gap = table.key("gap").and_then(Value::duration).unwrap_or_default();
        let created = table.key("create").and_then(Value::items).into_iter().flatten();
        let create = created.filter_map(|task| scripts.names.scripted_task(task)).collect();
        let script = table.key("script").map(|value| scripts.read(value));
        table.close();
        phases.push(Phase { gap, create, script });
    }
    phases
}
