//! The interrupt lines of pins: the emulator has their vectors, but no edges.
//!
//! Owns what a line remembers: its trigger, its mask, and whether there was an edge. A line that asks sets its
//! interrupt pending in the interrupt controller; where time passes by prices, when its handler's turn has come.

use core::cell::Cell;

use cortex_m::peripheral::NVIC;
use critical_section::{CriticalSection, Mutex};
use embedded_hal::digital::PinState;
use vpyb_core::Edge;
use vpyb_core::time::Instant;

use super::nets;
use crate::clock;
use crate::edges::{LINES, vector};
use crate::pins::Pin;

/// A line that somebody uses.
#[derive(Clone, Copy)]
struct Line {
    edge: Edge,
    masked: bool,
    pending: bool,
    /// Since when it has asked, if its handler is not on its way.
    asks: Option<Instant>,
    /// Its handler is on its way.
    heard: bool,
    /// What its pin showed last; a floating one shows nothing.
    level: Option<PinState>,
}

static STATES: [Mutex<Cell<Option<Line>>>; LINES] = [const { Mutex::new(Cell::new(None)) }; LINES];

fn change(cs: CriticalSection<'_>, pin: Pin, change: impl FnOnce(&mut Line)) {
    let state = STATES[usize::from(pin.number)].borrow(cs);
    if let Some(mut line) = state.get() {
        change(&mut line);
        if !line.pending || line.masked {
            (line.asks, line.heard) = (None, false);
        } else if !line.heard {
            line.asks = line.asks.or(Some(clock::now()));
        }
        state.set(Some(line));
        serve(cs, pin.number.into());
    }
}

/// Sends a line's handler on its way, if the line asks and the handler need not wait.
fn serve(cs: CriticalSection<'_>, number: usize) {
    let state = STATES[number].borrow(cs);
    if let Some(line) = state.get()
        && let Some(since) = line.asks
        && !clock::handler_waits(cs, since)
    {
        state.set(Some(Line { asks: None, heard: true, ..line }));
        NVIC::pend(vector(number));
    }
}

/// Sends the handlers on their way that need wait no longer.
pub(super) fn on_wrap() {
    critical_section::with(|cs| (0..LINES).for_each(|number| serve(cs, number)));
}

/// A pin's net shows another level; `None`: it floats.
pub(super) fn shows(cs: CriticalSection<'_>, pin: Pin, level: Option<PinState>) {
    let Some(level) = level else { return };
    change(cs, pin, |line| {
        let before = line.level.replace(level);
        line.pending |= before.is_some_and(|before| before != level) && line.edge.leads_to(level);
    });
}

/// The way to the lines.
pub struct Exti;

impl Exti {
    /// Has a line listen to a pin; an edge that waits is forgotten.
    pub fn set_up(cs: CriticalSection<'_>, pin: Pin, edge: Edge) {
        let (masked, pending, asks, heard) = Default::default();
        let line = Line { edge, masked, pending, asks, heard, level: nets::level(cs, pin) };
        STATES[usize::from(pin.number)].borrow(cs).set(Some(line));
        // SAFETY: the handler is in the vector table, and what it shares with the loop is behind critical sections.
        unsafe { NVIC::unmask(vector(pin.number.into())) };
    }

    /// Frees a pin's line.
    pub fn free(cs: CriticalSection<'_>, pin: Pin) {
        STATES[usize::from(pin.number)].borrow(cs).set(None);
    }

    /// Masks a pin's line, or lets it ask again.
    pub fn mask(cs: CriticalSection<'_>, pin: Pin, masked: bool) {
        change(cs, pin, |line| line.masked = masked);
    }

    /// Whether a line asks; if so, it has been heard.
    pub fn take_request(cs: CriticalSection<'_>, line: usize) -> bool {
        let state = STATES[line].borrow(cs);
        let heard = state.get().filter(|line| line.heard);
        if let Some(line) = heard {
            state.set(Some(Line { pending: false, heard: false, ..line }));
        }
        heard.is_some()
    }

    /// What a pin reads; a floating one reads low.
    pub fn level(cs: CriticalSection<'_>, pin: Pin) -> PinState {
        nets::level(cs, pin).unwrap_or(PinState::Low)
    }
}
