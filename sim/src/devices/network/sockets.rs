//! What the program does with sockets and listeners.
//!
//! Owns connecting, listening, accepting, reading, writing and closing. What follows from it on the link is in `traffic`.

use std::collections::VecDeque;

use super::end::{End, EndId, Phase};
use super::outgoing::LONGEST_SEGMENT;
use super::{Network, Port};
use crate::trace::record::{NetEvent, NetFault};
use crate::trace::{Kind, Seq};
use crate::world::{Bench, DeviceId};

impl Network {
    /// Accepts connections on a port; false if somebody does already.
    pub fn listen(&mut self, port: u16, bench: &mut Bench) -> bool {
        if self.ports.contains_key(&port) {
            return false;
        }
        let name = bench.trace.name(&format!("{}:{port}", self.text));
        bench.record(Kind::Net { socket: name, event: NetEvent::Listens { port } });
        self.ports.insert(port, Port { name, waiting: VecDeque::new(), last: None });
        true
    }

    /// Nobody listens on the port any more; who waits there is told.
    pub fn stop_listening(&mut self, port: u16, me: DeviceId, bench: &mut Bench) {
        let Some(gone) = self.ports.remove(&port) else { return };
        bench.record(Kind::Net { socket: gone.name, event: NetEvent::Closed { unread: 0 } });
        for waiting in gone.waiting {
            self.fail(waiting, NetFault::Reset, bench);
            self.break_off(waiting, me, bench);
        }
    }

    /// The connection that waits for the longest on a port.
    pub fn accept(&mut self, port: u16, bench: &mut Bench) -> Option<EndId> {
        let accepted = self.ports.get_mut(&port)?.waiting.pop_front()?;
        self.tell(accepted, NetEvent::Accepted, bench);
        Some(accepted)
    }

    /// Whether a connection waits on a port, and the record of the last that came.
    pub fn waits(&self, port: u16) -> Option<Option<Seq>> {
        let port = self.ports.get(&port)?;
        (!port.waiting.is_empty()).then_some(port.last)
    }

    pub(super) fn new_end(&mut self, port: u16, phase: Phase, bench: &mut Bench) -> EndId {
        let id = EndId(self.ends.len() as u32);
        let name = bench.trace.name(&format!("socket#{}", id.0 + 1));
        self.ends.push(End::new(name, port, phase, self.settings.buffer));
        id
    }

    /// Begins to connect to a port. A host that does not exist never answers.
    pub fn connect(&mut self, exists: bool, port: u16, me: DeviceId, bench: &mut Bench) -> EndId {
        let id = self.new_end(port, Phase::Connecting, bench);
        self.end_mut(id).exists = exists;
        let context = bench.cause();
        self.tell_cause(id, NetEvent::Connects { port }, bench);
        self.ask(id, me, bench);
        self.arm(id, me, bench);
        bench.cause_is(context);
        id
    }

    /// An end.
    pub fn end(&self, id: EndId) -> &End {
        &self.ends[id.0 as usize]
    }

    pub(super) fn end_mut(&mut self, id: EndId) -> &mut End {
        &mut self.ends[id.0 as usize]
    }

    /// Reads up to `buf.len()` bytes. Where that makes room the other end is told.
    pub fn read(&mut self, id: EndId, buf: &mut [u8], me: DeviceId, bench: &mut Bench) -> usize {
        let end = self.end_mut(id);
        let before = end.incoming.room();
        let count = end.incoming.read(buf);
        let (room, unread) = (end.incoming.room(), end.incoming.unread() as u32);
        if count > 0 {
            let context = bench.cause();
            self.tell_cause(id, NetEvent::Read { bytes: count as u32, unread }, bench);
            let enough = LONGEST_SEGMENT.min(self.settings.buffer);
            if before < enough && room >= enough {
                self.acknowledge(id, me, bench);
            }
            bench.cause_is(context);
        }
        count
    }

    /// Takes as much as fits; gives how much.
    pub fn write(&mut self, id: EndId, data: &[u8], me: DeviceId, bench: &mut Bench) -> usize {
        let count = self.end_mut(id).outgoing.give(data);
        let context = bench.cause();
        let event = NetEvent::Written { bytes: count as u32, of: data.len() as u32 };
        self.tell_cause(id, event, bench);
        self.pump(id, me, bench);
        bench.cause_is(context);
        count
    }

    /// The program does not want it any more: what was written is still sent, then the end of the stream.
    pub fn close(&mut self, id: EndId, me: DeviceId, bench: &mut Bench) {
        let context = bench.cause();
        let end = self.end_mut(id);
        if std::mem::replace(&mut end.is_closed, true) {
            return;
        }
        let unread = end.incoming.drop_unread() as u32;
        end.outgoing.end();
        self.tell_cause(id, NetEvent::Closed { unread }, bench);
        match self.end(id).phase {
            Phase::Open => self.pump(id, me, bench),
            Phase::Connecting | Phase::Failed(_) => self.end_mut(id).timer = None,
        }
        bench.cause_is(context);
    }
}
