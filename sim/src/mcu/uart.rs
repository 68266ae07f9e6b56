//! A UART of the chip: a transmitter and a receiver that share a baud rate generator.
//!
//! Owns the unit as the board opens it, and its flow control. It knows its pins and nothing of who is on the other
//! end of the wires.

use vpyb_core::time::Duration;
use vpyb_core::{Pull, UartFlow, UartFrame};

use super::bit_clock::BitClock;
use super::framing::Word;
use super::receiver::{Received, Receiver};
use super::sampler::{Character, Sampler};
use super::transmitter::{Filling, Sending, Transmitter};
use crate::trace::Name;
use crate::trace::record::{Drive, NetLevel};
use crate::world::{Bench, Device, DeviceId, PinId};

const TX: u32 = 0;
const SAMPLE: u32 = 1;
const INTERRUPT: u32 = 2;
const IDLE: u32 = 3;
const FILL: u32 = 4;
/// Alarms from here on are bytes that arrive without a wire.
const FEED: u32 = 0x100;

/// The pins of a UART.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UartPins {
    /// Sends.
    pub tx: PinId,
    /// Receives.
    pub rx: PinId,
    /// Says that it can take a character, if the unit has one.
    pub rts: Option<PinId>,
    /// Hears that it may send one.
    pub cts: Option<PinId>,
}

/// How a UART is opened.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct UartSettings {
    /// The length of a bit.
    pub clock: BitClock,
    /// The bits of a character.
    pub frame: UartFrame,
    /// Flow control; only on a unit that has the pins.
    pub flow: UartFlow,
    /// From an interrupt request to its handler's end.
    pub latency: Duration,
    /// Length of the receive ring in characters.
    pub ring: usize,
    /// Whether characters are sent by interrupt.
    pub sends_by_interrupt: bool,
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
    settings: UartSettings,
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

    /// How the program has opened it; `None` if it is closed.
    pub fn settings(&self) -> Option<UartSettings> {
        self.open.as_ref().map(|open| open.settings)
    }

    /// Opens it: TX is driven high, RX is pulled up and listened to, as is CTS; RTS is driven low.
    pub fn open(&mut self, me: DeviceId, settings: UartSettings, bench: &mut Bench) {
        let UartSettings { clock, frame, flow, latency, ring, sends_by_interrupt } = settings;
        let filling = if sends_by_interrupt { Filling::ByInterrupt(latency) } else { Filling::AtOnce };
        let mut tx = Transmitter::new(self.pins.tx, clock, frame, filling, [TX, FILL], bench);
        bench.pull(self.pins.rx, Pull::Up);
        bench.listen(self.pins.rx, me);
        let rx =
            Receiver::new(Sampler::new(self.pins.rx, clock, frame, SAMPLE), [INTERRUPT, IDLE], latency, ring);
        if let Some(cts) = self.pins.cts.filter(|_| flow.cts) {
            bench.pull(cts, Pull::Up);
            bench.listen(cts, me);
            tx.set_clear(bench.level(cts) == NetLevel::Low, me, self.name, bench);
        }
        self.open = Some(Open { tx, rx, settings });
        self.settle_rts(bench);
    }

    /// The transmitter.
    ///
    /// # Panics
    ///
    /// If the UART is closed: only an open one is handed out.
    pub fn transmitter(&mut self) -> &mut Transmitter {
        &mut self.open.as_mut().expect("the UART is open").tx
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

    /// How much waits to be sent, and whether it is held back; `None` if the UART is closed.
    pub fn waiting(&self) -> Option<(usize, bool)> {
        self.open.as_ref().map(|open| (open.tx.waiting(), open.tx.is_held_back()))
    }

    /// Whether a character's frame is on the wire, from here.
    pub fn is_in_frame(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.tx.is_in_frame())
    }

    /// Whether transmission is complete.
    pub fn is_sent(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.tx.is_idle())
    }

    /// Hands something to the transmitter.
    ///
    /// # Panics
    ///
    /// If the UART is closed: only an open one is handed out.
    pub fn send(&mut self, what: impl IntoIterator<Item = Sending>, me: DeviceId, bench: &mut Bench) {
        let name = self.name;
        self.transmitter().send(what, me, name, bench);
    }

    /// Takes up to so many characters from the ring; gives how many there were.
    ///
    /// # Panics
    ///
    /// If the UART is closed: only an open one is handed out.
    pub fn read(&mut self, most: usize, bench: &mut Bench, take: impl FnMut(Word)) -> usize {
        let name = self.name;
        let count = self.receiver().read(most, name, bench, take);
        self.settle_rts(bench);
        count
    }

    /// The alarm by which a byte arrives in the data register without a wire.
    pub fn feed_alarm(byte: u8) -> u32 {
        FEED + u32::from(byte)
    }

    /// Says on RTS whether the receiver can take a character.
    fn settle_rts(&self, bench: &mut Bench) {
        if let Some(Open { rx, settings, .. }) = &self.open
            && let Some(rts) = self.pins.rts.filter(|_| settings.flow.rts)
        {
            bench.drive(rts, if rx.is_ready() { Drive::Low } else { Drive::High });
        }
    }
}

impl Device for Uart {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        // A closed UART has its clock off and sees nothing.
        let Some(Open { tx, rx, .. }) = &mut self.open else { return };
        match number {
            TX => tx.on_alarm(me, self.name, bench),
            FILL => tx.on_interrupt(me, self.name, bench),
            SAMPLE => rx.on_sample(me, self.name, bench),
            INTERRUPT => rx.on_interrupt(self.name, bench),
            IDLE => rx.on_idle(self.name, bench),
            feed => rx.arrive(Character::clean((feed - FEED) as Word), me, self.name, bench),
        }
        self.settle_rts(bench);
    }

    fn edge(&mut self, me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench) {
        let Some(Open { tx, rx, .. }) = &mut self.open else { return };
        if pin == self.pins.rx {
            rx.on_edge(level == NetLevel::High, me, self.name, bench);
        } else {
            tx.set_clear(level == NetLevel::Low, me, self.name, bench);
        }
    }
}
