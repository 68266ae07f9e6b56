//! The network's sockets and listeners, as records tell them.
//!
//! Owns [`Socket`]. What lies on the way between two ends is told by nobody, and is not here.

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use crate::trace::record::{Name, NetEvent, NetFault, Record, Seq};

/// How a socket, a listener or the network stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Standing {
    /// The network itself: it is up.
    #[default]
    Up,
    /// The network itself: nothing gets through.
    Down,
    /// The network itself: this name is being looked up.
    LooksUp(Name),
    /// It accepts connections.
    Listens,
    /// It has asked for a connection.
    Connects,
    /// It was made by a connection from outside, and waits to be accepted.
    Waits,
    /// It is connected.
    Open,
    /// It has failed.
    Failed(NetFault),
    /// The program has closed it.
    Closed,
}

/// A socket, a listener or the network at an instant.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Socket {
    /// How it stands.
    pub standing: Standing,
    /// Since when, and the record that says so.
    pub since: Option<(Instant, Seq)>,
    /// The port, if it has one.
    pub port: Option<u16>,
    /// Bytes that wait for the program.
    pub unread: u32,
    /// The end of the other's stream has come.
    pub ended: bool,
    /// Bytes that the program gave it and that it took.
    pub written: u64,
    /// Bytes that the program took.
    pub read: u64,
    /// How often it has sent something again since there was an answer.
    pub tries: u8,
    /// Messages of it that got lost.
    pub lost: u64,
}

impl Socket {
    /// Takes in a record about it.
    pub fn apply(&mut self, seq: Seq, record: &Record, event: NetEvent) {
        let more = |sum: u64, bytes: u32| sum.saturating_add(bytes.into());
        let standing = match event {
            NetEvent::Down => Some(Standing::Down),
            NetEvent::Up => Some(Standing::Up),
            // A look-up goes on while the network is down.
            NetEvent::LooksUp { host } if self.standing == Standing::Up => Some(Standing::LooksUp(host)),
            NetEvent::LookedUp { .. } if matches!(self.standing, Standing::LooksUp(_)) => Some(Standing::Up),
            NetEvent::Listens { .. } => Some(Standing::Listens),
            NetEvent::Connects { .. } => Some(Standing::Connects),
            NetEvent::Waits { .. } => Some(Standing::Waits),
            NetEvent::Connected | NetEvent::Accepted => Some(Standing::Open),
            NetEvent::Closed { .. } => Some(Standing::Closed),
            // What the program has closed may fail all the same: nobody is told.
            NetEvent::Failed { why, .. } if self.standing != Standing::Closed => Some(Standing::Failed(why)),
            _ => None,
        };
        if let Some(standing) = standing {
            (self.standing, self.since) = (standing, Some((record.at, seq)));
        }
        match event {
            NetEvent::Listens { port } | NetEvent::Connects { port } | NetEvent::Waits { port } => {
                self.port = Some(port);
            }
            NetEvent::Written { bytes, .. } => self.written = more(self.written, bytes),
            NetEvent::Arrived { unread, .. } => (self.unread, self.tries) = (unread, 0),
            NetEvent::Read { bytes, unread } => {
                (self.read, self.unread) = (more(self.read, bytes), unread);
            }
            NetEvent::Connected => self.tries = 0,
            NetEvent::Again { tries, .. } => self.tries = tries,
            NetEvent::Lost { .. } => self.lost = self.lost.saturating_add(1),
            NetEvent::Ended => self.ended = true,
            NetEvent::Closed { .. } | NetEvent::Failed { .. } => self.unread = 0,
            _ => {}
        }
    }
}
