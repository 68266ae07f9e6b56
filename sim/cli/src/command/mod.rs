//! The command line.
//!
//! Owns arguments, files and the terminal: everything of the host that a run must not see. A crate with
//! programs of its own calls [`main`] with their list and has the whole command line.

mod annotation;
mod arguments;
mod bench;
mod board;
mod check;
mod events;
mod explain;
mod files;
mod in_order;
mod junit;
mod kept;
#[cfg(feature = "lint")]
mod lint;
mod list;
mod log;
mod output;
mod page;
mod programs;
mod recording;
mod run;
mod sought;
mod sweep;
pub mod testing;
mod trace;
mod trace_call;
mod travel;
mod view;

use std::process::ExitCode;

use clap::Parser;

pub use bench::virtual_turns;
pub use check::explained;
pub use programs::PROGRAMS;
pub use trace::trace_told;

use arguments::{Arguments, Command};
use vpyb_sim::runner::Program;

/// All held.
pub const EXIT_HELD: u8 = 0;
/// An expectation failed.
pub const EXIT_FAILED: u8 = 1;
/// The call or a file is invalid.
pub const EXIT_USAGE: u8 = 2;
/// A run itself ended abnormally: stuck, livelock, hang, limit, guard, panic or an error.
pub const EXIT_ABNORMAL: u8 = 3;

/// Runs the command line with these programs.
pub fn main(programs: &'static [Program]) -> ExitCode {
    let arguments = Arguments::parse();
    log::start(arguments.verbose, arguments.paint_stderr());
    let code = match &arguments.command {
        Command::Run(call) => run::run(&arguments, call, programs),
        Command::Check(call) => check::check(&arguments, call, programs),
        Command::List(call) => list::list(&arguments, call, programs),
        Command::Board(call) => board::board(&arguments, call, programs),
        Command::Bench(call) => bench::bench(&arguments, call),
        #[cfg(feature = "lint")]
        Command::Lint(call) => lint::lint(&arguments, call),
        Command::Trace(call) => trace::trace(&arguments, call, programs),
        Command::Report(call) => page::report(&arguments, call, programs),
        Command::View(call) => view::view(&arguments, call, programs),
    };
    ExitCode::from(code)
}
