//! Each word of the scenario format is used by a scenario file, and each kind of check is seen to bite.
//!
//! Owns the comparison of the words that the readers of the format know with those that the files use. What a word means is
//! tested by the expectations beside it.

use std::collections::BTreeSet;

use vpyb_cli::PROGRAMS;
use vpyb_sim::expect::Code;
use vpyb_sim::scenario::Lexicon;
use vpyb_sim::scenario::model::Pattern;
use vpyb_sim::vocabulary;

use crate::checked_in::{scenarios, sources};

/// The words of all files.
pub fn of_all_files() -> Lexicon {
    let mut all = Lexicon::default();
    for (name, source) in sources() {
        all.add(Lexicon::of(&name, &source, &vocabulary(PROGRAMS)));
    }
    all
}

#[test]
fn every_word_of_the_format_is_used_by_a_scenario() {
    let all = of_all_files();
    // A board's units are its names, not the format's.
    let units = vocabulary(PROGRAMS).uarts;
    let mut unused = all.unused();
    unused.iter_mut().for_each(|(_, words)| words.retain(|word| !units.iter().any(|unit| unit == word)));
    unused.retain(|_, words| !words.is_empty());
    let lines: Vec<String> =
        unused.iter().map(|(place, words)| format!("{place}: {}", words.join(", "))).collect();
    assert!(lines.is_empty(), "words that no scenario uses:\n{}", lines.join("\n"));
}

/// Findings that belong to no expectation, so that none can say that it must fail so: a run's end, an actor's wait; and those
/// that say that an expectation is no good.
const NO_EXAMPLE: [Code; 4] = [Code::CounterExample, Code::UnexpectedEnd, Code::Unjudgeable, Code::Await];

#[test]
fn every_kind_of_check_is_seen_to_bite() {
    let expects = scenarios().into_iter().flat_map(|scenario| scenario.expects);
    let bites = expects.filter_map(|expect| match expect.pattern {
        Pattern::Fails { code, .. } => Some(code),
        _ => None,
    });
    let bites: BTreeSet<String> = bites.collect();
    let codes = Code::ALL.into_iter().filter(|code| !NO_EXAMPLE.contains(code));
    let missing: Vec<&str> = codes.map(Code::as_str).filter(|code| !bites.contains(*code)).collect();
    assert!(missing.is_empty(), "no scenario has a counter-example for {missing:?}");
}
