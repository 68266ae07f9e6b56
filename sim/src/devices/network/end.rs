//! One end of a connection.
//!
//! Owns [`End`]: what it sends and receives, how often it has tried in vain, and whether it has failed.

use vpyb_core::time::{Duration, Instant};

use super::incoming::Incoming;
use super::outgoing::Outgoing;
use crate::trace::record::NetFault;
use crate::trace::{Name, Seq};

/// The first wait for an answer (RFC 6298, section 2.1), doubled at each try (5.5), up to a minute (2.5).
const PATIENCE: Duration = Duration::from_secs(1);
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);
/// How often it is tried again: lwIP's `TCP_SYNMAXRTX` and `TCP_MAXRTX`.
const TRIES_TO_CONNECT: u8 = 6;
const TRIES_TO_SEND: u8 = 12;

/// An end, by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct EndId(pub u32);

/// How an end stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// It has asked for a connection.
    Connecting,
    /// It is connected, as far as it knows.
    Open,
    /// It has failed.
    Failed(NetFault),
}

/// One end of a connection.
#[derive(Clone, PartialEq, Debug)]
pub struct End {
    /// Its name in records.
    pub name: Name,
    pub(super) port: u16,
    /// The host that it connects to exists.
    pub(super) exists: bool,
    pub(super) peer: Option<EndId>,
    /// How it stands.
    pub phase: Phase,
    pub(super) outgoing: Outgoing,
    pub(super) incoming: Incoming,
    /// The program has closed it.
    pub(super) is_closed: bool,
    /// When it gives up waiting for an answer.
    pub(super) timer: Option<Instant>,
    /// How often it has tried again since there was an answer.
    pub(super) tries: u8,
    /// The record of what came last.
    pub last: Option<Seq>,
}

impl End {
    pub(super) fn new(name: Name, port: u16, phase: Phase, buffer: usize) -> Self {
        Self {
            name,
            port,
            exists: true,
            peer: None,
            phase,
            outgoing: Outgoing::new(buffer),
            incoming: Incoming::new(buffer),
            is_closed: false,
            timer: None,
            tries: 0,
            last: None,
        }
    }

    /// How many bytes wait for the program.
    pub fn unread(&self) -> usize {
        self.incoming.unread()
    }

    /// Whether the program has closed it.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Whether a read would not wait: there is something, or nothing will come.
    pub fn is_readable(&self) -> bool {
        self.incoming.unread() > 0 || self.incoming.ended() || matches!(self.phase, Phase::Failed(_))
    }

    /// Whether a write would not wait: there is room, or nothing can be sent.
    pub fn is_writable(&self) -> bool {
        match self.phase {
            Phase::Connecting => false,
            Phase::Open => self.outgoing.has_room(),
            Phase::Failed(_) => true,
        }
    }

    /// How many bytes wait to be read that belong to one line, its newline included; all if there is none.
    pub fn line_len(&self) -> usize {
        self.incoming.line_len()
    }

    /// How long it waits for an answer.
    pub(super) fn patience(&self) -> Duration {
        PATIENCE.times(1 << self.tries.min(6)).min(LONGEST_PATIENCE)
    }

    /// How often it tries again.
    pub(super) fn most_tries(&self) -> u8 {
        if self.phase == Phase::Connecting { TRIES_TO_CONNECT } else { TRIES_TO_SEND }
    }
}
