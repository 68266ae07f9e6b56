//! The receiving half of a UART: edges in, bytes out.
//!
//! Owns the sampling of frames, the one-byte data register and the ring that its interrupt fills. Each of
//! them can overrun, and each overrun is recorded where it happens. Facts: reference manual RM0090 for the
//! hardware, MicroPython's `uart.c` for the handler.
//!
//! ```text
//!           falling edge                 mid-bit samples            stop bit sampled
//!   Idle ────────────────▶ Start bit ───────────────▶ Data bits ────────────────────▶ Idle
//!     ▲                        │ still low? no                                          │
//!     └────────────────────────┘                         byte to the data register ◀────┘
//!                                                                  │ register full: overrun, then deaf
//!                                                                  ▼ after the interrupt's latency
//!                                          ring ◀── handler ── data register
//!                                                    │ ring full: the byte is held, the interrupt off
//! ```

use std::collections::VecDeque;

use vpyb_core::time::{Duration, Instant};

use super::bit_clock::BitClock;
use crate::trace::record::NetLevel;
use crate::trace::{Kind, Name, Seq};
use crate::world::{Bench, DeviceId, PinId};

/// Samples of a frame: start, eight data bits, stop.
const FRAME_BITS: u8 = 10;

/// What happened since the program last asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RxError {
    /// Bytes were lost.
    Overrun,
    /// A stop bit was low.
    Framing,
}

/// What a receiver holds at an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// A frame is on its way in.
    pub in_frame: bool,
    /// The byte in the data register.
    pub register: Option<u8>,
    /// The overrun flag stands.
    pub overrun: bool,
    /// The receive interrupt is off because the ring was full.
    pub interrupt_off: bool,
    /// The bytes in the ring, oldest first.
    pub ring: Vec<u8>,
}

/// A receiver.
#[derive(Clone, PartialEq, Debug)]
pub struct Receiver {
    pin: PinId,
    clock: BitClock,
    sample_alarm: u32,
    interrupt_alarm: u32,
    latency: Duration,
    frame: Option<Frame>,
    data_register: Option<u8>,
    /// The overrun flag: reception stands still until the data register is read.
    overrun: bool,
    interrupt_on: bool,
    ring: VecDeque<u8>,
    capacity: usize,
    error: Option<RxError>,
    last_buffered: Option<Seq>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Frame {
    start: Instant,
    /// The next bit to be sampled.
    bit: u8,
    byte: u8,
}

impl Receiver {
    /// A receiver on a pin, with a ring of `capacity` bytes, whose handler is done `latency` after the request.
    pub fn new(pin: PinId, clock: BitClock, alarms: [u32; 2], latency: Duration, capacity: usize) -> Self {
        Self {
            pin,
            clock,
            sample_alarm: alarms[0],
            interrupt_alarm: alarms[1],
            latency,
            frame: None,
            data_register: None,
            overrun: false,
            interrupt_on: true,
            ring: VecDeque::with_capacity(capacity.min(4096)),
            capacity,
            error: None,
            last_buffered: None,
        }
    }

    /// How many bytes the ring holds.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether the ring is empty.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// All that it holds, for inspection.
    pub fn received(&self) -> Received {
        Received {
            in_frame: self.frame.is_some(),
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

    /// The pin's net changed.
    pub fn on_edge(&mut self, level: NetLevel, me: DeviceId, name: Name, bench: &mut Bench) {
        if level == NetLevel::Low && self.frame.is_none() {
            let start = bench.now();
            self.frame = Some(Frame { start, bit: 0, byte: 0 });
            bench.record_cause(Kind::UartStart { uart: name });
            bench.alarm_at(self.clock.at(start, 1), me, self.sample_alarm);
        }
    }

    /// The middle of a bit.
    pub fn on_sample(&mut self, me: DeviceId, name: Name, bench: &mut Bench) {
        let Some(mut frame) = self.frame.take() else { return };
        // A floating wire reads low: nothing holds it up.
        let high = bench.level(self.pin) == NetLevel::High;
        match frame.bit {
            // A start bit that is over before its middle was a glitch: back to idle, without a flag.
            0 if high => {
                bench.record(Kind::UartNoStart { uart: name });
                return;
            }
            1..=8 => frame.byte |= u8::from(high) << (frame.bit - 1),
            _ => {}
        }
        frame.bit += 1;
        if frame.bit == FRAME_BITS {
            self.complete(frame.byte, !high, me, name, bench);
            return;
        }
        bench.alarm_at(self.clock.at(frame.start, 2 * u64::from(frame.bit) + 1), me, self.sample_alarm);
        self.frame = Some(frame);
    }

    /// A whole frame was received, or a byte is put here without a wire.
    pub fn complete(&mut self, byte: u8, framing: bool, me: DeviceId, name: Name, bench: &mut Bench) {
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
        self.data_register = Some(byte);
        if framing {
            self.error.get_or_insert(RxError::Framing);
        }
        bench.record_cause(Kind::UartRx { uart: name, byte, framing });
        if self.interrupt_on {
            bench.alarm_after(self.latency, me, self.interrupt_alarm);
        }
    }

    /// The receive interrupt's handler: the byte goes to the ring, or is held while the ring is full.
    pub fn on_interrupt(&mut self, name: Name, bench: &mut Bench) {
        let Some(byte) = self.data_register else { return };
        bench.interrupt_served();
        if self.ring.len() < self.capacity {
            self.buffer(byte, name, bench);
        } else {
            self.interrupt_on = false;
            bench.record(Kind::UartHeld { uart: name, byte });
        }
    }

    /// Moves the byte from the data register to the ring; reading it clears the overrun flag.
    fn buffer(&mut self, byte: u8, name: Name, bench: &mut Bench) {
        self.data_register = None;
        self.overrun = false;
        self.ring.push_back(byte);
        let ring = self.ring.len() as u16;
        self.last_buffered = Some(bench.record_cause(Kind::UartBuffered { uart: name, byte, ring }));
    }

    /// Takes up to `data.len()` bytes. Making room turns the interrupt on again, and a held byte comes in.
    pub fn read(&mut self, data: &mut [u8], name: Name, bench: &mut Bench) -> usize {
        let count = data.len().min(self.ring.len());
        for (place, byte) in data.iter_mut().zip(self.ring.drain(..count)) {
            *place = byte;
        }
        if count > 0 {
            bench.record(Kind::UartRead { uart: name, bytes: count as u32, ring: self.ring.len() as u16 });
        }
        if !self.interrupt_on && self.ring.len() < self.capacity {
            self.interrupt_on = true;
            if let Some(byte) = self.data_register {
                let context = bench.cause();
                self.buffer(byte, name, bench);
                bench.cause_is(context);
            }
        }
        count
    }

    /// The record of the byte that came into the ring last: what makes the UART ready.
    pub fn last_buffered(&self) -> Option<Seq> {
        self.last_buffered
    }

    /// How many bytes of the ring belong to its first line, the newline included; all if there is none.
    pub fn line_len(&self) -> usize {
        self.ring.iter().position(|&byte| byte == b'\n').map_or(self.ring.len(), |at| at + 1)
    }
}
