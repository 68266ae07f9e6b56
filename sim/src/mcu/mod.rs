//! Peripherals of the chip, as models that see only wires and alarms.

mod bit_clock;
mod exti;
mod receiver;
mod transmitter;
mod uart;

pub use bit_clock::{BaudError, BitClock};
pub use exti::{Exti, LINES, LineState};
pub use receiver::{Received, Receiver, RxError};
pub use transmitter::Transmitter;
pub use uart::{Uart, UartPins};
