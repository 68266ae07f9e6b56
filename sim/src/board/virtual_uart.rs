//! A UART of a virtual Pyboard, as programs hold it.
//!
//! Owns the driver's behaviour above the registers, as in MicroPython's `uart.c`: a blocking write, a ring
//! that the interrupt fills, and a `read` that waits a little between characters. Bits are the model's.

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Uart, UartError};

use super::machine::Machine;
use super::virtual_board::VirtualBoard;
use crate::mcu::{Receiver, RxError};
use crate::trace::{Kind, Name};
use crate::world::{Bench, DeviceId};

/// An open UART.
#[derive(Clone)]
pub struct VirtualUart {
    board: VirtualBoard,
    device: DeviceId,
    name: String,
    /// How long a read of several characters waits for the next one.
    between_characters: Duration,
}

impl VirtualUart {
    pub(super) fn new(board: VirtualBoard, device: DeviceId, name: &str, baud: u32) -> Self {
        // MicroPython's floor for `timeout_char`: 13 000 / baud whole milliseconds, and two.
        let between_characters = Duration::from_millis(u64::from(13_000 / baud) + 2);
        Self { board, device, name: name.into(), between_characters }
    }

    fn with<T>(&self, f: impl FnOnce(&mut Receiver, Name, &mut Bench) -> T) -> T {
        let mut machine = self.board.machine.borrow_mut();
        let (uart, bench) = machine.uart(self.device);
        let name = uart.name();
        f(uart.receiver(), name, bench)
    }

    fn held(&self) -> usize {
        self.with(|receiver, _, _| receiver.len())
    }

    fn take(&self, data: &mut [u8]) -> usize {
        self.with(|receiver, name, bench| receiver.read(data, name, bench))
    }

    fn is_sent(&self, machine: &mut Machine) -> bool {
        machine.uart(self.device).0.is_sent()
    }

    /// Waits, keeping the CPU, until there is a character or the time between two is over.
    fn wait_for_character(&self) {
        // The driver counts millisecond ticks, so the present one is not whole.
        let now = self.board.machine.borrow().now();
        let until = Instant::from_millis(now.as_millis()) + self.between_characters;
        loop {
            {
                let mut machine = self.board.machine.borrow_mut();
                let due = machine.world.next_due().filter(|&due| due < until);
                if !machine.uart(self.device).0.receiver().is_empty() || machine.now() >= until {
                    return;
                }
                machine.advance_to(due.unwrap_or(until));
            }
        }
    }

    /// Sends everything; keeps the CPU until the last character has left.
    fn send(&self, data: &[u8]) {
        self.board.access();
        if data.is_empty() {
            return;
        }
        {
            let mut machine = self.board.machine.borrow_mut();
            let (uart, bench) = machine.uart(self.device);
            let name = uart.name();
            let context = bench.cause();
            bench.record_cause(Kind::UartWrite { uart: name, bytes: data.len() as u32 });
            uart.send(data, self.device, bench);
            bench.cause_is(context);
        }
        self.board.busy_until(|machine| self.is_sent(machine));
    }
}

impl Uart for VirtualUart {
    fn any(&self) -> usize {
        self.board.access();
        self.held()
    }
}

impl Pollable for VirtualUart {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut machine = self.board.machine.borrow_mut();
        let mut ready = Readiness::NONE;
        if !interest.and(Readiness::READ).is_empty() {
            let receiver = machine.uart(self.device).0.receiver();
            if !receiver.is_empty() {
                ready = ready.or(Readiness::READ);
                machine.ready_cause = machine.uart(self.device).0.receiver().last_buffered();
            }
            // Who waits by a waker is called now.
            machine.wakes_are_by(machine.ready_cause.filter(|_| !ready.is_empty()));
        }
        if !interest.and(Readiness::WRITE).is_empty() && self.is_sent(&mut machine) {
            ready = ready.or(Readiness::WRITE);
        }
        ready
    }

    /// Bytes come by interrupt.
    fn sampled(&self) -> bool {
        false
    }
}

impl StreamRead for VirtualUart {
    /// Takes what there is; before each character but the first it waits up to `timeout_char`.
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        self.board.access();
        let mut filled = 0;
        while filled < buf.len() {
            if filled > 0 && self.held() == 0 {
                self.wait_for_character();
            }
            match self.take(&mut buf[filled..]) {
                0 => break,
                count => filled += count,
            }
        }
        (filled > 0).then_some(filled)
    }

    /// Takes what there is, up to a newline, without waiting.
    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        self.board.access();
        let before = line.len();
        loop {
            let next = self.with(|receiver, _, _| receiver.line_len());
            if next == 0 {
                break;
            }
            let start = line.len();
            line.resize(start + next, 0);
            let count = self.take(&mut line[start..]);
            line.truncate(start + count);
            if line.last() == Some(&b'\n') {
                break;
            }
        }
        (line.len() > before).then_some(line.len() - before)
    }
}

impl StreamWrite for VirtualUart {
    /// Takes everything.
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.send(data);
        Some(data.len())
    }
}

impl ErrorType for VirtualUart {
    type Error = UartError;
}

impl Read for VirtualUart {
    /// Waits, keeping the CPU, until there is at least one byte. An error is reported once, before the
    /// bytes that came after it.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, UartError> {
        self.board.access();
        if buf.is_empty() {
            return Ok(0);
        }
        let device = self.device;
        self.board.busy_until(|machine| !machine.uart(device).0.receiver().is_empty());
        match self.with(|receiver, _, _| receiver.take_error()) {
            Some(RxError::Overrun) => Err(UartError::Overrun),
            Some(RxError::Framing) => Err(UartError::Framing),
            None => Ok(self.take(buf)),
        }
    }
}

impl ReadReady for VirtualUart {
    fn read_ready(&mut self) -> Result<bool, UartError> {
        self.board.access();
        Ok(self.held() > 0)
    }
}

impl Write for VirtualUart {
    fn write(&mut self, buf: &[u8]) -> Result<usize, UartError> {
        self.send(buf);
        Ok(buf.len())
    }

    /// Nothing is ever left to send when `write` has returned.
    fn flush(&mut self) -> Result<(), UartError> {
        Ok(())
    }
}

impl WriteReady for VirtualUart {
    fn write_ready(&mut self) -> Result<bool, UartError> {
        Ok(true)
    }
}
