//! The core's `Board` on a Pyboard.
//!
//! Owns the pins: one embassy pin for each that is in use, for as long as the firmware runs.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use core::cell::RefCell;
use core::convert::Infallible;
use core::fmt::{self, Write as _};

use embassy_stm32::gpio::{self, AfType, AnyPin, Flex, OutputType, Speed};
use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};
use vpyb_core::hal::Missing;
use vpyb_core::stream::StreamWrite;
use vpyb_core::ticks::ticks_us;
use vpyb_core::time::Duration;
use vpyb_core::{Board, BoardError, Edge, Gpio, I2cConfig, Irq, PinMode, Pull, UartConfig};

use super::lines;
use crate::i2c::{self, ChipI2c};
use crate::pins::{self, Pin, Users};
use crate::registers::UNITS;
use crate::uart::ChipUart;
use crate::{clock, edges, timers};

/// The console's place among the units, and how it is set up.
pub const CONSOLE: usize = 4;
const CONSOLE_CONFIG: UartConfig = UartConfig::baud(115_200);

/// A handle on the board.
#[derive(Clone)]
pub struct ChipBoard {
    bench: Rc<Bench>,
}

struct Bench {
    users: RefCell<Users>,
    pins: RefCell<BTreeMap<&'static str, ChipPin>>,
    /// The pins of each UART that is open, by its place among the units.
    lines: RefCell<BTreeMap<usize, [Flex<'static>; 2]>>,
    console: RefCell<Option<ChipUart>>,
    buses: i2c::Units,
}

fn flex(pin: Pin) -> Flex<'static> {
    let port = pin.port as u8 - b'A';
    // SAFETY: nobody else makes embassy pins: the peripherals that `init` gave are left alone. Each pin is made once, in
    // `ChipBoard::get` or in `ChipBoard::uart`, after it was claimed for that use.
    Flex::new(unsafe { AnyPin::steal(port * 16 + pin.number) })
}

fn pull(pull: Pull) -> gpio::Pull {
    match pull {
        Pull::None => gpio::Pull::None,
        Pull::Up => gpio::Pull::Up,
        Pull::Down => gpio::Pull::Down,
    }
}

impl ChipBoard {
    /// The board, with its console opened.
    pub(super) fn new() -> Self {
        let (users, pins, lines, console, buses) = Default::default();
        let board = Self { bench: Rc::new(Bench { users, pins, lines, console, buses }) };
        let console = board.uart_for(UNITS[CONSOLE].name, CONSOLE_CONFIG, "the console");
        *board.bench.console.borrow_mut() = console.ok();
        board
    }

    fn get(&self, pin: Pin) -> ChipPin {
        let mut pins = self.bench.pins.borrow_mut();
        let made = || ChipPin { pin, flex: Rc::new(RefCell::new(flex(pin))) };
        pins.entry(pin.name).or_insert_with(made).clone()
    }

    fn pin_for(&self, name: &str, mode: PinMode, user: &str) -> Result<ChipPin, BoardError> {
        let pin = pins::named(name)?;
        self.bench.users.borrow_mut().claim(pin, user)?;
        let pin = self.get(pin);
        let mut flex = pin.flex.borrow_mut();
        match mode {
            PinMode::Input(bias) => flex.set_as_input(pull(bias)),
            PinMode::Output => {
                flex.set_low();
                flex.set_as_output(Speed::Medium);
            }
            PinMode::OpenDrain(bias) => {
                flex.set_high();
                flex.set_as_input_output_pull(Speed::Medium, pull(bias));
            }
        }
        drop(flex);
        Ok(pin)
    }

    fn uart_for(&self, name: &str, config: UartConfig, user: &str) -> Result<ChipUart, BoardError> {
        let uart = ChipUart::prepare(name, config)?;
        let [tx, rx] = UNITS[uart.unit()].pins;
        let (tx, rx) = (pins::named(tx)?, pins::named(rx)?);
        for pin in [tx, rx] {
            self.bench.users.borrow_mut().claim(pin, user)?;
        }
        self.bench.lines.borrow_mut().entry(uart.unit()).or_insert_with(|| {
            let (mut tx, mut rx) = (flex(tx), flex(rx));
            let function = lines::FUNCTIONS[uart.unit()];
            tx.set_as_af_unchecked(function, AfType::output(OutputType::PushPull, Speed::VeryHigh));
            rx.set_as_af_unchecked(function, AfType::input(gpio::Pull::Up));
            [tx, rx]
        });
        Ok(uart.open())
    }
}

/// Lights the red LED.
pub fn show_panic() {
    if let Ok(pin) = pins::led("LED1") {
        let mut led = flex(pin);
        led.set_as_output(Speed::Low);
        led.set_high();
        core::mem::forget(led);
    }
}

impl Board for ChipBoard {
    type Led = ChipPin;
    type Pin = ChipPin;
    type Uart = ChipUart;
    type I2c = ChipI2c;
    type Network = Missing;

    fn led(&self, name: &str) -> Result<ChipPin, BoardError> {
        let led = self.get(pins::led(name)?);
        let mut flex = led.flex.borrow_mut();
        flex.set_low();
        flex.set_as_output(Speed::Low);
        drop(flex);
        Ok(led)
    }

    fn pin(&self, name: &str, mode: PinMode) -> Result<ChipPin, BoardError> {
        self.pin_for(name, mode, "the program")
    }

    fn uart(&self, name: &str, config: UartConfig) -> Result<ChipUart, BoardError> {
        self.uart_for(name, config, name)
    }

    fn i2c(&self, name: &str, config: I2cConfig) -> Result<ChipI2c, BoardError> {
        self.bench.buses.get(name, config, |pin, mode| self.pin_for(pin, mode, name))
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
        if let Some(console) = &mut *self.bench.console.borrow_mut() {
            let _ = Printer(console).write_fmt(text);
        }
    }

    fn ticks_us(&self) -> u32 {
        ticks_us(clock::now())
    }

    fn delay_us(&self, us: u32) {
        clock::wait_until(clock::now() + Duration::from_micros(us.into()));
    }

    /// The board keeps no counters: nobody could read them.
    fn count(&self, _counter: &str, _by: u32) {}
}

/// Text on its way to a UART.
struct Printer<'a>(&'a ChipUart);

impl fmt::Write for Printer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        StreamWrite::write(self.0, text.as_bytes());
        Ok(())
    }
}

/// A pin or an LED.
#[derive(Clone)]
pub struct ChipPin {
    pin: Pin,
    flex: Rc<RefCell<Flex<'static>>>,
}

impl ErrorType for ChipPin {
    type Error = Infallible;
}

impl InputPin for ChipPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.flex.borrow().is_high())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.flex.borrow().is_low())
    }
}

impl OutputPin for ChipPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.flex.borrow_mut().set_low();
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.flex.borrow_mut().set_high();
        Ok(())
    }
}

impl StatefulOutputPin for ChipPin {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.flex.borrow().is_set_high())
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.flex.borrow().is_set_low())
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
