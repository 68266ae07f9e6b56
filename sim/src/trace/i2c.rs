//! What happens on an I2C bus, as its unit sees it.
//!
//! Owns [`I2cEvent`] and [`I2cFault`]: their words, sentences and keys. Knows no wires: the edges have records of
//! their own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vpyb_core::time::Duration;

use super::Trace;
use super::record::Name;
use super::words::show_byte;

/// What happened on a bus.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum I2cEvent {
    /// The unit was opened by the program, with a clock of so many hertz.
    Opened { scl: Name, sda: Name, hertz: u32 },
    /// A START condition of this unit.
    Start { repeated: bool },
    /// An address was sent, and acknowledged or not.
    Address { address: u8, read: bool, ack: bool },
    /// A byte was sent, or read, and acknowledged or not.
    Byte { byte: u8, read: bool, ack: bool },
    /// A STOP condition of this unit.
    Stop,
    /// SCL was released after somebody else had held it low for so long beyond the unit's own low period.
    Stretched { span: Duration },
    /// A transfer was given up.
    Failed { fault: I2cFault },
    /// So many clocks were sent to a bus that was stuck; whether SDA is free now.
    Recovered { clocks: u8, free: bool },
}

/// Why a transfer was given up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum I2cFault {
    /// The bus never became free.
    Busy,
    /// Another one pulled SDA low where this unit let it go.
    Arbitration,
    /// SCL was held low for too long.
    Stretch,
    /// SDA was held low where it had to rise for a STOP.
    Stuck,
}

impl I2cFault {
    /// The fault in one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Arbitration => "arbitration",
            Self::Stretch => "stretch",
            Self::Stuck => "stuck",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Busy => "gives up: the bus is never free",
            Self::Arbitration => "gives up: arbitration lost, another one pulls SDA low",
            Self::Stretch => "gives up: SCL is held low for too long",
            Self::Stuck => "gives up: SDA is held low, no STOP is possible",
        }
    }
}

impl I2cEvent {
    /// The event in one word, as exports and searches spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Opened { .. } => "i2c_opened",
            Self::Start { .. } => "i2c_start",
            Self::Address { .. } => "i2c_address",
            Self::Byte { .. } => "i2c_byte",
            Self::Stop => "i2c_stop",
            Self::Stretched { .. } => "i2c_stretched",
            Self::Failed { .. } => "i2c_failed",
            Self::Recovered { .. } => "i2c_recovered",
        }
    }

    /// The names in it.
    pub(super) fn names(self) -> [Option<Name>; 2] {
        match self {
            Self::Opened { scl, sda, .. } => [Some(scl), Some(sda)],
            _ => [None; 2],
        }
    }

    /// What happened, after the name of the bus.
    pub fn sentence(self, trace: &Trace) -> String {
        let answer = |ack| if ack { "ACK" } else { "NACK" };
        match self {
            Self::Opened { scl, sda, hertz } => {
                format!("opened: scl {}, sda {}, {hertz} Hz", trace.text(scl), trace.text(sda))
            }
            Self::Start { repeated: true } => "repeated START".into(),
            Self::Start { repeated: false } => "START".into(),
            Self::Address { address, read, ack } => {
                let way = if read { "read" } else { "write" };
                format!("address {address:#04x} {way}  {}", answer(ack))
            }
            Self::Byte { byte, read, ack } => {
                let way = if read { "reads" } else { "sends" };
                format!("{way} {}  {}", show_byte(byte), answer(ack))
            }
            Self::Stop => "STOP".into(),
            Self::Stretched { span } => format!("SCL was held low for {span} more"),
            Self::Failed { fault } => fault.sentence().into(),
            Self::Recovered { clocks, free } => {
                let end = if free { "SDA is free" } else { "SDA is still low" };
                let noun = if clocks == 1 { "clock" } else { "clocks" };
                format!("recovery: {clocks} {noun}, {end}")
            }
        }
    }

    /// Its keys in JSON Lines, after `bus`.
    pub(super) fn keys(self, trace: &Trace) -> Vec<(&'static str, Value)> {
        match self {
            Self::Opened { scl, sda, hertz } => vec![
                ("scl", json!(trace.text(scl))),
                ("sda", json!(trace.text(sda))),
                ("hertz", json!(hertz)),
            ],
            Self::Start { repeated } => vec![("repeated", json!(repeated))],
            Self::Address { address, read, ack } => {
                vec![("address", json!(address)), ("read", json!(read)), ("ack", json!(ack))]
            }
            Self::Byte { byte, read, ack } => {
                vec![("byte", json!(byte)), ("read", json!(read)), ("ack", json!(ack))]
            }
            Self::Stop => vec![],
            Self::Stretched { span } => vec![("span", json!(span.as_nanos()))],
            Self::Failed { fault } => vec![("fault", json!(fault.word()))],
            Self::Recovered { clocks, free } => vec![("clocks", json!(clocks)), ("free", json!(free))],
        }
    }
}
