//! The texts of a trace, each stored once.
//!
//! Owns [`Name`] and [`Names`]. A name's number is its place in order of first use, so equal runs number their
//! names alike.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// A text in the trace's table of names. An optional one takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "u32", into = "u32")]
pub struct Name(NonZeroU32);

impl Name {
    /// Its number.
    pub fn number(self) -> u32 {
        self.0.get() - 1
    }
}

impl From<Name> for u32 {
    fn from(name: Name) -> Self {
        name.number()
    }
}

/// The name of this number; numbers are counted from 0. None has the greatest number of all, which stands for the one before.
impl From<u32> for Name {
    fn from(number: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(number))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Name").field(&self.number()).finish()
    }
}

/// A table of texts.
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: Vec<String>,
    index: BTreeMap<String, Name>,
    /// The name that was asked for last: mostly it is asked for again.
    latest: Option<Name>,
}

impl Names {
    /// The name of a text, entered if it is new.
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(latest) = self.latest.filter(|latest| self.text(*latest) == text) {
            return latest;
        }
        let known = self.index.get(text).copied();
        let name = known.unwrap_or_else(|| self.enter(text));
        self.latest = Some(name);
        name
    }

    fn enter(&mut self, text: &str) -> Name {
        let name = Name::from(u32::try_from(self.texts.len()).expect("under 2^32 names"));
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
        self.texts.get(name.number() as usize).map_or("?", String::as_str)
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
