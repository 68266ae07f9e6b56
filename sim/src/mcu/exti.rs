//! The chip's external interrupt lines.
//!
//! Owns the sixteen lines: which pin each listens to, its trigger, its mask and its pending flag. Facts: reference
//! manual RM0090, section 12.2. It knows no handler: whoever serves a line says so.
//!
//! ```text
//!            selected edge: request unless masked            served
//!   Idle ────────────────────────────────────────▶ Pending ─────────▶ Idle
//!                                                  │     ▲
//!                                                  └─────┘ a further selected edge: coalesced, and lost
//! ```
//!
//! Invariant **one-flag**: a line remembers that there was an edge, and not how many.

use vpyb_core::Edge;
use vpyb_core::time::Duration;

use super::irqs;
use crate::trace::record::{NetLevel, Trigger};
use crate::trace::{Kind, Name};
use crate::world::{Bench, Device, DeviceId, PinId};

/// The lines of pins; a line has the number of its pin within the port.
pub const LINES: u8 = 16;

/// A line that somebody uses.
#[derive(Clone, PartialEq, Debug)]
struct Line {
    pin: PinId,
    name: Name,
    edge: Edge,
    /// What the pin showed last; `None` if it has only floated so far.
    level: Option<NetLevel>,
    masked: bool,
    pending: bool,
}

/// The lines.
#[derive(Clone, PartialEq, Debug)]
pub struct Exti {
    lines: [Option<Line>; LINES as usize],
    latency: Duration,
}

/// What a line is at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineState {
    /// Its pin.
    pub pin: PinId,
    /// The pin's name.
    pub name: Name,
    /// Its handler is kept from being called.
    pub masked: bool,
    /// An edge waits for the handler.
    pub pending: bool,
}

impl Exti {
    /// Lines that nobody uses; a handler begins `latency` after the request.
    pub fn new(latency: Duration) -> Self {
        Self { lines: [const { None }; LINES as usize], latency }
    }

    /// What a line is, if somebody uses it.
    pub fn line(&self, line: u8) -> Option<LineState> {
        let line = self.lines[usize::from(line)].as_ref()?;
        Some(LineState { pin: line.pin, name: line.name, masked: line.masked, pending: line.pending })
    }

    /// Has a line listen to a pin, in place of what it did before; an edge that waits is forgotten.
    pub fn set_up(&mut self, line: u8, pin: PinId, edge: Edge, me: DeviceId, bench: &mut Bench) {
        bench.withdraw_interrupt(irqs::line(line));
        bench.listen(pin, me);
        let name = bench.pin_name(pin);
        let level = Some(bench.level(pin)).filter(|&level| level != NetLevel::Floating);
        let new = Line { pin, name, edge, level, masked: false, pending: false };
        self.lines[usize::from(line)] = Some(new);
        self.tell(line, bench);
    }

    /// Frees a line; an edge that waits is forgotten.
    pub fn free(&mut self, line: u8, bench: &mut Bench) {
        bench.withdraw_interrupt(irqs::line(line));
        if let Some(old) = self.lines[usize::from(line)].take() {
            bench.record(Kind::IrqSetUp { irq: old.name, line, trigger: Trigger::Off, masked: false });
        }
    }

    /// Masks a line, or lets it ask again: at once if an edge waits.
    pub fn mask(&mut self, line: u8, masked: bool, bench: &mut Bench) {
        let latency = self.latency;
        let Some(state) = &mut self.lines[usize::from(line)] else { return };
        if std::mem::replace(&mut state.masked, masked) == masked {
            return;
        }
        let pending = state.pending;
        self.tell(line, bench);
        match (masked, pending) {
            (true, _) => bench.withdraw_interrupt(irqs::line(line)),
            (false, true) => bench.request_interrupt(irqs::line(line), latency),
            (false, false) => {}
        }
    }

    /// The handler begins: its flag is cleared first, as MicroPython does, so that a further edge is seen.
    pub fn serve(&mut self, line: u8) {
        if let Some(line) = &mut self.lines[usize::from(line)] {
            line.pending = false;
        }
    }

    /// A line's flag is set: by an edge, or by software.
    pub fn request(&mut self, line: u8, bench: &mut Bench) {
        let latency = self.latency;
        let Some(state) = &mut self.lines[usize::from(line)] else { return };
        if state.pending {
            bench.record(Kind::IrqCoalesced { irq: state.name });
            return;
        }
        let Some(late) = bench.late_interrupt(state.name) else { return };
        state.pending = true;
        bench.record_cause(Kind::IrqPending { irq: state.name });
        if !state.masked {
            bench.request_interrupt(irqs::line(line), latency + late);
        }
    }

    fn tell(&self, line: u8, bench: &mut Bench) {
        let Some(state) = &self.lines[usize::from(line)] else { return };
        let trigger = match state.edge {
            Edge::Rising => Trigger::Rising,
            Edge::Falling => Trigger::Falling,
            Edge::Both => Trigger::Both,
        };
        bench.record(Kind::IrqSetUp { irq: state.name, line, trigger, masked: state.masked });
    }
}

impl Device for Exti {
    fn alarm(&mut self, _me: DeviceId, _number: u32, _bench: &mut Bench) {}

    fn edge(&mut self, _me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench) {
        let used = (0..LINES).zip(&mut self.lines);
        let Some((number, line)) =
            used.filter_map(|(n, line)| Some((n, line.as_mut()?))).find(|(_, line)| line.pin == pin)
        else {
            return;
        };
        // A pin that floated in between has had no edge if it shows what it showed before.
        let before = line.level.replace(level);
        let selected = matches!(
            (before, level, line.edge),
            (Some(NetLevel::Low), NetLevel::High, Edge::Rising | Edge::Both)
                | (Some(NetLevel::High), NetLevel::Low, Edge::Falling | Edge::Both)
        );
        if !selected {
            return;
        }
        self.request(number, bench);
    }
}
