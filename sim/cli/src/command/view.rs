//! `vpyb view`: a run on this terminal.
//!
//! Owns the terminal while it lasts. What is shown and what keys do is `view`'s.

use std::io::{self, IsTerminal};

use ratatui::crossterm::event::{self, Event};
use vpyb_sim::runner::Program;

use super::arguments::{Arguments, ViewCall};
use super::files::complain;
use super::trace::load;
use super::travel::instant;
use super::{EXIT_HELD, EXIT_USAGE};
use crate::view::View;

/// Shows a trace until it is left; gives the exit status.
pub fn view(arguments: &Arguments, call: &ViewCall, programs: &'static [Program]) -> u8 {
    match show(arguments, call, programs) {
        Ok(()) => EXIT_HELD,
        Err(message) => {
            if !message.is_empty() {
                complain(arguments, "", &message);
            }
            EXIT_USAGE
        }
    }
}

fn show(arguments: &Arguments, call: &ViewCall, programs: &'static [Program]) -> Result<(), String> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(
            "`vpyb view` wants a terminal; `vpyb report TRACE -o run.html` makes a page instead".into()
        );
    }
    let at = call.at.as_ref().map(|text| instant(text)).transpose()?;
    let trace = load(arguments, programs, &call.trace)?;
    let mut view = View::new(&trace, at);
    let mut terminal = ratatui::try_init().map_err(|error| format!("cannot take the terminal: {error}"))?;
    let ended = turn(&mut terminal, &mut view);
    ratatui::restore();
    ended.map_err(|error| format!("the terminal failed: {error}"))
}

/// Draws and waits for a key, in turn, until the view is left.
fn turn(terminal: &mut ratatui::DefaultTerminal, view: &mut View<'_>) -> io::Result<()> {
    loop {
        terminal.draw(|frame| view.draw(frame))?;
        match event::read()? {
            Event::Key(key) if !view.key(key) => return Ok(()),
            _ => {}
        }
    }
}
