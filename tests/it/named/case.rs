//! What is replayed: a recording's name and the program that it is of.
//!
//! Owns [`Case`]. A program is one of the examples that the scenarios crate has, or a probe of the loop that is
//! written for this comparison alone.

use vpyb_core::{ArgSpec, ArgValue, Args, Top};

use super::env::Program;
use crate::bench::TestBoard;

/// A recording and its program.
pub struct Case {
    pub recording: &'static str,
    pub program: Source,
    /// Our names of what the original calls `new_gen#1` and up: what can be cancelled by group or name, in the order
    /// in which it is first heard of.
    pub cancellables: &'static [&'static str],
    /// The lengths of the queues for I/O and for low priority that the program asks for, where the recording is silent
    /// about it.
    pub queues: (usize, usize),
    /// How many texts the original prints before its program begins. They are left out.
    pub texts: usize,
}

/// Where the program is from.
pub enum Source {
    Probe(fn(Top<TestBoard>) -> Program),
    Example(Example),
}

/// One of the examples, with what it is told.
pub struct Example {
    pub name: &'static str,
    pub specs: &'static [ArgSpec],
    pub args: &'static [(&'static str, &'static str)],
    pub main: fn(Top<TestBoard>, Args) -> Program,
}

impl Case {
    /// A program that is written for this comparison.
    pub const fn probe(recording: &'static str, main: fn(Top<TestBoard>) -> Program) -> Self {
        Self { recording, program: Source::Probe(main), cancellables: &[], queues: (0, 0), texts: 0 }
    }

    /// One of the examples.
    pub const fn example(recording: &'static str, example: Example) -> Self {
        Self { recording, program: Source::Example(example), cancellables: &[], queues: (0, 0), texts: 0 }
    }

    /// With queues for I/O and for low priority of these lengths.
    pub const fn asking_for(self, ioq_len: usize, lp_len: usize) -> Self {
        Self { queues: (ioq_len, lp_len), ..self }
    }

    /// Without so many texts in the beginning.
    pub const fn after_texts(self, texts: usize) -> Self {
        Self { texts, ..self }
    }

    /// The program's top level.
    pub fn main(&self, top: Top<TestBoard>) -> Program {
        match &self.program {
            Source::Probe(main) => main(top),
            Source::Example(example) => (example.main)(top, example.args()),
        }
    }
}

impl Example {
    /// All its arguments.
    pub fn args(&self) -> Args {
        let mut args = Args::defaults(self.specs);
        for (name, value) in self.args {
            let value = value.parse().map_or_else(|_| ArgValue::Text((*value).into()), ArgValue::Int);
            args.set(name, value).expect("the program takes it");
        }
        args
    }
}
