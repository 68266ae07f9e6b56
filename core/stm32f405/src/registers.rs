//! The registers of a UART: what both the chip and its emulator have.
//!
//! Owns the list of units and how a frame goes in and out. What is made of bytes is `uart`'s business.

use stm32_metapac::usart::Usart;
use stm32_metapac::{Interrupt, RCC, UART4, USART1, USART2, USART3, USART6};

/// A UART of the Pyboard.
#[derive(Clone, Copy)]
pub struct Unit {
    /// Its name on the board.
    pub name: &'static str,
    /// The clock of its bus, in hertz.
    pub clock: u32,
    /// Its interrupt.
    pub interrupt: Interrupt,
    /// The pins that send and receive.
    pub pins: [&'static str; 2],
    usart: Usart,
}

/// The UARTs. UART5's pins belong to the SD card.
pub const UNITS: [Unit; 5] = [
    unit("uart1", 84_000_000, Interrupt::USART1, ["X9", "X10"], USART1),
    unit("uart2", 42_000_000, Interrupt::USART2, ["X3", "X4"], USART2),
    unit("uart3", 42_000_000, Interrupt::USART3, ["Y9", "Y10"], USART3),
    unit("uart4", 42_000_000, Interrupt::UART4, ["X1", "X2"], UART4),
    unit("uart6", 84_000_000, Interrupt::USART6, ["Y1", "Y2"], USART6),
];

const fn unit(
    name: &'static str,
    clock: u32,
    interrupt: Interrupt,
    pins: [&'static str; 2],
    usart: Usart,
) -> Unit {
    Unit { name, clock, interrupt, pins, usart }
}

/// What the status register says of the receiver.
#[derive(Clone, Copy, Default)]
pub struct Status {
    /// A frame is in the data register.
    pub full: bool,
    /// A frame was lost, because that register was full.
    pub overrun: bool,
    /// Its stop bit was low.
    pub framing: bool,
}

impl Unit {
    /// Turns the unit on: 8N1, at its clock divided by `divider`.
    pub fn open(&self, divider: u16) {
        match self.interrupt {
            Interrupt::USART1 => RCC.apb2enr().modify(|w| w.set_usart1en(true)),
            Interrupt::USART2 => RCC.apb1enr().modify(|w| w.set_usart2en(true)),
            Interrupt::USART3 => RCC.apb1enr().modify(|w| w.set_usart3en(true)),
            Interrupt::UART4 => RCC.apb1enr().modify(|w| w.set_uart4en(true)),
            _ => RCC.apb2enr().modify(|w| w.set_usart6en(true)),
        }
        // With 16 samples a bit, mantissa and fraction together are the divider of the bit.
        self.usart.brr().write(|w| w.0 = divider.into());
        self.usart.cr1().write(|w| {
            w.set_te(true);
            w.set_re(true);
            w.set_ue(true);
        });
    }

    /// Whether a full data register is an interrupt.
    pub fn listen(&self, on: bool) {
        self.usart.cr1().modify(|w| w.set_rxneie(on));
    }

    /// The status register.
    pub fn status(&self) -> Status {
        let status = self.usart.sr().read();
        Status { full: status.rxne(), overrun: status.ore(), framing: status.fe() }
    }

    /// Takes the frame out of the data register; after [`status`](Self::status), that clears its flags.
    pub fn take(&self) -> u8 {
        self.usart.dr().read().dr() as u8
    }

    /// Sends a frame as soon as there is room.
    pub fn send(&self, byte: u8) {
        while !self.usart.sr().read().txe() {}
        self.usart.dr().write(|w| w.set_dr(byte.into()));
    }

    /// Waits until the last frame has left.
    pub fn finish(&self) {
        while !self.usart.sr().read().tc() {}
    }
}
