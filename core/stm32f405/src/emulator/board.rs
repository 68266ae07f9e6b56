//! The core's `Board` in the emulator.
//!
//! Owns the handles that programs hold; each call is paid for, if time passes by `prices`. What stands in for pins and wires is
//! in `nets`, what a frame takes in `lines`.

use alloc::rc::Rc;
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
use super::prices;
use crate::i2c::{self, ChipI2c};
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
    buses: i2c::Units,
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
        prices::access();
        let pin = pins::led(name)?;
        nets::set(pin, Drive::Low, None);
        Ok(ChipPin { bench: self.bench.clone(), pin, high: Drive::High, is_led: true })
    }

    fn pin(&self, name: &str, mode: PinMode) -> Result<ChipPin, BoardError> {
        prices::access();
        self.pin_for(name, mode, "the program")
    }

    fn uart(&self, name: &str, config: UartConfig) -> Result<ChipUart, BoardError> {
        prices::access();
        let uart = ChipUart::prepare(name, config)?;
        for pin in UNITS[uart.unit()].pins {
            self.bench.users.borrow_mut().claim(pins::named(pin)?, name)?;
        }
        Ok(uart.open())
    }

    fn i2c(&self, name: &str, config: I2cConfig) -> Result<ChipI2c, BoardError> {
        prices::access();
        self.bench.buses.get(name, config, |pin, mode| self.pin_for(pin, mode, name))
    }

    fn on_timer(
        &self,
        timer: &str,
        every: Duration,
        handler: impl FnMut(&mut Irq<'_>) + Send + 'static,
    ) -> Result<(), BoardError> {
        prices::access();
        timers::on_timer(timer, every, handler)
    }

    fn off_timer(&self, timer: &str) {
        prices::access();
        timers::off_timer(timer);
    }

    fn print(&self, text: fmt::Arguments<'_>) {
        prices::access();
        self.bench.console.print(text);
    }

    fn ticks_us(&self) -> u32 {
        prices::access();
        ticks_us(clock::now())
    }

    fn delay_us(&self, us: u32) {
        prices::access();
        self.bench.console.touch();
        clock::wait_until(clock::now() + Duration::from_micros(us.into()));
    }

    fn count(&self, counter: &str, by: u32) {
        prices::access();
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
        prices::access();
        let changed = nets::set(self.pin, drive, None);
        if self.is_led {
            let level = if drive == Drive::Low { "low" } else { "high" };
            self.bench.console.note(format_args!("{} {level}", self.pin.name));
        } else if changed {
            self.bench.console.touch();
        }
    }

    fn reads_high(&self) -> bool {
        prices::access();
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
        prices::access();
        Ok(nets::drive(self.pin) == self.high)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        self.is_set_high().map(|high| !high)
    }
}

impl Gpio for ChipPin {
    fn on_edge(
        &mut self,
        edge: Edge,
        handler: impl FnMut(&mut Irq<'_>, PinState) + Send + 'static,
    ) -> Result<(), BoardError> {
        prices::access();
        edges::on_edge(self.pin, edge, handler)
    }

    fn off_edge(&mut self) {
        prices::access();
        edges::off_edge(self.pin);
    }

    fn mask(&mut self) {
        prices::access();
        edges::mask(self.pin, true);
    }

    fn unmask(&mut self) {
        prices::access();
        edges::mask(self.pin, false);
    }
}
