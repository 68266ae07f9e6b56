//! Where an expectation stands in its file.
//!
//! Owns the choice of the place and rustc's form of showing it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Outcome, Paint};
use crate::expect::Finding;

/// The width that long lines of a file are cut to.
const WIDTH: usize = 140;

/// A place in a text, as editors count: lines from 1, columns in characters from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The position of a byte offset; the end of the text if it lies behind that.
    pub fn of(source: &str, offset: usize) -> Self {
        let before = &source[..source.floor_char_boundary(offset)];
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }
}

/// Where the caret of a finding goes: under its place, or the value of its key, else of another key of the expectation.
pub(super) fn span(outcome: &Outcome, finding: &Finding) -> Option<Range<usize>> {
    let span = match &finding.place {
        Some(place) => place,
        None => {
            let spans = &outcome.scenario.expects.get(finding.expect?)?.spans;
            let first = || spans.values().min_by_key(|span| span.start);
            spans.get(&finding.key).or_else(|| spans.get("title")).or_else(first)?
        }
    };
    let source = &outcome.scenario.source;
    let text = source.get(span.clone())?;
    // Of a value of several lines, such as a transcript, the first is enough.
    Some(span.start..span.start + text.find('\n').unwrap_or(text.len()))
}

/// The sentence, the line of the file and the caret with its label.
pub(super) fn render(outcome: &Outcome, finding: &Finding, paint: Paint) -> String {
    let scenario = outcome.scenario;
    let title = Level::ERROR.primary_title(&finding.message).id(finding.code.as_str());
    let mut group = Group::with_title(title);
    group = match span(outcome, finding) {
        Some(span) => {
            let caret = AnnotationKind::Primary.span(span).label(&finding.label);
            group.element(Snippet::source(&scenario.source).path(&scenario.path).annotation(caret))
        }
        None => group.element(Origin::path(&scenario.path)),
    };
    if !finding.title.is_empty() {
        group = group.element(Level::NOTE.with_name("expected").message(&finding.title));
    }
    let renderer = if paint.0 { Renderer::styled() } else { Renderer::plain() };
    let text = renderer.term_width(WIDTH).render(&[group]);
    // Without a line of the file its arrow would stand in the first column, unlike all others.
    text.replacen("\n--> ", "\n --> ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = "a = 1\ntitle = \"µs\"\nb = 2";
        let at = |text: &str| Position::of(source, source.find(text).unwrap());
        assert_eq!(at("a"), Position { line: 1, column: 1 });
        assert_eq!(at("s\""), Position { line: 2, column: 11 });
        assert_eq!(at("b"), Position { line: 3, column: 1 });
        assert_eq!(Position::of(source, 999), Position { line: 3, column: 6 });
    }
}
