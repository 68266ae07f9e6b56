//! The sending half of a UART: characters in, edges on a pin out.
//!
//! Owns the shift register and the data register before it, how they are filled, and the instants of bits. It
//! hands its pin a frame and asks for alarms; it knows no receiver.
//!
//! ```text
//!   queue ──── at once, or by interrupt ────▶ data register ──── if the other side lets it ────▶ shift register ──▶ pin
//! ```

use std::collections::VecDeque;

use vpyb_core::UartFrame;
use vpyb_core::time::{Duration, Instant};

use super::bit_clock::BitClock;
use super::framing::{Word, encode, frame_bits};
use crate::trace::record::{Drive, SerialEvent};
use crate::trace::{Kind, Name, Seq};
use crate::world::{Bench, DeviceId, PinId};

/// Something to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sending {
    /// A character.
    Word(Word),
    /// The line is low for so long, or without a span for as long as a frame, and then high for the stop bits.
    Break(Option<Duration>),
}

/// How the data register is filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filling {
    /// As soon as it is free: a driver that waits, or a peer.
    AtOnce,
    /// By an interrupt handler, which is done so long after it is free.
    ByInterrupt(Duration),
}

type Queued = (Sending, Option<Seq>);

/// A transmitter. Frames follow each other without a gap while the data register is filled in time.
#[derive(Clone, PartialEq, Debug)]
pub struct Transmitter {
    pin: PinId,
    clock: BitClock,
    frame: UartFrame,
    filling: Filling,
    /// The numbers of its alarms: the next bit, and the interrupt.
    alarms: [u32; 2],
    queue: VecDeque<Queued>,
    register: Option<Queued>,
    /// The interrupt is under way.
    is_filled_soon: bool,
    shifting: Option<Shifting>,
    /// When it goes on.
    due: Instant,
    /// Where the present run of frames began, and how many bits of it are over.
    base: Instant,
    bits_over: u64,
    /// The other side lets it send.
    is_clear: bool,
    /// It does not, and something waits for it.
    is_held_back: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Shifting {
    /// A character's, whose bits the pin has been given.
    Frame,
    /// A break.
    Low,
    /// The stop bits after a break.
    Stop,
}

impl Transmitter {
    /// A transmitter at rest: it drives its pin high.
    pub fn new(
        pin: PinId,
        clock: BitClock,
        frame: UartFrame,
        filling: Filling,
        alarms: [u32; 2],
        bench: &mut Bench,
    ) -> Self {
        bench.drive(pin, Drive::High);
        Self {
            pin,
            clock,
            frame,
            filling,
            alarms,
            queue: VecDeque::new(),
            register: None,
            is_filled_soon: false,
            shifting: None,
            due: Instant::ZERO,
            base: Instant::ZERO,
            bits_over: 0,
            is_clear: true,
            is_held_back: false,
        }
    }

    /// Whether nothing is on the wire and nothing waits: transmission complete.
    pub fn is_idle(&self) -> bool {
        self.shifting.is_none() && self.register.is_none() && self.queue.is_empty()
    }

    /// Whether a character's frame is on the wire.
    pub fn is_in_frame(&self) -> bool {
        matches!(self.shifting, Some(Shifting::Frame))
    }

    /// Whether the data register is free.
    pub fn is_free(&self) -> bool {
        self.register.is_none()
    }

    /// How much is not on the wire yet.
    pub fn waiting(&self) -> usize {
        self.queue.len() + usize::from(self.register.is_some())
    }

    /// Whether something waits because the other side does not let it be sent.
    pub fn is_held_back(&self) -> bool {
        self.is_held_back
    }

    /// How much waits before the data register.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Changes the speed of what is sent from now on; without effect while something is on the wire.
    pub fn set_clock(&mut self, clock: BitClock) {
        if self.is_idle() {
            self.clock = clock;
        }
    }

    /// Takes what is to be sent, caused by the bench's present cause. `name` stands in the records.
    pub fn send(
        &mut self,
        what: impl IntoIterator<Item = Sending>,
        me: DeviceId,
        name: Name,
        bench: &mut Bench,
    ) {
        let cause = bench.cause();
        self.queue.extend(what.into_iter().map(|sending| (sending, cause)));
        self.fill(me, name, bench);
    }

    /// Forgets what waits before the data register; gives how much that was.
    pub fn give_up(&mut self) -> usize {
        std::mem::take(&mut self.queue).len()
    }

    /// Ends whatever is being sent and lets its pin go, or drives it high again: a peer without supply, and with it.
    pub fn power(&mut self, on: bool, bench: &mut Bench) {
        (self.shifting, self.register) = (None, None);
        self.queue.clear();
        bench.cut(self.pin);
        bench.drive(self.pin, if on { Drive::High } else { Drive::Released });
    }

    /// The other side lets it send, or does not: a frame that has begun is not cut off.
    pub fn set_clear(&mut self, clear: bool, me: DeviceId, name: Name, bench: &mut Bench) {
        self.is_clear = clear;
        self.shift(false, me, name, bench);
    }

    /// A frame or a part of a break is over.
    pub fn on_alarm(&mut self, me: DeviceId, name: Name, bench: &mut Bench) {
        // An alarm of what was sent before a loss of power finds another instant here.
        if bench.now() != self.due {
            return;
        }
        match self.shifting {
            Some(Shifting::Frame) => {
                self.bits_over += u64::from(frame_bits(self.frame));
                self.shifting = None;
                self.shift(true, me, name, bench);
            }
            Some(Shifting::Low) => {
                bench.drive(self.pin, Drive::High);
                (self.base, self.bits_over) = (bench.now(), self.frame.stop_bits.into());
                self.shifting = Some(Shifting::Stop);
                self.alarm_at(self.bit(0), me, bench);
            }
            Some(Shifting::Stop) => {
                self.shifting = None;
                self.shift(true, me, name, bench);
            }
            None => {}
        }
    }

    /// The interrupt's handler has filled the data register.
    pub fn on_interrupt(&mut self, me: DeviceId, name: Name, bench: &mut Bench) {
        self.is_filled_soon = false;
        bench.interrupt_served();
        self.register = self.queue.pop_front();
        self.shift(false, me, name, bench);
    }

    /// Fills the data register if it is free, or has that done.
    fn fill(&mut self, me: DeviceId, name: Name, bench: &mut Bench) {
        if self.register.is_some() || self.queue.is_empty() {
            return;
        }
        match self.filling {
            Filling::AtOnce => {
                self.register = self.queue.pop_front();
                self.shift(false, me, name, bench);
            }
            Filling::ByInterrupt(latency) if !self.is_filled_soon => {
                self.is_filled_soon = true;
                bench.alarm_after(latency, me, self.alarms[1]);
            }
            Filling::ByInterrupt(_) => {}
        }
    }

    /// Begins with what is in the data register, if nothing is being sent and the other side lets it. `on`: bits are
    /// counted on from those of the frame before, so that they do not drift.
    fn shift(&mut self, on: bool, me: DeviceId, name: Name, bench: &mut Bench) {
        if self.shifting.is_some() || self.register.is_none() {
            return;
        }
        if !self.is_clear {
            if !std::mem::replace(&mut self.is_held_back, true) {
                bench.record(Kind::Serial { uart: name, event: SerialEvent::HeldBack });
            }
            return;
        }
        self.is_held_back = false;
        let Some((sending, cause)) = self.register.take() else { return };
        bench.cause_is(cause);
        if !on {
            (self.base, self.bits_over) = (bench.now(), 0);
        }
        self.shifting = Some(match sending {
            Sending::Word(word) => {
                bench.record_cause(Kind::UartTx { uart: name, byte: word as u8 });
                if word > 0xFF {
                    bench.record(Kind::Serial { uart: name, event: SerialEvent::Ninth { sent: true } });
                }
                bench.drive(self.pin, Drive::Low);
                self.wave(encode(self.frame, word), me, bench);
                Shifting::Frame
            }
            Sending::Break(span) => {
                bench.record_cause(Kind::Serial { uart: name, event: SerialEvent::Break });
                let bits = frame_bits(self.frame) - self.frame.stop_bits + 1;
                let end = span.map_or_else(|| self.bit(bits), |span| bench.now() + span);
                bench.drive(self.pin, Drive::Low);
                self.alarm_at(end, me, bench);
                Shifting::Low
            }
        });
        self.fill(me, name, bench);
    }

    /// Gives the pin a frame whose start bit has begun: where the level changes, for bits that change nothing are passed.
    fn wave(&mut self, bits: u16, me: DeviceId, bench: &mut Bench) {
        let count = frame_bits(self.frame);
        self.due = self.bit(count);
        let begins = self.clock.bits(self.base, self.bits_over + 1);
        let changed = bits ^ bits << 1;
        let changes = (1..count).zip(begins).filter(|(bit, _)| changed >> bit & 1 == 1);
        let changes = changes.map(|(bit, at)| (at, bits >> bit & 1 == 1));
        bench.wave(self.pin, changes, (self.due, me, self.alarms[0]));
    }

    /// When a bit begins, counted from the beginning of what is being sent.
    fn bit(&self, number: u8) -> Instant {
        self.clock.at(self.base, 2 * (self.bits_over + u64::from(number)))
    }

    fn alarm_at(&mut self, due: Instant, me: DeviceId, bench: &mut Bench) {
        self.due = due;
        bench.alarm_at(due, me, self.alarms[0]);
    }
}
