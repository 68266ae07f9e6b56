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

use super::machine::Machine;
use super::part::Part;
use super::pins;
use super::recorder::{object_of, use_of};
use crate::mcu::{Cycle, Exti, LineState, TimerId, Timers, irqs};
use crate::trace::record::NetLevel;
use crate::trace::{Kind, Name, Seq};
use crate::world::{Bench, DeviceId, Irq, PinId};

/// The handler of a pin, which is given the level.
type PinHandler = dyn FnMut(&mut Given<'_>, PinState) + Send;
/// The handler of a timer.
type TimerHandler = dyn FnMut(&mut Given<'_>) + Send;

/// A handler of the program.
pub(super) enum Handler {
    /// Of a pin.
    Pin(Box<PinHandler>),
    /// Of a timer.
    Timer(Box<TimerHandler>),
}

/// The handlers that the program has set up, by their requests.
#[derive(Default)]
pub(super) struct Handlers(BTreeMap<Irq, Handler>);

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What asked for a handler.
enum Source {
    Pin(LineState),
    Timer(Name),
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
        handler: Handler,
    ) -> Result<(), BoardError> {
        let (exti, bench, me) = self.exti();
        if let Some(used) = exti.line(line).filter(|used| used.pin != pin) {
            let what = format!("interrupt line {line} of pin {}", bench.trace.text(bench.pin_name(pin)));
            let by = format!("pin {}", bench.trace.text(used.name));
            return Err(BoardError::InUse { what, by });
        }
        exti.set_up(line, pin, edge, me, bench);
        self.handlers.0.insert(irqs::line(line), handler);
        Ok(())
    }

    /// Takes a pin's handler away, if it has one.
    pub(super) fn off_edge(&mut self, pin: PinId, line: u8) {
        let (exti, bench, _) = self.exti();
        if exti.line(line).is_some_and(|used| used.pin == pin) {
            exti.free(line, bench);
            self.handlers.0.remove(&irqs::line(line));
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

    fn timers(&mut self) -> (&mut Timers, &mut Bench, DeviceId) {
        match &mut self.world.devices[usize::from(self.timers.0)] {
            Part::Timers(timers) => (timers, &mut self.world.bench, self.timers),
            _ => unreachable!("the timers are in their place"),
        }
    }

    /// Has a handler called every so often.
    pub(super) fn on_timer(&mut self, timer: TimerId, cycle: Cycle, handler: Handler) {
        let (timers, bench, me) = self.timers();
        timers.start(timer, cycle, me, bench);
        self.handlers.0.insert(timer.irq(), handler);
    }

    /// Stops a timer.
    pub(super) fn off_timer(&mut self, timer: TimerId) {
        let (timers, bench, _) = self.timers();
        timers.stop(timer, bench);
        self.handlers.0.remove(&timer.irq());
    }

    /// Who makes a request; its flag is cleared.
    fn clear(&mut self, irq: Irq) -> Option<Source> {
        if let Some(line) = irqs::line_of(irq) {
            let (exti, ..) = self.exti();
            let state = exti.line(line)?;
            exti.serve(line);
            return Some(Source::Pin(state));
        }
        let timer = TimerId::of_request(irq)?;
        let (timers, ..) = self.timers();
        timers.serve(timer).map(Source::Timer)
    }

    /// Calls a handler; gives how long it keeps the CPU.
    pub(super) fn serve(&mut self, irq: Irq, cause: Option<Seq>) -> Duration {
        if irq == irqs::ALARM {
            return self.serve_alarm(cause);
        }
        let Some(source) = self.clear(irq) else { return Duration::ZERO };
        let took = self.profile.isr.saturating_sub(self.profile.irq_latency);
        let name = match source {
            Source::Pin(LineState { name, .. }) | Source::Timer(name) => name,
        };
        let bench = &mut self.world.bench;
        let context = bench.cause_is(cause);
        let seq = bench.record_cause(Kind::Handler { irq: name, took });
        bench.handler_runs_until(bench.now() + took);
        bench.interrupt_served();
        let begun = ticks::ticks_us(bench.now());
        let high = matches!(source, Source::Pin(state) if bench.level(state.pin) == NetLevel::High);
        let woken_by = self.wakes_are_by(Some(seq));
        let mut given = Given::new(begun, &mut self.world.bench);
        match self.handlers.0.get_mut(&irq) {
            Some(Handler::Pin(handler)) => handler(&mut given, PinState::from(high)),
            Some(Handler::Timer(handler)) => handler(&mut given),
            None => {}
        }
        self.wakes_are_by(woken_by);
        self.world.bench.cause_is(context);
        took
    }
}
