//! From the text of a file to its scenarios, or to all that is wrong with it.
//!
//! Owns [`parse`], the limits that protect the parser, and the first line `schema = 1`. Knows no
//! section.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, Error};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::diagnostic::{Diagnostic, code};
use super::lower::lower;
use super::model::Scenario;
use super::problems::Problems;
use super::table::Table;
use super::variant::{self, Case};
use super::vocabulary::Vocabulary;
use super::words::quoted;

/// The only schema there is.
const SCHEMA: i64 = 1;
/// A longer file is refused.
const LONGEST_FILE: usize = 1 << 20;
/// A key has at most so many parts, so that nesting stays shallow enough for recursion.
const LONGEST_PATH: usize = 8;
/// How the parser calls a key that is given twice.
const DOUBLE_KEY: &str = "duplicate key";
/// Problems that do not depend on what stands further down.
const LOCAL: [&str; 6] = [
    code::UNKNOWN_KEY,
    code::UNKNOWN_NAME,
    code::NOT_BUILT,
    code::WRONG_TYPE,
    code::MALFORMED,
    code::OUT_OF_RANGE,
];

/// Reads a scenario file: one [`Scenario`] for each variant, or one if there are none.
///
/// `path` is only a name; nothing is opened.
///
/// # Errors
///
/// All problems of the file, in order of their places.
pub fn parse(path: &str, source: &str, vocabulary: &Vocabulary) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    let problems = Problems::default();
    match parse_with(path, source, vocabulary, &problems) {
        Some(scenarios) if problems.is_empty() => Ok(scenarios),
        _ => Err(problems.finish(source)),
    }
}

/// The same, with problems noted where the caller wants them. What it gives is to be used only if there are none.
pub(super) fn parse_with(
    path: &str,
    source: &str,
    vocabulary: &Vocabulary,
    problems: &Problems,
) -> Option<Vec<Scenario>> {
    if let Some(problem) = too_long(source).or_else(|| too_deep(source)) {
        problems.add(problem);
        return None;
    }
    let (tree, errors) = DeTable::parse_recoverable(source);
    let scenarios = scenarios(tree.get_ref(), path, source, vocabulary, problems);
    if !errors.is_empty() {
        // The tree is whole only as far as the first error; a double key leaves it whole.
        let whole =
            errors.iter().filter(|error| error.message() != DOUBLE_KEY).map(place).map(|span| span.start);
        let whole = whole
            .min()
            .map_or(usize::MAX, |start| source[..source.floor_char_boundary(start)].rfind('\n').unwrap_or(0));
        problems.retain(|problem| problem.span().end <= whole && LOCAL.contains(&problem.code));
        for error in &errors {
            problems.add(syntax(error, source));
        }
    }
    Some(scenarios)
}

/// All cases of a file.
fn scenarios(
    tree: &DeTable<'_>,
    path: &str,
    source: &str,
    vocabulary: &Vocabulary,
    problems: &Problems,
) -> Vec<Scenario> {
    if tree.is_empty() {
        let problem = Diagnostic::new(code::SCHEMA, 0..0, "this file says nothing");
        let help =
            format!("begin with `schema = {SCHEMA}`, then say what runs: a `[program]` or a `[[task]]`");
        problems.add(problem.help(help));
        return Vec::new();
    }
    check_schema(tree, problems);
    let variants = variant::variants(Table::new(tree, 0..0, "this file", problems).peek("variant"));
    let names: Vec<&str> = variants.iter().map(|(name, _)| *name).collect();
    let case = |variant| Case { path, source, variant, variants: &names };
    if variants.is_empty() {
        return vec![lower(tree, &case(None), vocabulary, problems)];
    }
    let mut scenarios = Vec::new();
    for (name, changes) in &variants {
        let mut changed = tree.clone();
        variant::overlay(&mut changed, changes, problems);
        scenarios.push(lower(&changed, &case(Some(name)), vocabulary, problems));
        if problems.is_full() {
            break;
        }
    }
    scenarios
}

/// `schema = 1` must be there, and come first.
fn check_schema(tree: &DeTable<'_>, problems: &Problems) {
    let Some((key, value)) = tree.get_key_value("schema") else {
        let problem = Diagnostic::new(code::SCHEMA, 0..0, "this file does not say which schema it follows");
        problems.add(problem.help(format!("put `schema = {SCHEMA}` in its first line")));
        return;
    };
    let number = value.get_ref().as_integer();
    if number.is_none_or(|number| number.as_str() != "1") {
        let problem = Diagnostic::new(code::SCHEMA, value.span(), "this schema is not known");
        problems.add(problem.help(format!("this version reads `schema = {SCHEMA}`")));
    }
    if let Some(first) = tree.keys().map(Spanned::span).min_by_key(|span| span.start)
        && first.start < key.span().start
    {
        let problem = Diagnostic::new(code::SCHEMA, key.span(), "`schema` must be the first key");
        problems.add(problem.also(first, "this comes before it").help("move it to the first line"));
    }
}

fn too_long(source: &str) -> Option<Diagnostic> {
    if source.len() <= LONGEST_FILE {
        return None;
    }
    let message = format!("this file has {} bytes", source.len());
    Some(Diagnostic::new(code::OUT_OF_RANGE, 0..0, message).help("a scenario file has at most 1 MiB"))
}

/// The first key with too many dots. The parser itself limits only brackets.
fn too_deep(source: &str) -> Option<Diagnostic> {
    let mut dots = 0;
    for token in Source::new(source).lex() {
        match token.kind() {
            TokenKind::Dot => dots += 1,
            TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString | TokenKind::Whitespace => {}
            _ => dots = 0,
        }
        if dots >= LONGEST_PATH {
            let span = token.span().start()..token.span().end();
            let message = format!("a key has more than {LONGEST_PATH} parts");
            let problem = Diagnostic::new(code::OUT_OF_RANGE, span, message);
            return Some(problem.help("the longest keys of the format have five parts"));
        }
    }
    None
}

fn place(error: &Error) -> Range<usize> {
    error.span().unwrap_or(0..0)
}

/// A syntax error in the words of this format.
fn syntax(error: &Error, source: &str) -> Diagnostic {
    let span = place(error);
    let message = error.message();
    if message == DOUBLE_KEY {
        let key = source.get(span.clone()).unwrap_or_default();
        let problem =
            Diagnostic::new(code::DUPLICATE, span, format!("the key {} is given twice", quoted(key)));
        return problem.help("remove one of them, or join them to one table");
    }
    if message.starts_with("cannot recurse") {
        let problem = Diagnostic::new(code::OUT_OF_RANGE, span, "brackets are nested too deeply");
        return problem.help("move the inner part of a script to a task of its own");
    }
    let text = source.get(span.clone()).unwrap_or_default().trim();
    let help = match message {
        _ if message.starts_with("string values must be quoted") => {
            Some(format!("put quotes around it: {}", quoted(&format!("\"{text}\""))))
        }
        _ if message.starts_with("invalid basic string") && text.is_empty() => {
            Some("close the text with `\"` on the same line".to_owned())
        }
        _ => None,
    };
    Diagnostic { help, ..Diagnostic::new(code::SYNTAX, span, format!("this is not TOML: {message}")) }
}
