//! Compiled-in programs.
//!
//! Owns [`Program`], an entry of the list that a command line is given, and the macro that makes one.

use std::future::Future;
use std::pin::Pin;

use vpyb_core::{ArgSpec, Args, TaskError, Top};

use crate::board::VirtualBoard;

/// A program's top level, as a box.
pub type Main = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

/// What is done around each step of a program: it calls what it is given, once.
///
/// It is for a library whose interface is a global, such as a time driver: what the library asks for is set before the
/// call and taken away after it, so that runs on one thread do not meet.
pub type Around = fn(&VirtualBoard, &mut dyn FnMut());

/// A program that scenarios can name.
#[derive(Clone, Copy)]
pub struct Program {
    /// Its name in `[program]`.
    pub name: &'static str,
    /// The arguments that it takes.
    pub args: &'static [ArgSpec],
    /// The names of the tasks that it makes; `foo` stands for every `foo#n`.
    pub tasks: &'static [&'static str],
    /// Makes its top level.
    pub main: fn(Top<VirtualBoard>, Args) -> Main,
    /// What is done around each of its steps, if anything.
    pub around: Option<Around>,
}

impl Program {
    /// The program with something done around each of its steps.
    pub const fn within(self, around: Around) -> Self {
        Self { around: Some(around), ..self }
    }
}

/// Boxes a program's top level.
pub fn boxed(main: impl Future<Output = Result<(), TaskError>> + 'static) -> Main {
    Box::pin(main)
}

/// The program that a module is: its `main`, its `ARGS` and its `TASKS`, under the module's name.
///
/// ```
/// use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};
/// use vpyb_sim::program;
/// use vpyb_sim::runner::Program;
///
/// mod my_app {
///     use super::*;
///
///     pub const ARGS: &[ArgSpec] = &[];
///     pub const TASKS: &[&str] = &[];
///
///     pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
///         top.event_loop(Config::default());
///         top.board().println(format_args!("hello"));
///         Ok(())
///     }
/// }
///
/// const PROGRAMS: &[Program] = &[program!(my_app)];
///
/// fn main() {
///     assert_eq!(PROGRAMS[0].name, "my_app");
///     // In a program of its own: `vpyb_cli::main(PROGRAMS)`.
/// }
/// ```
#[macro_export]
macro_rules! program {
    ($($path:ident)::+) => {
        $crate::runner::Program {
            name: $crate::program!(@last $($path)::+),
            args: $($path)::+::ARGS,
            tasks: $($path)::+::TASKS,
            main: |top, args| $crate::runner::boxed($($path)::+::main(top, args)),
            around: None,
        }
    };
    (@last $name:ident) => { stringify!($name) };
    (@last $first:ident :: $($rest:ident)::+) => { $crate::program!(@last $($rest)::+) };
}
