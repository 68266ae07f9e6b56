//! Tables of a file, read key by key.
//!
//! Owns [`Table`], which knows which keys were asked for and reports the others. Knows no key
//! itself.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::diagnostic::{Diagnostic, code};
use super::problems::Problems;
use super::value::Value;
use super::words::{Words, not_built, quoted};

/// A table that is being read.
pub struct Table<'a> {
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    what: String,
    /// What kind of table it is, if its name in messages is that of one table.
    place: Option<String>,
    /// Its keys are names.
    open: bool,
    known: Vec<&'a str>,
    later: Vec<&'static str>,
    problems: &'a Problems,
}

impl<'a> Table<'a> {
    /// Begins to read; `what` names the table in messages, e.g. `` `[cpu]` ``.
    pub fn new(
        entries: &'a DeTable<'a>,
        span: Range<usize>,
        what: impl Into<String>,
        problems: &'a Problems,
    ) -> Self {
        Self {
            entries,
            span,
            what: what.into(),
            place: None,
            open: false,
            known: Vec::new(),
            later: Vec::new(),
            problems,
        }
    }

    /// The same table under a better name.
    pub fn called(mut self, what: impl Into<String>) -> Self {
        self.what = what.into();
        self
    }

    /// The same table as one of a kind, which may be read in several places.
    pub fn of(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Where the table stands: its header, or all of an inline table.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Where problems go.
    pub fn problems(&self) -> &'a Problems {
        self.problems
    }

    /// The value of a key, which from now on is known.
    pub fn key(&mut self, name: &'a str) -> Option<Value<'a>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.peek(name)
    }

    /// The value of a key, without making it known.
    pub fn peek(&self, name: &str) -> Option<Value<'a>> {
        let (key, value) = self.entries.get_key_value(name)?;
        Some(Value::new(key.get_ref(), key.span(), value, self.problems))
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, name: &'a str, example: &str) -> Option<Value<'a>> {
        let value = self.key(name);
        if value.is_none() {
            let message = format!("{} needs the key `{name}`", self.what);
            let problem = Diagnostic::new(code::MISSING, self.span(), message);
            self.problems.add(problem.label("it is not here").help(format!("add `{name} = {example}`")));
        }
        value
    }

    /// Keys of the format that do not work yet.
    pub fn later(&mut self, names: &[&'static str]) {
        self.later.extend(names);
    }

    /// All keys and values in order of the keys; all are known from now on.
    pub fn entries(&mut self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        self.open = true;
        self.known.extend(self.entries.keys().map(|key| -> &'a str { key.get_ref() }));
        self.entries_quietly()
    }

    /// The same without making any key known.
    pub fn entries_quietly(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let problems = self.problems;
        self.entries.iter().map(move |(key, value)| Value::new(key.get_ref(), key.span(), value, problems))
    }

    /// Reports the keys that nobody asked for; true if there are none.
    pub fn close(self) -> bool {
        let mut clean = true;
        if !self.open {
            let place = self.place.as_ref().unwrap_or(&self.what);
            let used = self.entries.keys().map(key_text).filter(|key| self.known.contains(key));
            self.problems.hear(place, self.known.iter().copied(), used);
        }
        let words = Words::new("key here", self.known.iter().copied()).later(&self.later);
        for key in self.entries.keys().take_while(|_| !self.problems.is_full()) {
            if !self.known.contains(&key_text(key)) {
                self.problems.add(self.unknown(key, &words));
                clean = false;
            }
        }
        clean
    }

    fn unknown(&self, key: &Spanned<DeString<'a>>, words: &Words<'_>) -> Diagnostic {
        let name = key_text(key);
        if self.later.contains(&name) {
            return not_built(key.span(), &format!("the key {} of {}", quoted(name), self.what));
        }
        let message = format!("unknown key {} in {}", quoted(name), self.what);
        words.advise(Diagnostic::new(code::UNKNOWN_KEY, key.span(), message), name)
    }
}

fn key_text<'k>(key: &'k Spanned<DeString<'_>>) -> &'k str {
    key.get_ref()
}

/// A value that must be a table.
pub fn open<'a>(
    value: &'a Spanned<DeValue<'a>>,
    what: String,
    problems: &'a Problems,
) -> Result<Table<'a>, &'static str> {
    match value.get_ref() {
        DeValue::Table(entries) => Ok(Table::new(entries, value.span(), what, problems)),
        other => Err(other.type_str()),
    }
}
