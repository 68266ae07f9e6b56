//! Asynchronous functions in MicroPython sources that are called, passed on or stored, and never awaited (section 7.5).
//!
//! Owns what is said about one source: [`lint`], its [codes](code) and its verdicts. Files and exit status belong to
//! the command line; the grammar of Python is that of a library.
//!
//! A call of an `async def` function runs nothing: it makes a coroutine, which must be awaited or given to the event
//! loop. MicroPython does not complain if neither happens. Two walks over the syntax tree find such places:
//! `names` gathers the asynchronous functions, `uses` judges each expression that names one.
//!
//! | what is named | where | verdict |
//! |---|---|---|
//! | `foo()`, `x.foo()`, `foo`, `x.foo` | behind `await` or `yield from`; what `async for` or `async with` takes | silent |
//! | `foo`, `x.foo` | one side of a comparison; before a further `.` | silent |
//! | `foo()` | an argument of `create_task` or `run_until_complete` | silent |
//! | `foo` | an argument of any function | passed |
//! | `foo()` | an argument of any other function | passed |
//! | `x.foo` | an argument of `create_task` or `run_until_complete` | passed |
//! | `x.foo`, `x.foo()` | any other argument | silent |
//! | any of them | elsewhere | not awaited |
//!
//! A name alone may be an asynchronous function that is no method; a name after a dot may be any of them. What an object
//! is, is not looked into: `x.foo()` is judged also if `x` has another `foo`. It is a list for review, not a proof.

mod names;
mod uses;

use std::ops::Range;
use std::thread;

use ruff_python_ast::PySourceType;
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::{Ranged, TextRange};

use names::Names;
use vpyb_sim::scenario::Diagnostic;

/// The codes of `vpyb lint`.
pub mod code {
    /// An asynchronous function, or the coroutine that its call made, is passed to a function.
    pub const PASSED: &str = "W0301";
    /// A coroutine, or the function itself, is neither awaited nor given to the event loop.
    pub const NOT_AWAITED: &str = "W0302";
    /// An asynchronous function has the name of another function of the same block: only the last one can be called.
    pub const DECLARED_TWICE: &str = "W0303";
    /// The text is not Python.
    pub const SYNTAX: &str = "E0304";
    /// The text is too long to be a program of the board.
    pub const TOO_LONG: &str = "E0305";
}

/// Bytes of the longest source: the chip's whole memory, in which it would have to be compiled.
const LONGEST: usize = 192 * 1024;
/// Bytes of stack for a source of that length in which everything is nested.
const STACK: usize = 1 << 28;

/// What is to be reviewed in a source, in order of places. If it is not Python, only what is wrong with it.
pub fn lint(source: &str) -> Vec<Diagnostic> {
    let mut found = if source.len() > LONGEST {
        let message = format!("the source has {} bytes, more than the board's memory", source.len());
        vec![Diagnostic::new(code::TOO_LONG, 0..0, message).help("split it into modules")]
    } else {
        // A syntax tree is as deep as its text wants, and so is a walk over it.
        thread::scope(|scope| {
            let walk = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || walk(source));
            walk.expect("a thread can be started").join().expect("a walk does not panic")
        })
    };
    found.iter_mut().for_each(|diagnostic| diagnostic.locate(source));
    found.sort_by_key(|diagnostic| (diagnostic.span().start, diagnostic.code));
    found
}

fn walk(source: &str) -> Vec<Diagnostic> {
    let parsed = parse_unchecked_source(source, PySourceType::Python);
    if !parsed.errors().is_empty() {
        let problem = |error: &ruff_python_parser::ParseError| {
            Diagnostic::new(
                code::SYNTAX,
                bytes(error.range()),
                format!("this is not Python: {}", error.error),
            )
        };
        return parsed.errors().iter().map(problem).collect();
    }
    let names = Names::of(parsed.suite());
    let mut found = uses::judge(parsed.suite(), &names);
    found.extend(names.declared_twice);
    found
}

fn bytes(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}
