//! The words of the format, as its readers know them, and which of them a file uses.
//!
//! Owns [`Lexicon`]. Readers of tables and of words say what they know while they read; so this list has no second source, and
//! cannot differ from what is read. Names that a file gives are no words of the format.

use std::collections::BTreeSet;

use litemap::LiteMap;

use super::parse::parse_with;
use super::problems::Problems;
use super::vocabulary::Vocabulary;

/// Words by the place where they may stand: a table, as messages call it, or what the words name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lexicon {
    /// All that may stand there.
    pub known: LiteMap<String, BTreeSet<String>>,
    /// What does.
    pub used: LiteMap<String, BTreeSet<String>>,
}

impl Lexicon {
    /// The words of a file's places. Of a place that the file does not come to nothing is known: what leads there is a word
    /// that it does not use.
    pub fn of(path: &str, source: &str, vocabulary: &Vocabulary) -> Self {
        let problems = Problems::listening();
        let _ = parse_with(path, source, vocabulary, &problems);
        problems.lexicon()
    }

    /// Adds another file's.
    pub fn add(&mut self, other: Self) {
        for (ours, theirs) in [(&mut self.known, other.known), (&mut self.used, other.used)] {
            for (place, words) in theirs {
                ours.entry(place).or_default().extend(words);
            }
        }
    }

    /// What may stand there and does not.
    pub fn unused(&self) -> LiteMap<&str, Vec<&str>> {
        let mut unused: LiteMap<&str, Vec<&str>> = LiteMap::new();
        for (place, words) in &self.known {
            let used = self.used.get(place);
            let words = words.iter().filter(|word| !used.is_some_and(|used| used.contains(*word)));
            let words: Vec<&str> = words.map(String::as_str).collect();
            if !words.is_empty() {
                unused.insert(place, words);
            }
        }
        unused
    }

    /// A reader knows these words at a place, and found some of them there.
    pub(super) fn hear<'w>(
        &mut self,
        place: &str,
        known: impl IntoIterator<Item = &'w str>,
        used: impl IntoIterator<Item = &'w str>,
    ) {
        let known = known.into_iter().map(str::to_owned);
        self.known.entry(place.to_owned()).or_default().extend(known);
        let used = used.into_iter().map(str::to_owned);
        self.used.entry(place.to_owned()).or_default().extend(used);
    }
}
