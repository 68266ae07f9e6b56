//! The core's `Board` on a virtual Pyboard.
//!
//! Owns the handle that programs hold, what it hands out, and the clock. Each call into the board costs a
//! little virtual time, and a step that never ends is unwound here. Time and wires are the machine's.

use std::cell::RefCell;
use std::fmt;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::task::Waker;

use vpyb_core::clock::Clock;
use vpyb_core::ticks;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Board, BoardError, I2cConfig, Irq, PinMode, Pull, UartConfig};

use super::interrupts::Handler;
use super::machine::{Abort, Machine};
use super::pins::{self, BoardPin};
use super::pyboard::UARTS;
use super::virtual_i2c::VirtualI2c;
use super::virtual_net::VirtualNetwork;
use super::virtual_pin::{VirtualLed, VirtualPin};
use super::virtual_uart::VirtualUart;
use crate::mcu::{Cycle, I2cClock, TimerId};
use crate::trace::record::{Drive, I2cEvent, Mode, Pulled};
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
        // What is dropped at the end of a run, or while it is unwound, costs nothing any more.
        if !self.is_over() {
            let result = self.machine.borrow_mut().access();
            go_on(result);
        }
    }

    /// Whether the program is only being dropped.
    pub(super) fn is_over(&self) -> bool {
        std::thread::panicking() || self.machine.borrow().is_over
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

    /// Keeps the CPU busy until an instant of the run, or until something on the bench is so.
    pub(super) fn busy_to(&self, until: Instant, so: impl Fn(&mut Machine) -> bool) {
        loop {
            let result = {
                let mut machine = self.machine.borrow_mut();
                if machine.now() >= until || so(&mut machine) {
                    return;
                }
                let due = machine.world.next_due().filter(|&due| due < until);
                machine.advance_to(due.unwrap_or(until));
                machine.check()
            };
            go_on(result);
        }
    }

    /// What the board's clock shows. Reading it is a call into the board.
    pub fn now(&self) -> Instant {
        self.access();
        self.machine.borrow().clock()
    }

    /// Has a waker called when the board's clock shows `at`, by the interrupt handler of a timer; at once if that is past.
    /// A waker has one such alarm: the earliest counts.
    pub fn wake_at(&self, at: Instant, waker: &Waker) {
        self.access();
        let mut machine = self.machine.borrow_mut();
        let at = machine.since_start(at);
        machine.wake_at(at, waker);
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

    pub(super) fn claim(&self, pin: PinId, user: &str) -> Result<(), BoardError> {
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

/// The record of how a pin is set up.
fn pin_mode(pin: Name, mode: PinMode) -> Kind {
    let pulled = |pull| match pull {
        Pull::None => Pulled::Not,
        Pull::Up => Pulled::Up,
        Pull::Down => Pulled::Down,
    };
    let (mode, pull) = match mode {
        PinMode::Input(pull) => (Mode::Input, pulled(pull)),
        PinMode::Output => (Mode::Output, Pulled::Not),
        PinMode::OpenDrain(pull) => (Mode::OpenDrain, pulled(pull)),
    };
    Kind::PinMode { pin, mode, pull }
}

/// What the board calls the pin of the chip that somebody asks for.
fn other_name(name: &str) -> String {
    let found = pins::PINS.iter().find(|pin| pin.chip_name() == name);
    found.map_or_else(String::new, |pin: &BoardPin| format!("; it calls it `{}`", pin.name))
}

impl Board for VirtualBoard {
    type Led = VirtualLed;
    type Pin = VirtualPin;
    type Uart = VirtualUart;
    type I2c = VirtualI2c;
    type Network = VirtualNetwork;

    fn led(&self, name: &str) -> Result<VirtualLed, BoardError> {
        self.access();
        let Some(data) = pins::find(name).filter(|pin| pin.is_led()) else {
            return Err(BoardError::Unknown { what: format!("LED `{name}`") });
        };
        let mut machine = self.machine.borrow_mut();
        let pin = machine.pins[name];
        machine.world.bench.drive(pin, Drive::Low);
        drop(machine);
        Ok(VirtualLed::new(VirtualPin::new(self.clone(), pin, data, Drive::High)))
    }

    fn pin(&self, name: &str, mode: PinMode) -> Result<VirtualPin, BoardError> {
        self.access();
        let Some(data) = pins::find(name).filter(|pin| !pin.is_led()) else {
            return Err(BoardError::Unknown { what: format!("pin `{name}`{}", other_name(name)) });
        };
        let pin = self.machine.borrow().pins[name];
        self.claim(pin, "the program")?;
        let (pull, drive, high) = match mode {
            PinMode::Input(pull) => (pull, Drive::Released, Drive::High),
            PinMode::Output => (Pull::None, Drive::Low, Drive::High),
            PinMode::OpenDrain(pull) => (pull, Drive::Released, Drive::Released),
        };
        let mut machine = self.machine.borrow_mut();
        let bench = &mut machine.world.bench;
        let context = bench.cause();
        bench.record_cause(pin_mode(bench.pin_name(pin), mode));
        bench.pull(pin, pull);
        bench.drive(pin, drive);
        bench.cause_is(context);
        drop(machine);
        Ok(VirtualPin::new(self.clone(), pin, data, high))
    }

    fn uart(&self, name: &str, config: UartConfig) -> Result<VirtualUart, BoardError> {
        self.access();
        let Some(unit) = UARTS.iter().find(|unit| unit.name == name) else {
            let units: Vec<&str> = UARTS.iter().map(|unit| unit.name).collect();
            return Err(BoardError::Unknown { what: format!("UART `{name}`; it has {}", units.join(", ")) });
        };
        self.open_uart(unit, config)
    }

    fn i2c(&self, name: &str, config: I2cConfig) -> Result<VirtualI2c, BoardError> {
        self.access();
        let Some(&device) = self.machine.borrow().buses.get(name) else {
            return Err(BoardError::Unknown { what: format!("I2C unit `{name}`") });
        };
        let setting = |why: String| BoardError::Setting { what: name.into(), why };
        let clock = I2cClock::divided(config.hertz).map_err(|error| setting(error.to_string()))?;
        if config.timeout_ms == 0 {
            return Err(setting("its time-out is at least 1 ms".into()));
        }
        let pins = self.machine.borrow_mut().i2c(device).0.pins();
        self.claim(pins.scl, name)?;
        self.claim(pins.sda, name)?;
        let mut machine = self.machine.borrow_mut();
        let (unit, bench) = machine.i2c(device);
        if !unit.is_open() {
            let (bus, hertz) = (unit.name(), clock.hertz);
            unit.open(device, clock, config.timeout_ms, bench);
            let (scl, sda) = (bench.pin_name(pins.scl), bench.pin_name(pins.sda));
            bench.record(Kind::I2c { bus, event: I2cEvent::Opened { scl, sda, hertz } });
        }
        drop(machine);
        Ok(VirtualI2c::new(self.clone(), device))
    }

    fn network(&self) -> Result<VirtualNetwork, BoardError> {
        self.access();
        let device = self.machine.borrow().network;
        let what = "network; put a part of kind `network` on the bench";
        let device = device.ok_or_else(|| BoardError::Unknown { what: what.into() })?;
        Ok(VirtualNetwork::new(self.clone(), device))
    }

    fn on_timer(
        &self,
        timer: &str,
        every: Duration,
        handler: impl FnMut(&mut Irq<'_>) + Send + 'static,
    ) -> Result<(), BoardError> {
        self.access();
        let Some(id) = TimerId::named(timer) else {
            return Err(BoardError::Unknown { what: format!("timer `{timer}`") });
        };
        let setting = |why| BoardError::Setting { what: timer.into(), why };
        let cycle = Cycle::of(id, every).map_err(setting)?;
        self.machine.borrow_mut().on_timer(id, cycle, Handler::Timer(Box::new(handler)));
        Ok(())
    }

    fn off_timer(&self, timer: &str) {
        if self.is_over() {
            return;
        }
        self.access();
        if let Some(id) = TimerId::named(timer) {
            self.machine.borrow_mut().off_timer(id);
        }
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
