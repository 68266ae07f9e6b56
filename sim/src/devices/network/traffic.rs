//! What goes out on the link, and what comes in.
//!
//! Owns the rules of a connection: when something is sent, sent again, acknowledged, and given up.

use vpyb_core::time::Instant;

use super::end::{EndId, Phase};
use super::incoming::Taken;
use super::message::Message;
use super::outgoing::Segment;
use super::{BACKLOG, NO_ANSWER, Network, TIMER};
use crate::trace::record::{NetEvent, NetFault, NetLoss};
use crate::trace::{Kind, Name};
use crate::world::{Bench, DeviceId, FaultKind, Place};

impl Network {
    /// Sends a message; `of` is the socket by whose name its loss is told.
    pub(super) fn send(&mut self, of: Name, message: Message, me: DeviceId, bench: &mut Bench) {
        bench.offer(&[FaultKind::Outage, FaultKind::Reset], Place::Named(self.name));
        let bytes = message.bytes();
        match self.link.send(bytes, &self.text, bench) {
            Ok(arrival) => self.deliver_at(arrival, message, me, bench),
            Err(why) => {
                let event = NetEvent::Lost { bytes: bytes as u16, why };
                bench.record(Kind::Net { socket: of, event });
            }
        }
    }

    /// Has a message arrive at an instant.
    pub(super) fn deliver_at(&mut self, at: Instant, message: Message, me: DeviceId, bench: &mut Bench) {
        let number = self.next_message;
        self.next_message = (number + 1) % NO_ANSWER;
        self.under_way.insert(number, message);
        bench.alarm_at(at, me, number);
    }

    pub(super) fn ask(&mut self, id: EndId, me: DeviceId, bench: &mut Bench) {
        let end = self.end(id);
        let message = Message::Ask { from: id, port: end.port };
        if end.exists {
            self.send(end.name, message, me, bench);
        }
    }

    pub(super) fn acknowledge(&mut self, id: EndId, me: DeviceId, bench: &mut Bench) {
        let end = self.end(id);
        if let Some(to) = end.peer {
            let (upto, limit) = (end.incoming.next(), end.incoming.limit());
            self.send(end.name, Message::Acknowledge { to, upto, limit }, me, bench);
        }
    }

    /// Tells the other end that this one does not exist any more.
    pub(super) fn break_off(&mut self, id: EndId, me: DeviceId, bench: &mut Bench) {
        let end = self.end(id);
        if let Some(to) = end.peer {
            self.send(end.name, Message::Reset { to }, me, bench);
        }
    }

    pub(super) fn send_segment(&mut self, id: EndId, segment: Segment, me: DeviceId, bench: &mut Bench) {
        let Some(to) = self.end(id).peer else { return };
        let context = bench.cause();
        let (offset, bytes) = (segment.offset as u32, segment.bytes.len() as u16);
        self.tell_cause(id, NetEvent::Sent { offset, bytes, end: segment.end }, bench);
        let name = self.end(id).name;
        self.send(name, Message::Data { to, segment }, me, bench);
        bench.cause_is(context);
    }

    /// Sends what there is room for.
    pub(super) fn pump(&mut self, id: EndId, me: DeviceId, bench: &mut Bench) {
        if self.end(id).phase != Phase::Open {
            return;
        }
        while let Some(segment) = self.end_mut(id).outgoing.next_segment() {
            self.send_segment(id, segment, me, bench);
        }
        let end = self.end(id);
        if end.timer.is_none() && (end.outgoing.is_outstanding() || end.outgoing.has_more()) {
            self.arm(id, me, bench);
        }
    }

    pub(super) fn arm(&mut self, id: EndId, me: DeviceId, bench: &mut Bench) {
        let end = self.end_mut(id);
        let at = bench.now() + end.patience();
        end.timer = Some(at);
        bench.alarm_at(at, me, TIMER | id.0);
    }

    /// There was no answer in time.
    pub(super) fn expired(&mut self, id: EndId, me: DeviceId, bench: &mut Bench) {
        let end = self.end_mut(id);
        if end.timer != Some(bench.now()) {
            return;
        }
        end.timer = None;
        if end.tries >= end.most_tries() {
            return self.fail(id, NetFault::TimedOut, bench);
        }
        let after = end.patience();
        end.tries += 1;
        let (tries, phase) = (end.tries, end.phase);
        let context = bench.cause();
        self.tell_cause(id, NetEvent::Again { tries, after }, bench);
        if phase == Phase::Connecting {
            self.ask(id, me, bench);
        } else {
            let outgoing = &mut self.end_mut(id).outgoing;
            let question = (!outgoing.is_outstanding()).then(|| outgoing.question());
            outgoing.go_back();
            if let Some(question) = question {
                self.send_segment(id, question, me, bench);
            }
            self.pump(id, me, bench);
        }
        if self.end(id).timer.is_none() {
            self.arm(id, me, bench);
        }
        bench.cause_is(context);
    }

    /// A message has come to the end of its way.
    pub(super) fn arrive(&mut self, message: Message, me: DeviceId, bench: &mut Bench) {
        if self.link.is_down && !matches!(message, Message::Found { .. }) {
            return self.lose(&message, NetLoss::Outage, bench);
        }
        match message {
            Message::Ask { from, port } => self.asked(from, port, me, bench),
            Message::Answer { to, peer } => self.answered(to, peer, me, bench),
            Message::Data { to, segment } => self.data(to, &segment, me, bench),
            Message::Acknowledge { to, upto, limit } => self.acknowledged(to, upto, limit, me, bench),
            Message::Reset { to } => {
                if self.end(to).phase == Phase::Open {
                    self.fail(to, NetFault::Reset, bench);
                }
            }
            Message::Question { .. } | Message::Found { .. } | Message::Reply { .. } => {
                self.name_server(message, me, bench);
            }
        }
    }

    /// A message is lost on its way: told by the name of the socket that sent it.
    fn lose(&self, message: &Message, why: NetLoss, bench: &mut Bench) {
        let sender = match message {
            Message::Ask { from, .. } => Some(*from),
            Message::Answer { to, .. }
            | Message::Data { to, .. }
            | Message::Acknowledge { to, .. }
            | Message::Reset { to } => self.end(*to).peer,
            Message::Question { .. } | Message::Found { .. } | Message::Reply { .. } => None,
        };
        let socket = sender.map_or(self.name, |sender| self.end(sender).name);
        let event = NetEvent::Lost { bytes: message.bytes() as u16, why };
        bench.record(Kind::Net { socket, event });
    }

    fn asked(&mut self, from: EndId, port: u16, me: DeviceId, bench: &mut Bench) {
        let name = self.end(from).name;
        if let Some(peer) = self.end(from).peer {
            // Asked once more: the answer was lost.
            return self.send(self.end(peer).name, Message::Answer { to: from, peer: Some(peer) }, me, bench);
        }
        let Some(waiting) = self.ports.get(&port).map(|port| port.waiting.len()) else {
            return self.send(self.name, Message::Answer { to: from, peer: None }, me, bench);
        };
        if waiting >= BACKLOG {
            let event = NetEvent::Lost { bytes: 0, why: NetLoss::Room };
            bench.record(Kind::Net { socket: name, event });
            return;
        }
        let peer = self.new_end(port, Phase::Open, bench);
        self.end_mut(peer).peer = Some(from);
        self.end_mut(from).peer = Some(peer);
        let context = bench.cause();
        self.note_cause(peer, NetEvent::Waits { port }, bench);
        let last = self.end(peer).last;
        if let Some(port) = self.ports.get_mut(&port) {
            port.waiting.push_back(peer);
            port.last = last;
        }
        self.send(self.end(peer).name, Message::Answer { to: from, peer: Some(peer) }, me, bench);
        bench.cause_is(context);
    }

    fn answered(&mut self, to: EndId, peer: Option<EndId>, me: DeviceId, bench: &mut Bench) {
        if self.end(to).phase != Phase::Connecting {
            return;
        }
        let Some(peer) = peer else {
            return self.fail(to, NetFault::Refused, bench);
        };
        if self.end(to).is_closed {
            // Nobody wants it any more.
            let name = self.end(to).name;
            return self.send(name, Message::Reset { to: peer }, me, bench);
        }
        let end = self.end_mut(to);
        (end.phase, end.timer, end.tries) = (Phase::Open, None, 0);
        self.note(to, NetEvent::Connected, bench);
    }

    fn data(&mut self, to: EndId, segment: &Segment, me: DeviceId, bench: &mut Bench) {
        let end = self.end(to);
        let is_gone = end.phase != Phase::Open || (end.is_closed && !segment.bytes.is_empty());
        if is_gone {
            return self.break_off(to, me, bench);
        }
        let context = bench.cause();
        let bytes = segment.bytes.len() as u16;
        let taken = self.end_mut(to).incoming.take(segment);
        let unread = self.end(to).incoming.unread() as u32;
        match taken {
            Taken::New if segment.end => self.note_cause(to, NetEvent::Ended, bench),
            Taken::New => self.note_cause(to, NetEvent::Arrived { bytes, unread }, bench),
            Taken::Known => {}
            Taken::Gap => self.tell_cause(to, NetEvent::Lost { bytes, why: NetLoss::Order }, bench),
            Taken::Full => self.tell_cause(to, NetEvent::Lost { bytes, why: NetLoss::Room }, bench),
        }
        self.acknowledge(to, me, bench);
        bench.cause_is(context);
    }

    fn acknowledged(&mut self, to: EndId, upto: u64, limit: u64, me: DeviceId, bench: &mut Bench) {
        let end = self.end_mut(to);
        if end.phase != Phase::Open {
            return;
        }
        let had_room = end.outgoing.has_room();
        if end.outgoing.acknowledge(upto, limit) {
            (end.timer, end.tries) = (None, 0);
        } else if !end.outgoing.is_outstanding() {
            // Asked for room, the other end answers that there is none: it is there.
            end.tries = 0;
        }
        if !had_room && end.outgoing.has_room() {
            end.last = bench.cause();
            bench.interrupt_served();
        }
        self.pump(to, me, bench);
    }
}
