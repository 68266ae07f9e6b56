//! A UART of the bench: bytes, no bits.
//!
//! Ten bit times a byte; 64 bytes in the ring and one held in the register, further ones are lost. A write
//! keeps the CPU until the last stop bit; a read of several bytes waits between them.

use std::collections::VecDeque;

use embedded_io::{Read, ReadReady, Write, WriteReady};
use vpyb_core::Uart;
use vpyb_core::UartError;
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};

use super::board::TestBoard;

/// The ring and the register.
#[derive(Default)]
pub struct Receiver {
    ring: VecDeque<u8>,
    held: Option<u8>,
    pub baud: u64,
}

const RING: usize = 64;

impl Receiver {
    /// A byte arrives.
    pub fn arrive(&mut self, byte: u8) {
        if self.ring.len() < RING {
            self.ring.push_back(byte);
        } else if self.held.is_none() {
            self.held = Some(byte);
        }
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.ring.pop_front()?;
        self.ring.extend(self.held.take());
        Some(byte)
    }
}

/// A UART as programs hold it.
pub struct TestUart {
    board: TestBoard,
    number: u8,
    name: String,
}

impl TestUart {
    pub fn new(board: TestBoard, number: u8) -> Self {
        Self { board, number, name: format!("uart{number}") }
    }

    fn with<T>(&self, f: impl FnOnce(&mut Receiver) -> T) -> T {
        f(self.board.state().uarts.get_mut(&self.number).expect("the UART is open"))
    }

    /// Waits for a byte, at most as long as the original does between characters.
    fn wait_for_byte(&self) -> Option<u8> {
        let baud = self.with(|uart| uart.baud);
        let until = self.board.tick_after(13_000 / baud + 2);
        loop {
            if let Some(byte) = self.with(Receiver::take) {
                return Some(byte);
            }
            let now = self.board.now_us();
            if now >= until {
                return None;
            }
            let next = self.board.state().next_event().unwrap_or(until).min(until);
            self.board.advance(next.max(now) - now);
        }
    }
}

impl Pollable for TestUart {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let readable = self.with(|uart| !uart.ring.is_empty());
        let ready = if readable { Readiness::READ } else { Readiness::NONE };
        ready.or(Readiness::WRITE).and(interest)
    }

    fn sampled(&self) -> bool {
        false
    }
}

impl StreamRead for TestUart {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            let next = if filled == 0 { self.with(Receiver::take) } else { self.wait_for_byte() };
            let Some(byte) = next else { break };
            buf[filled] = byte;
            filled += 1;
        }
        (filled > 0).then_some(filled)
    }
}

impl StreamWrite for TestUart {
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.board.send(self.number, data);
        Some(data.len())
    }
}

impl embedded_io::ErrorType for TestUart {
    type Error = UartError;
}

impl Read for TestUart {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, UartError> {
        loop {
            if buf.is_empty() {
                return Ok(0);
            }
            if let Some(count) = StreamRead::read(self, buf) {
                return Ok(count);
            }
            let next = self.board.state().next_event().expect("a read waits for a byte that will come");
            self.board.advance(next - self.board.now_us());
        }
    }
}

impl ReadReady for TestUart {
    fn read_ready(&mut self) -> Result<bool, UartError> {
        Ok(self.any() > 0)
    }
}

impl Write for TestUart {
    fn write(&mut self, data: &[u8]) -> Result<usize, UartError> {
        self.board.send(self.number, data);
        Ok(data.len())
    }

    fn flush(&mut self) -> Result<(), UartError> {
        Ok(())
    }
}

impl WriteReady for TestUart {
    fn write_ready(&mut self) -> Result<bool, UartError> {
        Ok(true)
    }
}

impl Uart for TestUart {
    fn any(&self) -> usize {
        self.with(|uart| uart.ring.len())
    }
}
