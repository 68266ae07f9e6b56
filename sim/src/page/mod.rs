//! `vpyb report`: a run as one HTML page that needs nothing else.
//!
//! Owns what the page holds and its form; drawing and keys are in `page.html`. It knows traces and judgements. Every text
//! of a run goes into the page as JSON and reaches the screen as text, so that nothing of it can be markup.

mod data;

use std::io::{self, Write};

use crate::expect::Finding;
use crate::trace::Trace;
use data::Data;

/// The page, with places for its title and its data.
const PAGE: &str = include_str!("page.html");
const TITLE: &str = "{{title}}";
const DATA: &str = "{{data}}";

/// What a judgement says of a run; nothing if the scenario is not at hand.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// How the run ended.
    pub verdict: &'a str,
    /// What does not hold.
    pub findings: &'a [Finding],
}

/// Writes the page of a run.
///
/// # Errors
/// What `out` says.
pub fn write_page(trace: &Trace, judged: Option<Judged<'_>>, out: &mut impl Write) -> io::Result<()> {
    let (head, rest) = PAGE.split_once(TITLE).expect("the page has a title");
    let (middle, tail) = rest.split_once(DATA).expect("the page has data");
    out.write_all(head.as_bytes())?;
    out.write_all(escaped(&trace.meta().scenario).as_bytes())?;
    out.write_all(middle.as_bytes())?;
    let mut script = InScript(out);
    serde_json::to_writer(&mut script, &Data::of(trace, judged)).map_err(io::Error::other)?;
    out.write_all(tail.as_bytes())?;
    out.flush()
}

/// A text as the content of an element.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            _ => safe.push(sign),
        }
    }
    safe
}

/// JSON inside a script element: `<` could end it, and stands in texts only.
struct InScript<'o, W>(&'o mut W);

impl<W: Write> Write for InScript<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut parts = bytes.split(|&byte| byte == b'<');
        if let Some(first) = parts.next() {
            self.0.write_all(first)?;
        }
        for part in parts {
            self.0.write_all(b"\\u003c")?;
            self.0.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
