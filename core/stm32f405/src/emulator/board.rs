//! The core's `Board` in the emulator.
//!
//! Owns the handles that programs hold. What stands in for pins and wires is in `nets`, what a frame takes in `lines`.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use core::cell::RefCell;
use core::convert::Infallible;
use core::fmt;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};
use vpyb_core::hal::Missing;
use vpyb_core::ticks::ticks_us;
use vpyb_core::time::Duration;
use vpyb_core::{Board, BoardError, Edge, Gpio, I2cConfig, Irq, PinMode, Pull, UartConfig};

use super::console::Console;
use super::nets::{self, Drive};
use crate::i2c::ChipI2c;
use crate::pins::{self, Pin, Users};
use crate::registers::UNITS;
use crate::uart::ChipUart;
use crate::{clock, edges, timers};

/// A handle on the chip and what stands in for its board.
#[derive(Clone)]
pub struct ChipBoard {
    bench: Rc<Bench>,
}

struct Bench {
    console: Rc<Console>,
    users: RefCell<Users>,
    buses: RefCell<BTreeMap<String, ChipI2c>>,
}

impl ChipBoard {
    /// A board whose console is this one.
    pub(super) fn new(console: Rc<Console>) -> Self {
        let (users, buses) = Default::default();
        Self { bench: Rc::new(Bench { console, users, buses }) }
    }

    fn pin_for(&self, name: &str, mode: PinMode, user: &str) -> Result<ChipPin, BoardError> {
        let pin = pins::named(name)?;
        self.bench.users.borrow_mut().claim(pin, user)?;
        let (drive, pull, high) = match mode {
            PinMode::Input(pull) => (Drive::Released, pull, Drive::High),
            PinMode::Output => (Drive::Low, Pull::None, Drive::High),
            PinMode::OpenDrain(pull) => (Drive::Released, pull, Drive::Released),
        };
        if nets::set(pin, drive, Some(pull)) {
            self.bench.console.touch();
        }
        Ok(ChipPin { bench: self.bench.clone(), pin, high, is_led: false })
    }
}

impl Board for ChipBoard {
    type Led = ChipPin;
    type Pin = ChipPin;
    type Uart = ChipUart;
    type I2c = ChipI2c;
    type Network = Missing;

    fn led(&self, name: &str) -> Result<ChipPin, BoardError> {
        let pin = pins::led(name)?;
        nets::set(pin, Drive::Low, None);
        Ok(ChipPin { bench: self.bench.clone(), pin, high: Drive::High, is_led: true })
    }

    fn pin(&self, name: &str, mode: PinMode) -> Result<ChipPin, BoardError> {
        self.pin_for(name, mode, "the program")
    }

    fn uart(&self, name: &str, config: UartConfig) -> Result<ChipUart, BoardError> {
        let uart = ChipUart::prepare(name, config)?;
        for pin in UNITS[uart.unit()].pins {
            self.bench.users.borrow_mut().claim(pins::named(pin)?, name)?;
        }
        Ok(uart.open())
    }

    fn i2c(&self, name: &str, config: I2cConfig) -> Result<ChipI2c, BoardError> {
        if let Some(bus) = self.bench.buses.borrow().get(name) {
            return Ok(bus.clone());
        }
        let bus = ChipI2c::open(name, config, |pin, mode| self.pin_for(pin, mode, name))?;
        self.bench.buses.borrow_mut().insert(name.to_string(), bus.clone());
        Ok(bus)
    }

    fn on_timer(
        &self,
        timer: &str,
        every: Duration,
        handler: impl FnMut(&mut Irq<'_>) + Send + 'static,
    ) -> Result<(), BoardError> {
        timers::on_timer(timer, every, handler)
    }

    fn off_timer(&self, timer: &str) {
        timers::off_timer(timer);
    }

    fn print(&self, text: fmt::Arguments<'_>) {
        self.bench.console.print(text);
    }

    fn ticks_us(&self) -> u32 {
        ticks_us(clock::now())
    }

    fn delay_us(&self, us: u32) {
        self.bench.console.touch();
        clock::wait_until(clock::now() + Duration::from_micros(us.into()));
    }

    fn count(&self, counter: &str, by: u32) {
        self.bench.console.note(format_args!("count {counter} {by}"));
    }
}

/// What stands in for a pin or an LED: high is lit.
pub struct ChipPin {
    bench: Rc<Bench>,
    pin: Pin,
    /// What it does to its net when it is set high: an open drain lets go.
    high: Drive,
    is_led: bool,
}

impl ChipPin {
    fn set(&self, drive: Drive) {
        let changed = nets::set(self.pin, drive, None);
        if self.is_led {
            let level = if drive == Drive::Low { "low" } else { "high" };
            self.bench.console.note(format_args!("{} {level}", self.pin.name));
        } else if changed {
            self.bench.console.touch();
        }
    }

    fn reads_high(&self) -> bool {
        critical_section::with(|cs| nets::level(cs, self.pin)) == Some(PinState::High)
    }
}

impl ErrorType for ChipPin {
    type Error = Infallible;
}

impl InputPin for ChipPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.reads_high())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.reads_high())
    }
}

impl OutputPin for ChipPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.set(Drive::Low);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.set(self.high);
        Ok(())
    }
}

impl StatefulOutputPin for ChipPin {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(nets::drive(self.pin) == self.high)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(nets::drive(self.pin) != self.high)
    }
}

impl Gpio for ChipPin {
    fn on_edge(
        &mut self,
        edge: Edge,
        handler: impl FnMut(&mut Irq<'_>, PinState) + Send + 'static,
    ) -> Result<(), BoardError> {
        edges::on_edge(self.pin, edge, handler)
    }

    fn off_edge(&mut self) {
        edges::off_edge(self.pin);
    }

    fn mask(&mut self) {
        edges::mask(self.pin, true);
    }

    fn unmask(&mut self) {
        edges::mask(self.pin, false);
    }
}
