//! Counters of I2C buses.
//!
//! Owns their meaning: **nack** is each address or byte that was sent and not acknowledged; **stretch** each clock that
//! a device held low; **crc_errors** what drivers counted under that name.

use super::super::{Focus, Roster, Value};
use super::Counters;
use crate::trace::Trace;
use crate::trace::record::{I2cEvent, Kind};

/// Counts for every unit that was opened.
pub(super) fn count(trace: &Trace, roster: &Roster, counters: &mut Counters) {
    for bus in roster.buses() {
        for name in ["nack", "stretch", "crc_errors"] {
            counters.set(format!("{bus}.{name}"), Value::Count(0), None);
        }
    }
    for (seq, record) in trace.iter() {
        let Kind::I2c { bus, event } = record.kind else { continue };
        let what = match event {
            I2cEvent::Address { ack: false, .. } | I2cEvent::Byte { read: false, ack: false, .. } => "nack",
            I2cEvent::Stretched { .. } => "stretch",
            _ => continue,
        };
        counters.add(&format!("{}.{what}", trace.text(bus)), 1, Focus::at(seq));
    }
}
