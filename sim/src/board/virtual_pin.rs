//! Pins and LEDs of a virtual Pyboard, as programs hold them.
//!
//! Owns the handles. Wires are the world's, interrupt lines the machine's.

use std::convert::Infallible;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};
use vpyb_core::{BoardError, Edge, Gpio, Irq};

use super::interrupts::Handler;
use super::pins::BoardPin;
use super::virtual_board::VirtualBoard;
use crate::trace::Kind;
use crate::trace::record::Drive;
use crate::world::PinId;

/// A pin of a virtual Pyboard.
pub struct VirtualPin {
    board: VirtualBoard,
    pin: PinId,
    data: &'static BoardPin,
    /// What it does to its net when it is set high: an open drain lets go.
    high: Drive,
}

impl VirtualPin {
    pub(super) fn new(board: VirtualBoard, pin: PinId, data: &'static BoardPin, high: Drive) -> Self {
        Self { board, pin, data, high }
    }

    fn drive(&self, drive: Drive) {
        self.board.access();
        self.board.machine.borrow_mut().world.bench.drive(self.pin, drive);
    }

    fn drives_high(&self) -> bool {
        self.board.access();
        self.board.machine.borrow().world.bench.drive_of(self.pin) == self.high
    }

    /// What the net shows; of a floating one, chance.
    fn reads_high(&self) -> bool {
        self.board.access();
        self.board.machine.borrow_mut().world.bench.reads_high(self.pin)
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
        self.drive(self.high);
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

impl Gpio for VirtualPin {
    fn on_edge(
        &mut self,
        edge: Edge,
        handler: impl FnMut(&mut Irq<'_>, PinState) + Send + 'static,
    ) -> Result<(), BoardError> {
        self.board.access();
        let mut machine = self.board.machine.borrow_mut();
        machine.on_edge(self.pin, self.data.number, edge, Handler::Pin(Box::new(handler)))
    }

    fn off_edge(&mut self) {
        if self.board.is_over() {
            return;
        }
        self.board.access();
        self.board.machine.borrow_mut().off_edge(self.pin, self.data.number);
    }

    fn mask(&mut self) {
        self.board.access();
        self.board.machine.borrow_mut().mask_line(self.pin, self.data.number, true);
    }

    fn unmask(&mut self) {
        self.board.access();
        self.board.machine.borrow_mut().mask_line(self.pin, self.data.number, false);
    }
}

/// An LED of a virtual Pyboard: high is lit.
pub struct VirtualLed {
    pin: VirtualPin,
}

impl VirtualLed {
    pub(super) fn new(pin: VirtualPin) -> Self {
        Self { pin }
    }

    fn switch(&self, on: bool) {
        self.pin.board.access();
        let mut machine = self.pin.board.machine.borrow_mut();
        let bench = &mut machine.world.bench;
        let led = bench.pin_name(self.pin.pin);
        let seq = bench.record(Kind::Led { led, on });
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
