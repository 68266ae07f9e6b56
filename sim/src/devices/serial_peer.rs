//! Somebody at the other end of a serial line.
//!
//! Owns what it sends, what it hears and what it answers. Actors hand it what to send beside that. It knows its wires
//! and its supply, and nothing of the UART behind them.

use std::collections::VecDeque;

use vpyb_core::time::Duration;
use vpyb_core::{Pull, UartFrame};

use crate::mcu::{BitClock, Filling, Sampled, Sampler, Sending, Transmitter};
use crate::trace::record::{Drive, NetLevel};
use crate::trace::{Kind, Name, POWER_OFF, POWER_ON};
use crate::world::{Bench, Device, DeviceId, FaultKind, PinId, Place};

const TX: u32 = 0;
const FILL: u32 = 1;
const SAMPLE: u32 = 2;
const REPLY: u32 = 3;

/// The pins of a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeerPins {
    /// It sends.
    pub tx: PinId,
    /// It hears, if it listens.
    pub rx: Option<PinId>,
    /// It says that it can take a character: the other side's CTS.
    pub ready: Option<PinId>,
    /// It hears that it may send one: the other side's RTS.
    pub allowed: Option<PinId>,
}

/// What it does when it hears something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerReply {
    /// What it answers to.
    pub to: Vec<u8>,
    /// What it sends, each after a pause.
    pub send: Vec<Vec<u8>>,
    /// From the last byte to the first of the next.
    pub pause: Duration,
    /// How often it answers so; without end if that is not said.
    pub times: Option<u32>,
}

/// A serial peer.
#[derive(Clone, PartialEq, Debug)]
pub struct SerialPeer {
    name: Name,
    pins: PeerPins,
    /// Its own speed.
    clock: BitClock,
    tx: Transmitter,
    /// If it listens.
    sampler: Option<Sampler>,
    replies: Vec<PeerReply>,
    /// What it has heard, as far as that can be a part of a question.
    heard: VecDeque<u8>,
    /// What it will still answer, each after its pause.
    answers: VecDeque<(Duration, Vec<u8>)>,
    /// It pauses before an answer, or sends one.
    is_answering: bool,
    is_on: bool,
}

impl SerialPeer {
    /// A peer with supply. It drives TX high at rest.
    pub fn new(
        name: Name,
        pins: PeerPins,
        clock: BitClock,
        frame: UartFrame,
        replies: Vec<PeerReply>,
        me: DeviceId,
        bench: &mut Bench,
    ) -> Self {
        let mut tx = Transmitter::new(pins.tx, clock, frame, Filling::AtOnce, [TX, FILL], bench);
        if let Some(rx) = pins.rx {
            bench.listen(rx, me);
        }
        if let Some(ready) = pins.ready {
            bench.drive(ready, Drive::Low);
        }
        if let Some(allowed) = pins.allowed {
            bench.listen(allowed, me);
            bench.pull(allowed, Pull::Up);
            tx.set_clear(bench.level(allowed) == NetLevel::Low, me, name, bench);
        }
        Self {
            name,
            pins,
            clock,
            tx,
            sampler: pins.rx.map(|rx| Sampler::new(rx, clock, frame, SAMPLE)),
            replies,
            heard: VecDeque::new(),
            answers: VecDeque::new(),
            is_answering: false,
            is_on: true,
        }
    }

    /// Its name in records.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Whether it has its supply.
    pub fn has_supply(&self) -> bool {
        self.is_on
    }

    /// Sends bytes at `baud`, after those that it is sending; nothing without supply.
    pub fn send(&mut self, data: &[u8], baud: u32, me: DeviceId, bench: &mut Bench) {
        self.put(data.iter().map(|&byte| Sending::Word(byte.into())), BitClock::exact(baud), me, bench);
    }

    /// Holds its line low for so long, after what it is sending; nothing without supply.
    pub fn send_break(&mut self, span: Duration, me: DeviceId, bench: &mut Bench) {
        self.put([Sending::Break(Some(span))], self.clock, me, bench);
    }

    fn put(
        &mut self,
        what: impl IntoIterator<Item = Sending>,
        clock: BitClock,
        me: DeviceId,
        bench: &mut Bench,
    ) {
        if self.is_on {
            bench.offer(&[FaultKind::PowerOff], Place::Named(self.name));
            self.tx.set_clock(clock);
            self.tx.send(what, me, self.name, bench);
        }
    }

    /// Gives it its supply, or takes it: then it lets go of its wires and forgets what it heard and was to say.
    pub fn power(&mut self, on: bool, bench: &mut Bench) {
        if std::mem::replace(&mut self.is_on, on) == on {
            return;
        }
        self.note(if on { POWER_ON } else { POWER_OFF }, bench);
        self.tx.power(on, bench);
        if let Some(ready) = self.pins.ready {
            bench.drive(ready, if on { Drive::Low } else { Drive::Released });
        }
        self.heard.clear();
        self.answers.clear();
        self.is_answering = false;
    }

    fn note(&self, state: &str, bench: &mut Bench) {
        let state = bench.trace.name(state);
        bench.record_cause(Kind::Device { device: self.name, state });
    }

    /// A byte came.
    fn hear(&mut self, byte: u8, me: DeviceId, bench: &mut Bench) {
        bench.offer(&[FaultKind::PowerOff], Place::Named(self.name));
        self.heard.push_back(byte);
        let ends = |reply: &PeerReply| {
            let begin = self.heard.len().checked_sub(reply.to.len());
            begin.is_some_and(|begin| self.heard.range(begin..).eq(&reply.to))
        };
        let found = self.replies.iter().position(|reply| reply.times != Some(0) && ends(reply));
        let Some(found) = found else {
            let longest = self.replies.iter().map(|reply| reply.to.len()).max().unwrap_or(0);
            while self.heard.len() >= longest.max(1) {
                self.heard.pop_front();
            }
            return;
        };
        self.heard.clear();
        let reply = &mut self.replies[found];
        reply.times = reply.times.map(|times| times - 1);
        let (pause, text) = (reply.pause, format!("hears \"{}\"", reply.to.escape_ascii()));
        self.answers.extend(reply.send.iter().map(|answer| (pause, answer.clone())));
        self.note(&text, bench);
        if !self.is_answering {
            self.next_answer(me, bench);
        }
    }

    /// Pauses before the next answer, if there is one.
    fn next_answer(&mut self, me: DeviceId, bench: &mut Bench) {
        self.is_answering = !self.answers.is_empty();
        if let Some((pause, _)) = self.answers.front() {
            bench.alarm_after(*pause, me, REPLY);
        }
    }
}

impl Device for SerialPeer {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        match number {
            TX => {
                self.tx.on_alarm(me, self.name, bench);
                if self.is_answering && self.tx.is_idle() {
                    self.next_answer(me, bench);
                }
            }
            SAMPLE => {
                let sampled = self.sampler.as_mut().map(|sampler| sampler.on_alarm(me, bench));
                if let Some((_, Sampled::Character(character))) = sampled
                    && self.is_on
                    && !character.framing
                {
                    self.hear(character.word as u8, me, bench);
                }
            }
            REPLY => {
                let Some((_, answer)) = self.answers.pop_front() else { return };
                self.put(answer.into_iter().map(|byte| Sending::Word(byte.into())), self.clock, me, bench);
                if self.tx.is_idle() {
                    self.next_answer(me, bench);
                }
            }
            _ => {}
        }
    }

    fn edge(&mut self, me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench) {
        if Some(pin) == self.pins.allowed {
            self.tx.set_clear(level == NetLevel::Low, me, self.name, bench);
        } else if let Some(sampler) = &mut self.sampler {
            sampler.on_edge(level == NetLevel::High, me, bench);
        }
    }
}
