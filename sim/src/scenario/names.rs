//! The names that a file declares, and the checks against them.
//!
//! Owns [`Names`]: tasks, objects, actors and marks. Knows neither how they are declared nor what
//! they do.

use std::collections::BTreeSet;
use std::ops::Range;

use litemap::LiteMap;

use super::diagnostic::{Diagnostic, code};
use super::model::{LockObject, Objects};
use super::table::Table;
use super::value::Value;
use super::words::{Words, quoted};

/// What is declared.
#[derive(Default)]
pub struct Names {
    /// Scripted tasks, each with its count; `None` if it has none and is not numbered.
    pub tasks: LiteMap<String, Option<u32>>,
    /// The tasks of the program.
    pub program_tasks: Vec<String>,
    /// True if the program is not known; then any task may be its own.
    pub any_task: bool,
    /// UART objects.
    pub uarts: BTreeSet<String>,
    /// Pin objects, each with whether it is an output.
    pub pins: LiteMap<String, bool>,
    /// Everything else that tasks share.
    pub objects: Objects,
    /// Actors and marks, as a stimulus is named.
    pub stimuli: BTreeSet<String>,
    /// Marks alone.
    pub marks: BTreeSet<String>,
}

impl Names {
    /// One scripted task, by its full name.
    pub fn scripted_task(&self, value: Value<'_>) -> Option<String> {
        let text = value.text()?;
        if self.is_scripted(text) {
            return Some(text.to_owned());
        }
        let family = text.rsplit_once('#').map_or(text, |(family, _)| family);
        if let Some(Some(count)) = self.tasks.get(family) {
            let message = format!("{} does not say which of the {count} tasks is meant", quoted(text));
            let (first, last) = (quoted(&format!("{family}#1")), quoted(&format!("{family}#{count}")));
            value.refuse(code::UNDECLARED, message, format!("name one of them, {first} to {last}"));
        } else if self.program_tasks.iter().any(|name| name == text) {
            let message = format!("{} is a task of the program", quoted(text));
            value.refuse(code::UNDECLARED, message, "only a scripted `[[task]]` can be named here");
        } else {
            let single = |(name, count): (&String, &Option<u32>)| match count {
                Some(_) => format!("{name}#1"),
                None => name.clone(),
            };
            let names: Vec<String> = self.tasks.iter().map(single).collect();
            value.report(undeclared("scripted task", text, value.span(), &names));
        }
        None
    }

    fn is_scripted(&self, text: &str) -> bool {
        match text.rsplit_once('#') {
            None => self.tasks.get(text) == Some(&None),
            Some((family, number)) => self.tasks.get(family).is_some_and(|count| {
                number.parse().is_ok_and(|n: u32| {
                    (1..=count.unwrap_or(0)).contains(&n) && !number.starts_with(['0', '+'])
                })
            }),
        }
    }

    /// Any task, or a family of them: `hog` stands for every `hog#n`.
    pub fn is_task(&self, text: &str) -> bool {
        let family = match text.rsplit_once('#') {
            Some((family, number)) if number.parse::<u32>().is_ok() => family,
            _ => text,
        };
        self.any_task
            || self.tasks.contains_key(text)
            || self.is_scripted(text)
            || self.program_tasks.iter().any(|name| name == text || name == family)
    }

    /// What to say about a task that is none.
    pub fn unknown_task(&self, text: &str, span: Range<usize>) -> Diagnostic {
        undeclared("task", text, span, self.tasks.keys().chain(&self.program_tasks))
    }

    /// A task as an event names it.
    pub fn seen_task(&self, value: Value<'_>) -> Option<String> {
        let text = value.text()?;
        if !self.is_task(text) {
            value.report(self.unknown_task(text, value.span()));
            return None;
        }
        Some(text.to_owned())
    }

    /// A UART of `[objects]`.
    pub fn uart_object(&self, value: Value<'_>, boards: &[String]) -> Option<String> {
        let text = value.text()?;
        if self.uarts.contains(text) {
            return Some(text.to_owned());
        }
        let mut problem = undeclared("UART object", text, value.span(), &self.uarts);
        if boards.iter().any(|uart| uart == text) {
            problem = problem.help(format!(
                "scripts use the names of `[objects]`: add `uarts = {{ u = {{ uart = \"{text}\" }} }}` there and name `u`"
            ));
        }
        value.report(problem);
        None
    }

    /// A pin of `[objects]` that is an output.
    pub fn output_object(&self, value: Value<'_>, boards: &[String]) -> Option<String> {
        let text = value.text()?;
        match self.pins.get(text) {
            Some(true) => return Some(text.to_owned()),
            Some(false) => {
                let message = format!("the pin object {} is an input", quoted(text));
                value.refuse(code::CONFLICT, message, "declare it with `mode = \"output\"` in `[objects]`");
                return None;
            }
            None => {}
        }
        let mut problem = undeclared("pin object", text, value.span(), self.pins.keys());
        if boards.iter().any(|pin| pin == text) {
            problem = problem.help(format!(
                "scripts use the names of `[objects]`: add `pins = {{ out = {{ pin = \"{text}\", mode = \"output\" }} }}` there and name `out`"
            ));
        }
        value.report(problem);
        None
    }

    /// A pin of `[objects]`.
    pub fn pin_object(&self, value: Value<'_>, boards: &[String]) -> Option<String> {
        let text = value.text()?;
        if self.pins.contains_key(text) {
            return Some(text.to_owned());
        }
        let mut problem = undeclared("pin object", text, value.span(), self.pins.keys());
        if boards.iter().any(|pin| pin == text) {
            problem = problem.help(format!(
                "scripts use the names of `[objects]`: add `pins = {{ in = {{ pin = \"{text}\" }} }}` there and name `in`"
            ));
        }
        value.report(problem);
        None
    }

    /// A lock of `[objects]`.
    pub fn lock(&self, value: Value<'_>) -> Option<String> {
        object("lock", value, &self.objects.locks).map(|(name, _)| name)
    }

    /// A lock of `[objects]` that can be held by a `with`.
    pub fn polled_lock(&self, value: Value<'_>) -> Option<String> {
        let (name, lock) = object("lock", value, &self.objects.locks)?;
        if lock == LockObject::Official {
            let message = format!("the official lock {} is no context manager", quoted(&name));
            value.refuse(code::CONFLICT, message, "use `locked`, or declare it with `style = \"polled\"`");
            return None;
        }
        Some(name)
    }

    /// A semaphore of `[objects]`, bounded or not.
    pub fn semaphore(&self, value: Value<'_>, bounded: bool) -> Option<String> {
        let (name, semaphore) = object("semaphore", value, &self.objects.semaphores)?;
        if semaphore.bounded != bounded {
            let (is, help) = match bounded {
                true => ("not bounded", "declare it with `bounded = true`, or use `with_sem`"),
                false => ("bounded", "use `with_bsem`, or declare it without `bounded = true`"),
            };
            value.refuse(code::CONFLICT, format!("the semaphore {} is {is}", quoted(&name)), help);
            return None;
        }
        Some(name)
    }

    /// An event of `[objects]`.
    pub fn event(&self, value: Value<'_>) -> Option<String> {
        object("event", value, &self.objects.events).map(|(name, _)| name)
    }

    /// A barrier of `[objects]`.
    pub fn barrier(&self, value: Value<'_>) -> Option<String> {
        object("barrier", value, &self.objects.barriers).map(|(name, _)| name)
    }

    /// A queue of `[objects]`.
    pub fn queue(&self, value: Value<'_>) -> Option<String> {
        object("queue", value, &self.objects.queues).map(|(name, _)| name)
    }

    /// A condition of `[objects]`.
    pub fn condition(&self, value: Value<'_>) -> Option<String> {
        one_of("condition", value, &self.objects.conditions)
    }

    /// A mark of some step.
    pub fn mark(&self, value: Value<'_>) -> Option<String> {
        one_of("mark", value, &self.marks)
    }

    /// A mark of some step, or an actor.
    pub fn stimulus(&self, value: Value<'_>) -> Option<String> {
        one_of("mark or actor", value, &self.stimuli)
    }
}

/// Something of `[objects]`, and how it was declared.
fn object<T: Copy>(noun: &str, value: Value<'_>, objects: &LiteMap<String, T>) -> Option<(String, T)> {
    let text = value.text()?;
    if let Some(object) = objects.get(text) {
        return Some((text.to_owned(), *object));
    }
    value.report(undeclared(noun, text, value.span(), objects.keys()));
    None
}

fn one_of(noun: &str, value: Value<'_>, names: &BTreeSet<String>) -> Option<String> {
    let text = value.text()?;
    if !names.contains(text) {
        value.report(undeclared(noun, text, value.span(), names));
        return None;
    }
    Some(text.to_owned())
}

/// What to say about a name that the file does not declare.
pub fn undeclared<'n>(
    noun: &'n str,
    text: &str,
    span: Range<usize>,
    names: impl IntoIterator<Item = &'n String>,
) -> Diagnostic {
    let words = Words::new(noun, names.into_iter().map(String::as_str));
    let message = format!("this file has no {noun} {}", quoted(text));
    words.advise(Diagnostic::new(code::UNDECLARED, span, message), text)
}

/// Notices a name that is given twice.
#[derive(Default)]
pub struct Unique {
    seen: LiteMap<String, Range<usize>>,
}

impl Unique {
    /// True if the name is new; else the second one is reported, and the first one shown.
    pub fn claim(&mut self, noun: &str, name: &str, value: Value<'_>) -> bool {
        if let Some(first) = self.seen.get(name) {
            let message = format!("the {noun} {} is defined twice", quoted(name));
            let problem = Diagnostic::new(code::DUPLICATE, value.span(), message)
                .label("the second one")
                .also(first.clone(), "the first one");
            value.report(problem.help("give one of them another name"));
            return false;
        }
        self.seen.insert(name.to_owned(), value.span());
        true
    }

    /// Where a name was given first.
    pub fn first(&self, name: &str) -> Option<Range<usize>> {
        self.seen.get(name).cloned()
    }

    /// The names so far, in order.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.seen.keys()
    }
}

/// The key that says what a table is. Two of them are reported, with `advice`.
pub fn only_key<'k>(
    table: &Table<'_>,
    kinds: &[&'k str],
    what: &str,
    advice: &str,
) -> Result<Option<&'k str>, ()> {
    let mut present: Vec<(Value<'_>, &'k str)> =
        kinds.iter().filter_map(|kind| Some((table.peek(kind)?, *kind))).collect();
    present.sort_by_key(|(value, _)| value.key_span().start);
    let [(first, one), (second, other), ..] = present[..] else {
        return Ok(present.first().map(|(_, kind)| *kind));
    };
    let message = format!("{what} has both `{one}` and `{other}`");
    let problem = Diagnostic::new(code::CONFLICT, second.key_span(), message)
        .label("the second one")
        .also(first.key_span(), "the first one");
    table.problems().add(problem.help(advice));
    Err(())
}
