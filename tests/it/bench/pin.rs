//! Pins and LEDs of the bench, as programs hold them.
//!
//! Owns what programs may do with them. Levels, and who is told of them, are the board's.

use std::convert::Infallible;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};
use vpyb_core::observer::{Object, Use};
use vpyb_core::{Board, BoardError, Edge, Gpio, Irq, IrqObserver};
use vpyb_sim::script::Notes;

use super::board::TestBoard;

/// A pin.
pub struct TestPin {
    board: TestBoard,
    pin: usize,
}

impl TestPin {
    pub fn new(board: TestBoard, pin: usize) -> Self {
        Self { board, pin }
    }

    fn is(&self, high: bool) -> bool {
        self.board.state().pins[self.pin].high == high
    }

    fn set(&mut self, high: bool) {
        let handlers = self.board.state().edge(self.pin, high);
        for handler in handlers {
            (handler.borrow_mut())(high);
        }
    }
}

impl ErrorType for TestPin {
    type Error = Infallible;
}

impl InputPin for TestPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.is(true))
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.is(false))
    }
}

impl OutputPin for TestPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.set(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.set(true);
        Ok(())
    }
}

impl StatefulOutputPin for TestPin {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.is(true))
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.is(false))
    }
}

/// As in the recordings, each call of a handler is noted: the pin's level, and how many calls there were.
impl Gpio for TestPin {
    fn on_edge(
        &mut self,
        edge: Edge,
        mut handler: impl FnMut(&mut Irq<'_>, PinState) + Send + 'static,
    ) -> Result<(), BoardError> {
        let (board, mut count) = (self.board.clone(), 0);
        let pin = board.state().pins[self.pin].name.clone();
        let edges = match edge {
            Edge::Rising => 1,
            Edge::Falling => 2,
            Edge::Both => 3,
        };
        self.board.watch(self.pin, edges, move |high| {
            count += 1;
            board.note(false, "", "pin_edge", Some(&format!("{pin}={} #{count}", u8::from(high))));
            handler(&mut Irq::new(board.ticks_us(), &mut Nobody), PinState::from(high));
        });
        Ok(())
    }

    fn off_edge(&mut self) {
        unreachable!("the recordings keep their handlers")
    }

    fn mask(&mut self) {
        unreachable!("the recordings mask nothing")
    }

    fn unmask(&mut self) {
        unreachable!("the recordings mask nothing")
    }
}

/// Handlers of the recordings tell nothing that is compared.
struct Nobody;

impl IrqObserver for Nobody {
    fn count(&mut self, _counter: &str, _by: u32) {}

    fn used(&mut self, _object: Object<'_>, _how: Use) {}
}

/// An LED, which is off at first.
pub struct TestLed {
    board: TestBoard,
    number: u8,
    on: bool,
}

impl TestLed {
    pub fn new(board: TestBoard, number: u8) -> Self {
        Self { board, number, on: false }
    }

    fn set(&mut self, on: bool) {
        self.on = on;
        let now = self.board.now_us();
        self.board.state().lines.led(now, self.number, on);
    }
}

impl ErrorType for TestLed {
    type Error = Infallible;
}

impl OutputPin for TestLed {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.set(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.set(true);
        Ok(())
    }
}

impl StatefulOutputPin for TestLed {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.on)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.on)
    }
}
