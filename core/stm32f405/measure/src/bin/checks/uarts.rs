//! Checks of the UART driver.
//!
//! Owns them. Frames come by the model of the lines; the driver is the chip's.

use alloc::format;

use embedded_io::Read;
use vpyb_core::time::Instant;
use vpyb_core::{Uart, UartConfig, UartError};
use vpyb_stm32f405::target::lines;
use vpyb_stm32f405::uart::ChipUart;

use crate::{Found, expect};

/// UART 3, which nobody else uses here.
const UNIT: usize = 2;

pub fn holds_and_overruns() -> Found {
    let config = UartConfig { read_buf_len: 2, ..UartConfig::baud(115_200) };
    let mut uart = ChipUart::open("uart3", config).map_err(|error| format!("{error}"))?;
    // Two for the ring, one that is held in the register, one that is lost.
    for byte in *b"abcd" {
        critical_section::with(|cs| lines::receive(cs, UNIT, byte, Instant::ZERO));
    }
    expect(uart.any() == 2, || format!("{} bytes are in the ring", uart.any()))?;
    let mut read = [0; 4];
    let first = uart.read(&mut read[..2]);
    expect(first == Ok(2) && read.starts_with(b"ab"), || format!("first {first:?} {read:?}"))?;
    // The held byte came into the ring as soon as there was room, with the overrun that it had seen.
    let second = uart.read(&mut read);
    expect(second == Err(UartError::Overrun), || format!("then {second:?}"))?;
    let third = uart.read(&mut read);
    expect(third == Ok(1) && read[0] == b'c', || format!("at last {third:?} {read:?}"))
}
