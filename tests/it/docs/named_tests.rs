//! The tests that documents name exist, and `docs/surprises.md` leaves nothing out.
//!
//! Owns how a test is named in a document: in backquotes, by its path below `tests/it` or `core/src`, as
//! `surprises::scheduling::a_delay_may_be_a_millisecond_short_and_drifts`.

use std::collections::BTreeMap;
use std::fs;

use super::{documents, read, root};

/// How many of each the behavioural specification has.
const LISTED: [(&str, u32); 4] = [("defect", 8), ("gotcha", 45), ("undefined", 6), ("vector", 22)];

/// The test that a text in backquotes names, if it names one: module and function.
fn test_of(quoted: &str) -> Option<(String, &str)> {
    let (module, name) = quoted.rsplit_once("::")?;
    // Functions and types of the core are named in documents, too, but by fewer words.
    let words = |text: &str| {
        text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == ':')
    };
    let is_test = words(quoted) && name.matches('_').count() > 2;
    is_test.then(|| (module.replace("::", "/"), name))
}

/// The tests that a text names.
fn tests_in(text: &str) -> impl Iterator<Item = (String, &str)> {
    text.split('`').skip(1).step_by(2).filter_map(test_of)
}

fn exists(module: &str, name: &str) -> bool {
    let files = ["tests/it", "core/src"]
        .iter()
        .flat_map(|below| [format!("{below}/{module}.rs"), format!("{below}/{module}/mod.rs")]);
    let mut texts = files.filter_map(|file| fs::read_to_string(root().join(file)).ok());
    let begins = format!("fn {name}(");
    texts.any(|text| {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines.windows(2).any(|pair| pair[0] == "#[test]" && pair[1].starts_with(&begins))
    })
}

#[test]
fn every_test_that_a_document_names_exists() {
    let mut missing = Vec::new();
    for path in documents() {
        let document = read(&path);
        let named = tests_in(&document).filter(|(module, name)| !exists(module, name));
        missing.extend(named.map(|(module, name)| format!("{path} names {module}: {name}")));
    }
    assert!(missing.is_empty(), "there are no such tests:\n{}", missing.join("\n"));
}

/// The cells of the rows of a document's tables.
fn rows(document: &str) -> Vec<Vec<&str>> {
    let rows = document.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| row.split(" | ").collect()).collect()
}

#[test]
fn every_surprise_is_listed_with_a_test_or_the_reason_why_it_has_none() {
    let document = read("docs/surprises.md");
    let mut found: BTreeMap<(&str, u32), usize> = BTreeMap::new();
    for row in rows(&document) {
        let (first, last) = (row[0], row[row.len() - 1]);
        if first == "where" {
            continue;
        }
        for place in first.split(", ") {
            let (what, number) = place.split_once(' ').unwrap_or_else(|| panic!("`{place}` is no place"));
            *found.entry((what, number.parse().expect("a number"))).or_default() += 1;
        }
        let tested = tests_in(last).next().is_some();
        assert!(tested != last.starts_with("none: "), "a test, or the reason why there is none: {row:?}");
    }
    let listed = LISTED.iter().flat_map(|&(what, count)| (1..=count).map(move |number| (what, number)));
    let missing: Vec<_> = listed.clone().filter(|place| !found.contains_key(place)).collect();
    assert!(missing.is_empty(), "these are not listed: {missing:?}");
    let unknown: Vec<_> =
        found.keys().filter(|&&place| !listed.clone().any(|known| known == place)).collect();
    assert!(unknown.is_empty(), "these are not in the specification: {unknown:?}");
}
