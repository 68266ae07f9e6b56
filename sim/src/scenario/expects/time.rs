//! Patterns over time: what a pin shows, and what comes again and again.
//!
//! Owns their keys.

use super::super::bound::Quantity;
use super::super::diagnostic::{Diagnostic, code};
use super::super::model::{Level, Pattern};
use super::super::names::only_key;
use super::super::table::Table;
use super::super::value::Value;
use super::super::words::alternatives;
use super::{Expects, between, sequence};

/// What can be said of a pin.
const SAYS: [&str; 4] = ["is", "stays", "duty", "pulse"];
/// Keys that complete only some of it.
const WITH: [(&str, &[&str]); 3] =
    [("at", &["is"]), ("between", &["stays", "duty", "pulse"]), ("level", &["pulse"])];

impl Expects<'_> {
    /// `every` and `period`.
    pub(super) fn every(&self, table: &mut Table<'_>) -> Option<Pattern> {
        let every = self.event(table.key("every"));
        let period = table.need("period", "\"100ms ± 5ms\"").and_then(|value| value.bound(Quantity::Time));
        let between = table.key("between").map(between);
        self.no_counters(table, &["period"], std::slice::from_ref(&period));
        Some(Pattern::Period { every: every?, period: period?, between: sequence(between)? })
    }

    /// `pin`, with one of `is`, `stays`, `duty` and `pulse`.
    pub(super) fn pin(&self, table: &mut Table<'_>) -> Option<Pattern> {
        let pin = table.key("pin").and_then(|value| self.events.vocabulary.seen_pin(value));
        let said = only_key(table, &SAYS, "this expectation", "make two expectations of it");
        let [is, stays, duty, pulse] = SAYS.map(|key| table.key(key));
        let said = said.ok()?;
        let Some(said) = said else {
            let problem =
                Diagnostic::new(code::MISSING, table.span(), "this does not say what the pin shows");
            table.problems().add(problem.help(format!("add one of {}", alternatives(&SAYS))));
            return None;
        };
        for (key, with) in WITH {
            if let Some(value) = table.peek(key).filter(|_| !with.contains(&said)) {
                let message = format!("`{key}` does not go with `{said}`");
                let problem = Diagnostic::new(code::CONFLICT, value.key_span(), message);
                value.report(problem.help(format!("it completes {}", alternatives(with))));
                table.key(key);
            }
        }
        let at = table.key("at").map(Value::instant);
        let between = table.key("between").map(between);
        let words = [("low", Level::Low), ("high", Level::High)];
        let level = table.key("level").map_or(Some(Level::High), |value| value.word("level", &words, &[]));
        let (duty, pulse) =
            (duty.map(|value| value.bound(Quantity::Share)), pulse.map(|value| value.bound(Quantity::Time)));
        self.no_counters(table, &["duty", "pulse"], &[duty.clone().flatten(), pulse.clone().flatten()]);
        Some(match said {
            "is" => {
                if at.is_none() {
                    table.need("at", "\"1.5s\"");
                }
                Pattern::Level { is: shown(is?)?, pin: pin?, at: at?? }
            }
            "stays" => Pattern::Stays { level: shown(stays?)?, pin: pin?, between: sequence(between)? },
            "duty" => Pattern::Duty { pin: pin?, duty: duty??, between: sequence(between)? },
            _ => Pattern::Pulse { pin: pin?, level: level?, pulse: pulse??, between: sequence(between)? },
        })
    }
}

/// What a pin can show; the inner `None` is floating.
fn shown(value: Value<'_>) -> Option<Option<Level>> {
    let words = [("low", Some(Level::Low)), ("high", Some(Level::High)), ("floating", None)];
    value.word("level", &words, &[])
}
