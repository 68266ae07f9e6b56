//! An event that is typed on a command line, in the words of scenario files.
//!
//! Owns [`parse_event`]. What an event is, is said in `events`.

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::diagnostic::render;
use super::events::Events;
use super::model::Event;
use super::names::Names;
use super::problems::Problems;
use super::table::Table;
use super::vocabulary::Vocabulary;

/// What stands before the event, so that it is a file.
const BEFORE: &str = "event = { ";

/// Reads an event such as `uart = "uart4", event = "overrun"`, with or without braces. `marks` are the actors and marks
/// that it may name; a task may have any name.
///
/// # Errors
///
/// What is wrong with it, as a text for people.
pub fn parse_event(text: &str, marks: BTreeSet<String>, vocabulary: &Vocabulary) -> Result<Event, String> {
    let inner = text.trim();
    let inner = inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(inner);
    let source = format!("{BEFORE}{} }}", inner.trim());
    let problems = Problems::default();
    let (tree, errors) = DeTable::parse_recoverable(&source);
    if let Some(error) = errors.first() {
        return Err(format!(
            "the event `{text}` is not TOML: {}; write it as in a scenario file, e.g. \
             `uart = \"uart4\", event = \"overrun\"` or `prints = \"ready\"`",
            error.message()
        ));
    }
    let names = Names { any_task: true, stimuli: marks.clone(), marks, ..Names::default() };
    let event = Table::new(tree.get_ref(), 0..0, "this event", &problems)
        .key("event")
        .and_then(|value| Events { names: &names, vocabulary }.read(value));
    match event {
        Some(event) if problems.is_empty() => Ok(event),
        _ => {
            let problems = render(&problems.finish(&source), "the event", &source, false);
            Err(format!("the event `{text}` cannot be looked for:\n{}", problems.trim_end()))
        }
    }
}
