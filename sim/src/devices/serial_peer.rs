//! A peer at the other end of a serial line.
//!
//! Owns a transmitter whose pin is wired to a UART's RX pin; actors hand it what to send. It does not
//! listen.

use crate::mcu::{BitClock, Transmitter};
use crate::trace::Name;
use crate::trace::record::NetLevel;
use crate::world::{Bench, Device, DeviceId, PinId};

const TX: u32 = 0;

/// A serial peer.
#[derive(Clone, PartialEq, Debug)]
pub struct SerialPeer {
    name: Name,
    tx: Transmitter,
}

impl SerialPeer {
    /// A peer that drives `pin`, high at rest.
    pub fn new(name: Name, pin: PinId, bench: &mut Bench) -> Self {
        Self { name, tx: Transmitter::new(pin, BitClock::exact(9600), TX, bench) }
    }

    /// Sends bytes at `baud`, after those that it is sending.
    pub fn send(&mut self, data: &[u8], baud: u32, me: DeviceId, bench: &mut Bench) {
        self.tx.set_clock(BitClock::exact(baud));
        self.tx.send(data, me, self.name, bench);
    }
}

impl Device for SerialPeer {
    fn alarm(&mut self, me: DeviceId, _number: u32, bench: &mut Bench) {
        self.tx.on_alarm(me, self.name, bench);
    }

    fn edge(&mut self, _me: DeviceId, _pin: PinId, _level: NetLevel, _bench: &mut Bench) {}
}
