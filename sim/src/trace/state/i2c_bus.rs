//! One I2C bus, as the records of its unit tell it: the transfer under way and what was counted.
//!
//! Owns [`I2cBus`]. Knows no wires: edges have records of their own.

use serde::{Deserialize, Serialize};
use vpyb_core::time::{Duration, Instant};

use crate::trace::record::{I2cEvent, I2cFault, Name, Record, Seq};

/// How often what happened on a bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct I2cCounters {
    /// Addresses that were sent.
    pub addressed: u64,
    /// Bytes behind addresses, in both directions.
    pub bytes: u64,
    /// Addresses and sent bytes that were not acknowledged.
    pub nack: u64,
    /// Transfers that were given up.
    pub failed: u64,
    /// For how long devices held SCL low, in all.
    pub stretched: Duration,
}

/// A transfer that has begun and is not over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// When its START was sent.
    pub since: Instant,
    /// The record of that START.
    pub by: Seq,
    /// The address behind the last START, whether it is read from, and whether it was acknowledged.
    pub address: Option<(u8, bool, bool)>,
    /// The bytes that were sent.
    pub sent: u32,
    /// The bytes that were read.
    pub read: u32,
    /// The last byte, and whether it was acknowledged.
    pub last: Option<(u8, bool)>,
}

/// A bus at an instant.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct I2cBus {
    /// Its pins, SCL then SDA; none before it was opened.
    pub pins: Option<(Name, Name)>,
    /// Its clock; zero before it was opened.
    pub hertz: u32,
    /// What is under way.
    pub transfer: Option<Transfer>,
    /// How the last transfer was given up, unless one was begun since.
    pub fault: Option<(I2cFault, Seq)>,
    /// What has been counted.
    pub counters: I2cCounters,
}

impl I2cBus {
    /// Takes in a record about this bus.
    pub fn apply(&mut self, seq: Seq, record: &Record, event: I2cEvent) {
        let counters = &mut self.counters;
        let count = |counter: &mut u64, so: bool| *counter = counter.saturating_add(so.into());
        match event {
            I2cEvent::Opened { scl, sda, hertz } => {
                let counters = self.counters;
                *self = Self { pins: Some((scl, sda)), hertz, counters, ..Self::default() };
            }
            I2cEvent::Start { repeated: true } => {
                self.transfer.iter_mut().for_each(|transfer| transfer.address = None);
            }
            I2cEvent::Start { repeated: false } => {
                self.fault = None;
                self.transfer =
                    Some(Transfer { since: record.at, by: seq, address: None, sent: 0, read: 0, last: None });
            }
            I2cEvent::Address { address, read, ack } => {
                count(&mut counters.addressed, true);
                count(&mut counters.nack, !ack);
                self.transfer.iter_mut().for_each(|transfer| transfer.address = Some((address, read, ack)));
            }
            I2cEvent::Byte { byte, read, ack } => {
                count(&mut counters.bytes, true);
                count(&mut counters.nack, !read && !ack);
                if let Some(transfer) = &mut self.transfer {
                    let bytes = if read { &mut transfer.read } else { &mut transfer.sent };
                    *bytes = bytes.saturating_add(1);
                    transfer.last = Some((byte, ack));
                }
            }
            I2cEvent::Stop | I2cEvent::Recovered { .. } => self.transfer = None,
            I2cEvent::Stretched { span } => {
                let all = counters.stretched.as_nanos().saturating_add(span.as_nanos());
                counters.stretched = Duration::from_nanos(all);
            }
            I2cEvent::Failed { fault } => {
                count(&mut counters.failed, true);
                self.transfer = None;
                self.fault = Some((fault, seq));
            }
        }
    }
}
