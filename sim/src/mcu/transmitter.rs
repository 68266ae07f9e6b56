//! The sending half of a UART: bytes in, edges on a pin out.
//!
//! Owns the bits of a frame (one start bit, eight data bits from the lowest, one stop bit) and their
//! instants. It drives a pin and asks for alarms; it knows no receiver.

use std::collections::VecDeque;

use vpyb_core::time::Instant;

use super::bit_clock::BitClock;
use crate::trace::record::Drive;
use crate::trace::{Kind, Name, Seq};
use crate::world::{Bench, DeviceId, PinId};

/// Bits of a frame: start, eight data bits, stop.
const FRAME_BITS: u64 = 10;

/// A transmitter. Frames follow each other without a gap while there are bytes.
#[derive(Clone, PartialEq, Debug)]
pub struct Transmitter {
    pin: PinId,
    clock: BitClock,
    /// The number of its alarms.
    alarm: u32,
    waiting: VecDeque<(u8, Option<Seq>)>,
    /// The frame on the wire.
    frame: Option<Frame>,
    /// Where the present run of frames began, and how many bits of it are over.
    base: Instant,
    bits_over: u64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Frame {
    /// All bits, the first to be sent lowest.
    bits: u16,
    /// The next bit to be put on the wire.
    next: u64,
}

impl Transmitter {
    /// A transmitter at rest: it drives its pin high.
    pub fn new(pin: PinId, clock: BitClock, alarm: u32, bench: &mut Bench) -> Self {
        bench.drive(pin, Drive::High);
        Self { pin, clock, alarm, waiting: VecDeque::new(), frame: None, base: Instant::ZERO, bits_over: 0 }
    }

    /// Whether no frame is on the wire and none waits: transmission complete.
    pub fn is_idle(&self) -> bool {
        self.frame.is_none() && self.waiting.is_empty()
    }

    /// Changes the speed of what is sent from now on; without effect while a frame is on the wire.
    pub fn set_clock(&mut self, clock: BitClock) {
        if self.is_idle() {
            self.clock = clock;
        }
    }

    /// Takes bytes to be sent, caused by the bench's present cause. `name` stands in the records.
    pub fn send(&mut self, data: &[u8], me: DeviceId, name: Name, bench: &mut Bench) {
        let cause = bench.cause();
        self.waiting.extend(data.iter().map(|&byte| (byte, cause)));
        if self.frame.is_none() {
            (self.base, self.bits_over) = (bench.now(), 0);
            self.begin_frame(me, name, bench);
        }
    }

    /// Goes on at an alarm.
    pub fn on_alarm(&mut self, me: DeviceId, name: Name, bench: &mut Bench) {
        let Some(frame) = &mut self.frame else { return };
        if frame.next < FRAME_BITS {
            let high = frame.bits >> frame.next & 1 == 1;
            frame.next += 1;
            bench.drive(self.pin, if high { Drive::High } else { Drive::Low });
            self.next_alarm(me, bench);
            return;
        }
        self.bits_over += FRAME_BITS;
        self.begin_frame(me, name, bench);
    }

    fn begin_frame(&mut self, me: DeviceId, name: Name, bench: &mut Bench) {
        let Some((byte, cause)) = self.waiting.pop_front() else {
            self.frame = None;
            return;
        };
        bench.cause_is(cause);
        bench.record_cause(Kind::UartTx { uart: name, byte });
        self.frame = Some(Frame { bits: u16::from(byte) << 1 | 1 << 9, next: 1 });
        bench.drive(self.pin, Drive::Low);
        self.next_alarm(me, bench);
    }

    /// Asks for the next change of level, or for the end of the frame; bits that change nothing are passed.
    fn next_alarm(&mut self, me: DeviceId, bench: &mut Bench) {
        let Some(frame) = &mut self.frame else { return };
        let present = frame.bits >> (frame.next - 1) & 1;
        while frame.next < FRAME_BITS && frame.bits >> frame.next & 1 == present {
            frame.next += 1;
        }
        let at = self.clock.at(self.base, 2 * (self.bits_over + frame.next));
        bench.alarm_at(at, me, self.alarm);
    }
}
