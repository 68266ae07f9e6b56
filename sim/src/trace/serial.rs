//! What happens at a UART beside plain sending and receiving.
//!
//! Owns [`SerialEvent`]: its words, sentences and keys. Knows no wires: the edges have records of their own.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vpyb_core::{Parity, UartFlow, UartFrame};

use super::words::show_byte;

/// What a character looks like on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Frame {
    /// Data bits.
    pub bits: u8,
    /// The parity bit.
    pub parity: Checked,
    /// Stop bits.
    pub stop_bits: u8,
}

/// A parity bit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Checked {
    /// None.
    Not,
    /// Even.
    Even,
    /// Odd.
    Odd,
}

/// Which lines of flow control are used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// It says whether it can take a character.
    pub rts: bool,
    /// It sends only while it is let.
    pub cts: bool,
}

/// What happened at a UART.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum SerialEvent {
    /// It was opened otherwise than with plain frames of 8N1. `ring` is the transmit ring's length, or 0.
    SetUp { frame: Frame, flow: Flow, ring: u16 },
    /// The ninth data bit of the character that is being sent, or was just received, is 1.
    Ninth { sent: bool },
    /// The frame that was just received has a wrong parity bit, or samples that differed.
    Damaged { byte: u8, parity: bool, noise: bool },
    /// It began to send a break.
    Break,
    /// No start bit came for as long as a frame after the last one.
    Idle,
    /// A frame waits because the other side does not let it be sent.
    HeldBack,
    /// A write was given up with so many characters left, because the other side let nothing be sent.
    GaveUp { left: u32 },
}

impl From<UartFrame> for Frame {
    fn from(frame: UartFrame) -> Self {
        let parity = match frame.parity {
            Parity::None => Checked::Not,
            Parity::Even => Checked::Even,
            Parity::Odd => Checked::Odd,
        };
        Self { bits: frame.bits, parity, stop_bits: frame.stop_bits }
    }
}

impl From<UartFlow> for Flow {
    fn from(flow: UartFlow) -> Self {
        Self { rts: flow.rts, cts: flow.cts }
    }
}

impl Frame {
    /// How many bits it has, the start and stop bits included.
    pub fn length(self) -> u8 {
        let parity = u8::from(self.parity != Checked::Not);
        self.bits.saturating_add(self.stop_bits).saturating_add(1 + parity)
    }
}

/// `8N1`, as everybody writes it.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parity = match self.parity {
            Checked::Not => 'N',
            Checked::Even => 'E',
            Checked::Odd => 'O',
        };
        write!(f, "{}{parity}{}", self.bits, self.stop_bits)
    }
}

impl SerialEvent {
    /// The event in one word, as exports and searches spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::SetUp { .. } => "uart_set_up",
            Self::Ninth { .. } => "uart_ninth",
            Self::Damaged { .. } => "uart_damaged",
            Self::Break => "uart_break",
            Self::Idle => "uart_idle",
            Self::HeldBack => "uart_held_back",
            Self::GaveUp { .. } => "uart_gave_up",
        }
    }

    /// Whether it is about the sending half; `None` if it is about both.
    pub fn is_sent(self) -> Option<bool> {
        match self {
            Self::SetUp { .. } => None,
            Self::Ninth { sent } => Some(sent),
            Self::Damaged { .. } | Self::Idle => Some(false),
            Self::Break | Self::HeldBack | Self::GaveUp { .. } => Some(true),
        }
    }

    /// What happened, without the name of the UART.
    pub fn sentence(self) -> String {
        match self {
            Self::SetUp { frame, flow, ring } => {
                let mut text = format!("frames of {frame}");
                let lines = [("RTS", flow.rts), ("CTS", flow.cts)];
                let lines: Vec<&str> =
                    lines.iter().filter(|(_, used)| *used).map(|(line, _)| *line).collect();
                if !lines.is_empty() {
                    text += &format!(", flow by {}", lines.join(" and "));
                }
                if ring > 0 {
                    text += &format!(", transmit ring of {ring}");
                }
                text
            }
            Self::Ninth { .. } => "the ninth bit is 1".into(),
            Self::Damaged { byte, parity, noise } => {
                let flaws = [("parity error", parity), ("noise", noise)];
                let flaws: Vec<&str> = flaws.iter().filter(|(_, so)| *so).map(|(flaw, _)| *flaw).collect();
                format!("{}  {}", show_byte(byte), flaws.join(", "))
            }
            Self::Break => "break".into(),
            Self::Idle => "idle".into(),
            Self::HeldBack => "held back: CTS is high".into(),
            Self::GaveUp { left: 0 } => "gives up waiting for CTS".into(),
            Self::GaveUp { left } => format!("gives up: {left} not sent"),
        }
    }

    /// Its keys in JSON Lines, after `uart`.
    pub(super) fn keys(self) -> Vec<(&'static str, Value)> {
        match self {
            Self::SetUp { frame, flow, ring } => {
                let parity = match frame.parity {
                    Checked::Not => "none",
                    Checked::Even => "even",
                    Checked::Odd => "odd",
                };
                vec![
                    ("bits", json!(frame.bits)),
                    ("parity", json!(parity)),
                    ("stop_bits", json!(frame.stop_bits)),
                    ("rts", json!(flow.rts)),
                    ("cts", json!(flow.cts)),
                    ("ring", json!(ring)),
                ]
            }
            Self::Ninth { sent } => vec![("sent", json!(sent))],
            Self::Damaged { byte, parity, noise } => {
                vec![("byte", json!(byte)), ("parity", json!(parity)), ("noise", json!(noise))]
            }
            Self::Break | Self::Idle | Self::HeldBack => vec![],
            Self::GaveUp { left } => vec![("left", json!(left))],
        }
    }
}
