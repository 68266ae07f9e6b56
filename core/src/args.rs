//! What a program can be told from outside.
//!
//! Owns [`Args`] and the list by which a program declares what it takes. Knows neither files nor command
//! lines.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// An argument that a program takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArgSpec {
    /// Its name.
    pub name: &'static str,
    /// What it is if not said.
    pub default: ArgDefault,
    /// What it does, as a phrase.
    pub help: &'static str,
}

/// An argument's default, and by it its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArgDefault {
    /// A text.
    Text(&'static str),
    /// A whole number.
    Int(i64),
}

/// An argument's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ArgValue {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
}

/// The arguments of one run: all that the program declares, with their values.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Args {
    values: Vec<(&'static str, ArgValue)>,
}

/// An argument that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ArgError {
    /// The program takes no such argument.
    Unknown {
        /// The name that was given.
        name: String,
    },
    /// The value has the wrong type.
    Type {
        /// The argument.
        name: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
}

impl fmt::Display for ArgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name } => write!(f, "the program takes no argument `{name}`"),
            Self::Type { name, wanted } => write!(f, "argument `{name}` must be {wanted}"),
        }
    }
}

impl core::error::Error for ArgError {}

impl Args {
    /// The defaults of all that `specs` declares.
    pub fn defaults(specs: &[ArgSpec]) -> Self {
        let value = |spec: &ArgSpec| match spec.default {
            ArgDefault::Text(text) => ArgValue::Text(text.into()),
            ArgDefault::Int(int) => ArgValue::Int(int),
        };
        Self { values: specs.iter().map(|spec| (spec.name, value(spec))).collect() }
    }

    /// Sets an argument.
    ///
    /// # Errors
    ///
    /// If the program does not declare it, or declares it with another type.
    pub fn set(&mut self, name: &str, value: ArgValue) -> Result<(), ArgError> {
        let Some((name, old)) = self.values.iter_mut().find(|(known, _)| *known == name) else {
            return Err(ArgError::Unknown { name: name.into() });
        };
        match (&old, &value) {
            (ArgValue::Text(_), ArgValue::Text(_)) | (ArgValue::Int(_), ArgValue::Int(_)) => {
                *old = value;
                Ok(())
            }
            (ArgValue::Text(_), _) => Err(ArgError::Type { name, wanted: "a text" }),
            (ArgValue::Int(_), _) => Err(ArgError::Type { name, wanted: "a whole number" }),
        }
    }

    fn get(&self, name: &str) -> Option<&ArgValue> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// A text argument.
    ///
    /// # Panics
    ///
    /// If the program does not declare it as a text.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(ArgValue::Text(text)) => text,
            _ => panic!("the program declares no text argument `{name}`"),
        }
    }

    /// A whole-number argument.
    ///
    /// # Panics
    ///
    /// If the program does not declare it as a whole number.
    pub fn int(&self, name: &str) -> i64 {
        match self.get(name) {
            Some(ArgValue::Int(int)) => *int,
            _ => panic!("the program declares no whole-number argument `{name}`"),
        }
    }
}
