//! Each word of the scenario format is used by a scenario file.
//!
//! Owns the comparison of the words that the readers of the format know with those that the files use. What a word means is
//! tested by the expectations beside it.

use vpyb_sim::cli::{PROGRAMS, vocabulary};
use vpyb_sim::scenario::Lexicon;

use crate::checked_in::sources;

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
    let unused = all.unused();
    let lines: Vec<String> =
        unused.iter().map(|(place, words)| format!("{place}: {}", words.join(", "))).collect();
    assert!(lines.is_empty(), "words that no scenario uses:\n{}", lines.join("\n"));
}
