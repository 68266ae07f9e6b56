//! The texts of a trace, each stored once.
//!
//! Owns [`Names`]. A name's number is its place in order of first use, so equal runs number their
//! names alike.

use std::collections::BTreeMap;

use super::record::Name;

/// A table of texts.
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: Vec<String>,
    index: BTreeMap<String, Name>,
    /// The name that was asked for last: mostly it is asked for again.
    latest: usize,
}

impl Names {
    /// The name of a text, entered if it is new.
    pub fn intern(&mut self, text: &str) -> Name {
        if self.texts.get(self.latest).is_some_and(|latest| latest == text) {
            return Name(self.latest as u32);
        }
        if let Some(&name) = self.index.get(text) {
            self.latest = name.0 as usize;
            return name;
        }
        self.latest = self.texts.len();
        let name = Name(u32::try_from(self.texts.len()).expect("under 2^32 names"));
        self.texts.push(text.to_owned());
        self.index.insert(text.to_owned(), name);
        name
    }

    /// The name of a text, if it is in the table.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.index.get(text).copied()
    }

    /// The text of a name. One that is not in the table reads `?`: only the state in a file that was tampered with
    /// has such names.
    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("?", String::as_str)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// True if there is no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All texts in order of their numbers.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Eq for Names {}

impl FromIterator<String> for Names {
    fn from_iter<I: IntoIterator<Item = String>>(texts: I) -> Self {
        let mut names = Self::default();
        for text in texts {
            names.intern(&text);
        }
        names
    }
}
