//! Events of an I2C bus among its records.
//!
//! Owns [`BusEye`]: what it takes for which sight, and which device a bus is talking to. Knows nothing of what is
//! expected of it.

use crate::scenario::model::I2cSight;
use crate::trace::record::I2cEvent;

/// Watches one bus.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BusEye {
    /// The address that was called last.
    address: Option<u8>,
}

impl BusEye {
    /// Whether what happens on the bus is this sight, of this device and this byte if they are said.
    pub(super) fn sees(
        &mut self,
        event: I2cEvent,
        sight: I2cSight,
        address: Option<u8>,
        byte: Option<u8>,
    ) -> bool {
        if let I2cEvent::Address { address, .. } = event {
            self.address = Some(address);
        }
        let (fits, seen) = match (sight, event) {
            (I2cSight::Start, I2cEvent::Start { .. })
            | (I2cSight::Stop, I2cEvent::Stop)
            | (I2cSight::Ack, I2cEvent::Address { ack: true, .. })
            | (I2cSight::Nack, I2cEvent::Address { ack: false, .. })
            | (I2cSight::Stretch, I2cEvent::Stretched { .. })
            | (I2cSight::Failed, I2cEvent::Failed { .. })
            | (I2cSight::Recovered, I2cEvent::Recovered { .. }) => (true, None),
            (I2cSight::Nack, I2cEvent::Byte { byte, read: false, ack: false })
            | (I2cSight::Sent, I2cEvent::Byte { byte, read: false, .. })
            | (I2cSight::Read, I2cEvent::Byte { byte, read: true, .. }) => (true, Some(byte)),
            _ => (false, None),
        };
        // A START precedes its address, so that no device is meant by it.
        let meant = address.is_none_or(|address| self.address == Some(address) && sight != I2cSight::Start);
        fits && meant && byte.is_none_or(|byte| seen == Some(byte))
    }
}
