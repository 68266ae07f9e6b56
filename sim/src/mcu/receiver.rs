//! The receiving half of a UART: edges in, characters out.
//!
//! Owns the one-character data register and the ring that its interrupt fills. Each of them can overrun, and each
//! overrun is recorded where it happens. Facts: reference manual RM0090 for the hardware, MicroPython's `uart.c` for
//! the handler. Bits are the sampler's.
//!
//! ```text
//!   sampler ── character ──▶ data register ── after the interrupt's latency ──▶ handler ──▶ ring
//!                             │ full: overrun, then deaf                          │ full: the character is held,
//!                                                                                   the interrupt off
//! ```

use std::collections::VecDeque;

use vpyb_core::Parity;
use vpyb_core::time::{Duration, Instant};

use super::framing::Word;
use super::sampler::{Character, Sampled, Sampler};
use crate::trace::record::SerialEvent;
use crate::trace::{Kind, Name, Seq};
use crate::world::{Bench, DeviceId, FaultKind, Place};

/// What happened since the program last asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RxError {
    /// Characters were lost.
    Overrun,
    /// A stop bit was low.
    Framing,
    /// A parity bit was wrong.
    Parity,
    /// The samples of a bit differed.
    Noise,
}

/// What a receiver holds at an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// A frame is on its way in.
    pub in_frame: bool,
    /// The character in the data register.
    pub register: Option<Word>,
    /// The overrun flag stands.
    pub overrun: bool,
    /// The receive interrupt is off because the ring was full.
    pub interrupt_off: bool,
    /// The characters in the ring, oldest first.
    pub ring: Vec<Word>,
}

/// A receiver.
#[derive(Clone, PartialEq, Debug)]
pub struct Receiver {
    sampler: Sampler,
    /// The numbers of its alarms: the interrupt's handler is done; the line may be idle.
    alarms: [u32; 2],
    latency: Duration,
    data_register: Option<Word>,
    /// The overrun flag: reception stands still until the data register is read.
    overrun: bool,
    interrupt_on: bool,
    ring: VecDeque<Word>,
    capacity: usize,
    error: Option<RxError>,
    last_buffered: Option<Seq>,
    /// A frame came, and the line has not been idle since.
    was_busy: bool,
    /// When the line has been idle for a frame, if it stays high.
    idle_at: Option<Instant>,
}

impl Receiver {
    /// A receiver with a ring of `capacity` characters, whose handler is done `latency` after the request.
    pub fn new(sampler: Sampler, alarms: [u32; 2], latency: Duration, capacity: usize) -> Self {
        Self {
            sampler,
            alarms,
            latency,
            data_register: None,
            overrun: false,
            interrupt_on: true,
            ring: VecDeque::with_capacity(capacity.min(4096)),
            capacity,
            error: None,
            last_buffered: None,
            was_busy: false,
            idle_at: None,
        }
    }

    /// How many characters the ring holds.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether the ring is empty.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Whether it can take another character: what RTS says.
    pub fn is_ready(&self) -> bool {
        self.data_register.is_none()
    }

    /// All that it holds, for inspection.
    pub fn received(&self) -> Received {
        Received {
            in_frame: self.sampler.is_taking(),
            register: self.data_register,
            overrun: self.overrun,
            interrupt_off: !self.interrupt_on,
            ring: self.ring.iter().copied().collect(),
        }
    }

    /// The first error since this was last asked.
    pub fn take_error(&mut self) -> Option<RxError> {
        self.error.take()
    }

    /// The line changed.
    pub fn on_edge(&mut self, high: bool, me: DeviceId, name: Name, bench: &mut Bench) {
        let at_rest = !self.sampler.is_taking();
        if at_rest && !high {
            self.idle_at = None;
            bench.record_cause(Kind::UartStart { uart: name });
        }
        self.sampler.on_edge(high, me, bench);
        if at_rest && high {
            self.await_idle(bench.now(), me, bench);
        }
    }

    /// The last sample of a bit.
    pub fn on_sample(&mut self, me: DeviceId, name: Name, bench: &mut Bench) {
        let (start, sampled) = self.sampler.on_alarm(me, bench);
        match sampled {
            Sampled::Nothing => {}
            Sampled::NoStart => {
                bench.record(Kind::UartNoStart { uart: name });
                self.await_idle(bench.now(), me, bench);
            }
            Sampled::Character(character) => {
                let end = self.sampler.frame_after(start);
                self.arrive(character, me, name, bench);
                self.was_busy = true;
                self.await_idle(end, me, bench);
            }
        }
    }

    /// If the line stays high from an instant on, it has been idle when a frame would have been over.
    fn await_idle(&mut self, from: Instant, me: DeviceId, bench: &mut Bench) {
        if self.was_busy && self.sampler.is_high() {
            let at = self.sampler.frame_after(from);
            self.idle_at = Some(at);
            bench.alarm_at(at, me, self.alarms[1]);
        }
    }

    /// The line may have been idle for a frame.
    pub fn on_idle(&mut self, name: Name, bench: &mut Bench) {
        if self.idle_at == Some(bench.now()) {
            (self.was_busy, self.idle_at) = (false, None);
            bench.record(Kind::Serial { uart: name, event: SerialEvent::Idle });
        }
    }

    /// A whole frame was received, or a character is put here without a wire.
    pub fn arrive(&mut self, mut character: Character, me: DeviceId, name: Name, bench: &mut Bench) {
        let place = Place::Named(name);
        if bench.fault(FaultKind::DropByte, place).is_some() {
            return;
        }
        if bench.fault(FaultKind::FlipBit, place).is_some() {
            let bits = self.sampler.frame().bits;
            let stream = format!("{}.flip_bit", bench.trace.text(name));
            character.word ^= 1 << bench.random(&stream, bits.into());
            // With one bit turned over the parity bit fits if it did not before.
            character.parity = self.sampler.frame().parity != Parity::None && !character.parity;
        }
        character.framing |= bench.fault(FaultKind::Framing, place).is_some();
        character.noise |= bench.fault(FaultKind::Noise, place).is_some();
        self.complete(character, me, name, bench);
    }

    fn complete(&mut self, character: Character, me: DeviceId, name: Name, bench: &mut Bench) {
        let Character { word, framing, parity, noise } = character;
        let byte = word as u8;
        if self.overrun {
            bench.record(Kind::UartDeaf { uart: name });
            return;
        }
        if self.data_register.is_some() {
            self.overrun = true;
            self.error.get_or_insert(RxError::Overrun);
            bench.record(Kind::UartOverrun { uart: name, byte });
            return;
        }
        self.data_register = Some(word);
        if framing || parity || noise {
            let error = if framing {
                RxError::Framing
            } else if parity {
                RxError::Parity
            } else {
                RxError::Noise
            };
            self.error.get_or_insert(error);
        }
        bench.record_cause(Kind::UartRx { uart: name, byte, framing });
        if word > 0xFF {
            bench.record(Kind::Serial { uart: name, event: SerialEvent::Ninth { sent: false } });
        }
        if parity || noise {
            bench.record(Kind::Serial { uart: name, event: SerialEvent::Damaged { byte, parity, noise } });
        }
        if self.interrupt_on {
            let late = bench.fault(FaultKind::LateIrq, Place::Named(name)).unwrap_or(Duration::ZERO);
            bench.alarm_after(self.latency + late, me, self.alarms[0]);
        }
    }

    /// The receive interrupt's handler: the character goes to the ring, or is held while the ring is full.
    pub fn on_interrupt(&mut self, name: Name, bench: &mut Bench) {
        let Some(word) = self.data_register else { return };
        bench.interrupt_served();
        if self.ring.len() < self.capacity {
            self.buffer(word, name, bench);
        } else {
            self.interrupt_on = false;
            bench.record(Kind::UartHeld { uart: name, byte: word as u8 });
        }
    }

    /// Moves the character from the data register to the ring; reading it clears the overrun flag.
    fn buffer(&mut self, word: Word, name: Name, bench: &mut Bench) {
        self.data_register = None;
        self.overrun = false;
        self.ring.push_back(word);
        let ring = self.ring.len() as u16;
        let kind = Kind::UartBuffered { uart: name, byte: word as u8, ring };
        self.last_buffered = Some(bench.record_cause(kind));
    }

    /// Takes up to so many characters; gives how many there were. Making room turns the interrupt on again, and a held one
    /// comes in.
    pub fn read(&mut self, most: usize, name: Name, bench: &mut Bench, mut take: impl FnMut(Word)) -> usize {
        let mut count = 0;
        while count < most
            && let Some(word) = self.ring.pop_front()
        {
            take(word);
            count += 1;
        }
        if count > 0 {
            bench.record(Kind::UartRead { uart: name, bytes: count as u32, ring: self.ring.len() as u16 });
        }
        if !self.interrupt_on && self.ring.len() < self.capacity {
            self.interrupt_on = true;
            if let Some(word) = self.data_register {
                let context = bench.cause();
                self.buffer(word, name, bench);
                bench.cause_is(context);
            }
        }
        count
    }

    /// The record of the character that came into the ring last: what makes the UART ready.
    pub fn last_buffered(&self) -> Option<Seq> {
        self.last_buffered
    }

    /// How many characters of the ring belong to its first line, the newline included; all if there is none.
    pub fn line_len(&self) -> usize {
        let newline = self.ring.iter().position(|&word| word == Word::from(b'\n'));
        newline.map_or(self.ring.len(), |at| at + 1)
    }
}
