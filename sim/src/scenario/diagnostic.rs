//! What is wrong in a scenario file, where, and what to do about it.
//!
//! Owns [`Diagnostic`], the codes and the rendering in rustc's form. Knows nothing of TOML or of
//! what a scenario means. A code that begins with `W`, as those of `vpyb lint`, is shown as a warning.
//!
//! Invariant **located**: a diagnostic that has left the parser has at least one label, and its
//! line and column are those of the first.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

/// The codes of diagnostics about scenario files.
pub mod code {
    /// The text is not TOML.
    pub const SYNTAX: &str = "E0101";
    /// A key that the table does not have.
    pub const UNKNOWN_KEY: &str = "E0102";
    /// A word that neither the format nor the board has.
    pub const UNKNOWN_NAME: &str = "E0103";
    /// A word of the format that this version cannot run.
    pub const NOT_BUILT: &str = "E0104";
    /// Something necessary is not there.
    pub const MISSING: &str = "E0105";
    /// A number where a text is asked for, and the like.
    pub const WRONG_TYPE: &str = "E0106";
    /// A text that is no time, no bound, no name.
    pub const MALFORMED: &str = "E0107";
    /// Too many, too long, too deep.
    pub const OUT_OF_RANGE: &str = "E0108";
    /// The same name twice.
    pub const DUPLICATE: &str = "E0109";
    /// Keys that do not belong together.
    pub const CONFLICT: &str = "E0110";
    /// The line `schema = 1`.
    pub const SCHEMA: &str = "E0111";
    /// A name that this file does not declare.
    pub const UNDECLARED: &str = "E0112";
}

/// One problem of a scenario file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Diagnostic {
    /// One of [`code`], or of another list of codes.
    pub code: &'static str,
    /// What is wrong, without a full stop.
    pub message: String,
    /// Byte ranges of the source, each with a remark (perhaps empty); the first is the place.
    pub labels: Vec<(Range<usize>, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// The line of the first label, counted from 1.
    pub line: usize,
    /// Its column in characters, counted from 1.
    pub column: usize,
}

impl Diagnostic {
    /// Whether it is only to be reviewed.
    pub fn is_warning(&self) -> bool {
        self.code.starts_with('W')
    }

    /// A problem at a place, not yet [located](Self::locate).
    pub fn new(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        let labels = vec![(span, String::new())];
        Self { code, message: message.into(), labels, help: None, line: 0, column: 0 }
    }

    /// With a remark at the place.
    pub fn label(mut self, remark: impl Into<String>) -> Self {
        self.labels[0].1 = remark.into();
        self
    }

    /// With a remark at another place.
    pub fn also(mut self, span: Range<usize>, remark: impl Into<String>) -> Self {
        self.labels.push((span, remark.into()));
        self
    }

    /// With advice.
    pub fn help(mut self, advice: impl Into<String>) -> Self {
        self.help = Some(advice.into());
        self
    }

    /// Where the problem is, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.labels[0].0.clone()
    }

    /// The line of the first label, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column of the first label in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Fits the labels to the source, and finds line and column.
    pub fn locate(&mut self, source: &str) {
        for (span, _) in &mut self.labels {
            let start = source.floor_char_boundary(span.start);
            let end = source.ceil_char_boundary(span.end).max(start);
            *span = start..end;
        }
        let before = &source[..self.labels[0].0.start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.line = before.matches('\n').count() + 1;
        self.column = before[line_start..].chars().count() + 1;
    }
}

/// The diagnostics as a terminal shows them, in the order given.
pub fn render(diagnostics: &[Diagnostic], path: &str, source: &str, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[report(diagnostic, path, source)]));
        text.push_str("\n\n");
    }
    text.truncate(text.trim_end().len());
    text
}

/// One diagnostic in the renderer's terms. It is given only the lines from the first label to the
/// last, and only the first line of a label is underlined.
fn report<'a>(diagnostic: &'a Diagnostic, path: &'a str, source: &'a str) -> Group<'a> {
    let (lines, first_line) = lines_around(diagnostic, source);
    let shown = &source[lines.clone()];
    let marks = diagnostic.labels.iter().enumerate().map(|(i, (span, remark))| {
        let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let length = source[span.clone()].find(['\n', '\r']).unwrap_or(span.len());
        let start = span.start - lines.start;
        let mark = kind.span(start..start + length);
        if remark.is_empty() { mark } else { mark.label(remark.as_str()) }
    });
    let level = if diagnostic.is_warning() { Level::WARNING } else { Level::ERROR };
    let group = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code)
        .element(Snippet::source(shown).line_start(first_line).path(path).annotations(marks));
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// The whole lines that hold all labels, and the number of the first of them.
fn lines_around(diagnostic: &Diagnostic, source: &str) -> (Range<usize>, usize) {
    let starts = || diagnostic.labels.iter().map(|(span, _)| span.start);
    let (first, last) = (starts().min().unwrap_or(0), starts().max().unwrap_or(0));
    let begin = source[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = source[last..].find('\n').map_or(source.len(), |newline| last + newline);
    (begin..end, source[..begin].matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_spans_fit_the_source() {
        let source = "a = 1\nb = \"µ\" # x\n";
        let mut diagnostic = Diagnostic::new(code::SYNTAX, 15..900, "odd");
        diagnostic.locate(source);
        assert_eq!((diagnostic.line(), diagnostic.column()), (2, 9));
        assert_eq!(diagnostic.span().end, source.len());
    }

    #[test]
    fn a_diagnostic_reads_like_rustc() {
        let source = "schema = 1\ntitel = \"x\"\n";
        let mut diagnostic =
            Diagnostic::new(code::UNKNOWN_KEY, 11..16, "unknown key `titel`").help("did you mean `title`?");
        diagnostic.locate(source);
        let expected = "\
error[E0102]: unknown key `titel`
 --> demo.toml:2:1
  |
2 | titel = \"x\"
  | ^^^^^
  |
  = help: did you mean `title`?";
        assert_eq!(render(&[diagnostic], "demo.toml", source, false), expected);
    }
}
