//! Scenarios written in Rust, with the words of the file.
//!
//! Owns [`Builder`] and the text that it makes. Knows no table of the format: the text is parsed as a file is, so
//! that what is built is the very value that the file would be, with the same problems, and a finding has a line to
//! point at.
//!
//! ```
//! use vpyb_core::time::Duration;
//! use vpyb_cli::{PROGRAMS, testing::Test};
//! use vpyb_sim::vocabulary;
//! use vpyb_sim::scenario::model::Scenario;
//! use vpyb_sim::scenario::with;
//!
//! let scenario = Scenario::builder("A line is received when its last character has left")
//!     .set("board.links", vec![vec!["X1", "X2"]])
//!     .program("uart_loopback")
//!     .until(Duration::from_millis(100))
//!     .expect(
//!         "it is printed at once",
//!         with("from", with("uart", "uart4").and("event", "rx").and("byte", 10))
//!             .and("to", with("prints", "Received"))
//!             .and("within", "< 2ms"),
//!     )
//!     .build(&vocabulary(PROGRAMS))
//!     .unwrap();
//! Test::new(scenario, PROGRAMS).run().unwrap();
//! ```

use std::fmt;

use vpyb_core::time::Duration;

use super::diagnostic::{Diagnostic, render};
use super::model::Scenario;
use super::parse::parse;
use super::vocabulary::Vocabulary;

/// A value as a scenario file has it.
#[derive(Clone, PartialEq, Debug)]
pub enum Item {
    /// A text; also a time or a bound: `"20ms"`, `"< 5ms"`.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A list.
    List(Vec<Item>),
    /// A table.
    Table(Fields),
}

/// The keys of a table, in order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fields(Vec<(String, Item)>);

/// A table with one key.
pub fn with(key: impl Into<String>, value: impl Into<Item>) -> Fields {
    Fields::default().and(key, value)
}

impl Fields {
    /// The table with one key more.
    pub fn and(mut self, key: impl Into<String>, value: impl Into<Item>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }
}

impl From<&str> for Item {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Item {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Item {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Item {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<f64> for Item {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Item {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Duration> for Item {
    fn from(span: Duration) -> Self {
        Self::Text(span.to_string())
    }
}

impl From<Fields> for Item {
    fn from(fields: Fields) -> Self {
        Self::Table(fields)
    }
}

impl<T: Into<Item>> From<Vec<T>> for Item {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// A scenario that is being written.
#[derive(Clone, Debug)]
pub struct Builder {
    path: String,
    /// Single keys, by their paths.
    keys: Fields,
    /// Tables of lists, each under the list's name.
    lists: Fields,
}

impl Scenario {
    /// Begins a scenario; the title is a sentence that may be true or false.
    pub fn builder(title: &str) -> Builder {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let path = format!("target/vpyb/{}.toml", title.chars().map(plain).collect::<String>());
        Builder { path, keys: with("schema", 1).and("title", title), lists: Fields::default() }
    }
}

impl Builder {
    /// A key of the file by its path, as `cpu.scheduler`.
    pub fn set(mut self, path: &str, value: impl Into<Item>) -> Self {
        self.keys = self.keys.and(path, value);
        self
    }

    /// One more table of a list, as `[[task]]`.
    pub fn push(mut self, list: &str, table: Fields) -> Self {
        self.lists = self.lists.and(list, table);
        self
    }

    /// The program that runs.
    pub fn program(self, name: &str) -> Self {
        self.set("program.name", name)
    }

    /// An argument of the program.
    pub fn arg(self, name: &str, value: impl Into<Item>) -> Self {
        self.set(&format!("program.args.{name}"), value)
    }

    /// Something on the bench.
    pub fn part(self, name: &str, table: Fields) -> Self {
        self.set(&format!("parts.{name}"), table)
    }

    /// When the run ends.
    pub fn until(self, span: Duration) -> Self {
        self.set("run.until", span)
    }

    /// What the outside does once.
    pub fn stimulus(self, step: Fields) -> Self {
        self.push("stimulus", step)
    }

    /// What must hold, and the sentence that says so.
    pub fn expect(self, title: &str, pattern: Fields) -> Self {
        let Fields(keys) = pattern;
        let titled = keys.into_iter().fold(with("title", title), |table, (key, value)| table.and(key, value));
        self.push("expect", titled)
    }

    /// The scenario as a file.
    pub fn to_toml(&self) -> String {
        let Fields(keys) = &self.keys;
        let mut text: String = keys.iter().map(|(path, value)| format!("{path} = {value}\n")).collect();
        let Fields(lists) = &self.lists;
        for (list, table) in lists {
            text += &format!("\n[[{list}]]\n");
            if let Item::Table(Fields(keys)) = table {
                text.extend(keys.iter().map(|(key, value)| format!("{} = {value}\n", Key(key))));
            }
        }
        text
    }

    /// The scenario, checked as a file is.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, and the text in which the places are.
    pub fn build(&self, vocabulary: &Vocabulary) -> Result<Scenario, Refused> {
        let (path, toml) = (self.path.clone(), self.to_toml());
        match parse(&path, &toml, vocabulary) {
            Ok(mut scenarios) if scenarios.len() == 1 => Ok(scenarios.remove(0)),
            Ok(scenarios) => {
                let message = format!("this is {} scenarios", scenarios.len());
                let place = toml.find("[[variant]]").unwrap_or_default();
                let mut problem = Diagnostic::new(super::diagnostic::code::CONFLICT, place..place, message);
                problem.locate(&toml);
                let problem = problem.help("build one for each variant");
                Err(Refused { path, toml, problems: vec![problem] })
            }
            Err(problems) => Err(Refused { path, toml, problems }),
        }
    }
}

/// Why a scenario could not be built. Shown, it is all problems with their places in the text.
pub struct Refused {
    path: String,
    /// The scenario as a file.
    pub toml: String,
    /// All that is wrong with it, in order of places.
    pub problems: Vec<Diagnostic>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(&self.problems, &self.path, &self.toml, false))
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}\n")
    }
}

impl std::error::Error for Refused {}

/// A key, in quotes where it needs them.
pub(super) struct Key<'a>(pub &'a str);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if !self.0.is_empty() && self.0.chars().all(bare) { f.write_str(self.0) } else { text(self.0, f) }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(own) => text(own, f),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Table(Fields(keys)) => {
                f.write_str("{")?;
                for (i, (key, value)) in keys.iter().enumerate() {
                    write!(f, "{} {} = {value}", if i == 0 { "" } else { "," }, Key(key))?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// A text in quotes.
fn text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' | '\\' => write!(f, "\\{letter}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            letter if letter.is_control() => write!(f, "\\u{:04X}", u32::from(letter))?,
            letter => write!(f, "{letter}")?,
        }
    }
    f.write_str("\"")
}
