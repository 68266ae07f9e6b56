//! `[[task]]` and `[objects]`: the scripted tasks and what they share.
//!
//! Owns the declaration of both and the numbering of tasks with a `count`. Operations are read by
//! [`Scripts`].

use std::collections::BTreeMap;

use super::diagnostic::{Diagnostic, code};
use super::model::{Objects, Op, PinObject, Pull, Task, UartObject};
use super::names::{Names, Unique};
use super::script::Scripts;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;

/// All scripted tasks of a file, at most.
const MOST_TASKS: u32 = 10_000;
/// All operations of all tasks, at most.
const MOST_OPS: usize = 1_000_000;
/// Speeds of a UART in baud.
pub const BAUDS: std::ops::RangeInclusive<i64> = 1..=20_000_000;
/// The speed of a UART if none is said.
pub const DEFAULT_BAUD: u32 = 9_600;

/// Objects of the format that cannot be used yet.
const LATER_OBJECTS: [&str; 6] = ["locks", "events", "semaphores", "barriers", "queues", "conditions"];

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

/// Reads `[objects]` and declares their names.
pub fn objects(table: Option<Table<'_>>, vocabulary: &Vocabulary, names: &mut Names) -> Objects {
    let Some(mut table) = table else { return Objects::default() };
    let uarts = each(table.key("uarts"), |entry| uart_object(entry, vocabulary));
    let pins = each(table.key("pins"), |entry| pin_object(entry, vocabulary));
    table.later(&LATER_OBJECTS);
    table.close();
    names.uarts = uarts.keys().cloned().collect();
    names.pins = pins.iter().map(|(name, pin)| (name.clone(), pin.output)).collect();
    Objects { uarts, pins, ..Objects::default() }
}

fn each<T>(value: Option<Value<'_>>, read: impl Fn(&mut Table<'_>) -> T) -> BTreeMap<String, T> {
    let mut objects = BTreeMap::new();
    let Some(mut table) = value.and_then(Value::table) else { return objects };
    for entry in table.entries() {
        let (Some(name), Some(mut inner)) = (entry.key_name(), entry.table()) else { continue };
        objects.insert(name.to_owned(), read(&mut inner));
        inner.close();
    }
    objects
}

fn uart_object(table: &mut Table<'_>, vocabulary: &Vocabulary) -> UartObject {
    let uart = table.need("uart", "\"uart4\"").and_then(|value| value.known("UART", &vocabulary.uarts, &[]));
    let baud = table.key("baud").and_then(|value| value.integer(BAUDS));
    UartObject { uart: uart.unwrap_or_default(), baud: baud.map_or(DEFAULT_BAUD, |baud| baud as u32) }
}

fn pin_object(table: &mut Table<'_>, vocabulary: &Vocabulary) -> PinObject {
    let pin = table.need("pin", "\"X3\"").and_then(|value| value.known("pin", &vocabulary.pins, &[]));
    let modes = [("input", false), ("output", true)];
    let output = table.key("mode").and_then(|value| value.word("mode", &modes, &[]));
    let pulls = [("none", Pull::None), ("up", Pull::Up), ("down", Pull::Down)];
    let pull = table.key("pull").and_then(|value| value.word("pull", &pulls, &[]));
    PinObject {
        pin: pin.unwrap_or_default(),
        output: output.unwrap_or(false),
        pull: pull.unwrap_or_default(),
    }
}
