//! UARTs: how one is set up, and what a board hands out.
//!
//! Owns the settings, the errors and the trait [`Uart`]. Knows no registers and no wires.

use core::fmt;

use crate::board::BoardError;
use crate::stream::{StreamRead, StreamWrite};

/// How a UART is set up.
///
/// ```
/// use vpyb_core::{Parity, UartConfig, UartFlow, UartFrame};
///
/// // As MicroPython has it: eight data bits, no parity, one stop bit, writes that keep the CPU.
/// let plain = UartConfig::baud(9600);
/// // Seven data bits and a parity bit, sent by interrupt, and only while the other side says that it may.
/// let special = UartConfig {
///     frame: UartFrame { bits: 7, parity: Parity::Even, ..UartFrame::N8 },
///     flow: UartFlow { rts: true, cts: true },
///     write_buf_len: 32,
///     ..plain
/// };
/// assert_eq!(special.read_buf_len, 64);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UartConfig {
    /// Bits a second.
    pub baud: u32,
    /// Length of the receive ring in characters.
    pub read_buf_len: u16,
    /// Length of the transmit ring in characters, which an interrupt empties; 0: there is none, and a write keeps the
    /// CPU until the last character has left, as on the Pyboard.
    pub write_buf_len: u16,
    /// What a character looks like on the wire.
    pub frame: UartFrame,
    /// The lines by which the two sides hold each other back.
    pub flow: UartFlow,
}

impl UartConfig {
    /// This speed, a receive ring of 64 bytes, frames of eight bits without parity, writes that keep the CPU.
    pub const fn baud(baud: u32) -> Self {
        Self { baud, read_buf_len: 64, write_buf_len: 0, frame: UartFrame::N8, flow: UartFlow::NONE }
    }
}

/// A character on the wire: a start bit, data bits from the lowest on, a parity bit if there is one, stop bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct UartFrame {
    /// Data bits, beside the parity bit: 8 or 9 without parity, 7 or 8 with it. A character of nine bits is two bytes
    /// of a stream, the lower one first.
    pub bits: u8,
    /// The parity bit.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
}

impl UartFrame {
    /// Eight data bits, no parity, one stop bit.
    pub const N8: Self = Self { bits: 8, parity: Parity::None, stop_bits: 1 };

    /// Whether the hardware can send and receive such frames.
    pub const fn is_possible(self) -> bool {
        let bits =
            matches!((self.bits, self.parity), (8 | 9, Parity::None) | (7 | 8, Parity::Even | Parity::Odd));
        bits && matches!(self.stop_bits, 1 | 2)
    }
}

/// How the parity bit is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Parity {
    /// There is none.
    None,
    /// So that the number of ones is even.
    Even,
    /// So that it is odd.
    Odd,
}

/// Flow control by two more wires, each low for yes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct UartFlow {
    /// The UART says on RTS that it can take a character.
    pub rts: bool,
    /// The UART begins to send a character only while CTS says that it may.
    pub cts: bool,
}

impl UartFlow {
    /// Neither.
    pub const NONE: Self = Self { rts: false, cts: false };
}

/// Why a UART could not give a byte, or send one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum UartError {
    /// Bytes were lost because the data register was not read in time.
    Overrun,
    /// A stop bit was low.
    Framing,
    /// The parity bit was not what it should be.
    Parity,
    /// The samples of a bit differed.
    Noise,
    /// The other side did not let anything be sent for too long.
    Timeout,
}

impl fmt::Display for UartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overrun => "overrun: bytes were lost",
            Self::Framing => "framing error: a stop bit was low",
            Self::Parity => "parity error: a bit was turned over",
            Self::Noise => "noise: the samples of a bit differed",
            Self::Timeout => "time-out: the other side lets nothing be sent",
        })
    }
}

impl core::error::Error for UartError {}

impl embedded_io::Error for UartError {
    fn kind(&self) -> embedded_io::ErrorKind {
        match self {
            Self::Timeout => embedded_io::ErrorKind::TimedOut,
            _ => embedded_io::ErrorKind::Other,
        }
    }
}

/// A UART as a board hands it out.
///
/// # For program authors
///
/// Streams take what comes, damaged or not, as on the Pyboard; `embedded-io`'s `read` reports errors.
///
/// # For board authors
///
/// - `embedded-io`'s `read` MUST report an error once, before the bytes that came after it, and keep the CPU only
///   while there is neither a byte nor an error.
/// - Its `read_ready` MUST be true if `read` would not wait.
pub trait Uart:
    StreamRead
    + StreamWrite
    + embedded_io::Read<Error = UartError>
    + embedded_io::ReadReady
    + embedded_io::Write
    + embedded_io::WriteReady
    + 'static
{
    /// How many bytes the receive ring holds.
    fn any(&self) -> usize;

    /// Sends a break: the line is low for as long as a frame, and then high for its stop bits. Keeps the CPU until it
    /// is over, but not with a transmit ring: then it is sent after what is in there.
    ///
    /// # Errors
    ///
    /// `NotBuilt`, if this board cannot.
    fn send_break(&self) -> Result<(), BoardError> {
        Err(BoardError::NotBuilt { what: "a break".into() })
    }
}
