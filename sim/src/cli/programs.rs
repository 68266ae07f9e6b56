//! The programs that come with the command line: the tutorial's.

use crate::program;
use crate::runner::Program;

/// The tutorial's programs.
pub const PROGRAMS: &[Program] = &[
    program!(vpyb_scenarios::round_robin),
    program!(vpyb_scenarios::uart_loopback),
    program!(vpyb_scenarios::uart_reader),
    program!(vpyb_scenarios::waiting),
];
