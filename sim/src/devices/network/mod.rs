//! A network with stream sockets: connections, segments, acknowledgements, and what gets lost.
//!
//! Owns the ends of all connections and the messages under way between them. Both ends are on the board; what lies between
//! them is a [`Link`]. It is TCP as far as a program can tell (RFC 9293): a stream in order, sent again until it is
//! acknowledged, with room at the other end as its limit; how long it waits is RFC 6298, how often it tries is lwIP's
//! `opt.h` (`TCP_SYNMAXRTX`, `TCP_MAXRTX`). It knows no program and no CPU.
//!
//! ```text
//!              answer                      close, and all acknowledged
//!   Connecting ──────▶ Open ───────────────────────────────────────────▶ silent
//!        │ refused,     │ reset, nobody answers
//!        │ no answer    ▼
//!        └──────────▶ Failed
//! ```
//!
//! Invariant **nothing-is-told**: what happens to a message on the link is known to nobody. Ends learn by what arrives, and
//! by what does not.

mod end;
mod incoming;
mod link;
mod message;
mod names;
mod outgoing;
mod sockets;
mod traffic;

use std::collections::{BTreeMap, VecDeque};

use vpyb_core::time::{Duration, Instant};

pub use end::{End, EndId, Phase};
pub use link::LinkSettings;
pub use names::LookUp;

use crate::trace::record::NetLevel;
use crate::trace::record::{NetEvent, NetFault};
use crate::trace::{Kind, Name, Seq};
use crate::world::{Bench, Device, DeviceId, PinId};
use link::Link;
use message::Message;

/// Connections that may wait for a listener to accept them.
const BACKLOG: usize = 5;
/// Alarms of this bit are timers of ends; the others are arrivals.
const TIMER: u32 = 1 << 31;
/// The alarm that ends a look-up without an answer.
const NO_ANSWER: u32 = TIMER - 1;

/// A network's properties, as a scenario says them.
#[derive(Clone, PartialEq, Debug)]
pub struct NetworkSettings {
    /// The way of a message.
    pub link: LinkSettings,
    /// The hosts that the name server knows.
    pub hosts: Vec<String>,
    /// How long the name server takes, beside the way there and back.
    pub look_up: Duration,
    /// A look-up without an answer is given up after this.
    pub patience: Duration,
    /// Bytes that a socket keeps in each direction.
    pub buffer: usize,
}

/// Somebody listens on a port.
#[derive(Clone, PartialEq, Debug)]
struct Port {
    name: Name,
    waiting: VecDeque<EndId>,
    /// The record of what came last.
    last: Option<Seq>,
}

/// The network of a board.
#[derive(Clone, PartialEq, Debug)]
pub struct Network {
    name: Name,
    text: String,
    settings: NetworkSettings,
    link: Link,
    ends: Vec<End>,
    ports: BTreeMap<u16, Port>,
    under_way: BTreeMap<u32, Message>,
    next_message: u32,
    /// The last look-up: its number, how it stands, and when it is given up.
    look_up: (u32, LookUp),
    no_answer_at: Instant,
}

impl Network {
    /// A network without sockets.
    pub fn new(name: &str, settings: NetworkSettings, bench: &mut Bench) -> Self {
        Self {
            name: bench.trace.name(name),
            text: name.to_owned(),
            link: Link::new(settings.link),
            settings,
            ends: Vec::new(),
            ports: BTreeMap::new(),
            under_way: BTreeMap::new(),
            next_message: 0,
            look_up: (0, LookUp::Silent),
            no_answer_at: Instant::ZERO,
        }
    }

    /// Its name in records.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Whether nothing gets through.
    pub fn is_down(&self) -> bool {
        self.link.is_down
    }

    /// All ends that there have been, in order of creation.
    pub fn ends(&self) -> &[End] {
        &self.ends
    }

    /// The listeners, by their names in records.
    pub fn listeners(&self) -> impl Iterator<Item = (Name, u16)> {
        self.ports.iter().map(|(&port, own)| (own.name, port))
    }

    // ---- from outside ----------------------------------------------------------------------------

    /// Lets nothing through any more, or lets it through again.
    pub fn set_down(&mut self, down: bool, bench: &mut Bench) {
        if self.link.is_down != down {
            self.link.is_down = down;
            let event = if down { NetEvent::Down } else { NetEvent::Up };
            bench.record(Kind::Net { socket: self.name, event });
        }
    }

    /// Breaks off all connections: both ends are told at once.
    pub fn reset(&mut self, bench: &mut Bench) {
        for end in 0..self.ends.len() {
            if self.ends[end].phase == Phase::Open && self.ends[end].peer.is_some() {
                self.fail(EndId(end as u32), NetFault::Reset, bench);
            }
        }
    }

    // ---- records ---------------------------------------------------------------------------------

    fn tell(&self, id: EndId, event: NetEvent, bench: &mut Bench) -> Seq {
        bench.record(Kind::Net { socket: self.end(id).name, event })
    }

    fn tell_cause(&self, id: EndId, event: NetEvent, bench: &mut Bench) {
        bench.record_cause(Kind::Net { socket: self.end(id).name, event });
    }

    /// Something happened that may make an end ready: the CPU wakes if it idles.
    fn note(&mut self, id: EndId, event: NetEvent, bench: &mut Bench) {
        let seq = self.tell(id, event, bench);
        self.end_mut(id).last = Some(seq);
        bench.interrupt_served();
    }

    /// As [`note`](Self::note); it is also the cause of what follows.
    fn note_cause(&mut self, id: EndId, event: NetEvent, bench: &mut Bench) {
        self.note(id, event, bench);
        bench.cause_is(self.end(id).last);
    }

    fn fail(&mut self, id: EndId, why: NetFault, bench: &mut Bench) {
        let end = self.end_mut(id);
        end.phase = Phase::Failed(why);
        end.timer = None;
        let (unread, unsent) = (end.incoming.drop_unread() as u32, end.outgoing.kept() as u32);
        self.note(id, NetEvent::Failed { why, unread, unsent }, bench);
    }
}

impl Device for Network {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        match number {
            NO_ANSWER => self.no_answer(bench),
            number if number & TIMER != 0 => self.expired(EndId(number & !TIMER), me, bench),
            number => {
                if let Some(message) = self.under_way.remove(&number) {
                    self.arrive(message, me, bench);
                }
            }
        }
    }

    fn edge(&mut self, _me: DeviceId, _pin: PinId, _level: NetLevel, _bench: &mut Bench) {}
}
