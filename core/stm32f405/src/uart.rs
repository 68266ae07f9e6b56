//! The driver of the UARTs, as programs hold it.
//!
//! Owns the receive rings and MicroPython's behaviour above the registers: a write that keeps the CPU until the last
//! character has left, a ring that the interrupt fills, and a `read` that waits a little between characters. A byte
//! that finds the ring full is *held*: it stays in the data register, with the interrupt off, until there is room.

use alloc::collections::VecDeque;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::RefCell;

use critical_section::Mutex;
use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{BoardError, Uart, UartConfig, UartError};

use crate::registers::UNITS;
use crate::target::{self, Lines, prices};
use crate::{clock, idle};

/// What the interrupt fills.
struct Receiver {
    ring: VecDeque<u8>,
    /// How long the ring may be; 0 until the unit is opened.
    room: usize,
    baud: u32,
    /// The interrupt is off, because the ring was full.
    held: bool,
    /// What went wrong and was not told yet.
    error: Option<UartError>,
}

impl Receiver {
    const CLOSED: Self = Self { ring: VecDeque::new(), room: 0, baud: 0, held: false, error: None };
}

static RECEIVERS: [Mutex<RefCell<Receiver>>; UNITS.len()] =
    [const { Mutex::new(RefCell::new(Receiver::CLOSED)) }; UNITS.len()];

/// The receive interrupt of a unit.
pub(crate) fn on_interrupt(unit: usize) {
    critical_section::with(|cs| {
        let mut receiver = RECEIVERS[unit].borrow_ref_mut(cs);
        loop {
            let status = Lines::status(cs, unit);
            if !status.full && !status.overrun {
                break;
            }
            if status.full && receiver.ring.len() >= receiver.room {
                receiver.held = true;
                Lines::listen(cs, unit, false);
                break;
            }
            if status.overrun {
                receiver.error = Some(UartError::Overrun);
            } else if status.framing {
                receiver.error = Some(UartError::Framing);
            }
            // An overrun that came between two reads of the registers is cleared by taking what is no frame.
            let byte = Lines::take(cs, unit);
            if status.full && !target::takes(unit, byte) {
                receiver.ring.push_back(byte);
            }
        }
    });
    idle::rouse();
}

/// The clock's divider for a speed, as ST's library computes it: hundredths of a sixteenth, truncated, then rounded to
/// sixteenths. None if the nearest one is more than 5 % off, as MicroPython refuses it.
fn divider(clock: u32, baud: u32) -> Option<u16> {
    let hundredths = (u64::from(clock) * 25).checked_div(4 * u64::from(baud))?;
    let divider = u32::try_from(hundredths / 100 * 16 + (hundredths % 100 * 16 + 50) / 100).ok()?;
    let made = clock.checked_div(divider)?;
    let near = u64::from(made.abs_diff(baud)) * 20 <= u64::from(baud);
    u16::try_from(divider).ok().filter(|divider| near && *divider >= 16)
}

/// A UART that can be opened as it was asked for.
pub(crate) struct Prepared {
    unit: usize,
    config: UartConfig,
    divider: u16,
}

impl Prepared {
    /// Its place among the units.
    pub fn unit(&self) -> usize {
        self.unit
    }

    /// Opens it. One that is open already is given again as it is.
    pub fn open(self) -> ChipUart {
        let Self { unit, config, divider } = self;
        // Made before interrupts are masked: the handler itself never allocates.
        let ring = VecDeque::with_capacity(config.read_buf_len.into());
        let baud = critical_section::with(|cs| {
            let mut receiver = RECEIVERS[unit].borrow_ref_mut(cs);
            if receiver.room == 0 {
                let room = config.read_buf_len.into();
                *receiver = Receiver { ring, room, baud: config.baud, ..Receiver::CLOSED };
                Lines::open(cs, unit, divider);
                Lines::listen(cs, unit, true);
            }
            receiver.baud
        });
        // MicroPython's floor for `timeout_char`: 13 000 / baud whole milliseconds, and two.
        ChipUart { unit, between_characters: Duration::from_millis(u64::from(13_000 / baud) + 2) }
    }
}

/// An open UART.
#[derive(Clone)]
pub struct ChipUart {
    unit: usize,
    /// How long a read of several characters waits for the next one.
    between_characters: Duration,
}

impl ChipUart {
    /// Opens the unit of this name, without a look at who else uses its pins: that is the board's business.
    ///
    /// # Errors
    ///
    /// `Unknown`, or `Setting` for a speed that its clock cannot be divided to.
    pub fn open(name: &str, config: UartConfig) -> Result<Self, BoardError> {
        Ok(Self::prepare(name, config)?.open())
    }

    /// Finds the unit of this name and its setting.
    pub(crate) fn prepare(name: &str, config: UartConfig) -> Result<Prepared, BoardError> {
        let Some(unit) = UNITS.iter().position(|unit| unit.name == name) else {
            return Err(BoardError::Unknown { what: alloc::format!("UART `{name}`") });
        };
        let setting = |why: &str| BoardError::Setting { what: name.to_string(), why: why.to_string() };
        let Some(divider) = divider(UNITS[unit].clock, config.baud) else {
            return Err(setting("its clock cannot be divided to this speed"));
        };
        if config.read_buf_len == 0 {
            return Err(setting("its receive ring needs at least one byte"));
        }
        let plain = UartConfig { read_buf_len: config.read_buf_len, ..UartConfig::baud(config.baud) };
        if config != plain {
            return Err(setting("this port has frames of 8N1 alone, no flow control and no transmit ring"));
        }
        Ok(Prepared { unit, config, divider })
    }

    fn with<T>(&self, f: impl FnOnce(&mut Receiver) -> T) -> T {
        critical_section::with(|cs| {
            let mut receiver = RECEIVERS[self.unit].borrow_ref_mut(cs);
            let result = f(&mut receiver);
            if receiver.held && receiver.ring.len() < receiver.room {
                // The byte in the data register is an interrupt at once.
                receiver.held = false;
                Lines::listen(cs, self.unit, true);
            }
            result
        })
    }

    /// How many bytes the ring holds.
    fn held(&self) -> usize {
        self.with(|receiver| receiver.ring.len())
    }

    /// Whether there is a byte, or an error to be told.
    fn is_readable(&self) -> bool {
        self.with(|receiver| receiver.error.is_some() || !receiver.ring.is_empty())
    }

    fn wait_for_character(&self) {
        // The driver counts millisecond ticks, so the present one is not whole.
        let until = Instant::from_millis(clock::now().as_millis()) + self.between_characters;
        clock::wait_while(|| self.held() == 0, Some(until));
    }
}

impl Uart for ChipUart {
    fn any(&self) -> usize {
        prices::access();
        self.held()
    }
}

impl Pollable for ChipUart {
    fn name(&self) -> &str {
        UNITS[self.unit].name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        // Nothing is ever left to send when a write has returned.
        let readable = if self.held() > 0 { Readiness::READ } else { Readiness::NONE };
        readable.or(Readiness::WRITE).and(interest)
    }

    /// Bytes come by interrupt.
    fn sampled(&self) -> bool {
        false
    }
}

impl StreamRead for ChipUart {
    /// Takes what there is; before each character but the first it waits up to `timeout_char`.
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        prices::access();
        let mut filled = 0;
        for place in buf {
            if filled > 0 {
                self.wait_for_character();
            }
            let Some(byte) = self.with(|receiver| receiver.ring.pop_front()) else { break };
            *place = byte;
            filled += 1;
        }
        (filled > 0).then_some(filled)
    }

    /// Takes what there is, up to a newline, without waiting.
    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        prices::access();
        let mut count = 0;
        while let Some(byte) = self.with(|receiver| receiver.ring.pop_front()) {
            line.push(byte);
            count += 1;
            if byte == b'\n' {
                break;
            }
        }
        (count > 0).then_some(count)
    }
}

impl StreamWrite for ChipUart {
    /// Sends everything; keeps the CPU until the last character has left.
    fn write(&self, data: &[u8]) -> Option<usize> {
        prices::access();
        for &byte in data {
            Lines::send(self.unit, byte);
        }
        Lines::finish(self.unit);
        Some(data.len())
    }
}

impl ErrorType for ChipUart {
    type Error = UartError;
}

impl Read for ChipUart {
    /// Waits, keeping the CPU, until there is at least one byte. An error is reported once, before the bytes that
    /// came after it.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, UartError> {
        prices::access();
        if buf.is_empty() {
            return Ok(0);
        }
        clock::wait_while(|| !self.is_readable(), None);
        self.with(|receiver| match receiver.error.take() {
            Some(error) => Err(error),
            None => {
                let count = buf.len().min(receiver.ring.len());
                buf.iter_mut().zip(receiver.ring.drain(..count)).for_each(|(place, byte)| *place = byte);
                Ok(count)
            }
        })
    }
}

impl ReadReady for ChipUart {
    fn read_ready(&mut self) -> Result<bool, UartError> {
        prices::access();
        Ok(self.is_readable())
    }
}

impl Write for ChipUart {
    fn write(&mut self, buf: &[u8]) -> Result<usize, UartError> {
        StreamWrite::write(self, buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> Result<(), UartError> {
        Ok(())
    }
}

impl WriteReady for ChipUart {
    fn write_ready(&mut self) -> Result<bool, UartError> {
        prices::access();
        Ok(true)
    }
}
