//! All that is wrong with a file, gathered while it is read.
//!
//! Owns [`Problems`]. Knows nothing of what is read. Everything that reads holds a shared reference,
//! so that a reader can go on after a problem.
//!
//! Invariant **bounded**: at most [`MOST`] problems are kept, whatever the file.

use std::cell::RefCell;

use super::diagnostic::{Diagnostic, code};
use super::lexicon::Lexicon;

/// So many problems are kept; more are dropped.
pub const MOST: usize = 200;

/// The problems found so far.
#[derive(Default)]
pub struct Problems {
    found: RefCell<Vec<Diagnostic>>,
    /// The words that are known and used, if anybody wants to know.
    heard: Option<RefCell<Lexicon>>,
}

impl Problems {
    /// Problems beside which the words of the format are noted.
    pub fn listening() -> Self {
        Self { heard: Some(RefCell::default()), ..Self::default() }
    }

    /// Notes words of the format, if anybody wants to know.
    pub fn hear<'w>(
        &self,
        place: &str,
        known: impl IntoIterator<Item = &'w str>,
        used: impl IntoIterator<Item = &'w str>,
    ) {
        if let Some(heard) = &self.heard {
            heard.borrow_mut().hear(place, known, used);
        }
    }

    /// The words that were noted.
    pub fn lexicon(self) -> Lexicon {
        self.heard.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Notes a problem, unless the same one is noted at the same place.
    pub fn add(&self, problem: Diagnostic) {
        let mut found = self.found.borrow_mut();
        if found.len() < MOST && !found.contains(&problem) {
            found.push(problem);
        }
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// True if no further problem will be kept; then it is pointless to read on.
    pub fn is_full(&self) -> bool {
        self.found.borrow().len() >= MOST
    }

    /// Drops the problems of which `keep` says no.
    pub fn retain(&self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.found.borrow_mut().retain(keep);
    }

    /// The problems in order of their places, each once.
    pub fn finish(self, source: &str) -> Vec<Diagnostic> {
        let full = self.is_full();
        let mut found = self.found.into_inner();
        for problem in &mut found {
            problem.locate(source);
        }
        found.sort_by_key(|problem| (problem.span().start, problem.code));
        if full {
            let end = source.len()..source.len();
            let mut last = Diagnostic::new(code::OUT_OF_RANGE, end, "there may be further problems")
                .help(format!("only {MOST} are listed; correct these first"));
            last.locate(source);
            found.push(last);
        }
        found
    }
}
