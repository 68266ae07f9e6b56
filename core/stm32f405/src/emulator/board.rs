//! The core's `Board` in the emulator.
//!
//! Owns what stands in for pins: a level in memory for each. UARTs are the emulator's, see `lines`.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::fmt;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, StatefulOutputPin};
use vpyb_core::ticks::ticks_us;
use vpyb_core::time::Duration;
use vpyb_core::{Board, BoardError, PinMode, Pull, UartConfig};

use super::console::Console;
use crate::clock;
use crate::pins::{self, Users};
use crate::registers::UNITS;
use crate::uart::ChipUart;

/// A handle on the chip and what stands in for its board.
#[derive(Clone)]
pub struct ChipBoard {
    bench: Rc<Bench>,
}

struct Bench {
    console: Rc<Console>,
    users: RefCell<Users>,
    levels: RefCell<BTreeMap<&'static str, Rc<Cell<bool>>>>,
}

impl ChipBoard {
    /// A board whose console is this one.
    pub(super) fn new(console: Rc<Console>) -> Self {
        Self { bench: Rc::new(Bench { console, users: RefCell::default(), levels: RefCell::default() }) }
    }

    fn level(&self, name: &'static str) -> Rc<Cell<bool>> {
        self.bench.levels.borrow_mut().entry(name).or_default().clone()
    }

    /// Something happened that a watched run does not leave out.
    fn touch(&self) {
        self.bench.console.touch();
    }
}

impl Board for ChipBoard {
    type Led = EmulatedPin;
    type Pin = EmulatedPin;
    type Uart = ChipUart;

    fn led(&self, name: &str) -> Result<EmulatedPin, BoardError> {
        let name = pins::led(name)?.name;
        let level = self.level(name);
        level.set(false);
        Ok(EmulatedPin { bench: self.bench.clone(), name, level })
    }

    fn pin(&self, name: &str, mode: PinMode) -> Result<EmulatedPin, BoardError> {
        let pin = pins::named(name)?;
        self.bench.users.borrow_mut().claim(pin, "the program")?;
        let level = self.level(pin.name);
        level.set(mode == PinMode::Input(Pull::Up));
        Ok(EmulatedPin { bench: self.bench.clone(), name: pin.name, level })
    }

    fn uart(&self, name: &str, config: UartConfig) -> Result<ChipUart, BoardError> {
        let uart = ChipUart::prepare(name, config)?;
        for pin in UNITS[uart.unit()].pins {
            self.bench.users.borrow_mut().claim(pins::named(pin)?, name)?;
        }
        Ok(uart.open())
    }

    fn print(&self, text: fmt::Arguments<'_>) {
        self.bench.console.print(text);
    }

    fn ticks_us(&self) -> u32 {
        ticks_us(clock::now())
    }

    fn delay_us(&self, us: u32) {
        self.touch();
        clock::wait_until(clock::now() + Duration::from_micros(us.into()));
    }

    fn count(&self, counter: &str, by: u32) {
        self.bench.console.note(format_args!("count {counter} {by}"));
    }
}

/// What stands in for a pin or an LED: high is lit.
pub struct EmulatedPin {
    bench: Rc<Bench>,
    name: &'static str,
    level: Rc<Cell<bool>>,
}

impl EmulatedPin {
    fn drive(&self, high: bool) {
        self.level.set(high);
        let level = if high { "high" } else { "low" };
        self.bench.console.note(format_args!("{} {level}", self.name));
    }
}

impl ErrorType for EmulatedPin {
    type Error = Infallible;
}

impl InputPin for EmulatedPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.level.get())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.level.get())
    }
}

impl OutputPin for EmulatedPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.drive(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.drive(true);
        Ok(())
    }
}

impl StatefulOutputPin for EmulatedPin {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.level.get())
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.level.get())
    }
}
