//! Peripherals of the chip, as models that see only wires and alarms.

mod bit_clock;
mod exti;
mod framing;
mod i2c;
mod i2c_clock;
mod i2c_job;
mod i2c_master;
mod i2c_transfer;
pub mod irqs;
mod receiver;
mod sampler;
mod timers;
mod transmitter;
mod uart;

pub use bit_clock::{BaudError, BitClock};
pub use exti::{Exti, LINES, LineState};
pub use framing::Word;
pub use i2c::{I2c, I2cPins};
pub use i2c_clock::{FrequencyError, I2cClock};
pub use i2c_transfer::{I2cOutcome, I2cSegment, I2cTicket};
pub use receiver::{Received, Receiver, RxError};
pub use sampler::{Sampled, Sampler};
pub use timers::{Cycle, TimerId, Timers};
pub use transmitter::{Filling, Sending, Transmitter};
pub use uart::{Uart, UartPins, UartSettings};
