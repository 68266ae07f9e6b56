//! Serial lines: how their ends are set up, and what a peer answers.
//!
//! Owns what a file says of a UART and of its peer.

use vpyb_core::time::Duration;
pub use vpyb_core::{Parity, UartFlow, UartFrame};

/// What a file says of a line; what is `None` is not said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// Data bits.
    pub bits: Option<u8>,
    /// The parity bit.
    pub parity: Option<Parity>,
    /// Stop bits.
    pub stop_bits: Option<u8>,
    /// Which lines of flow control are used.
    pub flow: Option<UartFlow>,
}

impl Line {
    /// The frame, with what is not said as it is there.
    pub fn frame(self, default: UartFrame) -> UartFrame {
        UartFrame {
            bits: self.bits.unwrap_or(default.bits),
            parity: self.parity.unwrap_or(default.parity),
            stop_bits: self.stop_bits.unwrap_or(default.stop_bits),
        }
    }
}

/// A UART that scripted tasks share.
#[derive(Clone, PartialEq, Debug)]
pub struct UartObject {
    /// The board's unit.
    pub uart: String,
    /// Its speed in baud.
    pub baud: u32,
    /// Frames and flow control.
    pub line: Line,
    /// Length of its transmit ring in characters; 0 if there is none.
    pub write_buf_len: u16,
}

/// Settings of one UART that override what the program asks for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct UartOverride {
    /// Speed in baud.
    pub baud: Option<u32>,
    /// Length of the receive ring in characters.
    pub read_buf_len: Option<u16>,
    /// Length of the transmit ring in characters.
    pub write_buf_len: Option<u16>,
    /// From an interrupt's request to its handler's end.
    pub rx_irq_latency: Option<Duration>,
    /// Frames and flow control.
    pub line: Line,
}

/// What a serial peer does when it hears something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// What it answers to: bytes that come one after the other.
    pub to: Vec<u8>,
    /// What it sends, each after a pause.
    pub send: Vec<Vec<u8>>,
    /// From the last byte heard, or sent, to the first of the next.
    pub pause: Duration,
    /// How often it answers so; without end if that is not said.
    pub times: Option<u32>,
}
