//! What happens on the network, as its sockets see it.
//!
//! Owns [`NetEvent`], [`NetFault`] and [`NetLoss`]: their words, sentences and keys. Knows no protocol.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vpyb_core::time::Duration;

use super::Trace;
use super::record::Name;

/// What happened to a socket, a listener or the network.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum NetEvent {
    /// The network: nothing gets through from now on, and nobody is told.
    Down,
    /// The network: it is back.
    Up,
    /// The network: a look-up of a name began.
    LooksUp { host: Name },
    /// The network: it is over; without an answer if `found` is nothing.
    LookedUp { host: Name, found: Option<bool>, took: Duration },
    /// A listener: connections are accepted from now on.
    Listens { port: u16 },
    /// A socket begins to connect.
    Connects { port: u16 },
    /// A socket was made by a connection from outside, and waits to be accepted.
    Waits { port: u16 },
    /// A socket that began to connect is connected.
    Connected,
    /// A socket was accepted by the program.
    Accepted,
    /// The program handed `of` bytes to a socket, which took `bytes`.
    Written { bytes: u32, of: u32 },
    /// A segment left a socket, from this byte of its stream on; `end`: the stream ends.
    Sent { offset: u32, bytes: u16, end: bool },
    /// There was no answer for so long: what is not acknowledged is sent again.
    Again { tries: u8, after: Duration },
    /// A message of a socket got lost, with so many bytes.
    Lost { bytes: u16, why: NetLoss },
    /// Bytes arrived; `unread` wait for the program.
    Arrived { bytes: u16, unread: u32 },
    /// The end of the other's stream arrived.
    Ended,
    /// The program took bytes; `unread` are left.
    Read { bytes: u32, unread: u32 },
    /// The program closed a socket; `unread` bytes are dropped.
    Closed { unread: u32 },
    /// A socket failed; unread and unsent bytes are lost.
    Failed { why: NetFault, unread: u32, unsent: u32 },
}

/// Why a socket failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum NetFault {
    /// Nobody answered.
    TimedOut,
    /// Nobody listens on the port.
    Refused,
    /// The connection was broken off.
    Reset,
}

/// Why a message got lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum NetLoss {
    /// By chance.
    Chance,
    /// The network is down.
    Outage,
    /// One before it was lost.
    Order,
    /// There is no room for it at the other end.
    Room,
}

impl NetFault {
    /// The fault in one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Refused => "refused",
            Self::Reset => "reset",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::TimedOut => "gives up: nobody answers",
            Self::Refused => "fails: nobody listens on the port",
            Self::Reset => "fails: the connection is reset",
        }
    }
}

impl NetLoss {
    /// The reason in one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chance => "chance",
            Self::Outage => "outage",
            Self::Order => "order",
            Self::Room => "room",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Chance => "by chance",
            Self::Outage => "the network is down",
            Self::Order => "one before it is missing",
            Self::Room => "there is no room for it",
        }
    }
}

impl NetEvent {
    /// The event in one word, as exports and searches spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Down => "net_down",
            Self::Up => "net_up",
            Self::LooksUp { .. } => "net_looks_up",
            Self::LookedUp { .. } => "net_looked_up",
            Self::Listens { .. } => "net_listens",
            Self::Connects { .. } => "net_connects",
            Self::Waits { .. } => "net_waits",
            Self::Connected => "net_connected",
            Self::Accepted => "net_accepted",
            Self::Written { .. } => "net_written",
            Self::Sent { .. } => "net_sent",
            Self::Again { .. } => "net_again",
            Self::Lost { .. } => "net_lost",
            Self::Arrived { .. } => "net_arrived",
            Self::Ended => "net_ended",
            Self::Read { .. } => "net_read",
            Self::Closed { .. } => "net_closed",
            Self::Failed { .. } => "net_failed",
        }
    }

    /// The name in it, if it holds one.
    pub(super) fn name(self) -> Option<Name> {
        match self {
            Self::LooksUp { host } | Self::LookedUp { host, .. } => Some(host),
            _ => None,
        }
    }

    /// What happened, after the name of the socket.
    pub fn sentence(self, trace: &Trace) -> String {
        match self {
            Self::Down => "is down: nothing gets through".into(),
            Self::Up => "is up".into(),
            Self::LooksUp { host } => format!("looks up {}", trace.text(host)),
            Self::LookedUp { host, found, took } => {
                let end = match found {
                    Some(true) => "found",
                    Some(false) => "unknown",
                    None => "no answer",
                };
                format!("looked up {}: {end}, took {took}", trace.text(host))
            }
            Self::Listens { port } => format!("listens on port {port}"),
            Self::Connects { port } => format!("connects to port {port}"),
            Self::Waits { port } => format!("waits to be accepted on port {port}"),
            Self::Connected => "is connected".into(),
            Self::Accepted => "is accepted".into(),
            Self::Written { bytes, of } if bytes == of => format!("is given {}", plural(bytes)),
            Self::Written { bytes, of } => format!("is given {}, takes {bytes}", plural(of)),
            Self::Sent { offset, bytes: 0, end: true } => format!("sends the end, at {offset}"),
            Self::Sent { offset, bytes: 0, .. } => format!("asks for room, at {offset}"),
            Self::Sent { offset, bytes, .. } => format!("sends {}, from {offset} on", plural(bytes.into())),
            Self::Again { tries, after } => format!("has no answer for {after}: tries again, {tries}"),
            Self::Lost { bytes: 0, why } => format!("a message is LOST: {}", why.sentence()),
            Self::Lost { bytes, why } => format!("{} are LOST: {}", plural(bytes.into()), why.sentence()),
            Self::Arrived { bytes, unread } => format!("{} arrive, {unread} unread", plural(bytes.into())),
            Self::Ended => "the other end has closed".into(),
            Self::Read { bytes, unread } => format!("{} read, {unread} left", plural(bytes)),
            Self::Closed { unread: 0 } => "is closed".into(),
            Self::Closed { unread } => format!("is closed, {} unread", plural(unread)),
            Self::Failed { why, unread: 0, unsent: 0 } => why.sentence().into(),
            Self::Failed { why, unread, unsent } => {
                format!("{}; {unread} unread and {unsent} unsent bytes are LOST", why.sentence())
            }
        }
    }

    /// Its keys in JSON Lines, after `socket`.
    pub(super) fn keys(self, trace: &Trace) -> Vec<(&'static str, Value)> {
        match self {
            Self::Down | Self::Up | Self::Connected | Self::Accepted | Self::Ended => vec![],
            Self::LooksUp { host } => vec![("host", json!(trace.text(host)))],
            Self::LookedUp { host, found, took } => vec![
                ("host", json!(trace.text(host))),
                ("found", json!(found)),
                ("took", json!(took.as_nanos())),
            ],
            Self::Listens { port } | Self::Connects { port } | Self::Waits { port } => {
                vec![("port", json!(port))]
            }
            Self::Written { bytes, of } => vec![("bytes", json!(bytes)), ("of", json!(of))],
            Self::Sent { offset, bytes, end } => {
                vec![("offset", json!(offset)), ("bytes", json!(bytes)), ("end", json!(end))]
            }
            Self::Again { tries, after } => vec![("tries", json!(tries)), ("after", json!(after.as_nanos()))],
            Self::Lost { bytes, why } => vec![("bytes", json!(bytes)), ("why", json!(why.word()))],
            Self::Arrived { bytes, unread } => vec![("bytes", json!(bytes)), ("unread", json!(unread))],
            Self::Read { bytes, unread } => vec![("bytes", json!(bytes)), ("unread", json!(unread))],
            Self::Closed { unread } => vec![("unread", json!(unread))],
            Self::Failed { why, unread, unsent } => {
                vec![("why", json!(why.word())), ("unread", json!(unread)), ("unsent", json!(unsent))]
            }
        }
    }
}

fn plural(bytes: u32) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}
