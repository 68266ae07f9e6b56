//! The core's `Board` on a virtual Pyboard.
//!
//! Owns the handles that programs hold: board, LEDs, pins and the clock. Each call into the board costs a
//! little virtual time, and a step that never ends is unwound here. Time and wires are the machine's.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::panic::resume_unwind;
use std::rc::Rc;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, StatefulOutputPin};
use vpyb_core::clock::Clock;
use vpyb_core::ticks;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Board, BoardError, PinMode, UartConfig};

use super::machine::{Abort, Machine};
use super::pyboard::{LEDS, UARTS};
use super::virtual_uart::VirtualUart;
use crate::mcu::BitClock;
use crate::trace::record::{Drive, NetLevel};
use crate::trace::{Kind, Name, Seq};
use crate::world::PinId;

/// A handle on a virtual Pyboard.
#[derive(Clone)]
pub struct VirtualBoard {
    pub(super) machine: Rc<RefCell<Machine>>,
}

/// The virtual clock, as the event loop reads it.
pub struct VirtualClock(Rc<RefCell<Machine>>);

impl VirtualClock {
    /// The clock of a machine.
    pub fn new(machine: Rc<RefCell<Machine>>) -> Self {
        Self(machine)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        self.0.borrow().clock()
    }
}

/// Unwinds the program's code if the run has to be stopped inside a step.
fn go_on(result: Result<(), Abort>) {
    if let Err(abort) = result {
        resume_unwind(Box::new(abort));
    }
}

impl VirtualBoard {
    /// A handle on a machine.
    pub fn new(machine: Rc<RefCell<Machine>>) -> Self {
        Self { machine }
    }

    /// Pays for a call into the board.
    pub(super) fn access(&self) {
        let result = self.machine.borrow_mut().access();
        go_on(result);
    }

    /// Keeps the CPU busy until something on the bench is so; gives up with the run if it never is.
    pub(super) fn busy_until(&self, so: impl Fn(&mut Machine) -> bool) {
        loop {
            let result = {
                let mut machine = self.machine.borrow_mut();
                if so(&mut machine) {
                    return;
                }
                match machine.world.next_due() {
                    Some(due) => machine.advance_to(due),
                    // Nothing is going to happen: time passes until the step counts as endless.
                    None => machine.advance(Duration::from_secs(1)),
                }
                machine.check()
            };
            go_on(result);
        }
    }

    /// Records something on behalf of the step under way.
    pub fn record(&self, kind: impl FnOnce(&mut Machine) -> Kind) -> Seq {
        let mut machine = self.machine.borrow_mut();
        let kind = kind(&mut machine);
        machine.world.bench.record(kind)
    }

    /// Records that a scripted operation ended.
    pub fn record_op(&self, task: bool, at: &str, op: &str, result: Option<&str>) {
        self.access();
        self.record(|machine| {
            let task = machine.running.filter(|_| task);
            let trace = &mut machine.world.bench.trace;
            let (at, op) = (trace.name(at), trace.name(op));
            machine.notes += 1;
            Kind::Op { task, at, op, result: result.map(|result| trace.name(result)) }
        });
    }

    fn claim(&self, pin: PinId, user: &str) -> Result<(), BoardError> {
        let mut machine = self.machine.borrow_mut();
        let name = machine.world.bench.pin_name(pin);
        let what = format!("pin {}", machine.world.bench.trace.text(name));
        match machine.users.get(&pin) {
            Some(by) if by != user => Err(BoardError::InUse { what, by: by.clone() }),
            _ => {
                machine.users.insert(pin, user.to_owned());
                Ok(())
            }
        }
    }
}

impl Board for VirtualBoard {
    type Led = VirtualLed;
    type Pin = VirtualPin;
    type Uart = VirtualUart;

    fn led(&self, name: &str) -> Result<VirtualLed, BoardError> {
        self.access();
        if !LEDS.contains(&name) {
            return Err(BoardError::Unknown { what: format!("LED `{name}`") });
        }
        let mut machine = self.machine.borrow_mut();
        let pin = machine.pins[name];
        machine.world.bench.drive(pin, Drive::Low);
        let name = machine.world.bench.pin_name(pin);
        drop(machine);
        Ok(VirtualLed { pin: VirtualPin { board: self.clone(), pin }, name })
    }

    fn pin(&self, name: &str, mode: PinMode) -> Result<VirtualPin, BoardError> {
        self.access();
        let pin = self.machine.borrow().pins.get(name).copied();
        let Some(pin) = pin.filter(|_| !LEDS.contains(&name)) else {
            return Err(BoardError::Unknown { what: format!("pin `{name}`") });
        };
        self.claim(pin, "the program")?;
        let mut machine = self.machine.borrow_mut();
        let bench = &mut machine.world.bench;
        match mode {
            PinMode::Input(pull) => {
                bench.pull(pin, pull);
                bench.drive(pin, Drive::Released);
            }
            PinMode::Output => bench.drive(pin, Drive::Low),
        }
        drop(machine);
        Ok(VirtualPin { board: self.clone(), pin })
    }

    fn uart(&self, name: &str, config: UartConfig) -> Result<VirtualUart, BoardError> {
        self.access();
        let Some(unit) = UARTS.iter().find(|unit| unit.name == name) else {
            return Err(BoardError::Unknown { what: format!("UART `{name}`") });
        };
        let (device, overridden) = {
            let machine = self.machine.borrow();
            let overridden = machine.overrides.get(name).cloned().unwrap_or_default();
            (machine.uarts[unit.name], overridden)
        };
        let baud = overridden.baud.unwrap_or(config.baud);
        let ring = overridden.read_buf_len.unwrap_or(config.read_buf_len);
        let setting = |why: String| BoardError::Setting { what: name.into(), why };
        let clock = BitClock::divided(baud, unit.clock).map_err(|error| setting(error.to_string()))?;
        if ring == 0 {
            return Err(setting("its receive ring needs at least one byte".into()));
        }
        let pins = self.machine.borrow_mut().uart(device).0.pins();
        self.claim(pins.tx, name)?;
        self.claim(pins.rx, name)?;
        let mut machine = self.machine.borrow_mut();
        let latency = overridden.rx_irq_latency.unwrap_or(machine.profile.isr);
        let (uart, bench) = machine.uart(device);
        if !uart.is_open() {
            let text = uart.name();
            uart.open(device, clock, latency, ring.into(), bench);
            let (tx, rx) = (bench.pin_name(pins.tx), bench.pin_name(pins.rx));
            bench.record(Kind::UartOpened { uart: text, tx, rx, baud, ring });
        }
        drop(machine);
        Ok(VirtualUart::new(self.clone(), device, name, baud))
    }

    fn print(&self, text: fmt::Arguments<'_>) {
        self.access();
        self.machine.borrow_mut().print(&text.to_string());
    }

    fn ticks_us(&self) -> u32 {
        self.access();
        ticks::ticks_us(self.machine.borrow().clock())
    }

    fn delay_us(&self, us: u32) {
        self.access();
        let result = {
            let mut machine = self.machine.borrow_mut();
            let span = Duration::from_micros(us.into());
            machine.world.bench.record(Kind::Busy { span });
            machine.advance(span);
            machine.check()
        };
        go_on(result);
    }

    fn count(&self, counter: &str, by: u32) {
        self.access();
        self.record(|machine| Kind::Count { counter: machine.world.bench.trace.name(counter), by });
    }
}

/// A pin of a virtual Pyboard.
pub struct VirtualPin {
    board: VirtualBoard,
    pin: PinId,
}

impl VirtualPin {
    fn drive(&self, drive: Drive) {
        self.board.access();
        self.board.machine.borrow_mut().world.bench.drive(self.pin, drive);
    }

    fn drives_high(&self) -> bool {
        self.board.access();
        self.board.machine.borrow().world.bench.drive_of(self.pin) == Drive::High
    }

    /// What the net shows. A floating one reads low, and that is counted.
    fn reads_high(&self) -> bool {
        self.board.access();
        let level = self.board.machine.borrow().world.bench.level(self.pin);
        if level == NetLevel::Floating {
            self.board.record(|machine| {
                let name = machine.world.bench.pin_name(self.pin);
                let counter = format!("pin.{}.floating_reads", machine.world.bench.trace.text(name));
                Kind::Count { counter: machine.world.bench.trace.name(&counter), by: 1 }
            });
        }
        level == NetLevel::High
    }
}

impl ErrorType for VirtualPin {
    type Error = Infallible;
}

impl InputPin for VirtualPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.reads_high())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.reads_high())
    }
}

impl OutputPin for VirtualPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.drive(Drive::Low);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.drive(Drive::High);
        Ok(())
    }
}

impl StatefulOutputPin for VirtualPin {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.drives_high())
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.drives_high())
    }
}

/// An LED of a virtual Pyboard: high is lit.
pub struct VirtualLed {
    pin: VirtualPin,
    name: Name,
}

impl VirtualLed {
    fn switch(&self, on: bool) {
        let led = self.name;
        self.pin.board.access();
        let seq = self.pin.board.record(|_| Kind::Led { led, on });
        let mut machine = self.pin.board.machine.borrow_mut();
        let bench = &mut machine.world.bench;
        let context = bench.cause_is(Some(seq));
        bench.drive(self.pin.pin, if on { Drive::High } else { Drive::Low });
        bench.cause_is(context);
    }
}

impl ErrorType for VirtualLed {
    type Error = Infallible;
}

impl OutputPin for VirtualLed {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.switch(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.switch(true);
        Ok(())
    }
}

impl StatefulOutputPin for VirtualLed {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        self.pin.is_set_high()
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        self.pin.is_set_low()
    }
}
