//! `[[expect]]`: what must hold.
//!
//! Owns the patterns: which keys make each of them, and which keys belong together; those over time are in `time`.
//! Events are read by [`Events`], names of counters by [`counters`].

mod time;

use std::collections::BTreeSet;

use vpyb_core::time::Instant;

use super::bench::ABNORMAL;
use super::bound::Quantity;
use super::counters;
use super::diagnostic::{Diagnostic, code};
use super::events::Events;
use super::model::{Amount, Bound, Event, Expect, Pattern};
use super::names::{Unique, only_key};
use super::table::Table;
use super::transcript;
use super::value::Value;
use super::variant::Case;
use super::words::{Words, alternatives, quoted};

/// The keys of which each makes a pattern.
const PATTERNS: [&str; 10] =
    ["that", "never", "order", "from", "every", "pin", "counter", "transcript", "verdict", "fails"];
/// Keys that only complete a pattern: the key, what it completes, what it says.
const COMPLETING: [(&str, &[&str], &str); 14] = [
    ("count", &["that"], "`count` says how often `that` happens"),
    ("at", &["that", "pin"], "`at` says when `that` first happens, or when a `pin` shows something"),
    ("between", &["that", "never", "every", "pin"], "`between` says where something is looked for"),
    ("period", &["every"], "`period` says how long it is from one `every` to the next"),
    ("stays", &["pin"], "`stays` says what a `pin` shows all the time"),
    ("duty", &["pin"], "`duty` says for which part of the time a `pin` is high"),
    ("pulse", &["pin"], "`pulse` says how long the pulses of a `pin` are"),
    ("level", &["pin"], "`level` says which pulses of a `pin` are meant"),
    ("to", &["from"], "`to` is the answer to `from`"),
    ("within", &["from"], "`within` says how soon `from` is answered by `to`"),
    ("p99", &["from"], "`p99` says how soon 99 of 100 `from` are answered by `to`"),
    ("overrun", &["from"], "`overrun` says how often `from` came again before its `to`"),
    ("is", &["counter", "pin"], "`is` says what a `counter` reads at the end, or what a `pin` shows"),
    ("on", &["fails"], "`on` is the title of the expectation that `fails`"),
];

/// Reads expectations.
pub struct Expects<'n> {
    /// Reads their events; knows the names.
    pub events: Events<'n>,
    /// The variant that is read.
    pub case: &'n Case<'n>,
}

impl Expects<'_> {
    /// All expectations that are judged in this variant.
    pub fn read(&self, tables: Vec<Table<'_>>) -> Vec<Expect> {
        let mut expects = Vec::new();
        let mut titles = Unique::default();
        let mut fails = Vec::new();
        let mut elsewhere = BTreeSet::new();
        for mut table in tables {
            table = table.called("this expectation");
            if !self.applies(table.key("only")) {
                elsewhere.extend(table.peek("title").and_then(|title| title.raw().as_str()));
                continue;
            }
            let named = table.need("title", "\"…\"").and_then(|value| Some((value, value.text()?)));
            if let Some((value, title)) = named {
                titles.claim("title", title, value);
            }
            fails.extend(table.peek("fails").and(table.peek("on")));
            let spans = table.entries_quietly().map(|value| (value.key.to_owned(), value.span())).collect();
            let pattern = self.pattern(table);
            let title = named.map_or_else(String::new, |(_, title)| title.to_owned());
            expects.extend(pattern.map(|pattern| Expect { title, pattern, spans }));
        }
        for on in fails.into_iter().take_while(|on| !on.is_futile()) {
            self.check_title(on, &titles, &elsewhere);
        }
        expects
    }

    /// Whether an expectation is judged here. A wrong list is reported and judged everywhere.
    fn applies(&self, only: Option<Value<'_>>) -> bool {
        let Some(value) = only else { return true };
        let Some(items) = value.items() else { return true };
        if self.case.variants.is_empty() {
            let message = "`only` names variants, but this file has none";
            value.refuse(code::CONFLICT, message, "leave `only` out, or add a `[[variant]]`");
            return true;
        }
        let mut applies = false;
        for item in items {
            match item.text().map(|text| (text, self.case.variants.contains(&text))) {
                Some((text, true)) => applies |= self.case.variant == Some(text),
                Some((text, false)) => {
                    item.report(self.unknown_variant(item, text));
                    applies = true;
                }
                None => applies = true,
            }
        }
        if value.raw().as_array().is_some_and(|names| names.is_empty()) {
            value.refuse(code::CONFLICT, "this is never judged", "name a variant in `only`, or leave it out");
        }
        applies
    }

    fn unknown_variant(&self, item: Value<'_>, text: &str) -> Diagnostic {
        let words = Words::new("variant", self.case.variants.iter().copied());
        let message = format!("this file has no variant {}", quoted(text));
        words.advise(Diagnostic::new(code::UNDECLARED, item.span(), message), text)
    }

    /// The title that a counter-example names must be judged in the same variant.
    fn check_title(&self, on: Value<'_>, titles: &Unique, elsewhere: &BTreeSet<&str>) {
        let Some(text) = on.raw().as_str() else { return };
        if titles.first(text).is_some() {
            return;
        }
        if let (Some(variant), true) = (self.case.variant, elsewhere.contains(text)) {
            let message =
                format!("the expectation {} is not judged in the variant {}", quoted(text), quoted(variant));
            on.refuse(code::UNDECLARED, message, "give this one the same `only`");
            return;
        }
        let message = format!("no expectation is titled {}", quoted(text));
        let words = Words::new("title", titles.names().map(String::as_str));
        on.report(words.advise(Diagnostic::new(code::UNDECLARED, on.span(), message), text));
    }

    fn pattern(&self, mut table: Table<'_>) -> Option<Pattern> {
        let (span, problems) = (table.span(), table.problems());
        let Ok(chosen) = only_key(&table, &PATTERNS, "this expectation", "make two expectations of it")
        else {
            return None;
        };
        let foreign = refuse_foreign(&mut table, chosen);
        let pattern = chosen.map(|chosen| self.chosen(chosen, &mut table));
        for key in PATTERNS {
            table.key(key);
        }
        let clean = table.close();
        if chosen.is_none() && clean && !foreign {
            let problem = Diagnostic::new(code::MISSING, span, "this does not say what must hold");
            problems
                .add(problem.help(format!("an expectation has one of the keys {}", alternatives(&PATTERNS))));
        }
        pattern.flatten().filter(|_| !foreign)
    }

    fn chosen(&self, chosen: &str, table: &mut Table<'_>) -> Option<Pattern> {
        match chosen {
            "that" => self.that(table),
            "never" => {
                let never = self.event(table.key("never"));
                let between = table.key("between").map(between);
                Some(Pattern::Absence { never: never?, between: sequence(between)? })
            }
            "order" => self.order(table),
            "from" => self.from(table),
            "every" => self.every(table),
            "pin" => self.pin(table),
            "counter" => self.counter(table),
            "transcript" => {
                let text = table.key("transcript")?.text()?;
                Some(Pattern::Transcript { lines: transcript::lines(text) })
            }
            "verdict" => verdict(table.key("verdict")?),
            _ => fails(table),
        }
    }

    fn event(&self, value: Option<Value<'_>>) -> Option<Event> {
        self.events.read(value?)
    }

    fn that(&self, table: &mut Table<'_>) -> Option<Pattern> {
        let that = self.event(table.key("that"));
        let at = table.key("at").map(|value| value.bound(Quantity::Time));
        let count = table.key("count").map(|value| value.bound(Quantity::Count));
        let between = table.key("between").map(between);
        if at.is_some() {
            for other in ["count", "between"].iter().filter_map(|key| table.peek(key)) {
                let message = format!("`at` and `{}` do not go together", other.key);
                other.report(
                    Diagnostic::new(code::CONFLICT, other.key_span(), message)
                        .help("`at` is about the first occurrence; make two expectations of it"),
                );
            }
        }
        self.no_counters(table, &["at", "count"], &[at.clone().flatten(), count.clone().flatten()]);
        match at {
            Some(at) => Some(Pattern::Instant { that: that?, at: at? }),
            None => {
                let often = || super::bound::bound(">= 1", Quantity::Count).expect("is a bound");
                let count = count.unwrap_or_else(|| Some(often()));
                Some(Pattern::Existence { that: that?, count: count?, between: sequence(between)? })
            }
        }
    }

    fn order(&self, table: &mut Table<'_>) -> Option<Pattern> {
        let value = table.key("order")?;
        let events: Vec<Option<Event>> = value.items()?.map(|item| self.events.read(item)).collect();
        if events.len() < 2 {
            value.refuse(code::MISSING, "an order needs at least two events", "add the events that follow");
            return None;
        }
        Some(Pattern::Order { events: events.into_iter().collect::<Option<_>>()? })
    }

    fn from(&self, table: &mut Table<'_>) -> Option<Pattern> {
        let from = self.event(table.key("from"));
        let to = table.need("to", "{ task = \"reader\", event = \"step\" }");
        let to = self.event(to);
        let [within, p99] = ["within", "p99"].map(|key| table.key(key).map(budget));
        let overrun = table.key("overrun");
        if let Some(overrun) = overrun {
            for other in ["within", "p99"].iter().filter_map(|key| table.peek(key)) {
                let message = format!("`overrun` and `{}` do not go together", other.key);
                let problem = Diagnostic::new(code::CONFLICT, other.key_span(), message);
                other.report(problem.help("make two expectations of it").also(overrun.key_span(), ""));
            }
            let overrun = overrun.bound(Quantity::Count);
            self.no_counters(table, &["overrun"], std::slice::from_ref(&overrun));
            return Some(Pattern::Overrun { from: from?, to: to?, overrun: overrun? });
        }
        if within.is_none() && p99.is_none() {
            let message = "`from` and `to` need a budget";
            let problem = Diagnostic::new(code::MISSING, table.span(), message);
            table
                .problems()
                .add(problem.help("add `within = \"< 20ms\"`, `p99 = \"< 5ms\"` or `overrun = \"0\"`"));
        }
        self.no_counters(table, &["within", "p99"], &[within.clone().flatten(), p99.clone().flatten()]);
        Some(Pattern::Response { from: from?, to: to?, within: sequence(within)?, p99: sequence(p99)? })
    }

    /// Only `is` may compare with another counter of the run.
    fn no_counters(&self, table: &Table<'_>, keys: &[&str], bounds: &[Option<Bound>]) {
        for (value, bound) in keys.iter().map(|key| table.peek(key)).zip(bounds) {
            if let (Some(value), Some(bound)) = (value, bound)
                && compared(bound).is_some()
            {
                let message = format!("`{}` cannot be compared with a counter", value.key);
                value.refuse(
                    code::CONFLICT,
                    message,
                    "compare with a number, or use the pattern `counter` with `is`",
                );
            }
        }
    }

    fn counter(&self, table: &mut Table<'_>) -> Option<Pattern> {
        let value = table.key("counter")?;
        let name = value.text();
        let is = table.need("is", "\"0\"");
        let (names, vocabulary) = (self.events.names, self.events.vocabulary);
        let check =
            |text: &str, value: Value<'_>| match counters::quantity(text, value.span(), names, vocabulary) {
                Ok(quantity) => Some(quantity),
                Err(problem) => {
                    value.report(problem);
                    None
                }
            };
        let quantity = name.and_then(|name| check(name, value));
        let bound = is.and_then(|is| is.bound(quantity.unwrap_or(Quantity::Any)));
        let other = bound.as_ref().and_then(compared).zip(is);
        if let Some((other, is)) = other
            && let (Some(mine), Some(theirs)) = (quantity, check(other, is))
            && mine != theirs
            && mine != Quantity::Any
            && theirs != Quantity::Any
        {
            let message =
                format!("{} is a {}, {} is a {}", quoted(name?), unit(mine), quoted(other), unit(theirs));
            is.refuse(code::CONFLICT, message, "compare counts with counts and times with times");
        }
        Some(Pattern::Counter { counter: name?.to_owned(), is: bound? })
    }
}

fn unit(quantity: Quantity) -> &'static str {
    if quantity == Quantity::Time { "time" } else { "count" }
}

/// The counter that a bound compares with.
fn compared(bound: &Bound) -> Option<&str> {
    bound.min.iter().chain(&bound.max).find_map(|limit| match &limit.amount {
        Amount::Counter(name) => Some(name.as_str()),
        Amount::Count(_) | Amount::Time(_) | Amount::Share(_) => None,
    })
}

/// Reports keys that complete another pattern than the chosen one; true if there are any.
fn refuse_foreign(table: &mut Table<'_>, chosen: Option<&str>) -> bool {
    let main = chosen.and_then(|chosen| table.peek(chosen));
    let mut found = false;
    for (key, completes, says) in COMPLETING {
        let Some(value) = table.key(key) else { continue };
        if chosen.is_some_and(|chosen| completes.contains(&chosen)) {
            continue;
        }
        found = true;
        let problem = match main {
            Some(main) => {
                let message = format!("`{key}` does not go with `{}`", main.key);
                Diagnostic::new(code::CONFLICT, value.key_span(), message).also(main.key_span(), "")
            }
            None => {
                let message = format!("`{key}` is here, but no {}", alternatives(completes));
                Diagnostic::new(code::MISSING, value.key_span(), message)
            }
        };
        value.report(problem.help(says));
    }
    found
}

/// A budget has an upper end: `20ms` alone would ask for exactly 20 ms.
fn budget(value: Value<'_>) -> Option<Bound> {
    let bound = value.bound(Quantity::Time)?;
    if bound.min == bound.max || bound.max.is_none() {
        let (text, key) = (bound.text.trim_start_matches(['>', '=', ' ']), value.key);
        let message = format!("`{key} = \"{}\"` does not say how long it may take at most", bound.text);
        value.refuse(code::CONFLICT, message, format!("write `{key} = \"<= {text}\"`"));
        return None;
    }
    Some(bound)
}

/// From when to when.
fn between(value: Value<'_>) -> Option<(Instant, Instant)> {
    let ends: Vec<Value<'_>> = value.items()?.collect();
    let [from, to] = ends[..] else {
        value.refuse(code::MALFORMED, "`between` has a begin and an end", "write it as `[\"1s\", \"2s\"]`");
        return None;
    };
    let (from, to) = (from.instant(), to.instant());
    let (from, to) = (from?, to?);
    if from > to {
        value.refuse(code::OUT_OF_RANGE, "this ends before it begins", "write the earlier time first");
        return None;
    }
    Some((from, to))
}

fn verdict(value: Value<'_>) -> Option<Pattern> {
    let text = value.text()?;
    let known = text == "passed" || ABNORMAL.iter().any(|(word, ())| *word == text);
    if !known && !text.starts_with("error: ") && !text.starts_with("panic: ") {
        let words = ["passed"]
            .into_iter()
            .chain(ABNORMAL.iter().map(|(word, ())| *word))
            .chain(["error: …", "panic: …"]);
        value.report(Words::new("verdict", words).refuse(value.span(), text));
        return None;
    }
    Some(Pattern::Verdict { verdict: text.to_owned() })
}

fn fails(table: &mut Table<'_>) -> Option<Pattern> {
    let value = table.key("fails")?;
    let code = value.text();
    let on = table.need("on", "\"the title of the other expectation\"").and_then(Value::text);
    let digits = code?.strip_prefix('E').unwrap_or_default();
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let message = format!("{} is not the code of a failure", quoted(code?));
        value.refuse(code::MALFORMED, message, "a code is `E` and four digits, e.g. `E0203`");
        return None;
    }
    Some(Pattern::Fails { code: code?.to_owned(), on: on?.to_owned() })
}

/// A key that is absent, that was read, or that was refused: only the last gives `None`.
fn sequence<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(None) => None,
        Some(read) => Some(read),
    }
}
