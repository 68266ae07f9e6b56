//! One UART, as records tell it: what it sends, its data register, its ring and its counters.
//!
//! Owns [`Uart`]. Knows no wires and samples nothing.
//!
//! A received byte goes: `UartRx` → data register → `UartBuffered` → ring → `UartRead` → program.
//! With the ring full, `UartHeld` leaves it in the register with the interrupt off; after the next
//! `UartRead` it moves on with a `UartBuffered` of its own.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use vpyb_core::time::{Duration, Instant};

use crate::trace::record::{Flow, Frame, Kind, Name, Record, Seq, SerialEvent};

/// How often what happened on the receiving side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Frames that reached the data register.
    pub bytes: u64,
    /// Frames that were complete while the data register was full.
    pub overrun: u64,
    /// Frames whose stop bit was low.
    pub framing: u64,
    /// Frames whose parity bit was wrong.
    pub parity: u64,
    /// Frames in which the samples of a bit differed.
    pub noise: u64,
    /// Everything lost: overruns, and each record of frames that went by unseen.
    pub lost: u64,
    /// The most bytes that were in the ring.
    pub high_water: u64,
}

/// A UART at an instant.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Uart {
    /// Its pins, transmit then receive.
    pub pins: Option<(Name, Name)>,
    /// Its baud rate; zero before it was opened.
    pub baud: u32,
    /// How many characters its ring holds.
    pub ring_len: u16,
    /// What its frames and its flow control are, if they are not plain 8N1 without.
    pub set_up: Option<(Frame, Flow)>,
    /// What is being sent waits until the other side lets it.
    pub held_back: bool,
    /// The byte that is being sent, and when its frame ends.
    pub sending: Option<(u8, Instant)>,
    /// Bytes that the program has handed over and that are not yet begun.
    pub unsent: u64,
    /// The record of the start bit of the frame that is being received.
    pub in_frame: Option<Seq>,
    /// The character in the data register.
    pub register: Option<u16>,
    /// The receive interrupt is off because the ring was full.
    pub interrupt_off: bool,
    /// The overrun flag stands: nothing more is received until the next read.
    pub overrun: bool,
    /// The characters in the ring, oldest first.
    pub ring: VecDeque<u16>,
    /// What has been counted.
    pub counters: Counters,
}

impl Uart {
    /// Ends the frame that is being sent if it ends at `at` or before.
    pub fn settle(&mut self, at: Instant) {
        if self.sending.is_some_and(|(_, end)| end <= at) {
            self.sending = None;
        }
    }

    /// Takes in a record about this UART; others are ignored.
    pub fn apply(&mut self, seq: Seq, record: &Record) {
        match record.kind {
            Kind::UartOpened { tx, rx, baud, ring, .. } => {
                let counters = self.counters;
                *self = Self { pins: Some((tx, rx)), baud, ring_len: ring, counters, ..Self::default() };
            }
            Kind::Serial { event, .. } => self.apply_event(event),
            Kind::UartWrite { bytes, .. } => self.unsent = self.unsent.saturating_add(u64::from(bytes)),
            Kind::UartTx { byte, .. } => {
                self.unsent = self.unsent.saturating_sub(1);
                self.held_back = false;
                self.sending = Some((byte, record.at + self.frame()));
            }
            Kind::UartStart { .. } => self.in_frame = Some(seq),
            Kind::UartRx { byte, framing, .. } => {
                self.in_frame = None;
                self.register = Some(byte.into());
                self.counters.bytes = self.counters.bytes.saturating_add(1);
                self.counters.framing = self.counters.framing.saturating_add(u64::from(framing));
            }
            Kind::UartBuffered { byte, .. } => {
                let word = self.whole(byte);
                self.register = None;
                self.overrun = false;
                self.interrupt_off = false;
                self.ring.push_back(word);
                self.counters.high_water = self.counters.high_water.max(self.ring.len() as u64);
            }
            Kind::UartNoStart { .. } => self.in_frame = None,
            Kind::UartHeld { byte, .. } => {
                self.register = Some(self.whole(byte));
                self.interrupt_off = true;
            }
            Kind::UartOverrun { .. } => {
                self.in_frame = None;
                self.overrun = true;
                self.counters.overrun = self.counters.overrun.saturating_add(1);
                self.counters.lost = self.counters.lost.saturating_add(1);
            }
            Kind::UartDeaf { .. } => {
                self.in_frame = None;
                self.counters.lost = self.counters.lost.saturating_add(1);
            }
            Kind::UartRead { bytes, .. } => {
                let taken = self.ring.len().min(bytes as usize);
                self.ring.drain(..taken);
                self.overrun = false;
                self.interrupt_off = false;
            }
            _ => {}
        }
    }

    fn apply_event(&mut self, event: SerialEvent) {
        match event {
            SerialEvent::SetUp { frame, flow, .. } => self.set_up = Some((frame, flow)),
            SerialEvent::Damaged { parity, noise, .. } => {
                self.counters.parity = self.counters.parity.saturating_add(parity.into());
                self.counters.noise = self.counters.noise.saturating_add(noise.into());
            }
            SerialEvent::HeldBack => self.held_back = true,
            SerialEvent::GaveUp { left } => self.unsent = self.unsent.saturating_sub(left.into()),
            SerialEvent::Break => self.held_back = false,
            SerialEvent::Ninth { sent: false } => {
                self.register = self.register.map(|word| word | 0x100);
            }
            SerialEvent::Ninth { sent: true } | SerialEvent::Idle => {}
        }
    }

    /// The character in the data register, of which a record tells the low byte.
    fn whole(&self, byte: u8) -> u16 {
        self.register.filter(|word| *word as u8 == byte).unwrap_or(byte.into())
    }

    /// How long a frame lasts.
    fn frame(&self) -> Duration {
        let bits = self.set_up.map_or(10, |(frame, _)| frame.length());
        let nanos = u64::from(bits) * 1_000_000_000;
        Duration::from_nanos(nanos.checked_div(u64::from(self.baud)).unwrap_or(0))
    }
}
