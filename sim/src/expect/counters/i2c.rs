//! Counters of I2C buses.
//!
//! Owns their meaning: **nack** is each address or byte that was sent and not acknowledged; **stretch** each clock that
//! a device held low; **crc_errors** what drivers counted under that name.

use std::collections::BTreeMap;

use super::super::{Focus, Roster, Value};
use super::Counters;
use crate::trace::record::{I2cEvent, Kind};
use crate::trace::{Name, Seq, Trace};

/// What was counted so far.
#[derive(Default)]
pub(super) struct Buses {
    counted: BTreeMap<(Name, &'static str), (i64, Focus)>,
}

impl Buses {
    /// Takes in the next record.
    pub(super) fn take(&mut self, seq: Seq, kind: &Kind) {
        let Kind::I2c { bus, event } = *kind else { return };
        let what = match event {
            I2cEvent::Address { ack: false, .. } | I2cEvent::Byte { read: false, ack: false, .. } => "nack",
            I2cEvent::Stretched { .. } => "stretch",
            _ => return,
        };
        self.counted.entry((bus, what)).or_insert((0, Focus::at(seq))).0 += 1;
    }

    /// Enters the counters of every unit that was opened.
    pub(super) fn enter(self, trace: &Trace, roster: &Roster, counters: &mut Counters) {
        for bus in roster.buses() {
            for name in ["nack", "stretch", "crc_errors"] {
                counters.set(format!("{bus}.{name}"), Value::Count(0), None);
            }
        }
        for ((bus, what), (n, first)) in self.counted {
            counters.add(&format!("{}.{what}", trace.text(bus)), n, first);
        }
    }
}
