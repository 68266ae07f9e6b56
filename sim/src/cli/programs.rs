//! The programs that come with the command line: the tutorial's.

use crate::program;
use crate::runner::Program;

/// The tutorial's programs.
pub const PROGRAMS: &[Program] = &[
    program!(vpyb_scenarios::aqtest),
    program!(vpyb_scenarios::asyn_demos),
    program!(vpyb_scenarios::async_iterator),
    program!(vpyb_scenarios::asyntest),
    program!(vpyb_scenarios::awaitable),
    program!(vpyb_scenarios::barrier),
    program!(vpyb_scenarios::bound_method),
    program!(vpyb_scenarios::callbacks),
    program!(vpyb_scenarios::cancel_awaited),
    program!(vpyb_scenarios::cancel_reader),
    program!(vpyb_scenarios::cancel_sleeper),
    program!(vpyb_scenarios::cancellation),
    program!(vpyb_scenarios::cantest),
    program!(vpyb_scenarios::chain),
    program!(vpyb_scenarios::context_manager),
    program!(vpyb_scenarios::counter),
    program!(vpyb_scenarios::event),
    program!(vpyb_scenarios::exceptions),
    program!(vpyb_scenarios::lock),
    program!(vpyb_scenarios::queue),
    program!(vpyb_scenarios::round_robin),
    program!(vpyb_scenarios::semaphore),
    program!(vpyb_scenarios::uart_loopback),
    program!(vpyb_scenarios::uart_reader),
    program!(vpyb_scenarios::wait_for),
    program!(vpyb_scenarios::waiting),
];
