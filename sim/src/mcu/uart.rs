//! A UART of the chip: a transmitter and a receiver that share a baud rate generator.
//!
//! Owns the unit as the board opens it. Frames are 8N1. It knows its pins and nothing of who is on the
//! other end of the wire.

use vpyb_core::Pull;
use vpyb_core::time::Duration;

use super::bit_clock::BitClock;
use super::receiver::{Received, Receiver};
use super::transmitter::Transmitter;
use crate::trace::Name;
use crate::trace::record::NetLevel;
use crate::world::{Bench, Device, DeviceId, PinId};

const TX: u32 = 0;
const SAMPLE: u32 = 1;
const INTERRUPT: u32 = 2;
/// Alarms from here on are bytes that arrive without a wire.
const FEED: u32 = 0x100;

/// The pins of a UART.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UartPins {
    /// Sends.
    pub tx: PinId,
    /// Receives.
    pub rx: PinId,
}

/// A UART, closed until the program opens it.
#[derive(Clone, PartialEq, Debug)]
pub struct Uart {
    name: Name,
    pins: UartPins,
    open: Option<Open>,
}

#[derive(Clone, PartialEq, Debug)]
struct Open {
    tx: Transmitter,
    rx: Receiver,
}

impl Uart {
    /// A closed UART.
    pub fn new(name: Name, pins: UartPins) -> Self {
        Self { name, pins, open: None }
    }

    /// Its name in records.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Its pins.
    pub fn pins(&self) -> UartPins {
        self.pins
    }

    /// Whether the program has opened it.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens it: TX is driven high, RX is pulled up and listened to.
    pub fn open(&mut self, me: DeviceId, clock: BitClock, latency: Duration, ring: usize, bench: &mut Bench) {
        let tx = Transmitter::new(self.pins.tx, clock, TX, bench);
        bench.pull(self.pins.rx, Pull::Up);
        bench.listen(self.pins.rx, me);
        let rx = Receiver::new(self.pins.rx, clock, [SAMPLE, INTERRUPT], latency, ring);
        self.open = Some(Open { tx, rx });
    }

    /// The receiver.
    ///
    /// # Panics
    ///
    /// If the UART is closed: only an open one is handed out.
    pub fn receiver(&mut self) -> &mut Receiver {
        &mut self.open.as_mut().expect("the UART is open").rx
    }

    /// What the receiver holds; `None` if the UART is closed.
    pub fn received(&self) -> Option<Received> {
        self.open.as_ref().map(|open| open.rx.received())
    }

    /// Whether transmission is complete.
    pub fn is_sent(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.tx.is_idle())
    }

    /// Hands bytes to the transmitter.
    ///
    /// # Panics
    ///
    /// If the UART is closed: only an open one is handed out.
    pub fn send(&mut self, data: &[u8], me: DeviceId, bench: &mut Bench) {
        self.open.as_mut().expect("the UART is open").tx.send(data, me, self.name, bench);
    }

    /// The alarm by which a byte arrives in the data register without a wire.
    pub fn feed_alarm(byte: u8) -> u32 {
        FEED + u32::from(byte)
    }
}

impl Device for Uart {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        // A closed UART has its clock off and sees nothing.
        let Some(Open { tx, rx }) = &mut self.open else { return };
        match number {
            TX => tx.on_alarm(me, self.name, bench),
            SAMPLE => rx.on_sample(me, self.name, bench),
            INTERRUPT => rx.on_interrupt(self.name, bench),
            feed => rx.complete((feed - FEED) as u8, false, me, self.name, bench),
        }
    }

    fn edge(&mut self, me: DeviceId, _pin: PinId, level: NetLevel, bench: &mut Bench) {
        if let Some(open) = &mut self.open {
            open.rx.on_edge(level, me, self.name, bench);
        }
    }
}
