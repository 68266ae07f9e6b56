//! The program's interrupt handlers, and the CPU while they run.
//!
//! Owns what is called at which request, and that a handler's time is taken from the step that it breaks into.
//!
//! Invariant **handlers-cannot-reach**: a handler is `Send`, so it holds no handle on a machine; that is why it may
//! be called while the machine is borrowed.

use std::collections::BTreeMap;
use std::fmt;

use embedded_hal::digital::PinState;
use vpyb_core::observer::{Object, Use};
use vpyb_core::time::Duration;
use vpyb_core::{BoardError, Edge, Irq as Given, IrqObserver, ticks};

use super::alarms;
use super::machine::Machine;
use super::part::Part;
use super::pins;
use super::recorder::{object_of, use_of};
use crate::mcu::Exti;
use crate::trace::record::NetLevel;
use crate::trace::{Kind, Seq};
use crate::world::{Bench, DeviceId, Irq, PinId};

/// The handler of a pin.
pub(super) type PinHandler = Box<dyn FnMut(&mut Given<'_>, PinState) + Send>;

/// The handlers that the program has set up, by their requests.
#[derive(Default)]
pub(super) struct Handlers {
    pins: BTreeMap<Irq, PinHandler>,
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pins.keys()).finish()
    }
}

impl IrqObserver for Bench {
    fn count(&mut self, counter: &str, by: u32) {
        let counter = self.trace.name(counter);
        self.record(Kind::Count { counter, by });
    }

    fn used(&mut self, object: Object<'_>, how: Use) {
        let name = self.trace.name(object.name);
        let (object, how) = (object_of(object.kind), use_of(how));
        self.record(Kind::Used { task: None, object, name, how });
    }
}

impl Machine {
    fn exti(&mut self) -> (&mut Exti, &mut Bench, DeviceId) {
        match &mut self.world.devices[usize::from(self.exti.0)] {
            Part::Exti(exti) => (exti, &mut self.world.bench, self.exti),
            _ => unreachable!("the interrupt lines are in their place"),
        }
    }

    /// Sets a pin's handler up.
    pub(super) fn on_edge(
        &mut self,
        pin: PinId,
        line: u8,
        edge: Edge,
        handler: PinHandler,
    ) -> Result<(), BoardError> {
        let (exti, bench, me) = self.exti();
        if let Some(used) = exti.line(line).filter(|used| used.pin != pin) {
            let what = format!("interrupt line {line} of pin {}", bench.trace.text(bench.pin_name(pin)));
            let by = format!("pin {}", bench.trace.text(used.name));
            return Err(BoardError::InUse { what, by });
        }
        exti.set_up(line, pin, edge, me, bench);
        self.handlers.pins.insert(Irq(line.into()), handler);
        Ok(())
    }

    /// Takes a pin's handler away, if it has one.
    pub(super) fn off_edge(&mut self, pin: PinId, line: u8) {
        let (exti, bench, _) = self.exti();
        if exti.line(line).is_some_and(|used| used.pin == pin) {
            exti.free(line, bench);
            self.handlers.pins.remove(&Irq(line.into()));
        }
    }

    /// Masks a pin's line, or lets it ask again.
    pub(super) fn mask_line(&mut self, pin: PinId, line: u8, masked: bool) {
        let (exti, bench, _) = self.exti();
        if exti.line(line).is_some_and(|used| used.pin == pin) {
            exti.mask(line, masked, bench);
        }
    }

    /// Requests a pin's interrupt without an edge, as software can; nothing if the pin has no handler.
    pub(super) fn request_by_software(&mut self, pin: &str) {
        let (id, line) = (self.pins[pin], pins::find(pin).map_or(0, |data| data.number));
        let (exti, bench, _) = self.exti();
        if exti.line(line).is_some_and(|used| used.pin == id) {
            exti.request(line, bench);
        }
    }

    /// Calls a handler; gives how long it keeps the CPU.
    pub(super) fn serve(&mut self, irq: Irq, cause: Option<Seq>) -> Duration {
        if irq == alarms::IRQ {
            return self.serve_alarm(cause);
        }
        let took = self.profile.isr.saturating_sub(self.profile.irq_latency);
        let line = irq.0 as u8;
        let (exti, bench, _) = self.exti();
        let Some(state) = exti.line(line) else { return Duration::ZERO };
        exti.serve(line);
        let context = bench.cause_is(cause);
        let seq = bench.record_cause(Kind::Handler { irq: state.name, took });
        bench.handler_runs_until(bench.now() + took);
        bench.interrupt_served();
        let level = if bench.level(state.pin) == NetLevel::High { PinState::High } else { PinState::Low };
        let begun = ticks::ticks_us(bench.now());
        let woken_by = self.wakes_are_by(Some(seq));
        if let Some(handler) = self.handlers.pins.get_mut(&irq) {
            handler(&mut Given::new(begun, &mut self.world.bench), level);
        }
        self.wakes_are_by(woken_by);
        self.world.bench.cause_is(context);
        took
    }
}
