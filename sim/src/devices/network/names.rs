//! Looking up names.
//!
//! Owns the question, its answer, and when it is given up. What an address is, is the board's business.

use vpyb_core::time::Duration;

use super::message::Message;
use super::{NO_ANSWER, Network};
use crate::trace::Kind;
use crate::trace::record::NetEvent;
use crate::world::{Bench, DeviceId};

/// A look-up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LookUp {
    /// Under way.
    Asked,
    /// There is an answer.
    Answered,
    /// There is none.
    Silent,
}

impl Network {
    /// The host's number, if the name server knows it.
    pub fn host(&self, host: &str) -> Option<usize> {
        self.settings.hosts.iter().position(|known| known == host)
    }

    /// How many hosts there are.
    pub fn hosts(&self) -> usize {
        self.settings.hosts.len()
    }

    /// Asks the name server. The answer is in [`look_up`](Self::look_up) when it has come.
    pub fn ask_name_server(&mut self, host: &str, me: DeviceId, bench: &mut Bench) {
        let context = bench.cause();
        let host = bench.trace.name(host);
        bench.record_cause(Kind::Net { socket: self.name, event: NetEvent::LooksUp { host } });
        let number = self.look_up.0 + 1;
        self.look_up = (number, LookUp::Asked);
        self.no_answer_at = bench.now() + self.settings.patience;
        bench.alarm_at(self.no_answer_at, me, NO_ANSWER);
        self.send(self.name, Message::Question { number }, me, bench);
        bench.cause_is(context);
    }

    /// How the last look-up stands.
    pub fn look_up(&self) -> LookUp {
        self.look_up.1
    }

    /// Records how a look-up ended.
    pub fn looked_up(&self, host: &str, took: Duration, bench: &mut Bench) {
        let found = (self.look_up.1 == LookUp::Answered).then(|| self.host(host).is_some());
        let event = NetEvent::LookedUp { host: bench.trace.name(host), found, took };
        bench.record(Kind::Net { socket: self.name, event });
    }

    /// The name server has had its time.
    pub(super) fn no_answer(&mut self, bench: &Bench) {
        if self.look_up.1 == LookUp::Asked && self.no_answer_at == bench.now() {
            self.look_up.1 = LookUp::Silent;
        }
    }

    /// A question has reached the name server, or its answer has come.
    pub(super) fn name_server(&mut self, message: Message, me: DeviceId, bench: &mut Bench) {
        match message {
            Message::Question { number } => {
                let at = bench.now() + self.settings.look_up;
                self.deliver_at(at, Message::Found { number }, me, bench);
            }
            Message::Found { number } => self.send(self.name, Message::Reply { number }, me, bench),
            Message::Reply { number } if self.look_up == (number, LookUp::Asked) => {
                self.look_up.1 = LookUp::Answered;
            }
            _ => {}
        }
    }
}
