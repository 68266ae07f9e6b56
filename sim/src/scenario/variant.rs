//! Variants: one file, run several times with some keys changed.
//!
//! Owns [`Case`] and how a `[[variant]]` is laid over the file: tables key by key, tasks and actors
//! by name, all else replaced. Spans stay those of the text, so a problem with a changed value points
//! into the variant. Knows no meaning of any key.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::diagnostic::{Diagnostic, code};
use super::names::Unique;
use super::problems::Problems;
use super::value::Value;
use super::words::{Words, quoted};

/// A file has at most so many variants.
pub const MOST: usize = 64;
/// Lists that a variant changes by name.
const NAMED: [&str; 2] = ["task", "actor"];
/// What a variant cannot change, and what to do instead.
const FIXED: [(&str, &str); 6] = [
    ("schema", "a file has one schema"),
    ("variant", "a variant has no variants"),
    ("expect", "give the expectation `only = [\"…\"]` with the names of its variants"),
    ("stimulus", "make it an `[[actor]]` and change `actor.NAME.steps`"),
    ("fault", "a fault has no name to address it by"),
    ("phase", "a phase has no name to address it by"),
];

/// Which reading of a file is at hand.
pub struct Case<'c> {
    /// The file's path.
    pub path: &'c str,
    /// Its text.
    pub source: &'c str,
    /// The variant, if there are any.
    pub variant: Option<&'c str>,
    /// All variants.
    pub variants: &'c [&'c str],
}

/// The variants of a file, each with its name. Those with a bad name are reported and left out.
pub fn variants<'a>(value: Option<Value<'a>>) -> Vec<(&'a str, &'a DeTable<'a>)> {
    let mut found = Vec::new();
    let mut unique = Unique::default();
    let Some(value) = value else { return found };
    let mut tables = value.tables();
    if tables.len() > MOST {
        let message = format!("this file has {} variants", tables.len());
        value.refuse(code::OUT_OF_RANGE, message, format!("a file has at most {MOST}"));
        return found;
    }
    let names: Vec<_> = tables.iter_mut().map(|table| table.need("name", "\"…\"")).collect();
    let tables = value.raw().as_array().into_iter().flat_map(|array| array.iter());
    for (name, table) in names.into_iter().zip(tables.filter_map(|table| table.get_ref().as_table())) {
        let Some((value, name)) = name.and_then(|value| Some((value, value.name()?))) else { continue };
        if unique.claim("variant", name, value) {
            found.push((name, table));
        }
    }
    found
}

/// The file as the variant has it.
pub fn overlay<'i>(base: &mut DeTable<'i>, variant: &DeTable<'i>, problems: &Problems) {
    for (key, change) in variant.iter() {
        let name: &str = key.get_ref();
        if name == "name" {
            continue;
        }
        if let Some((_, help)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
            let message = format!("a variant cannot change `{name}`");
            problems.add(Diagnostic::new(code::CONFLICT, key.span(), message).help(*help));
        } else if NAMED.contains(&name) {
            by_name(name, base.get_mut(name), change, problems);
        } else {
            merge(base, key.clone(), change);
        }
    }
}

/// Tables are merged, all else is replaced.
fn merge<'i>(base: &mut DeTable<'i>, key: Spanned<std::borrow::Cow<'i, str>>, change: &Spanned<DeValue<'i>>) {
    let existing = base.get_mut::<str>(key.get_ref()).map(Spanned::get_mut);
    if let (Some(DeValue::Table(base)), DeValue::Table(changes)) = (existing, change.get_ref()) {
        for (key, change) in changes.iter() {
            merge(base, key.clone(), change);
        }
        return;
    }
    base.remove::<str>(key.get_ref());
    base.insert(key, change.clone());
}

/// `task.hog.count = 3`: the task of this name is changed.
fn by_name<'i>(
    list: &str,
    base: Option<&mut Spanned<DeValue<'i>>>,
    change: &Spanned<DeValue<'i>>,
    problems: &Problems,
) {
    let DeValue::Table(changes) = change.get_ref() else {
        let message = format!("a variant changes each `{list}` by its name");
        let help =
            format!("write it as in `{list}.NAME.{} = …`", if list == "task" { "count" } else { "steps" });
        problems.add(Diagnostic::new(code::CONFLICT, change.span(), message).help(help));
        return;
    };
    let mut empty = DeArray::new();
    let entries = match base.map(Spanned::get_mut) {
        Some(DeValue::Array(entries)) => entries,
        _ => &mut empty,
    };
    for (name, change) in changes.iter() {
        let wanted: &str = name.get_ref();
        let found = entries
            .iter_mut()
            .filter_map(|entry| table_mut(entry.get_mut()))
            .find(|entry| name_of(entry) == Some(wanted));
        match (found, change.get_ref()) {
            (Some(entry), DeValue::Table(changes)) => {
                for (key, change) in changes.iter() {
                    merge(entry, key.clone(), change);
                }
            }
            (Some(_), _) => {
                let message = format!("this must name a key of the {list} {}", quoted(wanted));
                let help = format!("write it as in `{list}.{wanted}.KEY = …`");
                problems.add(Diagnostic::new(code::WRONG_TYPE, change.span(), message).help(help));
            }
            (None, _) => {
                let names = entries.iter().filter_map(|entry| name_of(entry.get_ref().as_table()?));
                let words = Words::new(list, names);
                let message = format!("this file has no {list} {}", quoted(wanted));
                problems.add(words.advise(Diagnostic::new(code::UNDECLARED, name.span(), message), wanted));
            }
        }
    }
}

fn table_mut<'t, 'i>(value: &'t mut DeValue<'i>) -> Option<&'t mut DeTable<'i>> {
    match value {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn name_of<'t>(table: &'t DeTable<'_>) -> Option<&'t str> {
    table.get("name")?.get_ref().as_str()
}
