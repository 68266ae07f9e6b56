//! A UART of a virtual Pyboard, as programs hold it.
//!
//! Owns the driver's behaviour above the registers, as in MicroPython's `uart.c`: a write that keeps the CPU, a ring
//! that the interrupt fills, and a `read` that waits a little between characters; and, as other drivers have it, a
//! transmit ring that an interrupt empties. Bits are the model's.

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{BoardError, Uart, UartConfig, UartError};

use super::machine::Machine;
use super::virtual_board::VirtualBoard;
use crate::mcu::{Receiver, RxError, Sending, Word};
use crate::trace::Kind;
use crate::trace::record::SerialEvent;
use crate::world::DeviceId;

/// An open UART.
#[derive(Clone)]
pub struct VirtualUart {
    board: VirtualBoard,
    device: DeviceId,
    name: String,
    /// How long a read of several characters waits for the next one.
    between_characters: Duration,
    /// Bytes of a stream that are one character.
    width: usize,
    /// Length of the transmit ring; 0 if a write keeps the CPU.
    transmit_ring: usize,
    /// It sends only while it is let.
    obeys_cts: bool,
}

impl VirtualUart {
    pub(super) fn new(board: VirtualBoard, device: DeviceId, name: &str, config: UartConfig) -> Self {
        // MicroPython's floor for `timeout_char`: 13 000 / baud whole milliseconds, and two.
        let between_characters = Duration::from_millis(u64::from(13_000 / config.baud) + 2);
        Self {
            board,
            device,
            name: name.into(),
            between_characters,
            width: if config.frame.bits > 8 { 2 } else { 1 },
            transmit_ring: config.write_buf_len.into(),
            obeys_cts: config.flow.cts,
        }
    }

    fn with<T>(&self, f: impl FnOnce(&mut Receiver) -> T) -> T {
        let mut machine = self.board.machine.borrow_mut();
        f(machine.uart(self.device).0.receiver())
    }

    /// How many bytes of a stream the ring holds.
    fn held(&self) -> usize {
        self.with(|receiver| receiver.len()) * self.width
    }

    /// Takes what there is, whole characters.
    fn take(&self, data: &mut [u8]) -> usize {
        let mut machine = self.board.machine.borrow_mut();
        let (uart, bench) = machine.uart(self.device);
        let (most, mut places) = (data.len() / self.width, data.chunks_exact_mut(self.width));
        let taken = uart.read(most, bench, |word| {
            if let Some(place) = places.next() {
                place.copy_from_slice(&word.to_le_bytes()[..self.width]);
            }
        });
        taken * self.width
    }

    fn is_sent(&self, machine: &mut Machine) -> bool {
        machine.uart(self.device).0.is_sent()
    }

    /// How many characters can be handed over now.
    fn room(&self, machine: &mut Machine) -> usize {
        let transmitter = machine.uart(self.device).0.transmitter();
        match self.transmit_ring {
            0 => {
                if transmitter.is_free() {
                    usize::MAX
                } else {
                    0
                }
            }
            ring => ring.saturating_sub(transmitter.queued()),
        }
    }

    /// Waits, keeping the CPU, until there is a character or the time between two is over.
    fn wait_for_character(&self) {
        let until = self.ticks_from_now(1);
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

    /// The instant so many times `timeout_char` from now.
    fn ticks_from_now(&self, times: u64) -> Instant {
        // The driver counts millisecond ticks, so the present one is not whole.
        let now = self.board.machine.borrow().now();
        Instant::from_millis(now.as_millis()) + self.between_characters.times(times)
    }

    /// Hands things to the transmitter.
    fn hand_over(&self, what: impl IntoIterator<Item = Sending>, record: Option<Kind>) {
        let mut machine = self.board.machine.borrow_mut();
        let (uart, bench) = machine.uart(self.device);
        let context = bench.cause();
        if let Some(record) = record {
            bench.record_cause(record);
        }
        uart.send(what, self.device, bench);
        bench.cause_is(context);
    }

    /// Sends whole characters; gives how many bytes were taken. Without a transmit ring it keeps the CPU until the
    /// last character has left, or the other side has let nothing be sent for twice `timeout_char`.
    fn send(&self, data: &[u8]) -> usize {
        self.board.access();
        let (characters, room, name) = {
            let mut machine = self.board.machine.borrow_mut();
            (data.len() / self.width, self.room(&mut machine), machine.uart(self.device).0.name())
        };
        let count = if self.transmit_ring > 0 { characters.min(room) } else { characters };
        if count == 0 {
            return 0;
        }
        let words = data.chunks_exact(self.width).take(count).map(|bytes| {
            let high = bytes.get(1).copied().unwrap_or(0);
            Sending::Word(Word::from_le_bytes([bytes[0], high & 1]))
        });
        self.hand_over(words, Some(Kind::UartWrite { uart: name, bytes: count as u32 }));
        let left = if self.transmit_ring > 0 { 0 } else { self.wait_until_sent() };
        (count - left) * self.width
    }

    /// Keeps the CPU until everything has left; gives how many characters were given up.
    fn wait_until_sent(&self) -> usize {
        if !self.obeys_cts {
            self.board.busy_until(|machine| self.is_sent(machine));
            return 0;
        }
        loop {
            let waiting = |machine: &mut Machine| {
                let transmitter = machine.uart(self.device).0.transmitter();
                (transmitter.queued(), transmitter.is_free(), transmitter.is_idle())
            };
            let before = waiting(&mut self.board.machine.borrow_mut());
            if before.2 {
                return 0;
            }
            let until = self.ticks_from_now(2);
            self.board.busy_to(until, |machine| waiting(machine) != before);
            let mut machine = self.board.machine.borrow_mut();
            if waiting(&mut machine) == before {
                let (uart, bench) = machine.uart(self.device);
                let left = uart.transmitter().give_up();
                let event = SerialEvent::GaveUp { left: left as u32 };
                bench.record(Kind::Serial { uart: uart.name(), event });
                return left;
            }
        }
    }
}

impl Uart for VirtualUart {
    fn any(&self) -> usize {
        self.board.access();
        self.held()
    }

    fn send_break(&self) -> Result<(), BoardError> {
        self.board.access();
        self.hand_over([Sending::Break(None)], None);
        if self.transmit_ring == 0 {
            self.wait_until_sent();
        }
        Ok(())
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
        if !interest.and(Readiness::WRITE).is_empty() && self.room(&mut machine) > 0 {
            ready = ready.or(Readiness::WRITE);
        }
        ready
    }

    /// Bytes come by interrupt, and leave by one if there is a transmit ring. When the other side lets one be sent,
    /// nobody is told.
    fn sampled(&self) -> bool {
        self.obeys_cts && self.transmit_ring == 0
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
            let next = self.with(|receiver| receiver.line_len()) * self.width;
            if next == 0 {
                break;
            }
            let start = line.len();
            line.resize(start + next, 0);
            let count = self.take(&mut line[start..]);
            line.truncate(start + count);
            if line[line.len() - self.width.min(line.len())..].first() == Some(&b'\n') {
                break;
            }
        }
        (line.len() > before).then_some(line.len() - before)
    }
}

impl StreamWrite for VirtualUart {
    /// Takes everything, or what the transmit ring has room for, or what the other side let be sent in time.
    fn write(&self, data: &[u8]) -> Option<usize> {
        let sent = self.send(data);
        (sent > 0 || data.is_empty()).then_some(sent)
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
        match self.with(Receiver::take_error) {
            Some(RxError::Overrun) => Err(UartError::Overrun),
            Some(RxError::Framing) => Err(UartError::Framing),
            Some(RxError::Parity) => Err(UartError::Parity),
            Some(RxError::Noise) => Err(UartError::Noise),
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
    /// Waits, keeping the CPU, until at least one character was taken.
    fn write(&mut self, buf: &[u8]) -> Result<usize, UartError> {
        if self.transmit_ring > 0 && !buf.is_empty() {
            self.board.busy_until(|machine| self.room(machine) > 0);
        }
        match self.send(buf) {
            0 if !buf.is_empty() => Err(UartError::Timeout),
            sent => Ok(sent),
        }
    }

    /// Waits until the transmit ring is empty and the last character has left; without one that is so already.
    fn flush(&mut self) -> Result<(), UartError> {
        match self.wait_until_sent() {
            0 => Ok(()),
            _ => Err(UartError::Timeout),
        }
    }
}

impl WriteReady for VirtualUart {
    fn write_ready(&mut self) -> Result<bool, UartError> {
        self.board.access();
        Ok(self.room(&mut self.board.machine.borrow_mut()) > 0)
    }
}
