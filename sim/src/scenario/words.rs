//! Lists of words, and the word that somebody meant.
//!
//! Owns [`Words`], the suggestion and the way in which a word of the file is quoted in a message.
//! Knows neither tables nor what the words stand for.

use std::ops::Range;

use super::diagnostic::{Diagnostic, code};

/// Longer words are neither compared nor quoted in full.
const LONGEST: usize = 48;
/// Only so many words of a list are looked at.
const COMPARED: usize = 1_000;
/// A list of at most so many words is shown in full.
const SHOWN: usize = 24;

/// What may stand at a place.
pub struct Words<'w> {
    /// What the words name: `level`, `scheduler`.
    pub noun: &'w str,
    /// The words that work.
    pub built: Vec<&'w str>,
    /// Words of the format that do not work yet.
    pub later: &'w [&'w str],
}

impl<'w> Words<'w> {
    /// Words that all work.
    pub fn new(noun: &'w str, built: impl IntoIterator<Item = &'w str>) -> Self {
        Self { noun, built: built.into_iter().take(COMPARED).collect(), later: &[] }
    }

    /// Together with words that do not work yet.
    pub fn later(mut self, later: &'w [&'w str]) -> Self {
        self.later = later;
        self
    }

    /// What to say about a word that is not among those that work.
    pub fn refuse(&self, span: Range<usize>, word: &str) -> Diagnostic {
        if self.later.contains(&word) {
            return not_built(span, &format!("the {} {}", self.noun, quoted(word)));
        }
        let message = format!("unknown {} {}", self.noun, quoted(word));
        self.advise(Diagnostic::new(code::UNKNOWN_NAME, span, message), word)
    }

    /// Adds the word that was meant, or all words if they are few.
    pub fn advise(&self, diagnostic: Diagnostic, word: &str) -> Diagnostic {
        if let Some(meant) = nearest(word, self.built.iter().chain(self.later).copied()) {
            let later = if self.built.contains(&meant) { "" } else { " (not built yet)" };
            return diagnostic.help(format!("did you mean {}?{later}", quoted(meant)));
        }
        match self.built.len() {
            0 => diagnostic.help(format!("there is no {} to name", self.noun)),
            1 => diagnostic.help(format!("the only {} is {}", self.noun, quoted(self.built[0]))),
            2..=SHOWN => diagnostic.help(format!("it may be {}", alternatives(&self.built))),
            _ => diagnostic,
        }
    }
}

/// Says that something of the format cannot be run yet.
pub fn not_built(span: Range<usize>, what: &str) -> Diagnostic {
    Diagnostic::new(code::NOT_BUILT, span, format!("{what} is part of the format but not built yet"))
        .help("this version cannot run it; leave it out for now")
}

/// A word of the file in backquotes: without control characters, and not without end.
pub fn quoted(word: &str) -> String {
    let mut text = String::from("`");
    for letter in word.chars().take(LONGEST) {
        if letter.is_control() {
            text.extend(letter.escape_default());
        } else {
            text.push(letter);
        }
    }
    if word.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    text.push('`');
    text
}

/// `a`, `b` or `c`.
pub fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// The word that was probably meant: equal but for case, or not far away.
fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    if word.len() > LONGEST {
        return None;
    }
    let typed = word.to_lowercase();
    let length = typed.chars().count();
    // One slip is forgiven in a short word, but not in a single letter.
    let limit = (length.max(3) / 3).min(length.saturating_sub(1));
    words
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::osa_distance(&typed, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meant_word_is_near_or_differs_in_case() {
        let words = ["scheduler", "step", "profile"];
        assert_eq!(nearest("schedular", words.into_iter()), Some("scheduler"));
        assert_eq!(nearest("STEP", words.into_iter()), Some("step"));
        assert_eq!(nearest("setp", words.into_iter()), Some("step"));
        assert_eq!(nearest("speed", words.into_iter()), None);
    }

    #[test]
    fn a_quoted_word_is_short_and_printable() {
        assert_eq!(quoted("a\u{1b}b"), "`a\\u{1b}b`");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), LONGEST + 3);
    }
}
