//! The commands with which sigrok decodes an exported run.
//!
//! Owns their form: one for each UART's receiving pin, each I2C bus, and each pin on which an infrared
//! receiver showed blocks.

use std::collections::BTreeSet;

use super::record::{I2cEvent, Kind};
use super::{Trace, nec_blocks};

/// A command for each thing that was opened or seen, with the file that was written.
pub fn sigrok_commands(trace: &Trace, file: &str) -> Vec<String> {
    let mut decoders = BTreeSet::new();
    let mut uart = |pin: &str, baud: u32| {
        decoders.insert(format!("-P uart:rx={pin}:baudrate={baud} -A uart=rx-data"));
    };
    for state in trace.before().into_iter().flat_map(|before| before.state.uarts.values()) {
        state.pins.into_iter().for_each(|(_, rx)| uart(trace.text(rx), state.baud));
    }
    for record in trace.records() {
        if let Kind::UartOpened { rx, baud, .. } = record.kind {
            uart(trace.text(rx), baud);
        }
    }
    for record in trace.records() {
        if let Kind::I2c { event: I2cEvent::Opened { scl, sda, .. }, .. } = record.kind {
            decoders.insert(format!("-P i2c:scl={}:sda={}", trace.text(scl), trace.text(sda)));
        }
    }
    decoders.extend(nec_blocks(trace).keys().map(|&pin| format!("-P ir_nec:ir={}", trace.text(pin))));
    decoders.into_iter().map(|decoder| format!("sigrok-cli -I vcd -i {file} {decoder}")).collect()
}
