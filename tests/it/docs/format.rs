//! The page of the scenario format says just what the readers of the format know.
//!
//! Owns the comparison, both ways: each word that may stand at a place is told in the section of that place, and each key in
//! the first column of a table there is a word. What is known is asked of the readers themselves.

use std::collections::BTreeSet;

use super::read;
use crate::words::of_all_files;

const PAGE: &str = "docs/scenarios.md";

/// Where the words of a place are told: how the place begins, and how the heading does.
const SECTIONS: &[(&str, &str)] = &[
    ("this file", ""),
    ("`[board]`", "## `[board]`"),
    ("`[cpu", "## `[cpu]`"),
    ("`[uartN]`", "## `[uart1]`"),
    ("`[program]`", "## `[program]`"),
    ("`[[task]]`", "## `[[task]]`"),
    ("`[objects]`", "## `[[task]]`"),
    ("an entry of `objects", "## `[[task]]`"),
    ("an operation", "## `[[task]]`"),
    ("error", "## `[[task]]`"),
    ("`[[phase]]`", "## `[[phase]]`"),
    ("`[run]`", "## `[run]`"),
    ("`[[actor]]`", "## `[[actor]]`"),
    ("a step", "## `[[actor]]`"),
    ("a fault", "## `[[fault]]`"),
    ("a part of kind", "## `[parts.NAME]`"),
    ("kind of part", "## `[parts.NAME]`"),
    ("`[[variant]]`", "## `[[variant]]`"),
    ("this expectation", "## `[[expect]]`"),
    ("this event", "## `[[expect]]`"),
    ("event of", "## `[[expect]]`"),
    ("verdict", "## `[[expect]]`"),
];

/// Sections whose tables have other things than keys in their first columns.
const NO_KEYS: [&str; 5] =
    ["## Rules", "### Bounds", "### Counters", "### Verdicts", "### Codes of findings"];

/// The text below a heading, up to the next of its rank; all if there is no heading.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    if heading.is_empty() {
        return page;
    }
    let begin = page.find(&format!("\n{heading}")).unwrap_or_else(|| panic!("{PAGE} has no {heading}"));
    let rest = &page[begin + 1..];
    rest[1..].find("\n## ").map_or(rest, |end| &rest[..end + 1])
}

/// Whole words within backquotes, or blocks of code.
fn told(text: &str) -> BTreeSet<&str> {
    let word = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.flat_map(|code| code.split(word)).collect()
}

#[test]
fn every_word_is_told_in_its_section() {
    let page = read(PAGE);
    let mut missing = Vec::new();
    for (place, words) in of_all_files().known {
        let heading = SECTIONS.iter().find(|(begins, _)| place.starts_with(begins)).map_or("", |it| it.1);
        let told = told(section(&page, heading));
        let is_told =
            |word: &&String| told.contains(word.as_str()) || word.contains(' ') && page.contains(*word);
        missing.extend(words.iter().filter(|word| !is_told(word)).map(|word| {
            format!(
                "{place}: `{word}` is not told{}",
                if heading.is_empty() { "" } else { " in its section" }
            )
        }));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_key_of_a_table_is_a_word() {
    let known: BTreeSet<String> = of_all_files().known.into_iter().flat_map(|(_, words)| words).collect();
    let page = read(PAGE);
    let (mut heading, mut generated, mut wrong) = ("", false, Vec::new());
    for line in page.lines() {
        if line.starts_with('#') {
            heading = line;
        }
        generated = (generated || line.starts_with("<!-- generated")) && !line.starts_with("<!-- end");
        let Some(cell) = line.strip_prefix("| ").and_then(|row| row.split(" | ").next()) else { continue };
        if generated || NO_KEYS.contains(&heading) {
            continue;
        }
        for code in cell.split('`').skip(1).step_by(2) {
            let code = code.trim_start_matches(['{', ' ', '"', '[']);
            let end =
                code.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(code.len());
            let word = code[..end].trim_end_matches('_');
            if !known.contains(word) {
                wrong.push(format!("{heading}: `{word}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "keys that are no words of the format:\n{}", wrong.join("\n"));
}
