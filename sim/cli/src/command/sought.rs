//! A trace of which as much is read as a question needs.
//!
//! Owns how a part of a long file grows until it holds the answer. A file that was cut off, and a scenario that is run now, are
//! read whole. Knows no question.

use std::fs::File;

use vpyb_core::time::Instant;
use vpyb_sim::trace::{About, Part, Seekable, Trace};

use super::trace::{Load, is_scenario};

/// Where the answer lies, seen from the place that was asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// At the place or before it.
    Back,
    /// At the place or behind it.
    On,
}

/// What a part tells.
pub(super) struct Answer<T> {
    /// The answer, as far as the part goes.
    pub(super) told: T,
    /// More of the trace would not change it.
    pub(super) is_final: bool,
}

/// A trace that is read part by part, or that is there as a whole.
pub(super) enum Sought {
    Whole(Box<Trace>),
    File { file: Box<Seekable<File>>, path: String },
}

impl Sought {
    /// What a path stands for.
    pub(super) fn open(path: &str, load: Load<'_>) -> Result<Self, String> {
        let file = File::open(path).ok().filter(|_| !is_scenario(path));
        match file.map(Seekable::open) {
            Some(Ok(Some(file))) => Ok(Self::File { file: Box::new(file), path: path.to_owned() }),
            // What is no whole file is told of, or run, by reading it all.
            _ => load(path).map(|trace| Self::Whole(Box::new(trace))),
        }
    }

    /// The instant of its last record.
    pub(super) fn end(&self) -> Instant {
        match self {
            Self::Whole(trace) => trace.end(),
            Self::File { file, .. } => file.end(),
        }
    }

    /// Asks a part about a place, and larger and larger ones until an answer is final. What is refused is asked of the
    /// whole, so that a complaint speaks of all that is there.
    pub(super) fn ask<T>(
        &mut self,
        about: About,
        side: Side,
        question: &dyn Fn(&Trace) -> Result<Answer<T>, String>,
    ) -> Result<T, String> {
        let (file, path) = match self {
            Self::Whole(trace) => return question(trace).map(|answer| answer.told),
            Self::File { file, path } => (file, path),
        };
        let mut part = |about, back, on| {
            file.part(about, back, on).map_err(|error| format!("`{path}`: failed to {error}"))
        };
        let mut spans = 1;
        loop {
            let (back, on) = match side {
                Side::Back => (spans, 0),
                Side::On => (1, spans),
            };
            let Part { trace, from_begin, to_end } = part(about, back, on)?;
            let is_all = if side == Side::Back { from_begin } else { to_end };
            match question(&trace) {
                Ok(answer) if answer.is_final || is_all => return Ok(answer.told),
                Err(error) if from_begin && to_end => return Err(error),
                Err(_) if is_all => {
                    let whole = part(about, usize::MAX, usize::MAX / 2)?.trace;
                    return question(&whole).map(|answer| answer.told);
                }
                _ => spans *= 2,
            }
        }
    }
}
